import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import Localization
import PostgreSQL

/// Sets somebody's second factor up and takes it away. The password is asked for: an unwatched screen is not enough.
struct ChangeSecondFactor: Sendable {
  let database: Database
  let factors: SecondFactors
  let signIn: SignIn

  /// - Throws: `wrong_password`, `rate_limited`, `conflict`.
  func begin(_ password: String, of person: Actor.Person, in context: Context) async throws -> OneTimePassword {
    try await confirm(password, person, context)
    return try await factors.begin(person.id, tenant: context.actor.tenant)
  }

  /// Where the township asks for a second factor every session and token ends: with the password alone each of them would
  /// have the role again. The browser that asked needs a session anew: `SignedInPlaces.again`.
  /// - Throws: `invalid_code`, `rate_limited`.
  func finish(
    _ code: String, of person: Actor.Person, language: Language, in context: Context
  ) async throws -> [RecoveryCode] {
    try await factors.confirm(
      code, of: person.id, tenant: context.actor.tenant,
      and: [
        Self.note("second factor on", person),
        AccountMail.notice(.secondFactorOn, personID: person.id).insertion(language),
      ] + (person.lacksSecondFactor ? SignedInPlaces.ending(person) : []))
  }

  /// - Throws: `wrong_password`, `rate_limited`, `not_found`.
  func renewRecoveryCodes(
    _ password: String, of person: Actor.Person, language: Language, in context: Context
  ) async throws -> [RecoveryCode] {
    try await confirm(password, person, context)
    return try await factors.renewRecoveryCodes(
      of: person.id, tenant: context.actor.tenant,
      and: [
        Self.note("new recovery codes", person),
        AccountMail.notice(.recoveryCodes, personID: person.id).insertion(language),
      ])
  }

  /// - Throws: `wrong_password`, `rate_limited`.
  func remove(_ password: String, of person: Actor.Person, language: Language, in context: Context) async throws {
    try await confirm(password, person, context)
    try await database.tenant(context.actor.tenant.id).write { transaction in
      let removed = try await transaction.query(SecondFactors.removal(of: person.id) + " RETURNING confirmed_at")
      guard let row = removed.first, try row.get(0, as: Date?.self) != nil else { return }
      try await transaction.execute(Self.note("second factor off", person))
      try await transaction.execute(AccountMail.notice(.secondFactorOff, personID: person.id).insertion(language))
    }
  }

  private static func note(_ what: String, _ person: Actor.Person) -> SQL {
    AuditEvent(.changed, AuditEvent.about(person: person.id), by: person.id, note: what).insertion
  }

  private func confirm(_ password: String, _ person: Actor.Person, _ context: Context) async throws {
    try await signIn.confirm(
      password, field: "password", of: person, tenant: context.actor.tenant, clientAddress: context.clientAddress)
  }
}

extension Response {
  /// With a session anew, where the township's demand for a second factor has ended the others.
  func signedInAgain(
    _ person: Actor.Person, _ request: Request, _ context: Context
  ) async throws -> Response {
    guard person.lacksSecondFactor,
      let token = try await context.application.signedInPlaces.again(person, in: context, browser: request.browser)
    else { return self }
    var response = self
    response.headers.add("Set-Cookie", SessionStore.cookie(token))
    return response
  }
}

enum SecondFactorRoutes {
  /// `{password}` begins, `{code}` confirms what was begun.
  static func set(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    var input = try await request.input()
    let change = context.application.changeSecondFactor
    if input.has("code") {
      let code = input.requiredText("code", maximum: 32)
      try input.finish()
      let codes = try await change.finish(
        code, of: person, language: LanguageRoutes.language(of: request, in: context.actor.tenant), in: context)
      return try await answer(codes).signedInAgain(person, request, context)
    }
    let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
    try input.finish()
    let app = try await change.begin(password, of: person, in: context)
    return .json(.created) { json in
      json.field("secret", app.base32)
      json.field("uri", app.uri(issuer: context.actor.tenant.name, account: person.email))
    }
  }

  static func renewRecoveryCodes(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    let password = try await password(request)
    return answer(
      try await context.application.changeSecondFactor.renewRecoveryCodes(
        password, of: person, language: LanguageRoutes.language(of: request, in: context.actor.tenant), in: context))
  }

  static func remove(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    let password = try await password(request)
    try await context.application.changeSecondFactor.remove(
      password, of: person, language: LanguageRoutes.language(of: request, in: context.actor.tenant), in: context)
    return Response(.noContent)
  }

  private static func password(_ request: Request) async throws -> String {
    var input = try await request.input()
    let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
    try input.finish()
    return password
  }

  private static func answer(_ codes: [RecoveryCode]) -> Response {
    .json(.ok) { json in
      json.array("recovery_codes", codes.map(\.text))
    }
  }
}
