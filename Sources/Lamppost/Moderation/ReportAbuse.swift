import Civic
import PostgreSQL

/// Takes in what anybody points out about something that everybody can see.
struct ReportAbuse: Sendable {
  let database: Database

  struct Input: Sendable {
    let thing: ModeratedThing
    let reason: AbuseReason
    let text: String?

    init(_ input: ObjectInput) throws(Problem) {
      var input = input
      thing = ModeratedThing(&input)
      reason = input.requiredOption("reason", AbuseReason.allCases, name: \.rawValue)
      text = input.text("text", maximum: 1000)
      try input.finish()
    }
  }

  /// One subject gathers no more than this while nobody decides: the queue is read by people.
  private static let limit = 20

  /// - Throws: `not_found` for what the public does not see, `gone`.
  func callAsFunction(_ report: Input, on reference: Reference, as actor: Actor) async throws {
    try await database.tenant(actor.tenant.id).write { transaction in
      let stranger = Actor(tenant: actor.tenant)
      let rows = try await transaction.query(
        "SELECT r.id FROM requests r WHERE r.reference = \(reference.stored) AND \(stranger.visibleRequests) FOR SHARE")
      guard let id = try rows.first?.get(0, as: Int.self) else {
        let removed = try await transaction.query(
          "SELECT 1 FROM requests r WHERE r.reference = \(reference.stored) AND r.visibility = 'removed'")
        throw removed.isEmpty ? Problem.notFound : Problem(.gone)
      }
      let exists: SQL =
        switch report.thing {
        case .request: "true"
        case .comment(let comment):
          "EXISTS (SELECT 1 FROM comments m WHERE m.request_id = \(id) AND m.id = \(comment) AND m.visibility = 'public')"
        case .attachment(let file):
          """
          EXISTS (SELECT 1 FROM attachments a WHERE a.request_id = \(id) AND a.id = \(file.uuid)
                     AND \(stranger.visibleAttachments(onlyClean: true)))
          """
        }
      guard try await transaction.query("SELECT \(exists)").first?.get(0) ?? false else {
        // The request is there: what the body names is not.
        let field = report.thing.comment == nil ? "attachment" : "comment"
        throw Problem.field(field, .unknownOption, "There is none of this number on the public page of the request.")
      }
      try await transaction.execute(
        """
        INSERT INTO abuse_reports (tenant_id, request_id, comment_id, attachment_id, reason, text, person_id)
        SELECT current_tenant(), \(id), \(report.thing.comment), \(report.thing.attachment?.uuid),
               \(report.reason.rawValue), \(report.text), \(actor.person?.id)
         WHERE (SELECT count(*) FROM abuse_reports WHERE \(report.thing.condition(of: id)) AND decision IS NULL)
                 < \(Self.limit)
        """)
    }
  }
}
