import HTML
import HTTPServer
import JSON
import Localization

/// One area: renamed, drawn anew, deleted; or a new one.
enum AreaPage {
  static func new(_ request: Request, _ context: Context) async throws -> Response {
    var layout = AreaFormLayout(context)
    layout.fields.entered = ["layer": [request.query["layer"] ?? ""]]
    return layout.response()
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      var input = ObjectInput(object(form, ["layer"]))
      let layer = input.requiredText("layer", maximum: 63)
      if !layer.isEmpty && !LayerName.isName(layer) {
        input.refuse("layer", .invalidFormat, "must be letters and digits")
      }
      let name = input.requiredText("name", maximum: KeptArea.longestName)
      let geometry = input.boundary("geometry")
      try input.finish()
      let area = AreaName(layer: layer, slug: Slug.of(name))
      try await context.application.importLayer.add(area, name: name, geometry: geometry ?? "", as: context.actor)
      return .redirect(to: Paths.adminArea(area) + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      return AreaFormLayout(context, form: form, problem: problem).response()
    }
  }

  static func show(_ request: Request, _ context: Context, _ area: AreaName) async throws -> Response {
    let kept = try await context.application.keepAreas.find(area, as: context.actor)
    var layout = AreaFormLayout(context, area: kept)
    layout.fields.entered = ["name": [kept.name], "geometry": [kept.geometry]]
    layout.notice = AdministrationPage.saved(request, context.t)
    return layout.response()
  }

  static func change(_ request: Request, _ context: Context, _ area: AreaName) async throws -> Response {
    let form = try context.postedForm()
    let keep = context.application.keepAreas
    let version = form["version"].flatMap { Int(digits: $0) } ?? 0
    let kept = try await keep.find(area, as: context.actor)
    if form["action"] == "delete" {
      guard form["sure"] == "true" else { return confirmation(kept, context) }
      do { try await keep.remove(area, ifMatch: nil, as: context.actor) } catch let problem as Problem {
        guard problem.code == .conflict else { throw problem }
        return confirmation(kept, context, isNeeded: true)
      }
      let query = Query([("layer", area.layer), ("done", "removed")]).encoded
      return .redirect(to: Paths.adminAreas() + "?" + query)
    }
    do {
      let change = try AreaChange(ObjectInput(object(form, [])))
      _ = try await keep.change(area, change, ifMatch: version, as: context.actor)
      return .redirect(to: Paths.adminArea(area) + "?done=1")
    } catch let problem as Problem
      where problem.code.status == .unprocessableContent || problem.code == .versionMismatch
    {
      return AreaFormLayout(context, area: kept, form: form, problem: problem).response()
    }
  }

  private static func object(_ form: PageForm, _ more: [String]) -> JSONObject {
    var object = form.object(texts: ["name"] + more)
    object = JSONObject(
      members: object.members + [
        .init(key: "geometry", value: form["geometry"].map(BoundaryText.geometry) ?? .null)
      ])
    return object
  }

