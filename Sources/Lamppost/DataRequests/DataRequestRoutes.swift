import HTML
import HTTPServer
import JSON
import Localization

/// Somebody asks for their data, or for its end: staff look for it by address or tracking code. Both stand in the body,
/// never in an address, so that no log holds them.
enum DataRequestRoutes {
  /// `{subject, action}`
  static func answer(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let action = input.requiredOption("action", DataRequests.Action.allCases, name: \.rawValue)
    let subject = subject(&input)
    try input.finish()
    guard let subject else { throw Problem.notFound }
    switch action {
    case .export:
      return download(try await context.application.dataRequests.export(subject, as: context.actor))
    case .delete:
      let counts = try await context.application.dataRequests.delete(subject, as: context.actor)
      return .json(.ok) { json in counts.write(to: &json) }
    }
  }

  static func subject(_ input: inout ObjectInput) -> DataSubject? {
    let typed = input.requiredText("subject", maximum: 254)
    let subject = DataSubject(typed)
    if subject == nil && !typed.isEmpty {
      input.refuse("subject", .invalidFormat, "must be an email address or a tracking code")
    }
    return subject
  }

  static func download(_ bytes: [UInt8]) -> Response {
    var response = Response(.ok, contentType: "application/json", bytes: bytes)
    response.headers["Content-Disposition"] = "attachment; filename=\"data.json\""
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }
}

/// The same as a page.
enum DataRequestPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    var shown = page(context, FormFields(context.t), nil)
    if context.actor.isLimited { shown.status = .forbidden }
    return shown.response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let t = context.t
    do {
      var input = ObjectInput(form.object(texts: ["subject"]))
      let subject = DataRequestRoutes.subject(&input)
      try input.finish()
      guard let subject else { throw Problem.notFound }
      let requests = context.application.dataRequests
      switch form["action"] {
      case "export": return DataRequestRoutes.download(try await requests.export(subject, as: context.actor))
      case "delete":
        let counts = try await requests.delete(subject, as: context.actor)
        let values = numbers(counts, t)
        return page(
          context, FormFields(t),
          """
          <p class="notice good" role="status">\(t("Deleted: {accounts} accounts, the people of {reports} reports, {follows} followings, {invitations} invitations, {changes} changes of address.", values))</p>

          """
        ).response(context)
      default:
        let counts = try await requests.counts(subject, as: context.actor)
        return page(context, FormFields(t, form), found(counts, form, context)).response(context)
      }
    } catch let problem as Problem where [403, 422].contains(problem.code.status.code) {
      var shown = page(context, FormFields(t, form, problem: problem), nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func numbers(_ counts: DataRequests.Counts, _ t: Translator) -> [String: String] {
    [
      "accounts": t.number(counts.accounts), "reports": t.number(counts.requests), "follows": t.number(counts.follows),
      "invitations": t.number(counts.invitations), "changes": t.number(counts.addressChanges),
    ]
  }

  private static func found(_ counts: DataRequests.Counts, _ form: PageForm, _ context: Context) -> HTML {
    let t = context.t
    if counts.isEmpty {
      return "<p class=\"notice\" role=\"status\" id=\"found\">\(t("Nothing is kept of this."))</p>\n"
    }
    return """
      <section class="card" id="found" aria-labelledby="found-title">
      <h2 id="found-title">\(t("What was found"))</h2>
      <p role="status">\(t("{accounts} accounts, {reports} reports, {follows} followings, {invitations} invitations, {changes} changes of address", numbers(counts, t)))</p>
      <form method="post" action="\(Paths.dataRequestPage())">\(context.hiddenToken)
      <input type="hidden" name="subject" value="\(form["subject"] ?? "")">
      <p><button name="action" value="export">\(t("Download everything"))</button></p>
      <p>\(t("Deleting ends the account, forgets who reported, and destroys the private talk and what was never public. It cannot be undone."))</p>
      <p><button class="quiet danger" name="action" value="delete">\(t("Delete for good"))</button></p>
      </form>
      </section>

      """
  }

  private static func page(_ context: Context, _ fields: FormFields, _ notice: HTML?) -> Page {
    let t = context.t
    let label = t("Email address or tracking code")
    let form: HTML =
      context.actor.isLimited
      ? "<p class=\"notice warn\" id=\"limited\">\(t("You work within some areas or categories alone. What is kept of somebody may lie anywhere: ask a colleague who is not limited."))</p>"
      : """
      <p>\(t("Make sure that it is them: only who reads mail at the address, or holds the tracking code, may be given what is found."))</p>
      <form method="post" action="\(Paths.dataRequestPage())" novalidate>\(context.hiddenToken)
      \(fields.text("subject", label, .init(autocomplete: "off", maximumLength: 254)))\
      <button name="action" value="find">\(t("Look for it"))</button>
      </form>
      """
    return Page(
      title: t("Somebody asks for their data"), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.moderationPage(), t("Moderation")))\
        \(fields.summary { $0 == "subject" ? label : nil })<h1>\(t("Somebody asks for their data"))</h1>
        \(notice)\(form)
        """)
  }
}
