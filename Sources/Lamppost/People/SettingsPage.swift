import Credentials
import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// One's own account in a browser: name, password, where one is signed in, one's data.
enum SettingsPage {
  /// What one form of the page asks for.
  private enum Action: String { case name, email, password, session, others }

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    try await page(context, done: request.query["done"].flatMap(Action.init)).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    guard let action = form["action"].flatMap(Action.init) else {
      throw Problem(.malformedRequest, "The form does not say what to do.")
    }
    do {
      var response = Response.redirect(to: Paths.accountSettings() + "?done=\(action.rawValue)")
      if let token = try await change(action, form, request, context) {
        response.headers.add("Set-Cookie", SessionStore.cookie(token))
      }
      return response
    } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
      var shown = try await page(context, form: form, problem: problem)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  /// - Returns: the session's new token, where it has one.
  private static func change(
    _ action: Action, _ form: PageForm, _ request: Request, _ context: Context
  ) async throws -> SessionToken? {
    let person = try context.person()
    let (application, tenant) = (context.application, context.actor.tenant)
    switch action {
    case .name:
      var input = ObjectInput(form, ["name"])
      let name = input.requiredText("name", maximum: 200)
      try input.finish()
      _ = try await application.changeAccount.rename(person, to: name, tenant: tenant)
    case .password:
      var input = ObjectInput(form, [], secrets: ["current_password", "new_password"])
      let password = ChangeAccount.NewPassword(&input)
      try input.finish()
      return try await application.changeAccount.setPassword(
        password, of: person, language: context.language, in: context, browser: request.browser)
    case .email:
      var input = ObjectInput(form, ["email"], secrets: ["password"])
      let address = ChangeAddress.NewAddress(&input)
      try input.finish()
      try await application.changeAddress.ask(address, of: person, language: context.language, in: context)
    case .session:
      try await application.signedInPlaces.end(form["session"] ?? "", of: person, in: context)
    case .others:
      return try await application.signedInPlaces.endOthers(of: person, in: context, browser: request.browser)
    }
    return nil
  }

  private static func page(
    _ context: Context, form: PageForm? = nil, problem: Problem? = nil, done: Action? = nil
  ) async throws -> Page {
    let person = try context.person()
    let sessions = try await context.application.signedInPlaces.list(of: person, in: context)
    let t = context.t
    var fields = FormFields(t, form, problem: problem)
    if fields.value("name").isEmpty && fields.error("name") == nil { fields.entered["name"] = [person.name] }
    let parts = SettingsParts(context: context, fields: fields)
    return Page(
      title: t("Account settings"), styles: ["account"], messages: AccountForms.messages, isPrivate: true,
      main: """
        \(AccountTabs(context: context).html)\
        \(fields.summary { parts.labels[$0] })\
        <h1>\(t("Account settings"))</h1>
        \(done.map { note($0, t) })\
        \(parts.name(person))\(parts.email(person))\(parts.password)\(parts.sessions(sessions))\(parts.language)\(parts.data)
        """)
  }

  private static func note(_ done: Action, _ t: Translator) -> HTML {
    let sentence =
      switch done {
      case .name: t("Your name has been changed.")
      case .email: t("We have sent a mail to the new address. The change counts once you have opened its link.")
      case .password: t("Your password has been changed. Everywhere else you are signed out.")
      case .session: t("It is signed out.")
      case .others: t("Everywhere else you are signed out.")
      }
    return Notice.done(sentence)
  }
}

/// The sections of the settings.
struct SettingsParts {
  let context: Context
  let fields: FormFields

  private var t: Translator { context.t }

  var labels: [String: String] {
    [
      "name": t("Your name"), "current_password": t("Current password"), "new_password": t("New password"),
      "email": t("New email address"), "password": t("Your password"),
    ]
  }

  private func form(_ action: String, _ content: HTML) -> HTML {
    """
    <form method="post" action="\(Paths.accountSettings())" novalidate>\(context.hiddenToken)\
    <input type="hidden" name="action" value="\(action)">
    \(content)</form>

    """
  }

  func name(_ person: Actor.Person) -> HTML {
    """
    <section class="card" aria-labelledby="name-title">
    <h2 id="name-title">\(t("Who you are"))</h2>
    \(form(
      "name",
      """
      \(fields.text("name", labels["name"]!, .init(autocomplete: "name", maximumLength: 200)))\
      <button>\(t("Save name"))</button>
      """))\
    </section>

    """
  }

