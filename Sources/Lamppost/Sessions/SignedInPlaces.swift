import Credentials
import FoundationEssentials
import PostgreSQL

/// Wherever somebody is signed in: browsers by cookie, programs by refresh token.
struct SignedInPlaces: Sendable {
  let database: Database
  let sessions: SessionStore
  let tokens: Tokens

  /// Browsers, newest first, then programs.
  func list(of person: Actor.Person, in context: Context) async throws -> [ListedSession] {
    let tenant = context.actor.tenant
    return try await sessions.list(personID: person.id, tenant: tenant, current: context.session)
      + tokens.families(of: person.id, tenant: tenant)
  }

  /// - Parameter id: of one in the list.
  /// - Throws: `not_found` for one of nobody's or of somebody else's.
  func end(_ id: String, of person: Actor.Person, in context: Context) async throws {
    let tenant = context.actor.tenant
    if try await tokens.revoke(family: id, of: person.id, tenant: tenant) { return }
    try await sessions.end(id: id, personID: person.id, tenant: tenant)
    try await context.auditSignOut(.sessionEnded)
  }

  /// Ends all others at once, access tokens that are good for some minutes more included. The browser that asked gets a
  /// session of its own anew.
  /// - Returns: nil where the call came by token, which has ended with the rest.
  func endOthers(of person: Actor.Person, in context: Context, browser: BrowserName) async throws -> SessionToken? {
    _ = try await database.tenant(context.actor.tenant.id).write { transaction in
      try await transaction.queryAll(Self.ending(person))
    }
    return try await again(person, in: context, browser: browser)
  }

  /// The statements that end every session and token.
  static func ending(_ person: Actor.Person) -> [SQL] {
    [
      "UPDATE people SET epoch = epoch + 1 WHERE id = \(person.id) AND active",
      AuditEvent(.sessionEnded, AuditEvent.about(person: person.id), by: person.id, note: "everywhere else").insertion,
    ]
  }

  /// A session anew for the browser that asked, once `ending` has ended what there was.
  /// - Returns: nil where the call came by token.
  func again(_ person: Actor.Person, in context: Context, browser: BrowserName) async throws -> SessionToken? {
    let tenant = context.actor.tenant
    try? await sessions.endAll(personID: person.id, tenant: tenant)
    guard context.session != nil else { return nil }
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      "SELECT epoch FROM people WHERE id = \(person.id) AND active")
    guard let epoch = try rows.first?.get(0, as: Int.self) else { throw Problem(.unauthenticated) }
    return try await sessions.create(personID: person.id, epoch: epoch, tenant: tenant, browser: browser)
  }
}
