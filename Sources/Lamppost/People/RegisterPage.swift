import Civic
import Credentials
import HTML
import HTTPServer
import Localization

/// Making an account in a browser: three fields, and one is signed in.
enum RegisterPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let next = request.query["next"]
    if context.actor.person != nil { return .redirect(to: SignInPage.destination(next, context)) }
    return page(context, next: next).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      try await context.limitReports()
      var input = ObjectInput(form, ["email", "name"], secrets: ["password"])
      let new = NewPerson(&input)
      try input.finish()
      let application = context.application
      let person = try await application.registerPerson(
        email: new.email, name: new.name, password: new.password, role: .citizen, tenantID: context.actor.tenant.id)
      let token = try await application.sessions.create(
        personID: person.id, epoch: RegisterPerson.firstEpoch, tenant: context.actor.tenant, browser: request.browser)
      if let session = context.session { try await application.sessions.end(session, tenant: context.actor.tenant) }
      var response = Response.redirect(to: form["next"]?.asLocalPath ?? Paths.account() + "?welcome=1")
      response.headers.add("Set-Cookie", SessionStore.cookie(token))
      return response
    } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
      var shown = page(context, form: form, problem: problem, next: form["next"])
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(
    _ context: Context, form: PageForm? = nil, problem: Problem? = nil, next: String?
  ) -> Page {
    let t = context.t
    let fields = FormFields(t, form, problem: problem)
    let labels = ["name": t("Your name"), "email": t("Email address"), "password": t("Password")]
    let query = next.map { "?" + Query([("next", $0)]).encoded } ?? ""
    return Page(
      title: t("Make an account"), messages: AccountForms.messages, isPrivate: true,
      main: """
        \(fields.summary { labels[$0] })<h1>\(t("Make an account"))</h1>
        <p>\(t("With an account you find all your reports in one place. You can report a problem without one."))</p>
        \(problem?.errors.contains { $0.code == .emailTaken } == true ? taken(t, query) : nil)\
        <form method="post" action="\(Paths.register())" novalidate>\(context.hiddenToken)
        \(next.map { "<input type=\"hidden\" name=\"next\" value=\"\($0)\">\n" as HTML })\
        \(fields.text("name", labels["name"]!, .init(hint: t("Staff see it beside your reports. The public does not."),
          autocomplete: "name", maximumLength: 200)))\
        \(fields.text("email", labels["email"]!,
          .init(type: "email", autocomplete: "username", inputMode: "email", maximumLength: 254)))\
        \(AccountForms.newPassword(fields, "password", labels["password"]!))\
        <button>\(t("Make an account"))</button>
        </form>
        <p class="aside">\(t("You have an account already?")) <a href="\(Paths.signIn())\(query)">\(t("Sign in"))</a>. \
        <a href="\(Paths.privacy())">\(t("What we keep about you"))</a>.</p>
        """)
  }

  private static func taken(_ t: Translator, _ query: String) -> HTML {
    "<p><a href=\"\(Paths.signIn())\(query)\">\(t("Sign in with this address instead"))</a></p>\n"
  }
}

/// What the forms about accounts share.
enum AccountForms {
  /// The English of what `Client/pages/app.ts` says beside a password.
  static let messages = ["Show", "Hide", "Show password", "Hide password"]

  static func newPassword(_ fields: FormFields, _ name: String, _ label: String) -> HTML {
    let length = fields.t.number(PasswordRule.shortest)
    return fields.text(
      name, label,
      .init(
        hint: fields.t(
          "At least {number} characters. Three or four words are easy to keep in mind.", ["number": length]),
        type: "password", autocomplete: "new-password"))
  }
}
