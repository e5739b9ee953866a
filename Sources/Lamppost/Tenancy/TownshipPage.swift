import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// One township: what it holds, its form, and whether it is served.
enum TownshipPage {
  static func show(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let township = try await context.application.operateTownships.find(slug, as: context.actor)
    return page(context, township, fields(township, context.t), notice(request, context.t)).response(context)
  }

  private static func fields(_ township: KeptTownship, _ t: Translator) -> FormFields {
    var fields = FormFields(t)
    fields.entered = [
      "name": [township.name], "hosts": [township.hosts.joined(separator: "\n")], "time_zone": [township.timeZone],
      "language": [township.language], "search_language": [township.searchLanguage],
    ]
    return fields
  }

  /// The answer to who made it and named its administrator.
  static func made(
    _ township: KeptTownship, _ asked: AskedAdministrator, _ request: Request, _ context: Context
  ) -> Page {
    let t = context.t
    let notice = InvitationPages.sent(
      asked.invitation, asked.link(township.origin(request)), context,
      before: t("The township is made and is served under its hosts."))
    return page(context, township, fields(township, t), notice)
  }

  private static func invite(
    _ form: PageForm, _ slug: String, _ request: Request, _ context: Context
  ) async throws -> Response {
    let operate = context.application.operateTownships
    do {
      var input = ObjectInput(TownshipForm.administrator(form), path: "administrator.")
      let administrator = NewAdministrator(&input)
      try input.finish()
      let (township, asked) = try await operate.inviteAdministrator(administrator, of: slug, as: context.actor)
      let notice = InvitationPages.sent(asked.invitation, asked.link(township.origin(request)), context)
      return page(context, township, fields(township, context.t), notice).response(context)
    } catch let problem as Problem where [422, 409].contains(problem.code.status.code) {
      let township = try await operate.find(slug, as: context.actor)
      // The other form of the page shows what the township has.
      var fields = FormFields(context.t, form, problem: problem)
      fields.entered.merge(Self.fields(township, context.t).entered) { $1 }
      var shown = page(context, township, fields, nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  static func submit(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let form = try context.postedForm()
    let operate = context.application.operateTownships
    let host = try request.hostName()
    if form["action"] == "invite" { return try await invite(form, slug, request, context) }
    do {
      let action = form["action"] ?? "save"
      if action == "save" {
        var input = ObjectInput(try TownshipForm.object(form, [], context))
        let change = TownshipInput(&input, isNew: false)
        try input.finish()
        _ = try await operate.change(slug, change, comingBy: host, as: context.actor)
      } else {
        _ = try await operate.change(slug, TownshipInput(isActive: action == "on"), comingBy: host, as: context.actor)
      }
      return .redirect(to: Paths.township(slug) + "?done=" + (action == "save" ? "1" : action == "on" ? "on" : "off"))
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      let township = try await operate.find(slug, as: context.actor)
      var shown = page(context, township, FormFields(context.t, form, problem: problem), nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func notice(_ request: Request, _ t: Translator) -> HTML? {
    let sentence: String? =
      switch request.query["done"] {
      case "made": t("The township is made and is served under its hosts.")
      case "on": t("The township is served again.")
      case "off": t("The township is switched off. Everything it holds is kept.")
      case nil: nil
      default: t("Saved.")
      }
    return sentence.map { Notice.done($0) }
  }

  private static func page(
    _ context: Context, _ township: KeptTownship, _ fields: FormFields, _ notice: HTML?
  ) -> Page {
    let t = context.t
    let form = TownshipForm(context, fields)
    return Page(
      title: township.name, isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.townships(), t("Townships")))\
        \(form.summary)<h1>\(township.name)</h1>
        \(notice)\(facts(township, t))\
        \(township.isActive ? invitation(township, form) : nil)\
        <h2>\(t("Change it"))</h2>
        <form method="post" action="\(Paths.township(township.slug))" enctype="multipart/form-data" novalidate data-guard>\
        \(context.hiddenToken)
        \(form.name)\(form.hosts)\(form.speech)\(form.boundary(mayRemove: township.bounds != nil))\
        <button name="action" value="save">\(t("Save"))</button>
        </form>
        \(township.slug == context.actor.tenant.slug ? nil : power(township, context))
        """)
  }

  private static func facts(_ township: KeptTownship, _ t: Translator) -> HTML {
    """
    <dl class="facts">
    <dt>\(t("Short name"))</dt><dd>\(township.slug)</dd>
    <dt>\(t("State"))</dt><dd>\(TownshipsPage.state(township, t))</dd>
    <dt>\(t("Reports"))</dt><dd>\(t.number(township.requests))</dd>
    <dt>\(t("Open"))</dt><dd>\(t.number(township.openRequests))</dd>
    <dt>\(t("Staff"))</dt><dd>\(t.number(township.staff))</dd>
    <dt>\(t("Boundary"))</dt><dd>\(township.bounds?.text ?? t("None: reports from anywhere are taken"))</dd>
    <dt>\(t("Made"))</dt><dd>\(When(township.createdAt, t).html)</dd>
    </dl>

    """
  }

  private static func invitation(_ township: KeptTownship, _ form: TownshipForm) -> HTML {
    let t = form.context.t
    return """
      <h2>\(t("Invite an administrator"))</h2>
      <p>\(t("They are sent a link to the township’s own address, choose a password there, and set it up: people, categories, settings."))</p>
      <form method="post" action="\(Paths.township(township.slug))" novalidate data-guard>\(form.context.hiddenToken)
      \(form.administrator(isOptional: false))
      <button name="action" value="invite">\(t("Invite"))</button>
      </form>

      """
  }

  /// Off and on, each said in words: off is not done in passing.
  private static func power(_ township: KeptTownship, _ context: Context) -> HTML {
    let t = context.t
    let (heading, words, button, value, style) =
      township.isActive
      ? (
        t("Switch it off"),
        t(
          "Its pages say so to everybody, its staff cannot sign in, no report is taken. Everything it holds is kept, and it can be switched on again."
        ),
        t("Switch off"), "off", "danger"
      )
      : (
        t("Switch it on"), t("Its pages are served and its staff can sign in again."), t("Switch on"), "on", "quiet"
      )
    return """
      <h2>\(heading)</h2>
      <p>\(words)</p>
      <form method="post" action="\(Paths.township(township.slug))">\(context.hiddenToken)\
      <button class="\(style)" name="action" value="\(value)">\(button)</button></form>

      """
  }
}
