import FoundationEssentials
import HTTPServer
import Localization

/// The dashboard's tables for spreadsheets.
enum DashboardExport {
  static func download(_ request: Request, _ context: Context) async throws -> Response {
    let query = request.query.withoutEmpty
    let scope = try StatisticsScope(query)
    let statistics = try await context.application.readStatistics(scope, as: context.actor)
    let page = DashboardPage(statistics: statistics, scope: scope, areas: [], categories: [], t: context.t)
    guard let table = query["table"], let rows = rows(table, page) else {
      throw Problem.parameter("table", "must be one of: ages, areas, categories, trend")
    }
    try await context.audit(.exported, "dashboard \(table)")
    return file(table, statistics.from, statistics.to, rows)
  }

  /// A table as a file.
  static func file(_ name: String, _ from: String, _ to: String, _ rows: [[String]]) -> Response {
    // The mark tells spreadsheets that it is UTF-8.
    let text = "\u{FEFF}" + rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    var response = Response(.ok, contentType: "text/csv; charset=utf-8", bytes: Array(text.utf8))
    response.headers["Content-Disposition"] =
      "attachment; filename=\"\(name)-\(from)-\(to).csv\""
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  private static func rows(_ table: String, _ page: DashboardPage) -> [[String]]? {
    let (t, statistics) = (page.t, page.statistics)
    switch table {
    case "ages":
      return [[t("Age"), t("Open")]] + statistics.ages.map { [page.name(of: $0), "\($0.count)"] }
    case "areas":
      return [[t("Area"), t("Open"), t("Overdue"), t("New in 7 days")]]
        + statistics.areas.map { [$0.name, "\($0.open)", "\($0.overdue)", "\($0.newWeek)"] }
    case "categories":
      return [
        [
          t("Category"), t("Open"), t("Overdue"), t("New in 7 days"), t("Median hours to completion"),
          t("Share completed on time"),
        ]
      ]
        + statistics.categories.map {
          [
            $0.name, "\($0.open)", "\($0.overdue)", "\($0.newWeek)", $0.medianHours.map { "\($0)" } ?? "",
            $0.onTime.map { "\($0)" } ?? "",
          ]
        }
    case "trend":
      return [[statistics.interval == "week" ? t("Week from") : t("Day"), t("Reported"), t("Closed")]]
        + statistics.trend.map { [$0.start, "\($0.created)", "\($0.closed)"] }
    default: return nil
    }
  }

  /// One value. What a spreadsheet would take for a formula is made text.
  static func cell(_ value: String) -> String {
    var value = value
    if let first = value.utf8.first, "=+-@\t\r".utf8.contains(first) { value = "'" + value }
    let isPlain = !value.utf8.contains { [UInt8(ascii: "\""), UInt8(ascii: ","), 0x0A, 0x0D].contains($0) }
    return isPlain ? value : "\"" + value.replacing("\"", with: "\"\"") + "\""
  }
}
