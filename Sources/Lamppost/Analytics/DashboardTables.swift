import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// The dashboard's tables, and where their figures lead.
extension DashboardPage {
  /// Every status of work that is not done.
  static let open = [("status", Status.allCases.filter { !$0.isEnded }.map(\.rawValue).joined(separator: ","))]
  /// The queue shows what is open unless it is told otherwise.
  static let every = [("status", "all")]

  /// The list of requests with these filters, and those of the dashboard.
  func list(_ filters: [(String, String)], area: String? = nil, category: String? = nil) -> String {
    var pairs = filters.map { (name: $0.0, value: $0.1) }
    if let area = area ?? scope.area?.description { pairs.append(("area", area)) }
    if let category = category ?? scope.category { pairs.append(("category", category)) }
    return Paths.triage() + "?" + Query(pairs).encoded
  }

  /// "36 hours", "5 days"
  func hours(_ hours: Double?) -> String {
    guard let hours else { return t("No figure") }
    if hours < 48 { return t.plural("{count} hour", "{count} hours", Int(hours.rounded())) }
    return t.plural("{count} day", "{count} days", Int((hours / 24).rounded()))
  }

  func percent(_ share: Double?) -> String {
    share.map { t("{number} %", ["number": t.number(Int(($0 * 100).rounded()))]) } ?? t("No figure")
  }

  private func link(_ count: Int, _ address: String, _ meaning: String) -> HTML {
    if count == 0 { return "<td class=\"number\">0</td>" }
    return """
      <td class="number"><a href="\(address)">\(t.number(count))<span class="visually-hidden"> \(meaning)</span></a></td>
      """
  }

  private func export(_ table: String) -> HTML {
    var pairs: [(name: String, value: String)] = [("table", table), ("from", statistics.from), ("to", statistics.to)]
    if let area = scope.area { pairs.append(("area", area.description)) }
    if let category = scope.category { pairs.append(("category", category)) }
    return """
      <p class="small"><a href="\(Paths.dashboardExport() + "?" + Query(pairs).encoded)" download>\
      \(t("Download as CSV"))</a></p>

      """
  }

  var trendTable: HTML {
    let isWeekly = statistics.interval == "week"
    let first = isWeekly ? t("Week from") : t("Day")
    return """
      <div class="scroll" tabindex="0" role="region" aria-labelledby="trend-title">
      <table id="trend-table">
      <thead><tr><th scope="col">\(first)</th><th scope="col" class="number">\(t("Reported"))</th>\
      <th scope="col" class="number">\(t("Closed"))</th></tr></thead>
      <tbody>
      \(statistics.trend.map { step in
        """
        <tr><th scope="row" data-day="\(step.start)">\(day(step.start))</th>\
        <td class="number" data-count="\(step.created)">\(t.number(step.created))</td>\
        <td class="number" data-count="\(step.closed)">\(t.number(step.closed))</td></tr>

        """ as HTML
      })</tbody>
      </table>
      </div>
      \(export("trend"))
      """
  }

  private func day(_ text: String) -> String {
    // Noon, so that it is this day in the township too, wherever it lies.
    RFC3339.parse(text + "T12:00:00Z").map { t.date($0) } ?? text
  }

  var ageTable: HTML {
    let most = max(1, statistics.ages.map(\.count).max() ?? 1)
    return """
      <section>
      <h2 id="age-title">\(t("How long open reports have waited"))</h2>
      <table id="age-table">
      <thead><tr><th scope="col">\(t("Age"))</th><th scope="col" class="number">\(t("Open"))</th>\
      <th scope="col" class="bar"><span class="visually-hidden">\(t("Share"))</span></th></tr></thead>
      <tbody>
      \(statistics.ages.map { age in
        """
        <tr><th scope="row">\(name(of: age))</th>\(link(age.count, list(Self.open + period(of: age)), t("open")))\
        <td class="bar"><progress max="\(most)" value="\(age.count)" aria-hidden="true"></progress></td></tr>

        """ as HTML
      })</tbody>
      </table>
      \(export("ages"))</section>

      """
  }

