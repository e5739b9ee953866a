import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// Target dates that came from elsewhere, and what the history says when a target becomes another.
@Suite struct TargetHistoryTests {
  private static let given = "2030-05-06T17:00:00Z"

  /// A request that an import brought with a target of its own.
  private static func imported() async throws -> (Township, agent: Client, path: String) {
    let town = try await Township()
    let mapping = """
      {"source": "old", "time_zone": "UTC",
       "fields": {"source_id": "id", "title": "title", "category": "type", "created_at": "opened",
                  "expected_by": "due", "status": {"column": "state", "values": {"O": "submitted"}},
                  "priority": {"column": "rank", "values": {"1": "medium"}}},
       "create_categories": {}}
      """
    let file = "/var/tmp/lamppost-import-\(UUID().uuidString)"
    try Installation.write(
      "id,title,type,opened,due,state,rank\n1,Old lamp,Lamps,2026-01-05 09:00:00,2030-05-06 17:00:00,O,1\n", to: file)
    let figures = try await ImportRequests(
      database: town.installation.admin, tenantID: town.id, mapping: try ImportMapping(parsing: Array(mapping.utf8))
    )(file)
    try #require(figures.added == 1 && figures.errors == 0, "\(figures)")
    let agent = try await town.somebody(.agent)
    let reference = try #require(try await agent.get("/api/v1/requests").items.first?["reference"]?.string)
    return (town, agent, "/api/v1/requests/\(reference)")
  }

  private static func targets(_ agent: Client, _ path: String) async throws -> [(before: String?, after: String?)] {
    try await agent.get(path + "/history").items.filter { $0["kind"]?.string == "target" }.map {
      ($0["before"]?.string, $0["after"]?.string)
    }
  }

  @Test(
    "another category promises its own date in place of one that came from elsewhere, and the history says from what to what"
  )
  func recategorized() async throws {
    let (town, agent, path) = try await Self.imported()
    #expect(try await agent.get(path)["expected_by"]?.string == Self.given)
    let moved = try await agent.patch(path, .object(["category": .string("street-light")]))
    let own = try #require(moved["expected_by"]?.string)
    #expect(own == "2026-01-08T09:00:00Z", "72 hours after it was made")
    var rows = try await Self.targets(agent, path)
    #expect(rows.count == 1 && rows[0].before == Self.given && rows[0].after == own)
    // One that promises nothing: the date goes, and that is told too.
    #expect(try await agent.patch(path, .object(["category": .string("pothole")]))["expected_by"] == .null)
    rows = try await Self.targets(agent, path)
    #expect(rows.count == 2 && rows[1].before == own && rows[1].after == nil)
    let reference = String(path.split(separator: "/").last!)
    let page = try await agent.get("/staff/requests/\(reference)").text
    #expect(page.contains("May 6, 2030") && page.contains("no date"))
    #expect(try await !town.anonymous.get(path + "/history").text.contains("\"target\""))
    // Back where it came with the date, it has it again.
    #expect(try await agent.patch(path, .object(["category": .string("lamps")]))["expected_by"]?.string == Self.given)
  }

  @Test("undoing brings back the date that came from elsewhere, of a category as of a priority, one by one and of many")
  func undone() async throws {
    let (_, agent, path) = try await Self.imported()
    _ = try await agent.patch(path, .object(["category": .string("street-light")]))
    let undone = try await agent.post(path + "/undo")
    #expect(undone["expected_by"]?.string == Self.given && undone["category"]?.string == "lamps", "\(undone.text)")
    let admin = try await agent.township.somebody(.administrator)
    _ = try await admin.patch(
      "/api/v1/categories/lamps",
      .object(["targets": .object(["urgent": .object(["resolution": .integer(60)])])]))
    let urgent = try await agent.patch(path, .object(["priority": .string("urgent")]))
    #expect(urgent["expected_by"]?.string == "2026-01-05T10:00:00Z")
    #expect(try await agent.post(path + "/undo")["expected_by"]?.string == Self.given)
    #expect(try await Self.targets(agent, path).count == 4)
    // A title says nothing of targets, and neither does a category that promises the same.
    _ = try await agent.patch(path, .object(["title": .string("Lamp")]))
    #expect(try await Self.targets(agent, path).count == 4)
    let reference = JSONValue.array([.string(String(path.split(separator: "/").last!))])
    _ = try await agent.post(
      "/api/v1/bulk",
      .object([
        "references": reference,
        "action": .object(["type": .string("categorize"), "category": .string("street-light")]),
      ]))
    #expect(try await Self.targets(agent, path).last?.before == Self.given)
  }

  @Test("time on hold moves a date that came from elsewhere, and the history's own rows tell of that")
  func held() async throws {
    let (town, agent, path) = try await Self.imported()
    _ = try await agent.post(path + "/status", .object(["status": .string("on_hold"), "reason": .string("Parts")]))
    _ = try await town.database.write(
      "UPDATE requests SET held_since = held_since - interval '2 days' WHERE tenant_id = \(town.id)")
    let resumed = try await agent.post(path + "/status", .object(["status": .string("in_progress")]))
    #expect(resumed["expected_by"]?.string?.hasPrefix("2030-05-08T17:00") == true, "\(resumed.text)")
    #expect(try await Self.targets(agent, path).isEmpty)
  }
}
