import Credentials
import HTML
import HTTPServer
import Localization

/// The second step of signing in: the code of an authenticator app, or a recovery code.
enum SecondStepPage {
  /// - Parameter half: the token of the step before, out of the form.
  static func submit(
    _ half: String, _ form: PageForm, _ request: Request, _ context: Context
  ) async throws -> Response {
    let (sessions, tenant) = (context.application.sessions, context.actor.tenant)
    guard let (token, pending) = try await sessions.pending(half, tenant: tenant) else {
      return .redirect(to: Paths.signIn())
    }
    do {
      guard let code = form["code"] else { throw Problem.field("code", .required, "is required") }
      let account = try await context.application.signIn.secondFactor(
        code, personID: pending.personID, epoch: pending.epoch, tenant: tenant)
      try await sessions.endPending(token, tenant: tenant)
      return try await SignInPage.welcome(account, next: form["next"], request, context)
    } catch let problem as Problem where [401, 422, 429].contains(problem.code.status.code) {
      let shown =
        problem.code == .invalidCode ? Problem.field("code", .invalidCode, problem.code.title) : problem
      var page = page(context, half: half, next: form["next"], form: form, problem: shown)
      page.status = problem.code == .rateLimited ? .tooManyRequests : .unprocessableContent
      return page.response(context)
    }
  }

  static func page(
    _ context: Context, half: String, next: String?, form: PageForm? = nil, problem: Problem? = nil
  ) -> Page {
    let t = context.t
    var fields = FormFields(t, form, problem: problem)
    // One that was wrong is not good a second time.
    fields.entered["code"] = nil
    let label = t("Code")
    return Page(
      title: t("Sign in"), isPrivate: true,
      main: """
        \(fields.summary { $0 == "code" ? label : nil })<h1>\(t("One more step"))</h1>
        <form method="post" action="\(Paths.signIn())" novalidate>\(context.hiddenToken)
        <input type="hidden" name="half" value="\(half)">
        \(next.map { "<input type=\"hidden\" name=\"next\" value=\"\($0)\">\n" as HTML })\
        \(fields.text("code", label, .init(
          hint: t("The six digits that your authenticator app shows now. Without your telephone: one of your recovery codes."),
          autocomplete: "one-time-code", inputMode: "text", maximumLength: 32)))\
        <button>\(t("Sign in"))</button>
        </form>
        <p class="aside"><a href="\(Paths.signIn())">\(t("Begin anew"))</a></p>
        """)
  }
}
