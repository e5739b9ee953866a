import Credentials
import HTML
import HTTPServer
import Localization

/// Signing in and out in a browser.
enum SignInPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    if context.actor.person != nil { return .redirect(to: destination(request.query["next"], context)) }
    return page(
      context, next: request.query["next"], isReset: request.query["done"] == "password",
      hasEnded: request.query["ended"] != nil
    ).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    if let half = form["half"] { return try await SecondStepPage.submit(half, form, request, context) }
    let (application, tenant) = (context.application, context.actor.tenant)
    do {
      let (email, password) = (form["email"] ?? "", form.raw("password") ?? "")
      if email.isEmpty { throw Problem.field("email", .required, "is required") }
      if password.isEmpty { throw Problem.field("password", .required, "is required") }
      guard email.utf8.count <= 254, password.utf8.count <= PasswordHasher.longestPassword else {
        throw Problem(.invalidCredentials)
      }
      switch try await application.signIn.firstFactor(
        email: email, password: password, tenant: tenant, clientAddress: request.clientAddress)
      {
      case .complete(let account): return try await welcome(account, next: form["next"], request, context)
      case .needsCode(let personID, let epoch):
        let token = try await application.sessions.createPending(personID: personID, epoch: epoch, tenant: tenant)
        return SecondStepPage.page(context, half: token.text, next: form["next"]).response(context)
      }
    } catch let problem as Problem where [401, 422, 429].contains(problem.code.status.code) {
      var shown = page(context, form: form, problem: problem, next: form["next"])
      // 401 would ask for a header that no browser sends.
      shown.status = problem.code == .rateLimited ? .tooManyRequests : .unprocessableContent
      return shown.response(context)
    }
  }

  /// A session for whoever has proved who they are, and the way to where they wanted to go.
  static func welcome(
    _ account: SignIn.Account, next: String?, _ request: Request, _ context: Context
  ) async throws -> Response {
    let (application, tenant) = (context.application, context.actor.tenant)
    let token = try await application.sessions.create(
      personID: account.person.id, epoch: account.epoch, tenant: tenant, browser: request.browser)
    // Whoever sat here before is signed out: their session is not the next one's.
    if let session = context.session { try await application.sessions.end(session, tenant: tenant) }
    let signedIn = Context(
      application: application, actor: Actor(tenant: tenant, person: account.person), session: token,
      clientAddress: context.clientAddress)
    var response = Response.redirect(to: destination(next, signedIn))
    response.headers.add("Set-Cookie", SessionStore.cookie(token))
    return response
  }

  /// Why a page that was open knows nobody any more.
  static func ended(_ t: Translator) -> String {
    t("You have been signed out: an administrator has ended your access, or your password was changed.")
  }

  static func signOut(_ request: Request, _ context: Context) async throws -> Response {
    if let token = context.session { try await context.application.sessions.end(token, tenant: context.actor.tenant) }
    try await context.auditSignOut()
    var response = Response.redirect(to: try context.postedForm()["next"]?.asLocalPath ?? Paths.home())
    response.headers.add("Set-Cookie", SessionStore.expiredCookie)
    return response
  }

  /// For whoever types the address: leaving takes a press of a button, which no other site can make.
  static func confirmSignOut(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    guard context.session != nil else { return .redirect(to: Paths.home()) }
    return Page(
      title: t("Sign out"), isPrivate: true,
      main: """
        <h1>\(t("Sign out"))</h1>
        <form method="post" action="\(Paths.signOut())">\(context.hiddenToken)<button>\(t("Sign out"))</button></form>
        """
    ).response(context)
  }

  /// Where somebody goes who has just signed in: where they wanted to, else to their work.
  static func destination(_ next: String?, _ context: Context) -> String {
    if context.actor.person?.lacksSecondFactor == true { return Paths.accountSecurity() }
    return next?.asLocalPath ?? (context.actor.seesInternal ? Paths.triage() : Paths.account())
  }

  private static func registration(_ next: String?) -> String {
    Paths.register() + (next.map { "?" + Query([("next", $0)]).encoded } ?? "")
  }

  private static func page(
    _ context: Context, form: PageForm? = nil, problem: Problem? = nil, next: String?, isReset: Bool = false,
    hasEnded: Bool = false
  ) -> Page {
    let t = context.t
    let fields = FormFields(t, form, problem: problem)
    let labels = ["email": t("Email address"), "password": t("Password")]
    return Page(
      title: t("Sign in"), messages: AccountForms.messages, isPrivate: true,
      main: """
        \(fields.summary { labels[$0] })<h1>\(t("Sign in"))</h1>
        \(isReset ? Notice.done(t("Your password has been changed. Sign in with the new one.")) : nil)\
        \(hasEnded ? "<p class=\"notice warn\" role=\"status\" id=\"ended\">\(ended(t))</p>\n" as HTML : nil)\
        <form method="post" action="\(Paths.signIn())" novalidate>\(context.hiddenToken)
        \(next.map { "<input type=\"hidden\" name=\"next\" value=\"\($0)\">\n" as HTML })\
        \(fields.text("email", labels["email"]!, .init(type: "email", autocomplete: "username", inputMode: "email")))\
        \(fields.text("password", labels["password"]!, .init(type: "password", autocomplete: "current-password")))\
        <button>\(t("Sign in"))</button>
        </form>
        <p class="aside"><a href="\(Paths.forgotPassword())">\(t("Forgot your password?"))</a></p>
        <p class="aside">\(t("No account yet?")) <a href="\(registration(next))">\(t("Register"))</a>. \
        \(t("You can report a problem without one."))</p>
        """)
  }
}