  /// Where no mail is sent no new address can answer.
  func email(_ person: Actor.Person) -> HTML {
    let change = form(
      "email",
      """
      \(fields.text("email", labels["email"]!,
        .init(type: "email", autocomplete: "email", inputMode: "email", maximumLength: 254)))\
      \(fields.text("password", labels["password"]!, .init(type: "password", autocomplete: "current-password")))\
      <button>\(t("Change address"))</button>
      """)
    return """
      <section class="card" aria-labelledby="email-title">
      <h2 id="email-title">\(t("Email address"))</h2>
      <p>\(person.email)</p>
      \(context.application.sendsMail ? change : nil)</section>

      """
  }

  var password: HTML {
    """
    <section class="card" aria-labelledby="password-title">
    <h2 id="password-title">\(t("Change your password"))</h2>
    <p class="hint">\(t("You stay signed in here, and are signed out everywhere else."))</p>
    \(form(
      "password",
      """
      <input type="hidden" autocomplete="username" value="\(context.actor.person?.email)">
      \(fields.text("current_password", labels["current_password"]!,
        .init(type: "password", autocomplete: "current-password")))\
      \(AccountForms.newPassword(fields, "new_password", labels["new_password"]!))\
      <button>\(t("Change password"))</button>
      """))\
    </section>

    """
  }

  func sessions(_ sessions: [ListedSession]) -> HTML {
    let others = sessions.filter { !$0.isCurrent }
    return """
      <section class="card" aria-labelledby="sessions-title" id="sessions">
      <h2 id="sessions-title">\(t("Where you are signed in"))</h2>
      \(sessions.isEmpty ? "<p>\(t("Nowhere."))</p>\n" as HTML : "<ul class=\"sessions\">\n\(sessions.map(session))</ul>\n")\
      \(others.count < 2 ? nil : form(
        "others", "<button class=\"quiet\">\(t("Sign out everywhere else"))</button>"))\
      </section>

      """
  }

  private func session(_ session: ListedSession) -> HTML {
    let name = session.kind == .program ? t("A program") : SettingsParts.name(of: session.browser, t)
    let end: HTML = """
      <input type="hidden" name="session" value="\(session.id)"><button class="quiet small">\(t("Sign out"))\
      <span class="visually-hidden"> \(name)</span></button>
      """
    return """
      <li><div><strong>\(name)</strong>\
      \(session.isCurrent ? " <span class=\"badge plain\">\(t("This browser"))</span>" as HTML : nil)<br>
      <span class="muted small">\(t("Last used")) \(When(session.lastUsedAt, t).html) · \(t("since")) \
      \(When(session.createdAt, t).html)</span></div>
      \(session.isCurrent ? nil : form("session", end))</li>

      """
  }

  static func name(of browser: BrowserName, _ t: Translator) -> String {
    let name = browser.browser?.replacing("-", with: " ")
    return switch (name, browser.system) {
    case (let browser?, let system?): t("{browser} on {system}", ["browser": browser, "system": system])
    case (let one?, nil), (nil, let one?): one
    case (nil, nil): t("Unknown browser")
    }
  }

  var language: HTML {
    """
    <section class="card" aria-labelledby="language-title">
    <h2 id="language-title">\(t("Language"))</h2>
    <form method="post" action="\(Paths.language())">\(context.hiddenToken)\
    <input type="hidden" name="return" value="\(Paths.accountSettings())">
    <p class="cluster">\(Language.allCases.map { language in
      """
      <button class="\(language == context.language ? "small" : "quiet small")" name="language" \
      value="\(language.rawValue)" lang="\(language.rawValue)"\
      \(language == context.language ? " aria-current=\"true\"" as HTML : nil)>\(language.name)</button>

      """ as HTML
    })</p>
    </form>
    </section>

    """
  }

  var data: HTML {
    """
    <section class="card" aria-labelledby="data-title">
    <h2 id="data-title">\(t("Your data"))</h2>
    <p>\(t("Everything that is kept under your account, in one file that programs can read."))</p>
    <p><a class="button quiet" href="\(Paths.export())" download>\(t("Download my data"))</a></p>
    <h3>\(t("Delete your account"))</h3>
    <p>\(t("Your reports stay and become anonymous. This cannot be undone."))</p>
    <p><a class="button danger" href="\(Paths.accountDeletion())">\(t("Delete my account"))</a></p>
    </section>

    """
  }
}
