import HTML
import HTTPServer
import Localization

/// The layers of areas with their areas, and the way to bring in a file.
enum AreaListPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    var layout = AreaListLayout(context: context)
    layout.layer = request.query["layer"]
    if request.query["done"] == "removed" { layout.notice = Notice.done(context.t("The area has been deleted.")) }
    return try await layout.response()
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let quarantine = context.application.quarantine
    defer { quarantine.discard(form.files) }
    var layout = AreaListLayout(context: context, form: form)
    do {
      guard let file = form.files.first else { throw Problem.field("file", .required, "is required") }
      guard let layer = form["layer"] else { throw Problem.field("layer", .required, "is required") }
      guard LayerName.isName(layer) else { throw Problem.field("layer", .invalidFormat, "must be letters and digits") }
      let outcome = try await context.application.importLayer(
        try contents(of: file, quarantine), layer: layer, nameProperty: form["name_property"] ?? "name",
        isDryRun: form["action"] != "import", as: context.actor)
      layout.layer = outcome.layer
      layout.notice = told(outcome, context.t)
    } catch let problem as Problem {
      guard [.unprocessableContent, .badRequest, .contentTooLarge].contains(problem.code.status) else { throw problem }
      layout.problem = problem
    }
    return try await layout.response()
  }

  private static func contents(of file: QuarantinedFile, _ quarantine: Quarantine) throws -> [UInt8] {
    if file.bytes > ImportLayer.largest { throw Problem.field("file", .tooLong, "is too large") }
    return try quarantine.take(file, upTo: ImportLayer.largest)
  }

  private static func told(_ outcome: ImportLayer.Outcome, _ t: Translator) -> HTML {
    let figures = [
      t.plural("{count} area is new", "{count} areas are new", outcome.added),
      t.plural("{count} area changes", "{count} areas change", outcome.changed),
      t.plural("{count} area stays as it is", "{count} areas stay as they are", outcome.unchanged),
      t.plural(
        "{count} area of the layer is not in the file and stays",
        "{count} areas of the layer are not in the file and stay", outcome.untouched),
    ]
    let mended: HTML? =
      outcome.mended.isEmpty
      ? nil
      : """
      <p>\(t("Boundaries that cross themselves are mended: {names}", [
        "names": outcome.mended.joined(separator: ", "),
      ]))</p>
      """
    let head = outcome.isDryRun ? t("The file can be imported. Nothing has been changed yet.") : t("Imported.")
    let last =
      outcome.isDryRun
      ? t("Choose the file again and import it.") : t("Which requests lie in them is being found out now.")
    return Notice.done(head, "<ul>\(figures.map { "<li>\($0)</li>" as HTML })</ul>\(mended)<p>\(last)</p>")
  }
}

/// The page put together.
struct AreaListLayout {
  let context: Context
  var form: PageForm?
  var problem: Problem?
  /// The layer whose areas are listed.
  var layer: String?
  var notice: HTML?

  private var t: Translator { context.t }

  init(context: Context, form: PageForm? = nil) { (self.context, self.form) = (context, form) }

  func response() async throws -> Response {
    let keep = context.application.keepAreas
    let layers = try await keep.layers(as: context.actor)
    let shown = layer.flatMap { layer in layers.contains { $0.name == layer } ? layer : nil }
    let areas: [KeepAreas.Item] =
      if let shown { try await keep.list(layer: shown, as: context.actor) } else { [] }
    var fields = FormFields(t, form, problem: problem)
    // What is wrong with a feature is wrong with the file.
    for error in fields.errors where error.field.hasPrefix("features") { fields.names[error.field] = "file" }
    if form == nil { fields.entered = ["layer": [layer ?? ""], "name_property": ["name"]] }
    var page = Page(
      title: t("Areas"), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(fields.summary { labels[$0] })\(notice)<h1>\(t("Areas"))</h1>
        <p>\(t("Areas stand in layers, e.g. wards or police districts. A request lies in every area that covers its place."))</p>
        <p><a class="button" href="\(Paths.adminNewArea() + (shown.map { "?" + Query([("layer", $0)]).encoded } ?? ""))">\
        \(t("Draw an area"))</a></p>
        \(layers.isEmpty ? "<p class=\"empty\">\(t("There are no areas yet."))</p>" as HTML : table(layers))
        \(shown.map { self.list($0, areas) })
        \(importForm(fields))
        """)
    if let problem { page.status = problem.code.status }
    return page.response(context)
  }

  private var labels: [String: String] {
    ["file": t("GeoJSON file"), "layer": t("Layer"), "name_property": t("Property that holds the name")]
  }

  private func table(_ layers: [KeepAreas.Layer]) -> HTML {
    """
    <div class="scroll" tabindex="0" role="region" aria-label="\(t("Layers"))"><table id="layers">
    <thead><tr><th scope="col">\(t("Layer"))</th><th scope="col" class="number">\(t("Areas"))</th>\
    <th scope="col" class="number">\(t("Open requests"))</th></tr></thead>
    <tbody>
    \(layers.map { layer in
      """
      <tr><th scope="row"><a href="\(Paths.adminAreas() + "?" + Query([("layer", layer.name)]).encoded)">\(layer.name)</a></th>\
      <td class="number">\(t.number(layer.areas))</td><td class="number">\(t.number(layer.open))</td></tr>

      """ as HTML
    })</tbody></table></div>
    """
  }

  private func list(_ layer: String, _ areas: [KeepAreas.Item]) -> HTML {
    """
    <h2>\(layer)</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="\(layer)"><table id="areas">
    <thead><tr><th scope="col">\(t("Area"))</th><th scope="col" class="number">\(t("Open requests"))</th></tr></thead>
    <tbody>
    \(areas.map { area in
      """
      <tr><th scope="row"><a href="\(Paths.adminArea(area.area))">\(area.name)</a></th>\
      <td class="number">\(t.number(area.open))</td></tr>

      """ as HTML
    })</tbody></table></div>
    """
  }

  private func importForm(_ fields: FormFields) -> HTML {
    let mistakes = fields.errors.filter { $0.field.hasPrefix("features") }
    return """
      <h2 id="import">\(t("Import a file"))</h2>
      <form method="post" action="\(Paths.adminAreas())" enctype="multipart/form-data" novalidate>\(context.hiddenToken)
      \(fields.file("file", labels["file"]!, accept: ".geojson,.json,application/geo+json",
        .init(hint: t("A FeatureCollection of polygons in longitude and latitude, at most 8 MiB."))))\
      \(mistakes.isEmpty ? nil : "<ul>\(mistakes.map { "<li>\($0.message)</li>" as HTML })</ul>\n" as HTML)\
      \(fields.text("layer", labels["layer"]!, .init(
        hint: t("Small letters, digits and hyphens, e.g. wards. Areas of the same name take the new boundary."),
        maximumLength: 63)))\
      \(fields.text("name_property", labels["name_property"]!, .init(maximumLength: 100)))\
      <p class="cluster"><button name="action" value="check" class="quiet">\(t("Look what it would do"))</button>
      <button name="action" value="import">\(t("Import"))</button></p>
      </form>
      """
  }
}
