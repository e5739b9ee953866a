import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// How the township keeps what it promised, for staff.
struct CompliancePage {
  let compliance: Compliance
  let scope: StatisticsScope
  let t: Translator

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let scope = try StatisticsScope(request.query.withoutEmpty)
    let application = context.application
    let page = CompliancePage(
      compliance: try await application.readCompliance(scope, as: context.actor), scope: scope, t: context.t)
    let categories = try await application.listCategories(tenant: context.actor.tenant)
    return Page(
      title: context.t("Targets kept"), width: .wide, styles: ["dashboard"], isPrivate: true,
      main: """
        <h1>\(context.t("Targets kept"))</h1>
        <p><a href="\(Paths.dashboard())">\(context.t("Dashboard"))</a></p>
        \(page.filters(categories))\(page.figures)
        \(page.table(.categories))\(page.table(.departments))\(page.table(.months))
        """
    ).response(context)
  }

  /// The tables, by the words of the export's address.
  enum Table: String, CaseIterable { case categories, departments, months }

  func rows(_ table: Table) -> [Compliance.Figures] {
    switch table {
    case .categories: compliance.categories
    case .departments: compliance.departments
    case .months: compliance.months
    }
  }

  private func heading(_ table: Table) -> (title: String, column: String) {
    switch table {
    case .categories: (t("By category"), t("Category"))
    case .departments: (t("By department"), t("Department"))
    case .months: (t("By month"), t("Month"))
    }
  }

  /// Of the figures.
  var columns: [String] {
    [
      t("Closed"), t("With a target"), t("On time"), t("Late"), t("Share on time"), t("Overdue now"),
      t("Answered on time"), t("Answered late"), t("Median time to completion"),
    ]
  }

  private func filters(_ categories: [ListCategories.Item]) -> HTML {
    func option(_ value: String, _ name: String) -> HTML {
      "<option value=\"\(value)\"\(value == scope.category ? " selected" as HTML : nil)>\(name)</option>\n"
    }
    return """
      <form method="get" action="\(Paths.compliance())" class="dashboard-filter card" aria-label="\(t("What to show"))">
      <div class="field"><label for="category">\(t("Category"))</label>
      <select id="category" name="category"><option value="">\(t("All categories"))</option>
      \(categories.map { option($0.slug, $0.name) })</select></div>
      <div class="field"><label for="from">\(t("From"))</label>
      <input type="date" id="from" name="from" value="\(compliance.period.from)"></div>
      <div class="field"><label for="to">\(t("To"))</label>
      <input type="date" id="to" name="to" value="\(compliance.period.to)"></div>
      <button>\(t("Show"))</button>
      </form>

      """
  }

  private var figures: HTML {
    let total = compliance.total
    let links = ComplianceLinks(compliance.period, scope)
    func figure(_ id: String, _ value: String, _ label: String, _ link: String?) -> HTML {
      let inside: HTML = "<span class=\"value\">\(value)</span> <span class=\"label\">\(label)</span>"
      return link.map { "<li id=\"figure-\(id)\"><a class=\"figure card\" href=\"\($0)\">\(inside)</a></li>\n" }
        ?? "<li id=\"figure-\(id)\" class=\"figure card\">\(inside)</li>\n"
    }
    return """
      <ul class="figures" id="figures">
      \(figure("share", percent(total.share), t("Completed on time"), links.closed(.onTime)))\
      \(figure("with-target", t.number(total.withTarget), t("Closed with a target"), links.closed(.any)))\
      \(figure("late", t.number(total.late), t("Late"), links.closed(.late)))\
      \(figure("overdue", t.number(total.overdue), t("Overdue now"), links.overdue))\
      \(figure("answered", percent(total.answeredShare), t("Answered on time"), links.answered(.onTime)))\
      \(figure("answered-late", t.number(total.answeredLate), t("Answered late"), links.answered(.late)))\
      \(figure("median", hours(total.medianHours), t("Median time to completion"), nil))\
      </ul>

      """
  }

  private func table(_ table: Table) -> HTML {
    let (title, column) = heading(table)
    let rows = rows(table)
    let id = table.rawValue
    if rows.isEmpty {
      return
        "<section><h2>\(title)</h2>\n<p class=\"empty\">\(t("There is nothing to show for this period."))</p></section>\n"
    }
    return """
      <section>
      <h2 id="\(id)-title">\(title)</h2>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="\(id)-title">
      <table id="\(id)-table">
      <thead><tr><th scope="col">\(column)</th>\
      \(columns.map { "<th scope=\"col\" class=\"number\">\($0)</th>" as HTML })</tr></thead>
      <tbody>
      \(rows.map { row($0, table) })</tbody>
      </table>
      </div>
      <p class="small"><a href="\(export(table))" download>\(t("Download as CSV"))</a></p>
      </section>

      """
  }

  func name(_ figures: Compliance.Figures, _ table: Table) -> String {
    switch table {
    case .months: figures.key ?? ""
    case .departments: figures.name ?? t("No department")
    case .categories: figures.name ?? ""
    }
  }

  private func row(_ figures: Compliance.Figures, _ table: Table) -> HTML {
    let links = ComplianceLinks(compliance.period, scope, row: (table, figures.key))
    return """
      <tr><th scope="row">\(name(figures, table))</th>\
      \(number(figures.closed, links.closed(nil), t("Closed")))\
      \(number(figures.withTarget, links.closed(.any), t("With a target")))\
      \(number(figures.onTime, links.closed(.onTime), t("On time")))\
      \(number(figures.late, links.closed(.late), t("Late")))\
      <td class="number">\(percent(figures.share))</td>\
      \(number(figures.overdue, links.overdue, t("Overdue now")))\
      \(number(figures.answeredOnTime, links.answered(.onTime), t("Answered on time")))\
      \(number(figures.answeredLate, links.answered(.late), t("Answered late")))\
      <td class="number">\(hours(figures.medianHours))</td></tr>

      """
  }

  /// - Parameter link: to exactly as many requests; nil where there are none.
  private func number(_ count: Int, _ link: String?, _ meaning: String) -> HTML {
    guard count > 0, let link else { return "<td class=\"number\">\(t.number(count))</td>" }
    return """
      <td class="number"><a href="\(link)">\(t.number(count))<span class="visually-hidden"> \(meaning)</span></a></td>
      """
  }

  private func export(_ table: Table) -> String {
    var pairs: [(name: String, value: String)] = [
      ("table", table.rawValue), ("from", compliance.period.from), ("to", compliance.period.to),
    ]
    if let area = scope.area { pairs.append(("area", area.description)) }
    if let category = scope.category { pairs.append(("category", category)) }
    return Paths.complianceExport() + "?" + Query(pairs).encoded
  }

  private func percent(_ share: Double?) -> String {
    share.map { t("{number} %", ["number": t.number(Int(($0 * 100).rounded()))]) } ?? "–"
  }

  private func hours(_ hours: Double?) -> String {
    guard let hours else { return "–" }
    if hours < 48 { return t.plural("{count} hour", "{count} hours", Int(hours.rounded())) }
    return t.plural("{count} day", "{count} days", Int((hours / 24).rounded()))
  }
}

