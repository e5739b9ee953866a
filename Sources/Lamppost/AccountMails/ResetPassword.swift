import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import Localization
import PostgreSQL

/// A new password for whoever has forgotten theirs, by a link to the account's own address. Nobody learns who has an
/// account: the same is answered for every address, and only its owner sees what becomes of it.
struct ResetPassword: Sendable {
  let database: Database
  let passwords: PasswordHasher
  let sessions: SessionStore

  /// Asks for the mail. The same work whether the address is known or not: a job.
  func ask(_ email: String, language: Language, tenant: Tenant) async throws {
    _ = try await database.tenant(tenant.id).write(
      AccountMail.reset(email: email.lowercased()).insertion(language))
  }

  /// Whose password a link sets.
  /// - Throws: `link_expired`.
  func find(_ link: AccountLink, tenant: Tenant) async throws -> AccountLink.Target {
    try AccountLink.target(try await database.withoutReplica.tenant(tenant.id).read(link.query(.password)))
  }

  /// Sets the password and ends every session and token: whoever had the old one is out. A second factor stays: a mailbox
  /// alone opens no account that has one. Unless nobody had shown before that the address is theirs: then the account was
  /// perhaps made by somebody else, and the factor is theirs.
  /// - Throws: `link_expired`, `too_short`, `common_password`.
  func callAsFunction(
    _ link: AccountLink, to password: String, language: Language, tenant: Tenant
  ) async throws -> Actor.Person {
    let target = try await find(link, tenant: tenant)
    let person = target.person
    try PasswordRule.require(password, field: "password", of: person, tenant)
    let hash = try await passwords.hash(password)
    try await database.tenant(tenant.id).write { transaction in
      _ = try await transaction.query(AuditEvent.acting(person.id))
      // Of two that use one link at once, the second finds another epoch.
      let rows = try await transaction.query(
        """
        UPDATE people SET password_hash = \(hash), epoch = epoch + 1
         WHERE id = \(person.id) AND epoch = \(target.epoch) AND active RETURNING id
        """)
      if rows.isEmpty { throw Problem(.linkExpired) }
      let strangers =
        "person_id = \(person.id) AND NOT (SELECT address_shown FROM people WHERE id = \(person.id))" as SQL
      _ = try await transaction.queryAll([
        "DELETE FROM recovery_codes WHERE \(strangers)", "DELETE FROM second_factors WHERE \(strangers)",
        "UPDATE people SET address_shown = true WHERE id = \(person.id)", AccountLink.removal(of: person.id),
      ])
      try await transaction.execute(AccountMail.notice(.password, personID: person.id).insertion(language))
    }
    // The epoch has ended them all already.
    try? await sessions.endAll(personID: person.id, tenant: tenant)
    return person
  }
}

enum PasswordResetRoutes {
  static func ask(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let email = input.mailAddress("email")
    try input.finish()
    try await context.askForPasswordReset(
      email, language: LanguageRoutes.language(of: request, in: context.actor.tenant))
    return .json(.accepted) { _ in }
  }

  static func confirm(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let token = input.requiredText("token", maximum: 100)
    let password = input.newPassword("password")
    try input.finish()
    guard let link = AccountLink(pathComponent: token) else { throw Problem(.linkExpired) }
    _ = try await context.setPassword(
      by: link, to: password, language: LanguageRoutes.language(of: request, in: context.actor.tenant))
    return .json(.ok) { _ in }
  }
}

extension Context {
  /// - Throws: `mail_unavailable`, `rate_limited`.
  func askForPasswordReset(_ email: String, language: Language) async throws {
    try await limitMail(to: "reset \(email)")
    try await application.resetPassword.ask(email, language: language, tenant: actor.tenant)
  }

  /// Counted as signing in is: hashing takes its time.
  func setPassword(by link: AccountLink, to password: String, language: Language) async throws -> Actor.Person {
    try await application.limiter.take(.signInAddress, "\(actor.tenant.id) \(clientNetwork(clientAddress))")
    return try await application.resetPassword(link, to: password, language: language, tenant: actor.tenant)
  }
}
