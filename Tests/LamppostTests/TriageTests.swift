import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct FindingTests {
  @Test("a radius gives the nearest first, and nothing beyond it")
  func radius() async throws {
    let town = try await Township()
    // About 111 m apart, going north.
    for step in [3, 0, 2, 1] {
      try await town.report([("title", .string("\(step)")), ("location", .at(42.36 + Double(step) * 0.001, -71.06))])
    }
    try await town.report([("title", .string("nowhere")), ("location", .null)])
    let answer = try await town.anonymous.get("/api/v1/requests?near=42.36,-71.06&radius=250")
    #expect(answer.items.map { $0["title"]?.string } == ["0", "1", "2"])
    let distances = answer.items.compactMap { $0["distance"]?.double }
    #expect(zip(distances, [0, 111, 222]).allSatisfy { abs($0 - $1) < 2 })
    #expect(try await town.anonymous.get("/api/v1/requests?near=42.36,-71.06").items.count == 4)
  }

  @Test("a box is exact at its edges, across the 180th meridian too")
  func box() async throws {
    let town = try await Township()
    for (name, latitude, longitude) in [
      ("in", 42.35, -71.05), ("out", 42.41, -71.05), ("east", 42.35, 179.9), ("west", 42.35, -179.9),
    ] {
      try await town.report([("title", .string(name)), ("location", .at(latitude, longitude))])
    }
    func titles(_ box: String) async throws -> [String] {
      try await town.anonymous.get("/api/v1/requests?sort=oldest&bbox=\(box)").items.compactMap { $0["title"]?.string }
    }
    #expect(try await titles("-71.1,42.3,-71,42.4") == ["in"])
    #expect(try await titles("-71.05,42.35,-71.05,42.35") == ["in"])
    #expect(try await titles("179,42,-179,43") == ["east", "west"])
    #expect(try await titles("-180,-90,180,90").count == 4)
  }

  @Test("pages follow one another without a gap or a repeat, in every order", arguments: RequestFilter.Sort.allCases)
  func paging(sort: RequestFilter.Sort) async throws {
    let town = try await Township()
    for number in 0..<23 {
      try await town.report([
        ("title", .string("Lamp \(number)")), ("location", .at(42.36 + Double(number % 7) * 0.001, -71.06)),
        ("priority", .string(Priority.allCases[number % 4].name)),
      ])
    }
    let filter =
      "sort=\(sort.rawValue)" + (sort == .nearest ? "&near=42.36,-71.06" : sort == .relevance ? "&q=lamp" : "")
    let whole = try await town.anonymous.get("/api/v1/requests?\(filter)&limit=200").items.map {
      $0["reference"]?.string
    }
    #expect(whole.count == 23)
    var pages: [String?] = []
    var cursor: String?
    repeat {
      let answer = try await town.anonymous.get(
        "/api/v1/requests?\(filter)&limit=5" + (cursor.map { "&cursor=\($0)" } ?? ""))
      #expect(answer.status == 200)
      pages += answer.items.map { $0["reference"]?.string }
      cursor = answer["next_cursor"]?.string
    } while cursor != nil
    #expect(pages == whole)
  }

  @Test("a cursor is good for its own list alone")
  func cursors() async throws {
    let town = try await Township()
    for _ in 0..<3 { try await town.report() }
    let cursor = try #require(try await town.anonymous.get("/api/v1/requests?limit=1")["next_cursor"]?.string)
    let other = try await Township()
    let misuses = [
      (town.anonymous, "limit=1&status=submitted&cursor=\(cursor)"), (other.anonymous, "limit=1&cursor=\(cursor)"),
      (town.anonymous, "limit=1&cursor=\(cursor.dropLast())"), (town.anonymous, "cursor=AAAA.BBBB"),
      (try await town.somebody(.agent), "limit=1&cursor=\(cursor)"),
    ]
    for (client, query) in misuses {
      let answer = try await client.get("/api/v1/requests?\(query)")
      #expect(answer.status == 400 && answer.code == "invalid_cursor")
    }
  }

  @Test("words are found by their stems and ranked, misspelt ones by their likeness")
  func text() async throws {
    let town = try await Township()
    try await town.report([("title", .string("Graffiti on the wall"))])
    try await town.report([
      ("title", .string("Wall")), ("description", .string("Somebody painted graffiti, paints again")),
    ])
    try await town.report([("title", .string("Pothole"))])
    func titles(_ query: String) async throws -> [String] {
      try await town.anonymous.get("/api/v1/requests?q=\(query)").items.compactMap { $0["title"]?.string }
    }
    #expect(try await titles("graffiti") == ["Graffiti on the wall", "Wall"])
    #expect(try await titles("painting") == ["Wall"])
    #expect(try await titles("graffiti%20-painted") == ["Graffiti on the wall"])
    #expect(try await titles("grafitti") == ["Graffiti on the wall"])
    #expect(try await titles("pottole") == ["Pothole"])
    #expect(try await titles("zebra").isEmpty)
  }

  @Test("status, category, priority and dates narrow the list")
  func filters() async throws {
    let town = try await Township()
    try await town.report([("title", .string("a")), ("category", .string("pothole")), ("priority", .string("urgent"))])
    try await town.report([("title", .string("b"))])
    func titles(_ query: String) async throws -> [String] {
      try await town.anonymous.get("/api/v1/requests?sort=oldest&\(query)").items.compactMap { $0["title"]?.string }
    }
    #expect(try await titles("category=pothole") == ["a"])
    #expect(try await titles("category=pothole,street-light") == ["a", "b"])
    #expect(try await titles("category=ufo").isEmpty)
    #expect(try await titles("priority=urgent,high") == ["a"])
    #expect(try await titles("status=closed").isEmpty)
    #expect(try await titles("status=submitted") == ["a", "b"])
    #expect(try await titles("created_after=2000-01-01T00:00:00Z&created_before=2001-01-01T00:00:00%2B01:00").isEmpty)
    _ = try await town.database.write(
      "UPDATE requests SET expected_by = now() - interval '1 day' WHERE tenant_id = \(town.id) AND title = 'b'")
    #expect(try await titles("overdue=true") == ["b"])
    #expect(try await titles("overdue=false") == ["a"])
  }

  @Test("a request knows its areas, and an area its requests, after a move too")
  func areas() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary) VALUES
        (\(town.id), 'wards', 'ward-1', 'Ward 1', ST_Multi(ST_MakeEnvelope(-71.1, 42.3, -71.05, 42.4, 4326))),
        (\(town.id), 'wards', 'ward-2', 'Ward 2', ST_Multi(ST_MakeEnvelope(-71.05, 42.3, -71, 42.4, 4326)))
      """)
    let (reference, _) = try await town.report([("location", .at(42.35, -71.06))])
    try await town.report([("location", .at(42.35, -71.04))])
    try await town.report([("location", .null)])
    let first = try await town.anonymous.get("/api/v1/requests?area=wards:ward-1")
    #expect(first.items.map { $0["areas"]?.array?.first?.string } == ["wards:ward-1"])
    _ = try await town.somebody(.agent).patch(
      "/api/v1/requests/\(reference)", .object(["location": .at(42.35, -71.03)]))
    #expect(try await town.anonymous.get("/api/v1/requests?area=wards:ward-1").items.isEmpty)
    #expect(try await town.anonymous.get("/api/v1/requests?area=wards:ward-2").items.count == 2)
    #expect(try await town.anonymous.get("/api/v1/requests?area=wards:ward-9").items.isEmpty)
    let collection = try await town.anonymous.get("/api/v1/areas?layer=wards")
    #expect(
      collection["features"]?.array?.map { $0["properties"]?["area"]?.string } == ["wards:ward-1", "wards:ward-2"])
  }
}

@Suite struct MapTests {
  @Test("the map's counts are those of the list, folded or not, before and after changes")
  func counts() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO requests (tenant_id, reference, title, category_id, status, priority, location, public_location, visibility)
      SELECT \(town.id), lpad(n::text, 8, '0'), 'x', c.id, CASE n % 3 WHEN 0 THEN 'closed' ELSE 'submitted' END, 1 + n % 4,
             p, p, CASE n % 10 WHEN 0 THEN 'private' ELSE 'public' END
        FROM (SELECT n, ST_SetSRID(ST_MakePoint(-71.1 + (n % 37) * 0.002, 42.3 + (n % 41) * 0.002), 4326)::geography AS p
                FROM generate_series(1, 900) n) points
        JOIN categories c ON c.tenant_id = \(town.id) AND c.slug = 'pothole'
      """)
    let view = "/api/v1/map?bbox=-71.2,42.2,-71,42.5&zoom=11"
    func total(_ client: Client, _ filter: String = "") async throws -> Int {
      let answer = try await client.get(view + filter)
      return (answer["features"]?.array ?? []).reduce(0) { $0 + ($1["properties"]?["count"]?.integer ?? 1) }
    }
    let staff = try await town.somebody(.viewer)
    for round in ["not folded", "folded"] {
      #expect(try await total(town.anonymous) == 810, "\(round)")
      #expect(try await total(staff) == 900, "\(round)")
      #expect(try await total(staff, "&status=closed") == 300, "\(round)")
      #expect(try await total(staff, "&category=pothole&priority=low,high") == 450, "\(round)")
      #expect(try await total(town.anonymous, "&category=street-light") == 0, "\(round)")
      try await town.runJobs()
    }
    _ = try await town.database.write(
      "UPDATE requests SET status = 'closed' WHERE tenant_id = \(town.id) AND status = 'submitted'")
    #expect(try await total(staff, "&status=closed") == 900)
    try await town.runJobs()
    #expect(try await total(staff, "&status=closed") == 900)
    #expect(try await total(staff, "&status=submitted") == 0)
  }

  @Test("few requests are pins; a filter beyond the counts is answered from the matches")
  func pins() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([("title", .string("Needle"))])
    try await town.report([("location", .null)])
    let view = "/api/v1/map?bbox=-71.2,42.2,-71,42.5&zoom=14"
    let features = try await town.anonymous.get(view)["features"]?.array
    #expect(features?.map { $0["properties"]?["reference"]?.string } == [reference])
    #expect(features?.first?["geometry"]?["coordinates"]?.array?.compactMap(\.double) == [-71.06, 42.36])
    #expect(try await town.anonymous.get(view + "&q=needle")["features"]?.array?.count == 1)
    #expect(try await town.anonymous.get(view + "&q=haystack")["features"]?.array?.isEmpty == true)
    #expect(try await town.anonymous.get("/api/v1/map?zoom=3").status == 400)
    #expect(try await town.anonymous.get(view + "0&bbox=1,1,2,2").status == 400)
  }

  @Test("the grid in Swift is the grid in the database")
  func grid() async throws {
    let town = try await Township()
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let place = Coordinate(
        latitude: .random(in: -90...90, using: &generator), longitude: .random(in: -180...180, using: &generator))!
      let row = try await town.database.read(
        "SELECT map_column(\(place.longitude)), map_row(\(place.latitude))"
      ).first!
      let square = Square(place, level: 18)
      #expect(try row.get(0, as: Int.self) == square.x && row.get(1, as: Int.self) == square.y)
    }
  }
}