  func name(of age: Statistics.Age) -> String {
    switch (age.from, age.under) {
    case (0, _): t("Less than a day")
    case (let from, let under?): t("{from} to {under} days", ["from": t.number(from), "under": t.number(under)])
    default: t("More than a year")
    }
  }

  private func period(of age: Statistics.Age) -> [(String, String)] {
    func ago(_ days: Int) -> String { RFC3339.format(Date.now.addingTimeInterval(-86_400 * Double(days))) }
    var filters: [(String, String)] = []
    if let under = age.under { filters.append(("created_after", ago(under))) }
    if age.from > 0 { filters.append(("created_before", ago(age.from))) }
    return filters
  }

  var areaTable: HTML {
    """
    <section>
    <h2 id="area-title">\(t("By area"))</h2>
    \(statistics.areas.isEmpty ? empty(t("No areas have been set up.")) : """
      <div class="scroll" tabindex="0" role="region" aria-labelledby="area-title">
      <table id="area-table">
      <thead><tr><th scope="col">\(t("Area"))</th><th scope="col" class="number">\(t("Open"))</th>\
      <th scope="col" class="number">\(t("Overdue"))</th><th scope="col" class="number">\(t("New in 7 days"))</th></tr>\
      </thead>
      <tbody>
      \(statistics.areas.map { place in
        """
        <tr><th scope="row">\(place.name)</th>\
        \(link(place.open, list(Self.open, area: place.area), t("open")))\
        \(link(place.overdue, list(Self.open + [("overdue", "true")], area: place.area), t("overdue")))\
        \(link(place.newWeek, list(Self.every + [("created_after", Self.weekAgo)], area: place.area), t("new in 7 days")))</tr>

        """ as HTML
      })</tbody>
      </table>
      </div>
      \(export("areas"))
      """ as HTML)</section>

    """
  }

  var categoryTable: HTML {
    """
    <section>
    <h2 id="category-title">\(t("By category"))</h2>
    \(statistics.categories.isEmpty ? empty(t("No categories have been set up.")) : """
      <div class="scroll" tabindex="0" role="region" aria-labelledby="category-title">
      <table id="category-table">
      <thead><tr><th scope="col">\(t("Category"))</th><th scope="col" class="number">\(t("Open"))</th>\
      <th scope="col" class="number">\(t("Overdue"))</th><th scope="col" class="number">\(t("New in 7 days"))</th>\
      <th scope="col" class="number">\(t("Median time to completion"))</th>\
      <th scope="col" class="number">\(t("Completed on time"))</th></tr></thead>
      <tbody>
      \(statistics.categories.map(row))</tbody>
      </table>
      </div>
      \(export("categories"))
      """ as HTML)</section>
    """
  }

  private func row(_ kind: Statistics.Kind) -> HTML {
    """
    <tr><th scope="row">\(kind.name)</th>\
    \(link(kind.open, list(Self.open, category: kind.category), t("open")))\
    \(link(kind.overdue, list(Self.open + [("overdue", "true")], category: kind.category), t("overdue")))\
    \(link(kind.newWeek, list(Self.every + [("created_after", Self.weekAgo)], category: kind.category), t("new in 7 days")))\
    <td class="number">\(kind.medianHours == nil ? nothing : HTML(text: hours(kind.medianHours)))</td>\
    <td class="number">\(kind.onTime == nil ? nothing : HTML(text: percent(kind.onTime)))</td></tr>

    """
  }

  private var nothing: HTML {
    "<span aria-hidden=\"true\">–</span><span class=\"visually-hidden\">\(t("No figure"))</span>"
  }

  private static var weekAgo: String { RFC3339.format(Date.now.addingTimeInterval(-7 * 86_400)) }

  private func empty(_ sentence: String) -> HTML { "<p class=\"empty\">\(sentence)</p>\n" }
}
