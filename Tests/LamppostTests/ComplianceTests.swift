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
    let closed = try #require(page.text.firstMatch(of: /href="(\/staff\?[^"]*closed_on=[^"]*category=[^"]*)"/)).1
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

  /// Forty reports on both sides of every edge: of days, months, targets, with and without department and target.
  private static func arrangeMany() async throws -> Township {
    let town = try await Township()
    _ = try await town.database.write("UPDATE tenants SET time_zone = 'Pacific/Auckland' WHERE id = \(town.id)")
    for number in 0..<40 {
      try await town.report([("category", .string(number % 3 == 0 ? "pothole" : "street-light"))])
    }
    _ = try await town.database.write(
      """
      WITH numbered AS (
        SELECT id, row_number() OVER (ORDER BY id)::int - 1 AS n FROM requests WHERE tenant_id = \(town.id)
      ), midnight AS (
        -- The first instant of September in Auckland, and of the period that is asked for.
        SELECT '2026-09-01'::timestamp AT TIME ZONE 'Pacific/Auckland' AS at
      )
      UPDATE requests r
         SET created_at = at - interval '60 days',
             status = (ARRAY['completed', 'closed', 'under_review', 'rejected'])[1 + n % 4],
             closed_at = CASE WHEN n % 4 = 2 THEN NULL
                              ELSE at + (ARRAY['-1 microsecond', '0', '29 days', '30 days', '1 day'])[1 + n % 5]::interval END,
             expected_by = CASE WHEN n % 7 = 0 THEN NULL WHEN n % 2 = 0 THEN at + interval '10 days'
                                ELSE at - interval '10 days' END,
             respond_by = CASE WHEN n % 6 = 0 THEN NULL ELSE at + interval '2 days' END,
             first_responded_at = CASE WHEN n % 9 = 0 THEN NULL
                                       ELSE at + (ARRAY['-1 microsecond', '0', '5 days'])[1 + n % 3]::interval END,
             department_id = CASE WHEN n % 5 = 0 THEN NULL ELSE
               (SELECT id FROM departments d WHERE d.tenant_id = r.tenant_id AND d.slug = 'roads') END
        FROM numbered, midnight WHERE r.tenant_id = \(town.id) AND numbered.id = r.id
      """)
    return town
  }

  @Test("every figure leads to exactly the requests that it counts", arguments: ["", "&category=pothole"])
  func links(_ scope: String) async throws {
    let town = try await Self.arrangeMany()
    let agent = try await town.browser(.agent)
    let page = try await agent.get("/staff/compliance?from=2026-09-01&to=2026-09-30\(scope)").text
    // A cell of a table, and a figure on top that is a number.
    let links =
      page.matches(of: /<td class="number"><a href="(\/staff\?[^"]*)">(\d+)</).map { ($0.1, Int($0.2)) }
      + page.matches(of: /<a class="figure card" href="(\/staff\?[^"]*)"><span class="value">(\d+)<\/span>/).map {
        ($0.1, Int($0.2))
      }
    #expect(links.count > (scope.isEmpty ? 30 : 15), "\(links)")
    var kinds: Set<String> = []
    for (link, count) in links {
      let address = String(link).replacing("&amp;", with: "&")
      let list = try await agent.get(address)
      #expect(list.status == 200 && !list.text.contains("was not understood"), "\(address)")
      #expect(list.text.components(separatedBy: "id=\"row-").count - 1 == count, "\(address)")
      for kind in [
        "target=on_time", "target=late", "target=any", "overdue=true", "answer=late", "department=-", "due_on=",
      ]
      where address.contains(kind) { kinds.insert(kind) }
    }
    #expect(kinds.count == 7, "\(kinds)")
    let report = try await agent.client.get("/api/v1/compliance?from=2026-09-01&to=2026-09-30\(scope)")
    let late = try await agent.client.get(
      "/api/v1/requests?target=late&status=completed,closed&closed_on=2026-09-01..2026-09-30&limit=200\(scope)")
    let figure = try #require(report["total"]?["late"]?.integer)
    #expect(figure > 0 && late.items.count == figure)
  }

  @Test("days and verdicts that cannot be are refused; how answers came is for staff alone")
  func filters() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    for wrong in [
      "closed_on=2026-02-30", "closed_on=2026-03-02..2026-03-01", "due_on=0000-01-01", "answered_on=yesterday",
      "target=kept", "answer=never", "closed_on=2026-01-01..2026-01-02..2026-01-03",
    ] {
      #expect(try await agent.get("/api/v1/requests?\(wrong)").status == 400, "\(wrong)")
      // A page says so and shows the queue.
      #expect(try await agent.get("/staff?\(wrong)").text.contains("was not understood"), "\(wrong)")
    }
    #expect(try await agent.get("/api/v1/requests?closed_on=2026-03-01").status == 200)
    for secret in ["answer=late", "answered_on=2026-03-01", "department=-"] {
      #expect(try await town.somebody(.citizen).get("/api/v1/requests?\(secret)").status == 403)
      #expect(try await town.anonymous.get("/api/v1/requests?\(secret)").status == 401)
    }
    // What stands for no department can be kept as a view and be acted on, as every filter can.
    let view = try await agent.post(
      "/api/v1/views",
      .object(["name": .string("Late"), "filter": .object(["target": .string("late"), "department": .string("-")])]))
    #expect(view.status == 201, "\(view.text)")
    // Changing the form does not lose the days.
    let page = try await agent.get("/staff?status=all&closed_on=2026-03-01..2026-03-31").text
    #expect(page.contains("name=\"closed_on\" value=\"2026-03-01..2026-03-31\""))
    #expect(try await !agent.get("/staff").text.contains("name=\"closed_on\""))
  }
}

extension String {
  /// The parts between, as Foundation names it.
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
