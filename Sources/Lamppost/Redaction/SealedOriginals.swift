import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// What was blackened of a request and kept.
struct SealedOriginals: Sendable {
  struct Text: Sendable {
    /// `title`, `description`, `address`, `answer` and the question's key, `comment` and its number, or `history` and the
    /// row's.
    let field: String
    let original: String
    let at: Date
  }

  let texts: [Text]
  let images: [AttachmentID]
  var isEmpty: Bool { texts.isEmpty && images.isEmpty }
}

/// Reads and destroys sealed originals.
struct DestroySealed: Sendable {
  let database: Database

  /// How many there are; no look at them.
  /// - Throws: `not_found`.
  func count(_ reference: Reference, as actor: Actor) async throws -> Int {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT (SELECT count(*) FROM sealed_texts s WHERE s.request_id = r.id)
             + (SELECT count(*) FROM attachments a WHERE a.request_id = r.id AND a.sealed)
        FROM requests r WHERE r.reference = \(reference.stored) AND \(actor.visibleRequests)
      """)
    guard let row = rows.first else { throw Problem.notFound }
    return try row.get(0)
  }

  /// The audit log says who has read them.
  /// - Throws: `forbidden`, `gone`, `not_found`.
  func read(_ reference: Reference, as actor: Actor) async throws -> SealedOriginals {
    try await database.withoutReplica.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      try actor.require(.destroy, on: request.facts)
      let originals = try await Self.originals(request.facts.id, in: transaction)
      if !originals.texts.isEmpty {
        let fields = originals.texts.map(\.field).joined(separator: ", ")
        try await transaction.execute(
          AuditEvent(
            .sealedRead, "request \(request.facts.id)", by: actor.person?.id,
            after: EditRequest.summary([("fields", fields)])
          ).insertion)
      }
      return originals
    }
  }

  /// That somebody was given the bytes of a sealed image.
  func record(_ image: Attachment, as actor: Actor) async throws {
    _ = try await database.tenant(actor.tenant.id).write(
      """
      INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
      SELECT tenant_id, \(actor.person?.id), \(AuditEvent.Kind.sealedRead.rawValue), 'request ' || request_id,
             jsonb_build_object('attachment', \(image.id.pathComponent)::text)
        FROM attachments WHERE id = \(image.id.uuid)
      """)
  }

  /// Destroys all of them for good.
  func callAsFunction(_ reference: Reference, as actor: Actor) async throws {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      try actor.require(.destroy, on: request.facts)
      let id = request.facts.id
      let originals = try await Self.originals(id, in: transaction)
      if originals.isEmpty { return }
      try await transaction.execute("DELETE FROM sealed_texts WHERE request_id = \(id)")
      for image in originals.images {
        for statement in Self.ofImage(image) { try await transaction.execute(statement) }
      }
      try await transaction.execute(
        RequestEvent(
          requestID: id, actorID: actor.person?.id, kind: .moderated, visibility: .internal, before: "originals",
          after: "destroy"
        ).insertion)
    }
  }

  private static func originals(_ id: Int, in transaction: Transaction) async throws -> SealedOriginals {
    let texts = try await transaction.query(
      "SELECT field, original, sealed_at FROM sealed_texts WHERE request_id = \(id) ORDER BY id")
    let images = try await transaction.query(
      "SELECT id FROM attachments WHERE request_id = \(id) AND sealed ORDER BY created_at, id")
    return SealedOriginals(
      texts: try texts.map { .init(field: try $0.get(0), original: try $0.get(1), at: try $0.get(2)) },
      images: try images.map { AttachmentID(try $0.get(0)) })
  }

  /// The statements that destroy an image: its row stays and says so.
  static func ofImage(_ id: AttachmentID) -> [SQL] {
    [
      """
      UPDATE attachments SET state = 'failed', reason = 'removed', visibility = 'internal', hidden = false,
             sealed = false, thumbnail_bytes = NULL, file_name = NULL, judged_at = now()
       WHERE id = \(id.uuid)
      """,
      DeleteFiles.insertion(id),
    ]
  }
}
