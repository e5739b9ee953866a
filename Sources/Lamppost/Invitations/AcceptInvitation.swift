import Civic
import Credentials
import PostgreSQL

/// Makes who holds an invitation's link a member of staff: with a new account, or with the citizen's account that they
/// have, for which they must be signed in: the link alone, which others may have seen, opens no account.
struct AcceptInvitation: Sendable {
  let database: Database
  let passwords: PasswordHasher

  struct Opened: Sendable {
    let invitation: Invitation
    /// Whether there is an account with its address.
    let hasAccount: Bool
  }

  /// Of `invitation_links l JOIN invitations i`: good as long as who invited could still do so.
  private static func source(_ token: InvitationToken) -> SQL {
    let roles: SQL = Role.allCases.filter { !Staffing.rolesToGive(by: $0).isEmpty }.map { role in
      "(p.role = \(role.rawValue) AND i.role = ANY(\(Staffing.rolesToGive(by: role).map(\.rawValue))))" as SQL
    }.joined(separator: " OR ")
    return """
      invitation_links l JOIN invitations i ON i.tenant_id = l.tenant_id AND i.id = l.invitation_id
       WHERE l.digest = \(token.digest) AND i.expires_at > now()
         AND (EXISTS (SELECT 1 FROM people p
                       WHERE p.tenant_id = i.tenant_id AND p.id = i.invited_by AND p.active AND (\(roles)))
              OR i.operator_id IS NOT NULL AND operator_still_asks(i.id))
      """
  }

  /// - Throws: `not_found` for a link that is unknown, used, withdrawn, replaced or has run out.
  func find(_ token: InvitationToken, _ tenant: Tenant) async throws -> Opened {
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      """
      SELECT \(Invitation.columns), EXISTS (SELECT 1 FROM people own WHERE own.tenant_id = i.tenant_id AND own.email = i.email)
        FROM \(Self.source(token))
      """)
    guard let row = rows.first else { throw Problem.notFound }
    return Opened(invitation: try Invitation(row), hasAccount: try row.get(Invitation.columnCount))
  }

  struct Account: Sendable {
    let person: Actor.Person
    let epoch: Int
  }

  /// Once: of two at the same moment the second finds nothing.
  /// - Parameters:
  ///   - name: nil for the one in the invitation.
  ///   - password: of a new account.
  /// - Throws: `not_found`; `too_short`, `common_password`; `required` without a password where there is no
  ///   account; `unauthenticated` where there is one and the caller is not signed in with it; `conflict`, also where an area of it is gone.
  func callAsFunction(
    _ token: InvitationToken, name: String?, password: String?, as actor: Actor
  ) async throws -> Account {
    let opened = try await find(token, actor.tenant)
    var hash: String?
    if !opened.hasAccount {
      guard let password, !password.isEmpty else { throw Problem.field("password", .required, "is required") }
      let invited = opened.invitation
      try PasswordRule.require(
        password, field: "password", personal: [name ?? invited.name, invited.email, actor.tenant.name])
      hash = try await passwords.hash(password)
    } else if actor.person?.email != opened.invitation.email {
      throw Problem(.unauthenticated, "There is an account with this address: sign in with it, then accept.")
    }
    return try await database.tenant(actor.tenant.id).write { [hash] transaction in
      let rows = try await transaction.query(
        "SELECT i.id, i.email, i.name, i.role, i.invited_by FROM \(Self.source(token)) FOR UPDATE OF i")
      guard let row = rows.first else { throw Problem.notFound }
      let (invitation, email): (Int, String) = (try row.get(0), try row.get(1))
      let called: String = try name ?? row.get(2)
      let role: String = try row.get(3)
      let inviter = try row.get(4, as: Int?.self).map(AuditEvent.about(person:)) ?? "an operator"
      try await Self.requireAreas(of: invitation, in: transaction)
      let before = try await transaction.query(
        "SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(actor.person?.id) AND p.email = \(email) FOR UPDATE")
      let people = try await transaction.query(
        hash == nil
          ? """
          UPDATE people SET role = \(role), name = \(called), epoch = epoch + 1, address_shown = true
           WHERE id = \(actor.person?.id) AND email = \(email) AND active AND role = 'citizen' RETURNING id, epoch
          """
          : """
          INSERT INTO people (tenant_id, email, name, password_hash, role)
          VALUES (current_tenant(), \(email), \(called), \(hash), \(role)) ON CONFLICT DO NOTHING RETURNING id, epoch
          """)
      guard let made = people.first else { throw Problem(.conflict) }
      let id: Int = try made.get(0)
      for statement in Self.memberships(invitation, id) { try await transaction.execute(statement) }
      let results = try await transaction.queryAll([
        "DELETE FROM invitations WHERE id = \(invitation)",
        "SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(id)",
        "SELECT \(Actor.Person.columns) FROM people WHERE id = \(id)",
      ])
      guard let record = results[1].first, let person = try results[2].first.map(Actor.Person.init) else {
        throw Problem.notFound
      }
      try await transaction.execute(
        AuditEvent.change(
          AuditEvent.about(person: id), before: try before.first?.get(0) ?? "{}", after: try record.get(0), by: id,
          note: "by invitation \(invitation) of \(inviter)"))
      return Account(person: person, epoch: try made.get(1))
    }
  }

  /// An area that is gone meanwhile fails the whole: a limit must not be lost.
  /// - Throws: `conflict`.
  private static func requireAreas(of invitation: Int, in transaction: Transaction) async throws {
    let gone = try await transaction.query(
      """
      SELECT 1 FROM invitations i, unnest(i.area_ids) AS area (id)
       WHERE i.id = \(invitation) AND NOT EXISTS (SELECT 1 FROM areas a WHERE a.id = area.id)
      """)
    if !gone.isEmpty {
      throw Problem(.conflict, "An area that this invitation names is gone: ask for a new invitation.")
    }
  }

  /// What they belong and are limited to.
  private static func memberships(_ invitation: Int, _ person: Int) -> [SQL] {
    [
      """
      INSERT INTO department_members (tenant_id, person_id, department_id)
      SELECT tenant_id, \(person), department_id FROM invitations WHERE id = \(invitation) AND department_id IS NOT NULL
      """,
      """
      INSERT INTO person_areas (tenant_id, person_id, area_id)
      SELECT tenant_id, \(person), unnest(area_ids) FROM invitations WHERE id = \(invitation)
      """,
      """
      INSERT INTO person_categories (tenant_id, person_id, category_id)
      SELECT tenant_id, \(person), unnest(category_ids) FROM invitations WHERE id = \(invitation)
      """,
    ]
  }
}
