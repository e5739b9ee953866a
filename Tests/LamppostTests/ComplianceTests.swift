import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// The report of targets kept and missed.
@Suite struct ComplianceTests {
  /// Ten days ago two lamps were mended in time and one late; one without a target; one is open and overdue, one waits.
  private static func arrange() async throws -> Township {
    let town = try await Township()
    for _ in 0..<6 { try await town.report() }
    _ = try await town.database.write(
      """
      WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM requests WHERE tenant_id = \(town.id))
      UPDATE requests r SET created_at = now() - interval '20 days',
             status = CASE WHEN n <= 4 THEN 'completed' WHEN n = 6 THEN 'on_hold' ELSE status END,
             closed_at = CASE WHEN n <= 4 THEN now() - interval '10 days' END,
             expected_by = CASE WHEN n <= 2 THEN now() - interval '10 days' WHEN n = 3 THEN now() - interval '11 days'
                                WHEN n = 4 THEN NULL ELSE now() - interval '1 day' END,
             respond_by = CASE WHEN n <= 2 THEN now() - interval '15 days' END,
             department_id = CASE WHEN n = 1 THEN
               (SELECT id FROM departments d WHERE d.tenant_id = \(town.id) AND d.slug = 'roads') END
        FROM numbered WHERE r.tenant_id = \(town.id) AND numbered.id = r.id
      """)
    _ = try await town.database.write(
      """
      UPDATE requests SET first_responded_at = now() - interval '14 days',
             held_since = CASE WHEN status = 'on_hold' THEN now() - interval '2 days' END WHERE tenant_id = \(town.id)
      """)
    return town
  }

  @Test("what was on time, late, overdue and answered is counted, by category, department and month")
  func figures() async throws {
    let town = try await Self.arrange()
    let report = try await town.somebody(.viewer).get("/api/v1/compliance")
    let total = try #require(report["total"], "\(report.text)")
    func figure(_ name: String) -> Int? { total[name]?.integer }
    #expect(figure("closed") == 4 && figure("with_target") == 3 && figure("on_time") == 2 && figure("late") == 1)
    #expect(figure("overdue") == 1, "what was put on hold in time is not overdue")
    #expect(figure("answered") == 2 && figure("answered_on_time") == 0)
    #expect(total["median_hours"]?.double == 240)
    let categories = report["categories"]?.array ?? []
    #expect(categories.count == 1 && categories[0]["category"]?.string == "street-light")
    #expect(categories[0]["name"]?.string == "Street light" && categories[0]["late"]?.integer == 1)
    let departments = report["departments"]?.array ?? []
    #expect(departments.map { $0["department"]?.string ?? "-" }.sorted() == ["-", "roads"])
    #expect(departments.first { $0["department"]?.string == "roads" }?["on_time"]?.integer == 1)
    let months = report["months"]?.array ?? []
    #expect(months.reduce(0) { $0 + ($1["closed"]?.integer ?? 0) } == 4)
    #expect(months.allSatisfy { $0["month"]?.string?.count == 7 })
    let earlier = try await town.somebody(.viewer).get("/api/v1/compliance?from=2020-01-01&to=2020-12-31")
    #expect(earlier["total"]?["closed"]?.integer == 0 && earlier["total"]?["overdue"]?.integer == 1)
    #expect(try await town.somebody(.viewer).get("/api/v1/compliance?from=yesterday").code == "invalid_parameter")
    #expect(try await town.somebody(.citizen).get("/api/v1/compliance").status == 403)
    // Another township counts its own.
    #expect(try await Township().somebody(.viewer).get("/api/v1/compliance")["total"]?["closed"]?.integer == 0)
  }

  @Test("the page shows the same, leads to the requests behind it, and gives a file")
  func page() async throws {
    let town = try await Self.arrange()
    let agent = try await town.browser(.agent)
    let page = try await agent.get("/staff/compliance")
    #expect(page.status == 200 && page.text.contains("Targets kept") && page.text.contains("67 %"))
    let link = try #require(page.text.firstMatch(of: /href="(\/staff\?[^"]*overdue=true[^"]*)"/)).1
    let list = try await agent.get(String(link).replacing("&amp;", with: "&")).text
    #expect(list.components(separatedBy: "id=\"row-").count == 2)
    let closed = try #require(page.text.firstMatch(of: /href="(\/staff\?[^"]*closed_after=[^"]*category=[^"]*)"/)).1
    let ended = try await agent.get(String(closed).replacing("&amp;", with: "&")).text
    #expect(ended.components(separatedBy: "id=\"row-").count == 5)
    for table in ["categories", "departments", "months"] {
      let file = try await agent.get("/staff/compliance/export?table=\(table)")
      #expect(file.status == 200 && file.headers["Content-Type"] == "text/csv; charset=utf-8")
    }
    let file = try await agent.get("/staff/compliance/export?table=categories").text
    #expect(file.contains("Street light,4,3,2,1,0.66"))
    #expect(try await agent.get("/staff/compliance/export?table=people").status == 400)
    #expect(try await agent.get("/staff/dashboard").text.contains("/staff/compliance"))
  }
}

extension String {
  /// The parts between, as Foundation names it.
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
