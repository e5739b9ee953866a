import Credentials
import HTML
import HTTPServer
import Localization
import QRCode

/// The second factor of one's own account in a browser: set up in two steps, renewed, switched off.
enum SecurityPage {
  /// What one form of the page asks for.
  private enum Action: String { case begin, confirm, codes, remove }

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    try await page(context, isDone: request.query["done"] != nil).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let person = try context.person()
    guard let action = form["action"].flatMap(Action.init) else {
      throw Problem(.malformedRequest, "The form does not say what to do.")
    }
    let change = context.application.changeSecondFactor
    do {
      switch action {
      case .begin:
        // Not after a redirect: the secret is shown in answer to the password, and never again.
        let app = try await change.begin(try password(form), of: person, in: context)
        return try await page(context, begun: app).response(context)
      case .confirm:
        guard let code = form["code"] else { throw Problem.field("code", .required, "is required") }
        let codes = try await change.finish(code, of: person, language: context.language, in: context)
        return try await RecoveryCodesPage.page(codes, context).response(context).signedInAgain(
          person, request, context)
      case .codes:
        let codes = try await change.renewRecoveryCodes(
          try password(form), of: person, language: context.language, in: context)
        return RecoveryCodesPage.page(codes, context).response(context)
      case .remove:
        try await change.remove(try password(form), of: person, language: context.language, in: context)
        return .redirect(to: Paths.accountSecurity() + "?done=off")
      }
    } catch let problem as Problem where [401, 409, 422, 429].contains(problem.code.status.code) {
      var shown = try await page(context, form: form, problem: problem)
      shown.status = problem.code.status == .unauthorized ? .unprocessableContent : problem.code.status
      return shown.response(context)
    }
  }

  private static func password(_ form: PageForm) throws(Problem) -> String {
    var input = ObjectInput(form, [], secrets: ["password"])
    let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
    try input.finish()
    return password
  }

  private static func page(
    _ context: Context, form: PageForm? = nil, problem: Problem? = nil, isDone: Bool = false,
    begun: OneTimePassword? = nil
  ) async throws -> Page {
    let t = context.t
    let person = try context.person()
    let (factors, tenant) = (context.application.secondFactors, context.actor.tenant)
    let state = try await factors.state(of: person.id, tenant: tenant)
    var fields = FormFields(t, form, problem: problem)
    // The password is asked for by each form that changes something: what is wrong belongs to the one that was sent.
    let sent = form?["action"].flatMap(Action.init) ?? .begin
    fields.scope = sent.rawValue
    let parts = SecurityParts(context: context, fields: fields, person: person, sent: sent.rawValue)
    let main: HTML
    if state.confirmedAt != nil {
      main = parts.isOn(state)
    } else if let begun {
      main = parts.secondStep(begun)
    } else if state.hasBegun {
      main = parts.thirdStep
    } else {
      main = parts.isOff
    }
    return Page(
      title: t("Security"), styles: ["account"], messages: AccountForms.messages, isPrivate: true,
      main: """
        \(AccountTabs(context: context).html)\
        \(parts.fields.summary { parts.labels[$0] })\
        <h1>\(t("Security"))</h1>
        \(person.lacksSecondFactor ? parts.demand : nil)\
        \(isDone ? Notice.done(t("The second factor is switched off.")) : nil)\
        \(main)
        """)
  }
}

/// The parts of the page, by how the account stands.
struct SecurityParts {
  let context: Context
  /// Of the form that was sent.
  let fields: FormFields
  let person: Actor.Person
  let sent: String

  private var t: Translator { context.t }

  var labels: [String: String] { ["password": t("Your password"), "code": t("Code")] }

  var demand: HTML {
    """
    <div class="notice" role="status"><p>\(t("Your township asks for a second factor of everybody with your role. Until you have set one up, your work is closed to you."))</p></div>

    """
  }

  private func form(_ action: String, _ content: HTML) -> HTML {
    """
    <form method="post" action="\(Paths.accountSecurity())" novalidate>\(context.hiddenToken)\
    <input type="hidden" name="action" value="\(action)">
    <input type="hidden" autocomplete="username" value="\(person.email)">
    \(content)</form>

    """
  }

  private func fields(_ action: String) -> FormFields {
    if action == sent { return fields }
    var others = FormFields(t)
    others.scope = action
    return others
  }

  private func password(_ action: String) -> HTML {
    fields(action).text("password", labels["password"]!, .init(type: "password", autocomplete: "current-password"))
  }

