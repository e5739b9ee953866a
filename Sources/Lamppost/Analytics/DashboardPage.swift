import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// How the township does, in figures; each leads to the list behind it.
struct DashboardPage {
  let statistics: Statistics
  let scope: StatisticsScope
  /// Of one layer, as in the figures: wards where the township has them, else its first.
  let areas: [ListAreas.Name]
  let categories: [ListCategories.Item]
  let t: Translator

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let (application, tenant) = (context.application, context.actor.tenant)
    let scope = try StatisticsScope(request.query.withoutEmpty)
    let statistics = try await application.readStatistics(scope, as: context.actor)
    let areas = try await application.listAreas.names(tenant: tenant)
    let layer = areas.contains { $0.layer == "wards" } ? "wards" : areas.first?.layer
    let page = DashboardPage(
      statistics: statistics, scope: scope, areas: areas.filter { $0.layer == layer },
      categories: try await application.listCategories(tenant: tenant), t: context.t)
    return Page(
      title: context.t("Dashboard"), width: .wide, styles: ["dashboard"], scripts: ["dashboard"],
      messages: messages, isPrivate: true, main: "\(page.main)\(auditLink(context))"
    ).response(context)
  }

  private static func auditLink(_ context: Context) -> HTML? {
    guard context.actor.may(.readAudit) else { return nil }
    return "<p><a href=\"\(Paths.auditPage())\">\(context.t("Audit log"))</a></p>\n"
  }

  /// The English of what `Client/pages/dashboard.ts` says.
  static let messages = ["Reported", "Closed", "Week from {day}", "Reports per day", "Reports per week"]

  private var main: HTML {
    """
    <h1>\(t("Dashboard"))</h1>
    <p><a href="\(Paths.compliance())">\(t("Targets kept"))</a></p>
    \(filters)\(figures)
    <section>
    <h2 id="trend-title">\(t("Reported and closed"))</h2>
    <div id="trend-chart" class="card chart" data-interval="\(statistics.interval)" hidden></div>
    <details id="trend-details">
    <summary>\(t("The same as a table"))</summary>
    \(trendTable)</details>
    </section>
    <div class="pair">
    \(ageTable)\(areaTable)</div>
    \(categoryTable)
    """
  }

  private func option(_ value: String, _ name: String, _ chosen: String?) -> HTML {
    "<option value=\"\(value)\"\(value == chosen ? " selected" as HTML : nil)>\(name)</option>\n"
  }

  private var filters: HTML {
    """
    <form method="get" action="\(Paths.dashboard())" class="dashboard-filter card" aria-label="\(t("What to show"))">
    <div class="field"><label for="area">\(t("Area"))</label>
    <select id="area" name="area"><option value="">\(t("Whole township"))</option>
    \(areas.map { option("\($0.layer):\($0.slug)", $0.name, scope.area?.description) })</select></div>
    <div class="field"><label for="category">\(t("Category"))</label>
    <select id="category" name="category"><option value="">\(t("All categories"))</option>
    \(categories.map { option($0.slug, $0.name, scope.category) })</select></div>
    <div class="field"><label for="from">\(t("From"))</label>
    <input type="date" id="from" name="from" value="\(statistics.from)"></div>
    <div class="field"><label for="to">\(t("To"))</label>
    <input type="date" id="to" name="to" value="\(statistics.to)"></div>
    <button>\(t("Show"))</button>
    </form>

    """
  }

  private var figures: HTML {
    let totals = statistics.totals
    let day = RFC3339.format(Date.now.addingTimeInterval(-86_400))
    let week = RFC3339.format(Date.now.addingTimeInterval(-7 * 86_400))
    return """
      <ul class="figures" id="figures">
      \(figure("open", totals.open, t("Open"), list(Self.open)))\
      \(figure("overdue", totals.overdue, t("Overdue"), list(Self.open + [("overdue", "true")]), isBad: totals.overdue > 0))\
      \(figure("unassigned", totals.unassigned, t("Not assigned to a person"), list(Self.open + [("assignee", "none")])))\
      \(figure("new-day", totals.newDay, t("New in 24 hours"), list(Self.every + [("created_after", day)])))\
      \(figure("new-week", totals.newWeek, t("New in 7 days"), list(Self.every + [("created_after", week)])))\
      \(figure("closed", totals.closed, t("Closed in the period"), list(Self.every + [("closed_after", statistics.start), ("closed_before", statistics.end)])))\
      \(figure("median", hours(totals.medianHours), t("Median time to completion"), nil))\
      \(figure("on-time", percent(totals.onTime), t("Completed on time"), nil))\
      </ul>

      """
  }

  private func figure(_ id: String, _ count: Int, _ label: String, _ link: String, isBad: Bool = false) -> HTML {
    figure(id, t.number(count), label, link, isBad: isBad)
  }

  private func figure(_ id: String, _ value: String, _ label: String, _ link: String?, isBad: Bool = false) -> HTML {
    let inside: HTML = """
      <span class="value">\(value)</span> <span class="label">\(label)</span>
      """
    let kind: HTML? = isBad ? " bad" : nil
    guard let link else { return "<li id=\"figure-\(id)\" class=\"figure card\">\(inside)</li>\n" }
    return "<li id=\"figure-\(id)\"><a class=\"figure card\(kind)\" href=\"\(link)\">\(inside)</a></li>\n"
  }
}

extension Query {
  /// A form sends every field, also those where nothing was chosen.
  var withoutEmpty: Query { Query(map { $0 }.filter { !$0.value.isEmpty }) }
}
