import Civic
import Credentials
import FoundationEssentials
import Localization
import PostgreSQL

/// What somebody changes about their own account.
struct ChangeAccount: Sendable {
  let database: Database
  let passwords: PasswordHasher
  let signIn: SignIn
  let sessions: SessionStore

  /// - Returns: the account as it is then.
  func rename(_ person: Actor.Person, to name: String, tenant: Tenant) async throws -> Actor.Person {
    try await set("name = \(name)", of: person, tenant)
  }

  /// - Parameter language: in which they are written to; nil for the township's.
  /// - Returns: the account as it is then.
  func choose(_ language: Language?, for person: Actor.Person, tenant: Tenant) async throws -> Actor.Person {
    try await set("language = \(language?.rawValue)", of: person, tenant)
  }

  private func set(_ assignment: SQL, of person: Actor.Person, _ tenant: Tenant) async throws -> Actor.Person {
    try await database.tenant(tenant.id).write { transaction in
      let before = try await transaction.query(
        "SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(person.id) AND p.active FOR UPDATE")
      guard let old = before.first else { throw Problem(.unauthenticated) }
      let results = try await transaction.queryAll([
        "UPDATE people SET \(assignment) WHERE id = \(person.id) RETURNING \(Actor.Person.columns)",
        "SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(person.id)",
      ])
      guard let row = results[0].first, let new = results[1].first else { throw Problem(.unauthenticated) }
      try await transaction.execute(
        AuditEvent.change(
          AuditEvent.about(person: person.id), before: try old.get(0), after: try new.get(0), by: person.id))
      return try Actor.Person(row)
    }
  }

  struct NewPassword: Sendable {
    let current: String
    let new: String

    /// Reads it; what is wrong is gathered in `input`.
    init(_ input: inout ObjectInput) {
      current = input.secretText("current_password", maximum: PasswordHasher.longestPassword)
      new = input.newPassword("new_password")
    }
  }

  /// Ends every session and token there is: whoever had the old password is out. The browser that asked gets a session
  /// of its own anew.
  /// - Returns: nil where the call came by token.
  /// - Throws: `wrong_password`, `rate_limited`.
  func setPassword(
    _ password: NewPassword, of person: Actor.Person, language: Language, in context: Context, browser: BrowserName
  ) async throws -> SessionToken? {
    let tenant = context.actor.tenant
    try await signIn.confirm(
      password.current, field: "current_password", of: person, tenant: tenant, clientAddress: context.clientAddress)
    try PasswordRule.require(password.new, field: "new_password", of: person, tenant)
    let hash = try await passwords.hash(password.new)
    let epoch = try await database.tenant(tenant.id).write { transaction in
      _ = try await transaction.query(AuditEvent.acting(person.id))
      let rows = try await transaction.query(
        """
        UPDATE people SET password_hash = \(hash), epoch = epoch + 1 WHERE id = \(person.id) AND active RETURNING epoch
        """)
      guard let epoch = try rows.first?.get(0, as: Int.self) else { throw Problem(.unauthenticated) }
      try await transaction.execute(AccountMail.notice(.password, personID: person.id).insertion(language))
      return epoch
    }
    // The epoch has ended them all already.
    try? await sessions.endAll(personID: person.id, tenant: tenant)
    guard context.session != nil else { return nil }
    return try await sessions.create(personID: person.id, epoch: epoch, tenant: tenant, browser: browser)
  }
}
