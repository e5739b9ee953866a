import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

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
