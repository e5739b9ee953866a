import Civic
import Localization
import PostgreSQL

/// Asks people to work here, by a link that is mailed to them and shown once to who asks.
struct Invitations: Sendable {
  let database: Database
  /// Whether the link can be mailed.
  let sendsMail: Bool

  /// Those that are open, the run out ones included.
  /// - Parameter limit: 1 to 201.
  func list(after last: Int = 0, limit: Int = 200, as actor: Actor) async throws -> [Invitation] {
    guard actor.may(.managePeople) else { throw Problem(.forbidden) }
    return try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(Invitation.columns) FROM invitations i WHERE i.id > \(last) ORDER BY i.id LIMIT \(limit)"
    ).map(Invitation.init)
  }

  /// Asking somebody again ends the older link.
  /// - Returns: the invitation, and what its link ends with: nobody can be told it later.
  /// - Throws: `forbidden`, `email_taken` for who works here already or was deactivated, `unknown_department`,
  ///   `unknown_area`, `unknown_category`.
  func add(_ new: NewInvitation, language: Language, as actor: Actor) async throws -> (Invitation, InvitationToken) {
    guard let me = actor.person, actor.may(.managePeople) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      try await Self.add(new, language: language, by: .colleague(me.id), isMailed: sendsMail, in: transaction)
    }
  }

  /// Who asks.
  enum Inviter: Sendable {
    /// Somebody of the township's own people.
    case colleague(Int)
    /// An operator, and the township that they belong to: the invited one's may be another.
    case `operator`(Int, tenantID: Int)
  }

  /// The same in a transaction of the township's. Whether `inviter` may do so has been asked.
  static func add(
    _ new: NewInvitation, language: Language, by inviter: Inviter, isMailed: Bool, in transaction: Transaction
  ) async throws -> (Invitation, InvitationToken) {
    let token = InvitationToken.generate()
    try await requireNew(new.email, in: transaction)
    let department = try await transaction.departments(new.department.map { [$0] } ?? [], field: "department").first
    let areas = try await transaction.areas(new.areas)
    let categories = try await transaction.categories(new.categories)
    let (colleague, operatorID, operatorTenant): (Int?, Int?, Int?) =
      switch inviter {
      case .colleague(let id): (id, nil, nil)
      case .operator(let id, let tenantID): (nil, id, tenantID)
      }
    let before = try await transaction.query(
      "SELECT \(Invitation.record) FROM invitations i WHERE i.email = \(new.email) FOR UPDATE")
    let rows = try await transaction.query(
      """
      INSERT INTO invitations AS i (tenant_id, email, name, role, department_id, area_ids, category_ids, language,
                                    invited_by, operator_id, operator_tenant_id, expires_at)
      VALUES (current_tenant(), \(new.email), \(new.name), \(new.role.rawValue), \(department),
              \(areas)::int[], \(categories)::int[],
              \(language.rawValue), \(colleague), \(operatorID), \(operatorTenant),
              now() + make_interval(days => \(Int32(Invitation.days))))
      ON CONFLICT (tenant_id, email) DO UPDATE
        SET name = excluded.name, role = excluded.role, department_id = excluded.department_id,
            area_ids = excluded.area_ids, category_ids = excluded.category_ids, language = excluded.language,
            invited_by = excluded.invited_by, operator_id = excluded.operator_id,
            operator_tenant_id = excluded.operator_tenant_id, created_at = now(), expires_at = excluded.expires_at
      RETURNING \(Invitation.columns), \(Invitation.record)
      """)
    guard let row = rows.first else { throw Problem.notFound }
    let invitation = try Invitation(row)
    try await transaction.execute("DELETE FROM invitation_links WHERE invitation_id = \(invitation.id)")
    try await transaction.execute(token.insertion(for: invitation.id))
    // An operator is none of the township's people: their own township's audit log says who it was.
    try await transaction.execute(
      Self.event(
        invitation.id, before: try before.first?.get(0), after: try row.get(Invitation.columnCount), by: colleague))
    if isMailed {
      try await transaction.execute(
        """
        INSERT INTO jobs (tenant_id, kind, subject)
        VALUES (current_tenant(), \(JobKind.sendInvitation.rawValue), \(String(invitation.id)))
        -- One whose mail is on its way just now is mailed its new link after it.
        ON CONFLICT (tenant_id, kind, subject)
          DO UPDATE SET run_at = now(), leased_until = NULL, attempts = jobs.attempts + 1
        """)
    }
    return (invitation, token)
  }

  /// - Parameter before: what an older invitation of the same address said.
  private static func event(_ id: Int, before: String?, after: String, by colleague: Int?) -> SQL {
    let subject = "invitation \(id)"
    if before == after { return AuditEvent(.invited, subject, by: colleague, note: "once more").insertion }
    return AuditEvent.change(subject, before: before ?? "{}", after: after, by: colleague, kind: .invited)
  }

  /// Whether an address is a citizen's or nobody's is not told: the answer is the same.
  private static func requireNew(_ email: String, in transaction: Transaction) async throws {
    let rows = try await transaction.query(
      "SELECT 1 FROM people WHERE email = \(email) AND (role <> 'citizen' OR NOT active)")
    if !rows.isEmpty { throw Problem.field("email", .emailTaken, "Somebody with this address is or was here already.") }
  }

  /// Ends its link.
  /// - Throws: `forbidden`, `not_found`.
  func withdraw(_ id: Int, as actor: Actor) async throws {
    guard let me = actor.person, actor.may(.managePeople) else { throw Problem(.forbidden) }
    try await database.tenant(actor.tenant.id).write { transaction in
      let rows = try await transaction.query("DELETE FROM invitations WHERE id = \(id) RETURNING 1")
      if rows.isEmpty { throw Problem.notFound }
      try await transaction.execute(
        AuditEvent(.changed, "invitation \(id)", by: me.id, note: "withdrawn").insertion)
    }
  }
}
