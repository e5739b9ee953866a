import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// The public map and list. Without scripts it is a list with a form to search and filter; with them the list shows what
/// the map shows.
enum MapPage {
  private static let pageSize = 30

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let filter = PublicFilter(request.query)
    let application = context.application
    let tenant = context.actor.tenant
    async let categories = application.listCategories(tenant: tenant)
    async let areas = application.listAreas.names(tenant: tenant)
    let results = try await results(filter, context, categories: try await categories)
    let form = MapFilterForm(
      t: context.t, filter: filter, categories: try await categories, areas: try await areas,
      workflow: context.actor.tenant.workflow)
    return page(context, form, results).response(context)
  }

  /// The list alone, which the map asks for whenever it has moved.
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let categories = try await context.application.listCategories(tenant: context.actor.tenant)
    return part(try await results(PublicFilter(request.query), context, categories: categories))
  }

  /// One request as the list shows it, for the pin that was chosen.
  static func card(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let found = try await context.application.findRequest(reference, as: context.actor).get()
    let categories = try await context.application.listCategories(tenant: context.actor.tenant)
    return part(ResultList(t: context.t, icons: ResultList.icons(categories)).card(found))
  }

  private static func results(
    _ filter: PublicFilter, _ context: Context, categories: [ListCategories.Item]
  ) async throws -> HTML {
    let page = try await context.application.listRequests(
      try filter.filter(as: context.actor.beyondLimits), list: filter.listName, cursor: filter["cursor"],
      limit: pageSize, as: context.actor.beyondLimits)
    let list = ResultList(t: context.t, icons: ResultList.icons(categories))
    return list.results(page, filter)
  }

  private static func part(_ html: HTML) -> Response {
    var response = Response(.ok, contentType: "text/html; charset=utf-8", bytes: html.bytes)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
  }

  private static func page(_ context: Context, _ form: MapFilterForm, _ results: HTML) -> Page {
    let t = context.t
    return Page(
      title: t("Map and list"), width: .full, styles: ["map", "finder"], scripts: ["map"], messages: messages,
      main: """
        <div class="finder" id="finder" data-states="\(ownWords(t))"\(context.actor.isLimited ? " data-eyes=\"public\"" as HTML : nil)>
        <div class="finder-side">
        <h1>\(t("Reports in {township}", ["township": context.actor.tenant.name]))</h1>
        \(form.html)
        <div class="finder-views" id="views" role="group" aria-label="\(t("Show"))" hidden>
        <button type="button" class="small" id="show-map" aria-pressed="true">\(t("Map"))</button>
        <button type="button" class="small" id="show-list" aria-pressed="false">\(t("List"))</button>
        </div>
        <p id="found" class="finder-found small" role="status"></p>
        <div id="results" class="finder-results">\(results)</div>
        <ul class="finder-links small">
        <li><a href="\(Paths.report())">\(t("Report a problem"))</a></li>
        <li><a href="\(Paths.privacy())">\(t("Privacy"))</a></li>
        <li><a href="\(Paths.accessibility())">\(t("Accessibility"))</a></li>
        </ul>
        </div>
        <div class="finder-map" id="map-side" hidden>
        <div id="map"></div>
        <div id="chosen" class="finder-chosen card" role="region" aria-label="\(t("The chosen report"))" hidden></div>
        </div>
        </div>
        """)
  }

  /// The township's own words for statuses, for the script: a JSON object.
  private static func ownWords(_ t: Translator) -> String {
    var json = JSONWriter()
    json.object { object in for (status, word) in t.own.sorted(by: { $0.key < $1.key }) { object.field(status, word) } }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// What `Client/pages/map.ts` says.
  private static let messages = [
    "Map of reports", "{title}: {status}", "1 report here. Zoom in", "{count} reports here. Zoom in", "Loading…",
    "1 report in view",
    "{count} reports in view", "More than {count} reports in view", "No reports in view",
    "The reports could not be loaded.",
    "Try again", "Close", "You are offline.", "These reports are all in one place. The list shows them.",
    "Received", "Being looked at", "With a team", "Being worked on", "Waiting", "Done", "Closed", "Not taken up",
    "Reported already", "Withdrawn",
  ]
}