  /// A part that is seldom wanted; open where something in it is wrong.
  private func folded(_ action: String, _ title: String, _ hint: String, _ button: HTML) -> HTML {
    """
    <details\(fields(action).errors.isEmpty ? nil : " open" as HTML)><summary>\(title)</summary>
    <p class="hint">\(hint)</p>
    \(form(action, "\(password(action))\(button)"))</details>

    """
  }

  var isOff: HTML {
    """
    <section class="card" aria-labelledby="factor-title">
    <h2 id="factor-title">\(t("A second factor"))</h2>
    <p>\(t("Beside your password, signing in then asks for a code that an app on your telephone shows. A password that somebody has guessed or read opens nothing alone."))</p>
    <p>\(t("You need an authenticator app, for example Aegis, FreeOTP or the one of your telephone’s maker."))</p>
    \(form("begin", "\(password("begin"))<button>\(t("Set it up"))</button>"))\
    </section>
    """
  }

  private var code: HTML {
    form(
      "confirm",
      """
      \(fields("confirm").text("code", labels["code"]!, .init(hint: t("The six digits that the app shows now."),
        autocomplete: "one-time-code", inputMode: "numeric", maximumLength: 8)))<button>\(t("Switch it on"))</button>
      """)
  }

  /// The secret has been shown.
  var thirdStep: HTML {
    """
    <section class="card" aria-labelledby="code-title">
    <h2 id="code-title">\(t("Type what your app shows"))</h2>
    \(code)\
    \(folded("begin", t("Begin again"), t("Your app is then shown a new secret, and the one it has opens nothing."),
      "<button>\(t("Begin again"))</button>"))\
    </section>
    """
  }

  func secondStep(_ app: OneTimePassword) -> HTML {
    let uri = app.uri(issuer: context.actor.tenant.name, account: person.email)
    let groups = stride(from: 0, to: app.base32.count, by: 4).map { start in
      String(app.base32.dropFirst(start).prefix(4))
    }
    return """
      <section class="card" aria-labelledby="factor-title">
      <h2 id="factor-title">\(t("Show this to your app"))</h2>
      <div class="keep"><div>
      <p>\(t("Let the app take a picture of the code, or type this secret into it:"))</p>
      <p><code class="code" id="secret">\(groups.joined(separator: " "))</code></p>
      </div>\(QRCode(uri).map { $0.picture(label: t("QR code for the app")) })</div>
      \(code)\
      </section>
      """
  }

  func isOn(_ state: SecondFactors.State) -> HTML {
    """
    <section class="card" aria-labelledby="factor-title">
    <h2 id="factor-title">\(t("The second factor is on"))</h2>
    <p>\(state.confirmedAt.map { t("Since {date}.", ["date": t.date($0)]) })
    \(t.plural("{count} recovery code is left.", "{count} recovery codes are left.", state.recoveryCodesLeft))</p>
    \(folded("codes", t("New recovery codes"), t("Those you have are then good for nothing."),
      "<button>\(t("Make new codes"))</button>"))\
    \(folded("remove", t("Switch it off, or move to another telephone"),
      t("Switch it off here and set it up again with the other telephone."),
      "<button class=\"danger\">\(t("Switch it off"))</button>"))\
    </section>
    """
  }
}

/// The recovery codes, shown once.
enum RecoveryCodesPage {
  static func page(_ codes: [RecoveryCode], _ context: Context) -> Page {
    let t = context.t
    return Page(
      title: t("Your recovery codes"), styles: ["account"], isPrivate: true,
      main: """
        <h1>\(t("Your recovery codes"))</h1>
        <p class="notice" role="status">\(t("Keep these where your telephone is not: on paper, or in a password manager. They are not shown again."))</p>
        <ul class="code" id="recovery-codes">
        \(codes.map { "<li><code>\($0.text)</code></li>\n" as HTML })</ul>
        <p class="cluster"><button type="button" class="quiet" data-print hidden>\(t("Print"))</button> \
        <button type="button" class="quiet" data-copy="\(codes.map(\.text).joined(separator: "\n"))" hidden>\(t("Copy"))</button></p>
        <p>\(t("Each opens your account once in place of the app’s code."))</p>
        <p><a class="button" href="\(Paths.accountSecurity())">\(t("I have kept them"))</a></p>
        """)
  }
}

extension QRCode {
  /// For a telephone's camera, on the screen or on paper.
  func picture(label: String) -> HTML {
    """
    <svg class="qr" role="img" aria-label="\(label)" viewBox="0 0 \(fullWidth) \(fullWidth)" \
    shape-rendering="crispEdges"><path fill="#fff" d="M0 0h\(fullWidth)v\(fullWidth)H0z"/>\
    <path fill="#000" d="\(svgPath)"/></svg>
    """
  }
}
