import FoundationEssentials
import HTML
import HTTPServer
import Localization

/// The township's configuration as a file: fetched here, and brought in after a look at what it would change.
enum ConfigurationPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    page(context, FormFields(context.t), nil).response(context)
  }

  static func download(_ request: Request, _ context: Context) async throws -> Response {
    ConfigurationRoutes.file(try await context.application.importConfiguration.export(as: context.actor), context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let quarantine = context.application.quarantine
    let room = HeldFiles(secret: context.application.secret, quarantine: quarantine)
    let name = "configuration\n\(context.actor.tenant.id)\n\(context.actor.person?.id ?? 0)"
    let held = form["held"].map { room.open($0, form: name) }?.first.flatMap { room.isThere($0) ? $0 : nil }
    let isDryRun = form["action"] != "apply"
    do {
      guard let file = form.files.first ?? held else { throw Problem.field("file", .required, "is required") }
      let bytes = try contents(quarantine.path(file.id))
      let outcome = try await context.application.importConfiguration(bytes, isDryRun: isDryRun, as: context.actor)
      if !isDryRun { quarantine.discard([file]) }
      let shown = told(outcome, held: isDryRun ? room.seal([file], form: name) : nil, context)
      return page(context, FormFields(context.t), shown).response(context)
    } catch let problem as Problem where [400, 413, 422].contains(problem.code.status.code) {
      quarantine.discard(form.files)
      let isMissing = problem.errors.contains { $0.field == "file" }
      var shown = page(
        context, FormFields(context.t, problem: isMissing ? problem : nil),
        isMissing ? nil : refused(problem, context.t))
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    let data = try Data(contentsOf: URL(filePath: path))
    if data.count > ImportConfiguration.largest { throw Problem(.tooLarge) }
    return Array(data)
  }

  /// Mistakes of a file have no field of the page: each stands with its path.
  private static func refused(_ problem: Problem, _ t: Translator) -> HTML {
    """
    <div class="error-summary" role="alert" tabindex="-1" autofocus aria-labelledby="refused">
    <h2 id="refused">\(t("Nothing was changed"))</h2>
    <p>\(t(problem.code.title))</p>
    \(problem.errors.isEmpty ? nil : """
        <ul>
        \(problem.errors.prefix(100).map { "<li><code>\($0.field)</code>: \(t($0.code.title))</li>\n" as HTML })</ul>
        """ as HTML)</div>

    """
  }

  private static func told(_ outcome: ConfigurationOutcome, held: String?, _ context: Context) -> HTML {
    let t = context.t
    let count = outcome.changes.count
    let sentence =
      count == 0
      ? t("The file says what stands here already: there is nothing to change.")
      : outcome.isDryRun
        ? t.plural(
          "{count} thing would change. Nothing has been saved yet.",
          "{count} things would change. Nothing has been saved yet.", count)
        : t.plural("{count} thing was changed.", "{count} things were changed.", count)
    let rows = outcome.changes.prefix(ConfigurationOutcome.shown).map { change in
      """
      <tr><td>\(title(change.section, t))</td><td>\(change.name == "order" ? t("Order") : change.name)</td>\
      <td>\(change.isNew ? t("new") : t("changed"))</td></tr>

      """ as HTML
    }
    let table: HTML = """
      <div class="scroll" tabindex="0" role="region" aria-label="\(t("Changes"))"><table id="changes">
      <thead><tr><th scope="col">\(t("What"))</th><th scope="col">\(t("Name"))</th><th scope="col">\(t("Change"))</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
    let apply: HTML? = held.map { held in
      """
      <form method="post" action="\(Paths.adminConfiguration())">\(context.hiddenToken)\
      <input type="hidden" name="action" value="apply"><input type="hidden" name="held" value="\(held)">
      <button>\(t("Apply these changes"))</button></form>

      """
    }
    return """
      <div class="notice\(outcome.isDryRun ? nil : " good" as HTML)" role="status" tabindex="-1" autofocus id="outcome">\
      <p>\(sentence)</p></div>
      \(count == 0 ? nil : table)\(count == 0 ? nil : apply)
      """
  }

  private static func title(_ section: TownshipConfiguration.Section, _ t: Translator) -> String {
    switch section {
    case .settings: t("Township settings")
    case .branding: t("Name, colours and logo")
    case .workflow: t("Statuses and closing")
    case .deadlines: t("Warnings of target dates")
    case .departments: t("Departments")
    case .calendars: t("Calendars")
    case .categories: t("Categories")
    case .templates: t("Templates")
    case .areas: t("Areas")
    case .rules: t("Routing rules")
    }
  }

  private static func page(_ context: Context, _ fields: FormFields, _ notice: HTML?) -> Page {
    let t = context.t
    return Page(
      title: t("Configuration file"), styles: ["administration"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(fields.summary { $0 == "file" ? t("File") : nil })<h1>\(t("Configuration file"))</h1>
        \(notice)\
        <p>\(t("Settings, statuses, departments, calendars, categories, templates, areas and rules in one file: to keep, to compare, or to set up another township by. People and passwords are not in it."))</p>
        <h2>\(t("Download"))</h2>
        <p><a class="button" href="\(Paths.adminConfigurationFile())" download>\(t("Download the file"))</a></p>
        <h2>\(t("Bring a file in"))</h2>
        <form method="post" action="\(Paths.adminConfiguration())" enctype="multipart/form-data">\(context.hiddenToken)
        \(fields.file("file", t("File"), accept: ".json,application/json",
          .init(hint: t("What the file does not speak of stays. You see what would change before anything is saved."))))\
        <button>\(t("See what would change"))</button>
        </form>
        """)
  }
}
