import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Localization
import PostgreSQL

/// Another address for an account: the password is asked for, the new address has to answer, and the old one is told.
struct ChangeAddress: Sendable {
  let database: Database
  let signIn: SignIn

  struct NewAddress: Sendable {
    let email: String
    let password: String

    /// Reads it; what is wrong is gathered in `input`.
    init(_ input: inout ObjectInput) {
      email = input.mailAddress("email").lowercased()
      password = input.secretText("password", maximum: 1024)
    }
  }

  /// Nothing changes before the new address has answered; one that has an account here already is answered the same, and
  /// hears nothing.
  /// - Throws: `wrong_password`, `rate_limited`, `mail_unavailable`.
  func ask(_ new: NewAddress, of person: Actor.Person, language: Language, in context: Context) async throws {
    let tenant = context.actor.tenant
    try await signIn.confirm(
      new.password, field: "password", of: person, tenant: tenant, clientAddress: context.clientAddress)
    try await context.limitMail(to: "address \(new.email)")
    _ = try await database.tenant(tenant.id).write(
      AccountMail.address(personID: person.id, email: new.email).insertion(language))
  }

  /// - Throws: `link_expired`.
  func find(_ link: AccountLink, tenant: Tenant) async throws -> AccountLink.Target {
    try AccountLink.target(try await database.withoutReplica.tenant(tenant.id).read(link.query(.address)))
  }

  /// - Throws: `link_expired`, `email_taken`.
  func callAsFunction(_ link: AccountLink, language: Language, tenant: Tenant) async throws -> Actor.Person {
    do {
      return try await database.tenant(tenant.id).write { transaction in
        let target = try AccountLink.target(try await transaction.query(link.query(.address) + " FOR UPDATE OF people"))
        guard let email = target.email else { throw Problem(.linkExpired) }
        let person = target.person
        let rows = try await transaction.query(
          "UPDATE people SET email = \(email), address_shown = true WHERE id = \(person.id) RETURNING \(Actor.Person.columns)"
        )
        guard let row = rows.first else { throw Problem(.linkExpired) }
        try await transaction.execute(AccountLink.removal(of: person.id))
        try await transaction.execute(
          AuditEvent(.changed, AuditEvent.about(person: person.id), by: person.id, note: "email").insertion)
        try await transaction.execute(
          AccountMail.notice(.address, personID: person.id, email: person.email).insertion(language))
        return try Actor.Person(row)
      }
    } catch let error as DatabaseError where error.isUniqueViolation() {
      throw Problem(.emailTaken)
    }
  }
}

enum AddressRoutes {
  static func ask(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    var input = try await request.input()
    let new = ChangeAddress.NewAddress(&input)
    try input.finish()
    try await context.application.changeAddress.ask(
      new, of: person, language: LanguageRoutes.language(of: request, in: context.actor.tenant), in: context)
    return .json(.accepted) { _ in }
  }

  static func confirm(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let token = input.requiredText("token", maximum: 100)
    try input.finish()
    guard let link = AccountLink(pathComponent: token) else { throw Problem(.linkExpired) }
    let person = try await context.application.changeAddress(
      link, language: LanguageRoutes.language(of: request, in: context.actor.tenant), tenant: context.actor.tenant)
    return .json(.ok) { person.write(to: &$0) }
  }
}
