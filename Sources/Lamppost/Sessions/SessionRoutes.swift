import Credentials
import FoundationEssentials
import HTTPServer
import JSON

/// Signing in and out, by cookie and by token.
enum SessionRoutes {
  static func signIn(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let email = input.requiredText("email", maximum: 254)
    let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
    let code = input.text("code", maximum: 32)
    try input.finish()
    let application = context.application
    let account = try await application.signIn(
      email: email, password: password, code: code, tenant: context.actor.tenant, clientAddress: request.clientAddress)
    let token = try await application.sessions.create(
      personID: account.person.id, epoch: account.epoch, tenant: context.actor.tenant, browser: request.browser)
    var response = Response.json(.ok) { json in
      json.object("person") { account.person.write(to: &$0) }
      json.field("csrf_token", application.sessions.csrfToken(for: token))
    }
    response.headers.add("Set-Cookie", SessionStore.cookie(token))
    return response
  }

  static func signOut(_ request: Request, _ context: Context) async throws -> Response {
    if let token = context.session { try await context.application.sessions.end(token, tenant: context.actor.tenant) }
    try await context.auditSignOut()
    var response = Response(.noContent)
    response.headers.add("Set-Cookie", SessionStore.expiredCookie)
    return response
  }

  /// OAuth2 token endpoint (RFC 6749, sections 4.3 and 6).
  static func token(_ request: Request, _ context: Context) async throws -> Response {
    let form = try await request.form([
      "grant_type", "username", "password", "code", "refresh_token", "scope", "client_id",
    ])
    let tokens = context.application.tokens
    let pair: Tokens.Pair
    switch form["grant_type"] {
    case "password":
      guard let email = form["username"], let password = form["password"], !password.isEmpty else {
        throw Problem(.invalidGrant, "username and password are required.")
      }
      let account: SignIn.Account
      do {
        account = try await context.application.signIn(
          email: email.trimmed, password: password, code: form["code"], tenant: context.actor.tenant,
          clientAddress: request.clientAddress)
      } catch let problem as Problem where problem.code == .invalidCredentials {
        throw Problem(.invalidGrant, "The email address or the password is wrong.")
      } catch let problem as Problem where [.secondFactorRequired, .invalidCode].contains(problem.code) {
        throw Problem(.invalidGrant, problem.code.title)
      }
      pair = try await tokens.issue(personID: account.person.id, epoch: account.epoch, tenant: context.actor.tenant)
    case "refresh_token":
      guard let text = form["refresh_token"] else { throw Problem(.invalidGrant, "refresh_token is required.") }
      pair = try await tokens.refresh(text, tenant: context.actor.tenant)
    default:
      throw Problem(.unsupportedGrantType, "grant_type must be password or refresh_token.")
    }
    return .json(.ok) { json in
      json.field("access_token", pair.access)
      json.field("token_type", "Bearer")
      json.field("expires_in", Tokens.accessLifetime)
      json.field("refresh_token", pair.refresh)
    }
  }

  static func revoke(_ request: Request, _ context: Context) async throws -> Response {
    let form = try await request.form(["token", "token_type_hint", "client_id"])
    guard let text = form["token"] else { throw Problem.field("token", .required, "is required") }
    try await context.application.tokens.revoke(text, tenant: context.actor.tenant)
    return Response(.ok, contentType: "application/json", bytes: Array("{}".utf8))
  }

  static func me(_ request: Request, _ context: Context) async throws -> Response {
    answer(try context.person(), context)
  }

  /// An account, to itself.
  static func answer(_ person: Actor.Person, _ context: Context) -> Response {
    .json(.ok) { json in
      person.write(to: &json)
      if let session = context.session {
        json.field("csrf_token", context.application.sessions.csrfToken(for: session))
      }
    }
  }
}

extension Actor.Person {
  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("name", name)
    json.field("email", email)
    json.field("role", accountRole.rawValue)
    json.field("language", language?.rawValue)
    if lacksSecondFactor { json.field("second_factor_missing", true) }
  }
}

extension ObjectInput {
  /// A text taken as it is, white space included.
  mutating func secretText(_ key: String, maximum bytes: Int) -> String {
    guard let value = value(key) else {
      refuse(key, .required, "is required")
      return ""
    }
    guard let text = value.string else {
      refuse(key, .wrongType, "must be a text")
      return ""
    }
    if text.isEmpty { refuse(key, .required, "is required") }
    if text.utf8.count > bytes { refuse(key, .tooLong, "must not be longer than \(bytes) bytes") }
    return text
  }
}

extension Request {
  /// The form of an OAuth2 call; a field that comes twice or is unknown is refused.
  fileprivate func form(_ names: Set<String>) async throws -> URLEncodedForm {
    guard headers["Content-Type"]?.mediaType == "application/x-www-form-urlencoded" else {
      throw Problem(.unsupportedMediaType, "The body must be application/x-www-form-urlencoded.")
    }
    let form = try await urlEncodedForm(upTo: 16 << 10)
    try form.expect(names)
    return form
  }
}
