import Credentials
import HTTPServer
import JSON
import Localization

/// One's own account, by API.
enum AccountRoutes {
  static func change(_ request: Request, _ context: Context) async throws -> Response {
    var person = try context.person()
    var input = try await request.input()
    let name = input.has("name") ? input.requiredText("name", maximum: 200) : nil
    let language =
      input.has("language") ? input.option("language", Language.allCases, name: \.rawValue) : person.language
    try input.finish()
    let (account, tenant) = (context.application.changeAccount, context.actor.tenant)
    if let name { person = try await account.rename(person, to: name, tenant: tenant) }
    if language != person.language { person = try await account.choose(language, for: person, tenant: tenant) }
    return SessionRoutes.answer(person, context)
  }

  static func changePassword(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    var input = try await request.input()
    let password = ChangeAccount.NewPassword(&input)
    try input.finish()
    let application = context.application
    let token = try await application.changeAccount.setPassword(
      password, of: person, language: LanguageRoutes.language(of: request, in: context.actor.tenant), in: context,
      browser: request.browser)
    return goingOn(token, context)
  }

  static func sessions(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    let sessions = try await context.application.signedInPlaces.list(of: person, in: context)
    return .list(sessions, nextCursor: nil) { $1.write(to: &$0) }
  }

  static func endSession(_ request: Request, _ context: Context, _ id: String) async throws -> Response {
    let person = try context.person()
    try await context.application.signedInPlaces.end(id, of: person, in: context)
    return Response(.noContent)
  }

  static func endOtherSessions(_ request: Request, _ context: Context) async throws -> Response {
    let token = try await context.application.signedInPlaces.endOthers(
      of: try context.person(), in: context, browser: request.browser)
    return goingOn(token, context)
  }

  /// A session that goes on under a new token, where there is one.
  private static func goingOn(_ token: SessionToken?, _ context: Context) -> Response {
    var response = Response.json(.ok) { json in
      if let token { json.field("csrf_token", context.application.sessions.csrfToken(for: token)) }
    }
    if let token { response.headers.add("Set-Cookie", SessionStore.cookie(token)) }
    return response
  }

  static func export(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    try await context.audit(.exported, "account")
    let bytes = try await context.application.exportAccount(person, in: context)
    var response = Response(.ok, contentType: "application/json", bytes: bytes)
    response.headers["Content-Disposition"] = "attachment; filename=\"my-data.json\""
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  static func delete(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    var input = try await request.input()
    let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
    try input.finish()
    try await context.application.deleteAccount(person, password: password, in: context)
    var response = Response(.noContent)
    response.headers.add("Set-Cookie", SessionStore.expiredCookie)
    return response
  }
}

extension Context {
  /// Whoever is signed in.
  /// - Throws: `unauthenticated`.
  func person() throws(Problem) -> Actor.Person {
    guard let person = actor.person else { throw Problem(.unauthenticated) }
    return person
  }
}
