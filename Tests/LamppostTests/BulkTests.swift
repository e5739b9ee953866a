import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct BulkTests: BulkCalling {
  private func polygon(_ rings: [[(Double, Double)]]) -> JSONValue {
    .object([
      "type": .string("Polygon"),
      "coordinates": .array(rings.map { .array($0.map { .array([.number($0.0), .number($0.1)]) }) }),
    ])
  }

  private func square(_ west: Double, _ south: Double, _ side: Double) -> [(Double, Double)] {
    [(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)]
  }

  /// Points along an arc that never meets itself, and back.
  private func circle(_ count: Int) -> [(Double, Double)] {
    (0..<count).map { index -> (Double, Double) in
      let share = Double(index) / Double(count)
      return (-71 + share, 42 + share * (1 - share))
    }
  }

  @Test("a dry run tells exactly what then happens, and changes nothing itself")
  func dryRun() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    var references: [String] = []
    for _ in 0..<5 { references.append(try await town.report().reference) }
    let path = "/api/v1/requests/"
    _ = try await agent.post(path + references[0] + "/status", .object(["status": .string("in_progress")]))
    for (status, index) in [("completed", 1), ("completed", 2), ("closed", 2)] {
      _ = try await agent.post(
        path + references[index] + "/status", .object(["status": .string(status), "note": .string("done")]))
    }
    let call: [String: JSONValue] = [
      "references": list(references + [Reference(bits: 12345).description]),
      "action": action("status", ["status": .string("in_progress")]),
    ]
    let dry = try await bulk(agent, call.merging(["dry_run": .bool(true)]) { $1 })
    #expect(dry.status == 200 && dry["dry_run"]?.bool == true && dry["matched"]?.integer == 6, "\(dry.text)")
    #expect(count(dry, "changed") == 2 && count(dry, "unchanged") == 1)
    #expect(refused(dry) == ["transition_not_allowed": 2, "not_found": 1])
    #expect(dry["undo"]?.array?.isEmpty == true)
    #expect(try await agent.get(path + references[3])["status"]?.string == "submitted")
    let real = try await bulk(agent, call)
    for group in ["changed", "unchanged"] { #expect(real[group] == dry[group]) }
    #expect(real["refused"] == dry["refused"])
    #expect(try await agent.get(path + references[3])["status"]?.string == "in_progress")
    let last = try await agent.get(path + references[4] + "/history").items.last
    #expect(last?["kind"]?.string == "status" && last?["actor"]?["id"]?.integer == agent.personID)
    // The same once more leaves everything as it is.
    let again = try await bulk(agent, call)
    #expect(count(again, "changed") == 0 && count(again, "unchanged") == 3)
  }

  @Test("drawing around requests selects what lies inside, holes left out, narrowed by a filter")
  func polygons() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let inside = try await town.report([("location", .at(42.31, -71.09))]).reference
    let edge = try await town.report([("location", .at(42.30, -71.05))]).reference
    let hole = try await town.report([("location", .at(42.35, -71.05))]).reference
    let pothole = try await town.report([("location", .at(42.39, -71.01)), ("category", .string("pothole"))]).reference
    try await town.report([("location", .at(42.41, -71.05))])
    try await town.report([("location", .null)])
    let drawn = polygon([square(-71.1, 42.3, 0.1), square(-71.06, 42.34, 0.02)])
    func selected(_ fields: [String: JSONValue]) async throws -> Set<String> {
      let answer = try await bulk(agent, fields.merging(["dry_run": .bool(true)]) { $1 })
      return Set((answer["selected"]?.array ?? []).compactMap(\.string))
    }
    #expect(try await selected(["polygon": drawn]) == [inside, edge, pothole])
    #expect(try await selected(["polygon": polygon([square(-71.1, 42.3, 0.1)])]) == [inside, edge, hole, pothole])
    let narrow: JSONValue = .object(["category": .array([.string("pothole")])])
    #expect(try await selected(["polygon": drawn, "filter": narrow]) == [pothole])
    #expect(try await selected(["filter": narrow]) == [pothole])
    #expect(try await selected(["filter": .object([:])]).count == 6)
    let done = try await bulk(
      agent, ["polygon": drawn, "action": action("prioritize", ["priority": .string("urgent")])])
    #expect(count(done, "changed") == 3)
  }

  @Test("a polygon that is none is refused, and told why")
  func badPolygons() async throws {
    let agent = try await Township().somebody(.agent)
    let round = circle(500)
    let cases: [(JSONValue, String)] = [
      (polygon([square(-71, 42, 0.1).dropLast()]), "invalid_format"),
      (polygon([[(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]]), "invalid_format"),
      (polygon([[(0, 0), (1, 1), (0, 0)]]), "invalid_format"),
      (polygon([Array(repeating: (1, 1), count: 5)]), "invalid_format"),
      (polygon([square(179, 42, 3)]), "out_of_range"), (polygon([square(0, 89, 3)]), "out_of_range"),
      (polygon([round + [round[0]]]), "too_many"), (polygon([]), "wrong_type"), (.string("POLYGON"), "wrong_type"),
      (.object(["type": .string("Point"), "coordinates": .array([])]), "wrong_type"),
      (
        .object([
          "type": .string("Polygon"),
          "coordinates": .array([.array(Array(repeating: .array([.string("NaN"), .null]), count: 4))]),
        ]), "wrong_type"
      ),
    ]
    for (polygon, code) in cases {
      let answer = try await bulk(agent, ["polygon": polygon, "dry_run": .bool(true)])
      #expect(answer.status == 422 && answer.code == code, "\(answer.text) \(polygon.text.prefix(100))")
    }
    for text in ["NaN", "1e999", "Infinity"] {
      let body =
        "{\"dry_run\":true,\"polygon\":{\"type\":\"Polygon\",\"coordinates\":[[[\(text),1],[1,1],[1,2],[0,0]]]}}"
      #expect(try await agent.send(.post, "/api/v1/bulk", Array(body.utf8)).code == "malformed_json")
    }
    let huge = circle(10_000)
    #expect([413, 422].contains(try await bulk(agent, ["polygon": polygon([huge + [huge[0]]])]).status))
  }

  @Test("only those who may change a request change it in bulk")
  func permissions() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let (other, _) = try await town.report()
    let crew = try await town.somebody(.crew)
    let agent = try await town.somebody(.agent)
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/assignment", .object(["assignee": .integer(crew.personID!)]))
    let start: [String: JSONValue] = [
      "references": list([reference, other]), "action": action("status", ["status": .string("in_progress")]),
    ]
    for outsider in [try await town.somebody(.viewer), try await town.somebody(.citizen)] {
      #expect(try await bulk(outsider, start).status == 403)
    }
    #expect(try await bulk(town.anonymous, start).status == 401)
    let mine = try await bulk(crew, start)
    #expect(count(mine, "changed") == 1 && refused(mine) == ["forbidden": 1])
    let assigning = try await bulk(
      crew, ["references": list([reference, other]), "action": action("assign", ["assignee": .null])])
    #expect(refused(assigning) == ["forbidden": 2])
    let neighbour = try await Township().somebody(.manager)
    #expect(refused(try await bulk(neighbour, start)) == ["not_found": 2])
    let everything = try await bulk(neighbour, ["filter": .object([:]), "dry_run": .bool(true)])
    #expect(everything["matched"]?.integer == 0)
  }

  @Test("what is wrong with a call is told, and nothing is changed by it")
  func badCalls() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report()
    let high = action("prioritize", ["priority": .string("high")])
    let one = list([reference])
    let cases: [([String: JSONValue], [String: String])] = [
      (["action": high], ["references": "required"]),
      (["references": one, "filter": .object([:]), "action": high], ["references": "required"]),
      (["references": one], ["action": "required"]),
      (["references": .array([]), "action": high], ["references": "required"]),
      (["references": .array([.string("x")]), "action": high], ["references": "invalid_format"]),
      (
        ["references": list(Array(repeating: reference, count: 501)), "action": high], ["references": "too_many"]
      ),
      (["filter": .object(["colour": .string("red")]), "action": high], ["filter.colour": "unknown_field"]),
      (["filter": .object(["status": .string("blue")]), "action": high], ["filter.status": "invalid_format"]),
      (["references": one, "action": action("explode")], ["action.type": "unknown_option"]),
      (["references": one, "action": action("assign")], ["action.assignee": "required"]),
      (
        ["references": one, "action": action("assign", ["assignee": .integer(1 << 40)])],
        ["action.assignee": "unknown_person"]
      ),
      (
        ["references": one, "action": action("categorize", ["category": .string("<script>")])],
        ["action.category": "unknown_category"]
      ),
      (
        ["references": one, "action": action("status", ["status": .string("completed")])],
        ["action.note": "note_required"]
      ),
      (
        ["references": one, "action": action("status", ["status": .string("on_hold")])],
        ["action.reason": "reason_required"]
      ),
      (["references": one, "action": high, "color": .null], ["color": "unknown_field"]),
    ]
    for (fields, wrong) in cases {
      let answer = try await bulk(agent, fields)
      #expect(answer.status == 422 && answer.fields == wrong, "\(answer.text)")
    }
    #expect(try await agent.get("/api/v1/requests/\(reference)")["version"]?.integer == 1)
  }

  @Test("more than a call can take is told before anything is changed; several batches are one answer")
  func many() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    func add(_ count: Int, _ prefix: String) async throws {
      _ = try await town.database.write(
        """
        INSERT INTO requests (tenant_id, reference, title, category_id, priority, visibility, location)
        SELECT \(town.id), \(prefix) || lpad(n::text, 7, '0'), 'One of many', (SELECT min(id) FROM categories
          WHERE tenant_id = \(town.id)), 2, 'public', ST_MakePoint(-71, 42)::geography FROM generate_series(1, \(count)) n
        """)
    }
    try await add(250, "A")
    let high = action("prioritize", ["priority": .string("high")])
    let done = try await bulk(agent, ["filter": .object([:]), "action": high])
    #expect(count(done, "changed") == 250 && done["undo"]?.array?.count == 250)
    try await add(4751, "B")
    let refusal = try await bulk(agent, ["filter": .object([:]), "action": high])
    #expect(refusal.status == 422 && refusal.code == "too_many")
    let changed = try await town.database.read(
      "SELECT count(*) FROM requests WHERE tenant_id = \(town.id) AND version > 1")
    #expect(try changed.first?.get(0, as: Int.self) == 250)
  }
}
