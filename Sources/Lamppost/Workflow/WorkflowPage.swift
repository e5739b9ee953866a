import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// What the township makes of the workflow, as a form.
enum WorkflowPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let kept = try await context.application.changeWorkflow.read(as: context.actor)
    let settings = kept.value
    var fields = FormFields(context.t)
    fields.entered["closes_after_days"] = [settings.closesAfterDays.map(String.init) ?? ""]
    for status in Status.allCases {
      fields.entered[active(status)] = [settings.workflow.off.contains(status) ? "" : "true"]
      for language in Language.allCases {
        fields.entered[name(status, language)] = [settings.names[status]?[language.rawValue] ?? ""]
      }
    }
    return page(context, fields, kept.version, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      let object = input(form)
      _ = try await context.application.changeWorkflow(ifMatch: form.shownVersion, as: context.actor) { old in
        var input = ObjectInput(object)
        let new = WorkflowSettings(&input, changing: old)
        try input.finish()
        return new
      }
      return .redirect(to: Paths.adminWorkflow() + "?done=1")
    } catch let problem as Problem where [412, 422].contains(problem.code.status.code) {
      let isLate = problem.code == .versionMismatch
      let now = try await context.application.changeWorkflow.read(as: context.actor)
      var fields = FormFields(context.t, form, problem: isLate ? nil : problem)
      fields.names = names
      // Sent once more, it is meant for what stands there now.
      var shown = page(
        context, fields, isLate ? now.version : form.shownVersion ?? now.version,
        isLate ? AdministrationPage.overtaken(Paths.adminWorkflow(), context.t) : nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func active(_ status: Status) -> String { "active_\(status.rawValue)" }
  private static func name(_ status: Status, _ language: Language) -> String {
    "name_\(status.rawValue)_\(language.rawValue)"
  }

  /// The page's fields by the API's.
  private static let names: [String: String] = {
    var names: [String: String] = [:]
    for (index, status) in Status.allCases.enumerated() {
      names["statuses.\(index).active"] = active(status)
      for language in Language.allCases {
        names["statuses.\(index).names.\(language.rawValue)"] = name(status, language)
      }
    }
    return names
  }()

  /// The form as the API would have been sent it.
  private static func input(_ form: PageForm) -> JSONObject {
    func object(_ members: [(String, JSONValue)]) -> JSONObject {
      JSONObject(members: members.map { .init(key: $0.0, value: $0.1) })
    }
    let days = form["closes_after_days"].map { text in Int(text).map(JSONValue.integer) ?? .string(text) }
    let statuses = Status.allCases.map { status in
      let own = Language.allCases.map { language in
        (language.rawValue, form[name(status, language)].map(JSONValue.string) ?? .null)
      }
      let isActive = form[active(status)] == "true" || !Workflow.optional.contains(status)
      return JSONValue.object(
        object([
          ("status", .string(status.rawValue)), ("active", .bool(isActive)), ("names", .object(object(own))),
        ]))
    }
    return object([("closes_after_days", days ?? .null), ("statuses", .array(statuses))])
  }

  private static func page(_ context: Context, _ fields: FormFields, _ version: Int, _ notice: HTML?) -> Page {
    let t = context.t
    let days = t("Days until a completed request is closed")
    var labels = ["closes_after_days": days]
    for status in Status.allCases {
      for language in Language.allCases {
        labels[name(status, language)] = "\(status.usualTitle(t)): \(language.name)"
      }
    }
    return Page(
      title: t("Statuses and closing"), styles: ["administration"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(fields.summary { labels[$0] })<h1>\(t("Statuses and closing"))</h1>
        \(notice)\
        <form method="post" action="\(Paths.adminWorkflow())" novalidate data-guard>\(context.hiddenToken)\
        <input type="hidden" name="version" value="\(version)">
        \(fields.text("closes_after_days", days,
          .init(hint: t("When its reporter has said nothing for so long. Empty: never by itself."),
            inputMode: "numeric", isOptional: true)))\
        <h2>\(t("Statuses"))</h2>
        <p class="hint">\(t("Switch off what you do not use, and give the rest your own names. They are shown on every page and in mails; programs go on with the usual words. A request that stands in a status when it is switched off stays there until somebody moves it on."))</p>
        \(Status.allCases.map { group($0, fields, t) })\
        <button>\(t("Save"))</button>
        </form>
        """)
  }

  private static func group(_ status: Status, _ fields: FormFields, _ t: Translator) -> HTML {
    let use =
      Workflow.optional.contains(status)
      ? fields.checkbox(active(status), t("Used"))
      : "<p class=\"hint\">\(t("Always used."))</p>\n"
    let own = Language.allCases.map { name(status, $0) }
    let given = own.map(fields.value).filter { !$0.isEmpty }
    let isOpen = own.contains { fields.error($0) != nil }
    return """
      <fieldset class="card status-names"><legend>\(status.usualTitle(t))</legend>
      \(use)\
      <details\(isOpen ? " open" as HTML : nil)><summary>\(t("Own names"))\(given.isEmpty
        ? nil : "<span class=\"muted\">: \(given.joined(separator: ", "))</span>" as HTML)</summary>
      \(Language.allCases.map { language in
        fields.text(
          name(status, language), t("Own name, {language}", ["language": language.name]),
          .init(maximumLength: WorkflowSettings.longestName))
      })</details></fieldset>

      """
  }
}
