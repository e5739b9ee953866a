import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct BulkTests {
  private func bulk(_ client: Client, _ fields: [String: JSONValue]) async throws -> Client.Answer {
    try await client.post("/api/v1/bulk", .object(fields))
  }

  private func action(_ type: String, _ fields: [String: JSONValue] = [:]) -> JSONValue {
    .object(fields.merging(["type": .string(type)]) { $1 })
  }

  private func list(_ references: [String]) -> JSONValue { .array(references.map(JSONValue.string)) }

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

  private func count(_ answer: Client.Answer, _ group: String) -> Int? { answer[group]?["count"]?.integer }

  private func refused(_ answer: Client.Answer) -> [String: Int] {
    var counts: [String: Int] = [:]
    for group in answer["refused"]?.array ?? [] { counts[group["code"]?.string ?? ""] = group["count"]?.integer }
    return counts
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

  @Test(
    "each kind of change follows the rules of its single one, and can be taken back while nothing has happened since")
  func kindsAndUndo() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let crew = try await town.somebody(.crew)
    var references: [String] = []
    for _ in 0..<3 { references.append(try await town.report().reference) }
    let before = try await agent.get("/api/v1/requests/" + references[0])
    let actions: [(JSONValue, (Client.Answer) -> Bool)] = [
      (
        action("assign", ["assignee": .integer(crew.personID!), "department": .string("roads")]),
        { $0["assignee"]?["id"]?.integer == crew.personID && $0["status"]?.string == "assigned" }
      ),
      (
        action("status", ["status": .string("on_hold"), "reason": .string("Waiting for <b>parts</b>")]),
        { $0["status"]?.string == "on_hold" }
      ),
      (action("categorize", ["category": .string("pothole")]), { $0["category"]?.string == "pothole" }),
      (
        action("categorize", ["category": .string("harassment")]),
        { $0["category"]?.string == "harassment" && $0["visibility"]?.string == "private" }
      ),
      (action("prioritize", ["priority": .string("urgent")]), { $0["priority"]?.string == "urgent" }),
    ]
    for (action, holds) in actions {
      let done = try await bulk(agent, ["references": list(references), "action": action])
      #expect(count(done, "changed") == 3, "\(done.text)")
      #expect(holds(try await agent.get("/api/v1/requests/" + references[0])), "\(action.text)")
      // Somebody else works on the last one: that one is not taken back.
      _ = try await agent.patch("/api/v1/requests/" + references[2], .object(["title": .string(UUID().uuidString)]))
      let changes = try #require(done["undo"])
      let foreign = try await bulk(
        try await town.somebody(.manager), ["action": self.action("undo", ["changes": changes])])
      #expect(refused(foreign) == ["undo_not_allowed": 2, "version_mismatch": 1], "\(foreign.text)")
      let undone = try await bulk(agent, ["action": self.action("undo", ["changes": changes])])
      #expect(count(undone, "changed") == 2 && refused(undone) == ["version_mismatch": 1], "\(undone.text)")
      let after = try await agent.get("/api/v1/requests/" + references[0])
      for field in [
        "status", "assignee", "department", "category", "priority", "expected_by", "visibility", "closed_at",
      ] {
        #expect(after[field] == before[field], "\(field) after \(action.text)")
      }
      // What was undone is not undone twice.
      let twice = try await bulk(agent, ["action": self.action("undo", ["changes": changes])])
      #expect(refused(twice) == ["version_mismatch": 3])
    }
  }

  @Test("what was reopened by mistake has ended again when it had")
  func reopening() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let done = try await agent.post(
      path + "/status", .object(["status": .string("completed"), "note": .string("done")]))
    let reopened = try await bulk(
      agent, ["references": list([reference]), "action": action("status", ["status": .string("under_review")])])
    #expect(try await agent.get(path)["closed_at"]?.isNull == true)
    _ = try await bulk(agent, ["action": action("undo", ["changes": try #require(reopened["undo"])])])
    let now = try await agent.get(path)
    #expect(now["status"]?.string == "completed" && now["closed_at"] == done["closed_at"])
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

@Suite struct SavedViewTests {
  private func view(_ name: String, _ filter: [String: JSONValue], shared: Bool = false) -> JSONValue {
    .object(["name": .string(name), "filter": .object(filter), "shared": .bool(shared)])
  }

  @Test("a view is kept for its owner or for all staff, and counts what is open")
  func views() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let colleague = try await town.somebody(.viewer)
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    try await town.report([("category", .string("pothole"))])
    try await town.report()
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/status", .object(["status": .string("completed"), "note": .string("done")]))
    let own = try await agent.post("/api/v1/views", view("<script>Holes", ["category": .array([.string("pothole")])]))
    #expect(own.status == 201 && own["count"]?.integer == 1 && own["own"]?.bool == true, "\(own.text)")
    let done = try await agent.post(
      "/api/v1/views", view("Done", ["status": .string("completed"), "sort": .string("newest")], shared: true))
    #expect(done["count"]?.integer == 1 && done["filter"]?["sort"]?.string == "newest")
    #expect(try await agent.get("/api/v1/views").items.count == 2)
    let seen = try await colleague.get("/api/v1/views").items
    #expect(seen.map { $0["name"]?.string } == ["Done"] && seen.first?["own"]?.bool == false)
    let path = "/api/v1/views/\(try #require(done["id"]?.string))"
    #expect(try await colleague.delete(path).status == 404)
    #expect(try await Township().somebody(.manager).delete(path).status == 404)
    #expect(try await agent.delete(path).status == 200)
    #expect(try await agent.delete(path).status == 404)
    #expect(try await Township().somebody(.agent).get("/api/v1/views").items.isEmpty)
  }

  @Test("a filter that the list would not take is not kept, nor a fifty-first view")
  func limits() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let path = "/api/v1/views"
    #expect(try await agent.post(path, view("", [:])).fields == ["name": "required"])
    #expect(
      try await agent.post(path, view("x", ["colour": .string("red")])).fields == ["filter.colour": "unknown_field"])
    #expect(
      try await agent.post(path, view("x", ["sort": .string("nearest")])).fields == ["filter.sort": "invalid_format"])
    let mistaken: [(String, JSONValue)] = [
      ("department", .bool(false)), ("q", .integer(311)), ("radius", .bool(true)), ("mine", .integer(1)),
      ("department", .string("a\0b")), ("category", .array([.integer(1)])), ("category", .array([.string("\0")])),
    ]
    for (name, value) in mistaken {
      #expect(try await agent.post(path, view("x", [name: value])).fields == ["filter.\(name)": "wrong_type"])
    }
    #expect(try await town.somebody(.viewer).post(path, view("x", [:], shared: true)).status == 403)
    for number in 0..<50 { #expect(try await agent.post(path, view("View \(number)", [:])).status == 201) }
    #expect(try await agent.post(path, view("One more", [:])).code == "too_many")
  }

  @Test("staff are told how many open requests lie in each area, nobody else is")
  func areaCounts() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary) VALUES
        (\(town.id), 'wards', 'one', 'One', ST_Multi(ST_MakeEnvelope(-71.1, 42.3, -71, 42.4, 4326))),
        (\(town.id), 'wards', 'two', 'Two', ST_Multi(ST_MakeEnvelope(-72.1, 42.3, -72, 42.4, 4326)))
      """)
    let (reference, _) = try await town.report()
    try await town.report()
    let agent = try await town.somebody(.agent)
    let path = "/api/v1/areas?layer=wards&counts=true"
    func open() async throws -> [Int?] {
      (try await agent.get(path)["features"]?.array ?? []).map { $0["properties"]?["open"]?.integer }
    }
    #expect(try await open() == [2, 0])
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/status", .object(["status": .string("completed"), "note": .string("done")]))
    #expect(try await open() == [1, 0])
    #expect(try await town.anonymous.get(path).status == 401)
    #expect(try await town.somebody(.citizen).get(path).status == 403)
    #expect(try await agent.get("/api/v1/areas?counts=yes").code == "invalid_parameter")
  }
}