  private static func confirmation(_ area: KeptArea, _ context: Context, isNeeded: Bool = false) -> Response {
    let t = context.t
    let refusal: HTML? =
      isNeeded
      ? """
      <div class="notice warn" role="alert"><p>\(t("Somebody on the staff is limited to this area. Change that first."))</p></div>

      """ : nil
    return Page(
      title: t("Delete {name}?", ["name": area.name]), isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.adminArea(area.area), area.name))\
        \(refusal)<h1>\(t("Delete {name}?", ["name": area.name]))</h1>
        <p>\(t("Requests stay; they just lie in one area less. Rules that name it do not hold in it any more. This cannot be undone."))</p>
        <form method="post" action="\(Paths.adminArea(area.area))">\(context.hiddenToken)\
        <input type="hidden" name="action" value="delete"><input type="hidden" name="sure" value="true">
        <p class="cluster"><button class="danger">\(t("Delete the area"))</button>
        <a class="button quiet" href="\(Paths.adminArea(area.area))">\(t("Keep it"))</a></p>
        </form>
        """
    ).response(context)
  }
}

/// The form of one area.
struct AreaFormLayout {
  private let context: Context
  /// nil for a new one.
  private let area: KeptArea?
  private let problem: Problem?
  var fields: FormFields
  var notice: HTML?

  private var t: Translator { context.t }

  init(_ context: Context, area: KeptArea? = nil, form: PageForm? = nil, problem: Problem? = nil) {
    (self.context, self.area, self.problem) = (context, area, problem)
    fields = FormFields(context.t, form, problem: problem?.code == .versionMismatch ? nil : problem)
  }

  /// The English of what `Client/pages/area.ts` says.
  static let messages = [
    "Draw the boundary", "Draw anew", "Map of the area", "Corner {number} of {count}",
    "Drag a corner to move it. With the keyboard: arrow keys move it, Delete removes it.",
    "Click to set corners, double-click or press Enter to finish. Backspace takes one back, Escape cancels.",
    "Drag over the map to draw a box. Escape cancels.", "Drawn. Save it to keep it.",
    "This boundary has too many corners to be moved one by one. It can be drawn anew.",
  ]

  func response() -> Response {
    var page = page
    if let problem { page.status = problem.code.status }
    return page.response(context)
  }

  private var page: Page {
    let title = area?.name ?? t("New area")
    let address = area.map { Paths.adminArea($0.area) } ?? Paths.adminNewArea()
    let layer = area?.area.layer ?? fields.value("layer")
    let back = Paths.adminAreas() + (layer.isEmpty ? "" : "?" + Query([("layer", layer)]).encoded)
    let labels = ["layer": t("Layer"), "name": t("Name"), "geometry": t("Boundary")]
    return Page(
      title: title, styles: ["map", "area"], scripts: ["area"], messages: Self.messages, isPrivate: true,
      main: """
        \(AdministrationPage.back(back, t("Areas")))\
        \(fields.summary { labels[$0] })<h1>\(title)</h1>
        \(notice)\(conflict)\
        <form method="post" action="\(address)" novalidate data-guard id="area-form">\(context.hiddenToken)\
        \(area.map { "<input type=\"hidden\" name=\"version\" value=\"\($0.version)\">" as HTML })
        \(area == nil ? fields.text("layer", labels["layer"]!, .init(
          hint: t("Small letters, digits and hyphens, e.g. wards."), maximumLength: 63)) : nil)\
        \(fields.text("name", labels["name"]!, .init(maximumLength: KeptArea.longestName)))\
        <div id="area-drawing" data-layer="\(layer)" data-area="\(area?.area.description ?? "")" hidden>
        <p class="cluster" id="area-tools"></p>
        <p class="hint" id="area-hint"></p>
        <div id="area-map"></div></div>
        \(fields.textArea("geometry", labels["geometry"]!, .init(
          hint: t("GeoJSON, or a corner a line: latitude, longitude."), maximumLength: BoundaryText.longest, rows: 6)))\
        <button>\(t("Save"))</button>
        </form>
        \(area.map(deletion))
        """)
  }

  private func deletion(_ area: KeptArea) -> HTML {
    """
    <form method="post" action="\(Paths.adminArea(area.area))" class="aside">\(context.hiddenToken)\
    <button name="action" value="delete" class="danger">\(t("Delete the area"))</button></form>

    """
  }

  private var conflict: HTML? {
    guard problem?.code == .versionMismatch, let area else { return nil }
    return """
      <div class="notice warn" role="alert" id="conflict">
      <h2 class="notice-title">\(t("Somebody else changed this"))</h2>
      <p>\(t("What you entered is still in the form. Save it again to replace the other change."))</p>
      <p><a href="\(Paths.adminArea(area.area))">\(t("See how it stands now"))</a></p>
      </div>

      """
  }
}
