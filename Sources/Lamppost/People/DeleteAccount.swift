import Civic
import FoundationEssentials
import PostgreSQL

/// Deletes somebody's account. What they reported stays, since the lamp is still broken, but nobody can tell any more
/// who reported it. Their row stays as a number without a name: comments and history rows refer to it.
struct DeleteAccount: Sendable {
  let database: Database
  let signIn: SignIn
  let sessions: SessionStore

  /// What is shown as the author of what they wrote.
  static let formerName = "Former user"

  /// - Throws: `wrong_password`, `rate_limited`, `last_administrator`.
  func callAsFunction(_ person: Actor.Person, password: String, in context: Context) async throws {
    let tenant = context.actor.tenant
    try await signIn.confirm(
      password, field: "password", of: person, tenant: tenant, clientAddress: context.clientAddress)
    try await database.tenant(tenant.id).write { transaction in
      // The rows are locked, so that two who leave at the same moment do not each count on the other.
      try await Standings.lock([person.id], in: transaction).checkLeaving(person.id)
      for statement in Self.statements(person.id, by: person.id) { try await transaction.execute(statement) }
    }
    // No session opens anything for an account that is not active; this is tidiness.
    try? await sessions.endAll(personID: person.id, tenant: tenant)
  }

  static func statements(_ id: Int, by actorID: Int?) -> [SQL] {
    [
      EraseHistory.logOfPerson(id, by: actorID),
      AuditEvent(.accountDeleted, AuditEvent.about(person: id), by: actorID).insertion,
      """
      DELETE FROM request_contacts c USING requests r
       WHERE r.tenant_id = c.tenant_id AND r.id = c.request_id AND r.reporter_id = \(id)
      """,
      "UPDATE requests SET reporter_id = NULL, anonymous = true WHERE reporter_id = \(id)",
      "UPDATE attachments SET uploader_id = NULL, file_name = NULL WHERE uploader_id = \(id)",
      // Their voices stay counted, as a guest's that nobody knows.
      """
      WITH voices AS (
        DELETE FROM supporters WHERE person_id = \(id) RETURNING tenant_id, request_id, created_at, coalesce(twin, id) AS twin)
      INSERT INTO supporters (tenant_id, request_id, guest, created_at, twin)
      SELECT tenant_id, request_id, sha256(uuid_send(gen_random_uuid())), created_at, twin FROM voices
      """,
      // Work that waits for somebody who has gone would wait for ever.
      """
      WITH freed AS (
        UPDATE requests SET assignee_id = NULL, version = version + 1 WHERE assignee_id = \(id) AND closed_at IS NULL
        RETURNING tenant_id, id, department_id)
      INSERT INTO request_events (tenant_id, request_id, actor_id, kind, visibility, before, after)
      SELECT tenant_id, id, \(actorID), \(RequestEvent.Kind.assignment.rawValue), \(Visibility.internal.rawValue),
             concat_ws(', ', \("person \(id)")::text, 'department ' || department_id), 'department ' || department_id
        FROM freed
      """,
      "DELETE FROM saved_views WHERE owner_id = \(id) AND NOT shared",
      "DELETE FROM followers WHERE person_id = \(id)",
      "UPDATE abuse_reports SET person_id = NULL WHERE person_id = \(id)",
      "DELETE FROM refresh_families WHERE person_id = \(id)",
      // Addresses that were to be theirs, and links of theirs under way.
      AccountLink.removal(of: id),
      // Its recovery codes go with it.
      SecondFactors.removal(of: id),
      "DELETE FROM department_members WHERE person_id = \(id)",
      "DELETE FROM person_areas WHERE person_id = \(id)",
      "DELETE FROM person_categories WHERE person_id = \(id)",
      """
      UPDATE people SET name = \(formerName), email = \("former-\(id)@invalid"), password_hash = NULL, active = false,
             epoch = epoch + 1
       WHERE id = \(id)
      """,
    ]
  }
}
