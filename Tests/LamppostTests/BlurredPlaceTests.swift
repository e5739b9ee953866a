import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// The attack on blurred places: whatever is asked, and however often, the answers are those of the street block.
@Suite struct BlurredPlaceTests {
  private typealias Point = (latitude: Double, longitude: Double)

  /// A township that blurs `pothole`, one such report, others around it that are told exactly, and two areas whose border
  /// runs through the block.
  private func arranged(at point: Point) async throws -> (town: Township, reference: String, code: String) {
    let town = try await Township()
    _ = try await town.database.write(
      "UPDATE categories SET blurs_location = true WHERE tenant_id = \(town.id) AND slug = 'pothole'")
    for (slug, west, east) in [("west", -72.0, -71.0611), ("east", -71.0611, -70.0)] {
      _ = try await town.database.write(
        """
        INSERT INTO areas (tenant_id, layer, slug, name, boundary)
        VALUES (\(town.id), 'wards', \(slug), \(slug), ST_Multi(ST_MakeEnvelope(\(west), 42, \(east), 43, 4326)))
        """)
    }
    for step in 0..<12 {
      let angle = Double(step)
      try await town.report([
        ("title", .string("Lamp \(step)")),
        ("location", .at(42.3607 + angle * 0.00011 * (step % 2 == 0 ? 1 : -1), -71.0611 + angle * 0.00013)),
      ])
    }
    let (reference, code) = try await town.report([
      ("title", .string("Needles")), ("category", .string("pothole")),
      (
        "location",
        .object([
          "latitude": .number(point.latitude), "longitude": .number(point.longitude),
          "accuracy": .number(7.25),
        ])
      ),
      ("address", .string("17 Quiet Lane")),
    ])
    return (town, reference, try #require(code))
  }

  /// Every way to ask that has to do with places: circles that shrink around many points, distances, boxes that shrink,
  /// tiles and maps at the deepest zooms, areas, what is similar.
  private func questions(_ reference: String) -> [String] {
    var list = [
      "/api/v1/requests/\(reference)", "/api/v1/requests/\(reference)/history", "/api/v1/requests/\(reference)/similar",
      "/api/v1/requests", "/api/v1/requests?category=pothole", "/requests/\(reference)", "/map/list", "/map",
      "/map/requests/\(reference)", "/api/v1/requests?q=17+Quiet+Lane", "/api/v1/requests?q=needles",
    ]
    for area in ["wards:west", "wards:east"] { list.append("/api/v1/requests?area=\(area)") }
    for x in stride(from: -71.0635, through: -71.0585, by: 0.0005) {
      for y in stride(from: 42.3585, through: 42.3630, by: 0.0005) {
        let at = "\(y),\(x)"
        list.append("/api/v1/requests?near=\(at)&radius=60&category=pothole")
        list.append("/api/v1/requests?near=\(at)&sort=nearest&limit=20")
        list.append("/api/v1/requests?bbox=\(x),\(y),\(x + 0.0005),\(y + 0.0005)")
      }
    }
    for radius in [5, 20, 50, 80, 100, 120, 141, 150, 200, 500] {
      for at in ["42.3606,-71.0611", "42.3612,-71.0604", "42.3601,-71.0619", "42.3590,-71.0600"] {
        list.append("/api/v1/requests?near=\(at)&radius=\(radius)&sort=nearest")
      }
    }
    for zoom in [10, 14, 16, 17, 18, 19, 20, 22] {
      list.append("/api/v1/map?bbox=-71.063,42.359,-71.059,42.362&zoom=\(zoom)")
      list.append("/api/v1/map?bbox=-71.063,42.359,-71.059,42.362&zoom=\(zoom)&category=pothole")
      list.append("/api/v1/map?bbox=-71.063,42.359,-71.059,42.362&zoom=\(zoom)&area=wards:west")
      list.append("/api/v1/map?bbox=-71.063,42.359,-71.059,42.362&zoom=\(zoom)&q=needles")
    }
    for z in [12, 14, 16, 17, 18] {
      let middle = Square(Coordinate(latitude: 42.3607, longitude: -71.0611)!, level: z)
      for dx in -1...1 { for dy in -1...1 { list.append("/api/v1/tiles/\(z)/\(middle.x + dx)/\(middle.y + dy).mvt") } }
    }
    return list
  }

  private func answers(_ town: Township, _ reference: String, as client: Client) async throws -> [String: [UInt8]] {
    try await town.runJobs()
    var answers: [String: [UInt8]] = [:]
    for target in questions(reference) { answers[target] = try await client.get(target).bytes }
    for at in [JSONValue.at(42.3601, -71.0612), .at(42.3612, -71.0604), .at(42.3606, -71.0619)] {
      answers["similar \(at.text)"] =
        try await client.post(
          "/api/v1/requests/similar", .object(["location": at, "category": .string("pothole")])
        ).bytes
    }
    return answers
  }

  private func move(_ town: Township, _ reference: String, to point: Point) async throws {
    _ = try await town.database.write(
      """
      UPDATE requests SET location = ST_SetSRID(ST_MakePoint(\(point.longitude), \(point.latitude)), 4326)::geography
       WHERE tenant_id = \(town.id) AND reference = \(Reference(reference)!.stored)
      """)
  }

  @Test("wherever in its block a blurred report lies, every answer to the public is the same to the byte")
  func sameBlock() async throws {
    // All but the farthest corners of the square around 42.3603, -71.061414.
    let block: [Point] = [
      (42.35945, -71.06260), (42.36115, -71.06260), (42.35945, -71.06025), (42.36115, -71.06025), (42.3603, -71.0612),
    ]
    let (town, reference, code) = try await arranged(at: block[0])
    let citizen = try await town.somebody(.citizen)
    let first = try await answers(town, reference, as: town.anonymous)
    let found = first.filter { String(decoding: $0.value, as: UTF8.self).contains(reference) }
    #expect(found.count > 100, "the questions reach it")
    #expect(!found.values.contains { String(decoding: $0, as: UTF8.self).contains("Quiet Lane") })
    let staff = try await town.somebody(.viewer)
    let staffFirst = try await answers(town, reference, as: staff)
    for point in block.dropFirst() {
      try await move(town, reference, to: point)
      let moved = try await answers(town, reference, as: town.anonymous)
      let telling = first.filter { moved[$0.key] != $0.value }.keys.sorted()
      #expect(telling == [], "they tell of a move to \(point)")
      #expect(try await citizen.get("/api/v1/requests/\(reference)").bytes == first["/api/v1/requests/\(reference)"])
    }
    let staffMoved = try await answers(town, reference, as: staff)
    #expect(staffFirst.contains { staffMoved[$0.key] != $0.value }, "staff see the true place")
    let own = try await town.holder(of: code).get("/api/v1/requests/\(reference)")
    #expect(own["location"]?["latitude"]?.double == 42.3603 && own["address"]?.string == "17 Quiet Lane")
    let page = try await town.anonymous.get("/track/\(code)")
    #expect(page.text.contains("17 Quiet Lane") && page.text.contains("id=\"blurring\""))
  }

  @Test(
    "the middle of the block is what the public learns, at most 150 metres away and never exact by chance of an edit")
  func middle() async throws {
    let (town, reference, _) = try await arranged(at: (42.36011, -71.06211))
    let path = "/api/v1/requests/\(reference)"
    let seen = try await town.anonymous.get(path)
    #expect(seen["location_blurred"]?.bool == true && seen["location"]?["accuracy"]?.double == 150)
    let away = try await town.database.read(
      """
      SELECT ST_Distance(location, public_location) FROM requests
       WHERE tenant_id = \(town.id) AND reference = \(Reference(reference)!.stored)
      """
    ).first?.get(0, as: Double.self)
    #expect((1...150).contains(away ?? 0))
    // The reporter's place is the very middle: it stays as blurred as any other.
    let middle = try #require(seen["location"])
    let agent = try await town.somebody(.agent)
    let moved = try await agent.patch(
      path, .object(["location": .at(middle["latitude"]!.double!, middle["longitude"]!.double!)]))
    #expect(moved.status == 200, "\(moved.text)")
    let again = try await town.anonymous.get(path)
    #expect(again["address"]?.isNull == true && again["location"]?.text == middle.text)
  }

  @Test("an address whose place is unknown is not told either")
  func unknownPlace() async throws {
    let (town, _, _) = try await arranged(at: (42.36011, -71.06211))
    let (reference, _) = try await town.report([
      ("category", .string("pothole")), ("location", .null), ("address", .string("19 Quiet Lane")),
    ])
    #expect(try await !town.anonymous.get("/api/v1/requests/\(reference)").text.contains("Quiet"))
    #expect(try await !town.anonymous.get("/requests/\(reference)").text.contains("Quiet"))
    #expect(try await town.somebody(.viewer).get("/api/v1/requests/\(reference)").text.contains("19 Quiet Lane"))
  }

  @Test("recategorizing follows the category; back in a sensitive one the same block is told")
  func recategorized() async throws {
    let (town, reference, _) = try await arranged(at: (42.36011, -71.06211))
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    let before = try await town.anonymous.get(path)["location"]?.text
    _ = try await agent.patch(path, .object(["category": .string("street-light")]))
    #expect(try await town.anonymous.get(path)["location"]?["latitude"]?.double == 42.36011)
    #expect(try await town.anonymous.get(path)["address"]?.string == "17 Quiet Lane")
    _ = try await agent.patch(path, .object(["category": .string("pothole")]))
    #expect(try await town.anonymous.get(path)["location"]?.text == before)
    #expect(try await town.anonymous.get(path)["areas"]?.text == #"["wards:west"]"#)
  }

  @Test("a category that begins to blur takes its requests along, and gives them back")
  func flag() async throws {
    let town = try await Township()
    var references: [String] = []
    for step in 0..<3 {
      references.append(
        try await town.report([
          ("category", .string("pothole")), ("location", .at(42.36011 + Double(step) * 0.00001, -71.06211)),
        ]).reference)
    }
    let admin = try await town.somebody(.administrator)
    let changed = try await admin.patch("/api/v1/categories/pothole", .object(["blurs_location": .bool(true)]))
    #expect(changed["blurs_location"]?.bool == true, "\(changed.text)")
    func places() async throws -> Set<String> {
      try await town.runJobs()
      var places: Set<String> = []
      for reference in references {
        places.insert(try await town.anonymous.get("/api/v1/requests/\(reference)")["location"]?.text ?? "")
      }
      return places
    }
    #expect(try await places().count == 1)
    #expect(try await town.anonymous.get("/api/v1/requests?near=42.36011,-71.06211&radius=20").items.isEmpty)
    // What is kept for the map was counted anew.
    let counts = try await town.database.read(
      "SELECT count(*), sum(count) FROM map_counts WHERE tenant_id = \(town.id) AND level = 18 AND public"
    ).first
    #expect(try counts?.get(0, as: Int.self) == 1 && counts?.get(1, as: Int.self) == 3)
    // A second run finds nothing to do.
    for statement in BlurCategory.insertions("pothole") {
      _ = try await town.installation.application.database.tenant(town.id).write(statement)
    }
    #expect(try await places().count == 1)
    let form = try await admin.get("/admin/categories/pothole").text
    #expect(form.contains("name=\"blurs_location\" value=\"true\" checked"), "\(form)")
    _ = try await admin.patch("/api/v1/categories/pothole", .object(["blurs_location": .bool(false)]))
    #expect(try await places().count == 3)
  }

  @Test("an area that is drawn anew holds blurred requests for the public by their block alone")
  func areas() async throws {
    let (town, reference, _) = try await arranged(at: (42.36011, -71.06030))
    let staff = try await town.somebody(.viewer)
    func areas(_ client: Client) async throws -> String? {
      try await client.get("/api/v1/requests/\(reference)")["areas"]?.text
    }
    let (publicBefore, staffBefore) = (try await areas(town.anonymous), try await areas(staff))
    #expect(staffBefore == #"["wards:east"]"# && publicBefore == #"["wards:west"]"#)
    _ = try await town.database.write(
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      SELECT tenant_id, 'recompute_area', id::text FROM areas WHERE tenant_id = \(town.id)
      """)
    try await town.runJobs()
    #expect(try await areas(town.anonymous) == publicBefore)
    #expect(try await areas(staff) == staffBefore)
    let all = "/api/v1/requests?category=pothole&area=wards"
    #expect(try await staff.get("\(all):east").items.count == 1)
    #expect(try await staff.get("\(all):west").items.isEmpty)
    #expect(try await town.anonymous.get("\(all):east").items.isEmpty)
    #expect(try await town.anonymous.get("\(all):west").items.count == 1)
  }

  @Test("blocks are some 200 metres wide, whole around the earth, and the same for every point of them")
  func blocks() async throws {
    let installation = try await Installation.shared()
    for latitude in [-89.9, -60, -0.0001, 0, 0.0001, 42.36, 71.2, 89.9] {
      for longitude in [-180.0, -179.9999, -71.06, 0, 12.5, 179.9999, 180] {
        let row = try await installation.admin.read(
          """
          WITH p AS (SELECT ST_SetSRID(ST_MakePoint(\(longitude), \(latitude)), 4326)::geography AS place)
          SELECT ST_Distance(place, street_block(place)), ST_Distance(street_block(place), street_block(street_block(place)))
            FROM p
          """
        ).first
        #expect(try row!.get(0, as: Double.self) <= 150, "\(latitude), \(longitude)")
        #expect(try row!.get(1, as: Double.self) == 0, "\(latitude), \(longitude)")
      }
    }
  }

  @Test("what rules make of an area's border in the middle of a block tells nobody on which side of it a report lies")
  func routed() async throws {
    let (town, _, _) = try await arranged(at: (42.3603, -71.0612))
    let rule = #"{"name":"East","when":{"areas":["wards:east"]},"then":{"priority":"urgent","department":"roads"}}"#
    let admin = try await town.somebody(.administrator)
    #expect(try await admin.post("/api/v1/rules", JSONValue.parse(Array(rule.utf8))).status == 201)
    func told(_ longitude: Double, _ category: String) async throws -> [JSONValue?] {
      let reference = try await town.report([
        ("category", .string(category)), ("location", .at(42.3603, longitude)),
      ]).reference
      let seen = try await town.anonymous.get("/api/v1/requests/\(reference)")
      return [seen["priority"], seen["department"]]
    }
    let (west, east) = (-71.0626, -71.06025)
    #expect(try await told(west, "pothole") == told(east, "pothole"))
    // Where nothing is blurred the border counts.
    #expect(try await told(east, "street-light")[0]?.string == "urgent")
    #expect(try await told(west, "street-light")[0]?.string != "urgent")
  }
}