/// The report for programs and for spreadsheets.
enum ComplianceRoutes {
  static func read(_ request: Request, _ context: Context) async throws -> Response {
    let compliance = try await context.application.readCompliance(
      try StatisticsScope(request.query), as: context.actor)
    return .json(.ok) { compliance.write(to: &$0) }
  }

  static func export(_ request: Request, _ context: Context) async throws -> Response {
    let query = request.query.withoutEmpty
    let scope = try StatisticsScope(query)
    guard let table = query["table"].flatMap(CompliancePage.Table.init(rawValue:)) else {
      throw Problem.parameter("table", "must be one of: categories, departments, months")
    }
    let compliance = try await context.application.readCompliance(scope, as: context.actor)
    let page = CompliancePage(compliance: compliance, scope: scope, t: context.t)
    let t = context.t
    let head = [
      table == .months ? t("Month") : table == .departments ? t("Department") : t("Category"), t("Closed"),
      t("With a target"), t("On time"), t("Late"), t("Share on time"), t("Overdue now"), t("Answered"),
      t("Answered on time"), t("Median hours to completion"),
    ]
    let rows = page.rows(table).map { figures in
      [page.name(figures, table)]
        + [figures.closed, figures.withTarget, figures.onTime, figures.late].map { "\($0)" } + [
          figures.share.map { "\($0)" } ?? "", "\(figures.overdue)", "\(figures.answered)",
          "\(figures.answeredOnTime)", figures.medianHours.map { "\($0)" } ?? "",
        ]
    }
    try await context.audit(.exported, "compliance \(table.rawValue)")
    return DashboardExport.file(
      "targets-\(table.rawValue)", compliance.period.from, compliance.period.to, [head] + rows)
  }
}
