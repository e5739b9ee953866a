import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct StatisticsTests {
  /// Two wards, open, overdue and closed reports of known ages.
  private func arranged() async throws -> Township {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary) VALUES
        (\(town.id), 'wards', 'west', 'West <b>', ST_Multi(ST_MakeEnvelope(-72, 42, -71, 43, 4326))),
        (\(town.id), 'wards', 'east', '=East', ST_Multi(ST_MakeEnvelope(-71, 42, -70, 43, 4326)))
      """)
    // Days since the report, hours until it was closed or nil, hours until it was due, longitude.
    let reports: [(age: Double, closed: Double?, due: Double, longitude: Double)] = [
      (0.1, nil, 72, -71.5), (3, nil, 24, -71.5), (20, nil, 10_000, -70.5), (400, nil, 24, -70.5),
      (10, 24, 48, -71.5), (10, 48, 24, -71.5), (10, 12, 24, -70.5),
      (200, 24, 48, -71.5),
    ]
    for (index, report) in reports.enumerated() {
      _ = try await town.database.write(
        """
        INSERT INTO requests (tenant_id, reference, title, category_id, status, priority, location, public_location,
                              visibility, created_at, closed_at, expected_by)
        SELECT \(town.id), \("AAAAAA\(index)0"), 'x', id, \(report.closed == nil ? "submitted" : "completed"), 2,
               ST_MakePoint(\(report.longitude), 42.5), ST_MakePoint(\(report.longitude), 42.5), 'public',
               now() - make_interval(secs => \(report.age * 86_400)),
               now() - make_interval(secs => \(report.closed.map { report.age * 86_400 - $0 * 3600 })),
               now() - make_interval(secs => \(report.age * 86_400 - report.due * 3600))
          FROM categories WHERE tenant_id = \(town.id) AND slug = 'pothole'
        """)
    }
    return town
  }

  @Test("figures are those of the requests, and of one area or category where asked")
  func figures() async throws {
    let town = try await arranged()
    let viewer = try await town.somebody(.viewer)
    let all = try await viewer.get("/api/v1/statistics")
    #expect(all.status == 200, "\(all.text)")
    let totals = try #require(all["totals"])
    for (name, count) in [
      ("open", 4), ("overdue", 2), ("unassigned", 4), ("new_day", 1), ("new_week", 2), ("created", 6), ("closed", 3),
    ] {
      #expect(totals[name]?.integer == count, "\(name)")
    }
    #expect(totals["median_hours"]?.double == 24 && totals["on_time"]?.double == 0.667)
    #expect(all["ages"]?.array?.map { $0["count"]?.integer } == [1, 1, 1, 0, 0, 1])
    #expect(all["areas"]?.array?.map { $0["open"]?.integer } == [2, 2])
    let kinds = all["categories"]?.array ?? []
    #expect(kinds.first?["category"]?.string == "pothole" && kinds.first?["open"]?.integer == 4)
    #expect(all["interval"]?.string == "week" && all["trend"]?.array?.count == 13)
    #expect(all["trend"]?.array?.reduce(0) { $0 + ($1["created"]?.integer ?? 0) } == 6)

    let west = try await viewer.get("/api/v1/statistics?area=wards:west")
    #expect(west["totals"]?["open"]?.integer == 2 && west["totals"]?["overdue"]?.integer == 1)
    #expect(try await viewer.get("/api/v1/statistics?category=street-light")["totals"]?["open"]?.integer == 0)
    let today = String(RFC3339.format(.now).prefix(10))
    let day = try await viewer.get("/api/v1/statistics?from=\(today)&to=\(today)")
    #expect(
      day["interval"]?.string == "day" && day["trend"]?.array?.count == 1 && day["totals"]?["closed"]?.integer == 0)
    // What was removed counts for nothing.
    _ = try await town.database.write("UPDATE requests SET visibility = 'removed' WHERE tenant_id = \(town.id)")
    let none = try await viewer.get("/api/v1/statistics?from=\(today)")
    #expect(none["totals"]?["open"]?.integer == 0 && none["totals"]?["median_hours"]?.isNull == true)
  }

  @Test("each figure of the dashboard leads to a list of as many")
  func links() async throws {
    let town = try await arranged()
    let agent = try await town.somebody(.agent)
    let page = try await agent.get("/staff/dashboard")
    #expect(page.status == 200, "\(page.text)")
    var checked = 0
    for match in page.text.matches(of: #/href="/staff\?([^"]+)">(?:<span class="value">)?([0-9]+)</#) {
      let query = String(match.1).replacing("&amp;", with: "&")
      // The queue's word for what the API means without one.
      let list = try await agent.get("/api/v1/requests?" + query.replacing("status=all&", with: ""))
      #expect(list.items.count == Int(match.2), "\(query)")
      checked += 1
    }
    #expect(checked > 12)
    #expect(page.text.contains("West &lt;b&gt;") && !page.text.contains("<b>"))
    for query in ["?area=&category=&from=&to=", "?area=wards:west&category=pothole&from=2026-01-01&to=2026-02-01"] {
      #expect(try await agent.get("/staff/dashboard" + query).status == 200)
    }
  }

  @Test("tables come as CSV that no spreadsheet runs")
  func export() async throws {
    let town = try await arranged()
    let agent = try await town.somebody(.agent)
    for table in ["ages", "areas", "categories", "trend"] {
      let answer = try await agent.get("/staff/dashboard/export?table=\(table)")
      #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/csv; charset=utf-8")
      #expect(answer.text.split(separator: "\r\n").count > 1)
    }
    #expect(try await agent.get("/staff/dashboard/export?table=areas").text.contains("'=East,2"))
    #expect(try await agent.get("/staff/dashboard/export?table=people").status == 400)
    #expect(DashboardExport.cell("a \"b\", c") == "\"a \"\"b\"\", c\"")
  }

  @Test("only staff read figures, and nonsense is refused")
  func refusals() async throws {
    let town = try await Township()
    #expect(try await town.anonymous.get("/api/v1/statistics").status == 401)
    #expect(try await town.somebody(.citizen).get("/api/v1/statistics").status == 403)
    #expect(try await town.somebody(.citizen).get("/staff/dashboard").status == 403)
    #expect(try await town.anonymous.get("/staff/dashboard").status == 303)
    let agent = try await town.somebody(.agent)
    for query in [
      "from=2026-02-30", "from=yesterday", "to=2026-13-01", "from=2026-02-02&to=2026-02-01", "area=wards", "area=:",
      "category=", "from=2020-01-01&to=2026-01-01", "from=", "from=20260-1-01",
    ] {
      #expect(try await agent.get("/api/v1/statistics?" + query).code == "invalid_parameter", "\(query)")
    }
    #expect(try await agent.get("/api/v1/statistics?area=wards:nowhere")["totals"]?["open"]?.integer == 0)
    #expect(try await agent.get("/staff/dashboard").text.contains("No areas have been set up."))
  }
}
