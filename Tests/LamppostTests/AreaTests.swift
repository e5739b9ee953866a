import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// Areas kept by API and by page.
@Suite struct AreaTests {
  /// A square by its south-western corner, with sides of one degree.
  private static func square(_ longitude: Int, _ latitude: Int) -> String {
    let (east, north) = (longitude + 1, latitude + 1)
    let corners = [
      (longitude, latitude), (east, latitude), (east, north), (longitude, north), (longitude, latitude),
    ]
    return #"{"type":"Polygon","coordinates":[[\#(corners.map { "[\($0.0),\($0.1)]" }.joined(separator: ","))]]}"#
  }

  private static func feature(_ name: String, _ geometry: String) -> String {
    #"{"type":"Feature","properties":{"name":"\#(name)"},"geometry":\#(geometry)}"#
  }

  private static func collection(_ features: [String]) -> String {
    #"{"type":"FeatureCollection","features":[\#(features.joined(separator: ","))]}"#
  }

  private static let bow = #"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#
  private static let flat = #"{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0],[0,0]]]}"#

  private func bring(_ admin: Client, _ text: String, _ query: String = "layer=wards") async throws -> Client.Answer {
    try await admin.with("Content-Type", "application/geo+json")
      .send(.post, "/api/v1/areas?\(query)", Array(text.utf8))
  }

  private func areas(_ town: Township, _ reference: String) async throws -> [String] {
    try await town.anonymous.get("/api/v1/requests/\(reference)")["areas"]?.array?.compactMap(\.string) ?? []
  }

  @Test("a layer is brought in, looked at before, and again with one area moved; requests follow")
  func importing() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let reference = try await town.report([("location", .at(42.5, -71.5))]).reference
    let file = Self.collection([
      Self.feature("Ward 1", Self.square(-72, 42)), Self.feature("Ward 2", Self.square(-71, 42)),
    ])
    let dry = try await bring(admin, file, "layer=wards&dry_run=true")
    #expect(dry.status == 200 && dry["added"]?.integer == 2 && dry["dry_run"]?.bool == true, "\(dry.text)")
    #expect(try await town.anonymous.get("/api/v1/areas")["features"]?.array?.isEmpty == true)
    let done = try await bring(admin, file)
    #expect(done["added"]?.integer == 2 && done["mended"]?.array?.isEmpty == true)
    try await town.runJobs()
    #expect(try await areas(town, reference) == ["wards:ward-1"])
    #expect(try await bring(admin, file)["unchanged"]?.integer == 2)
    let moved = try await bring(
      admin, Self.collection([Self.feature("Ward 2", Self.square(-72, 42)), Self.feature("Bow", Self.bow)]))
    #expect(
      moved["changed"]?.integer == 1 && moved["added"]?.integer == 1 && moved["untouched"]?.integer == 1
        && moved["mended"]?.array?.compactMap(\.string) == ["Bow"], "\(moved.text)")
    try await town.runJobs()
    #expect(try await areas(town, reference) == ["wards:ward-1", "wards:ward-2"])
  }

  @Test("an area with more requests than one step looks at is found out whole, also when it moves")
  func steps() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    var inside: [String] = []
    for index in 0..<7 {
      let place = JSONValue.at(42.5, index % 2 == 0 ? -71.5 : -70.5)
      let reference = try await town.report([("location", place)]).reference
      if index % 2 == 0 { inside.append(reference) }
    }
    func lying() async throws -> Int {
      try await town.anonymous.get("/api/v1/requests?area=wards:ward").items.count
    }
    for (west, count) in [(-72, 4), (-71, 3), (-72, 4)] {
      _ = try await bring(admin, Self.collection([Self.feature("Ward", Self.square(west, 42))]))
      let rows = try await town.database.write(
        """
        UPDATE jobs SET leased_until = now() + interval '1 minute', attempts = attempts + 1
         WHERE tenant_id = \(town.id) AND kind = \(JobKind.recomputeArea.rawValue) AND subject NOT LIKE '% again'
        RETURNING tenant_id, id, kind, subject, attempts, faults
        """)
      let row = try #require(rows.first)
      let job = Job(
        tenantID: try row.get(0), id: try row.get(1), kind: try row.get(2), subject: try row.get(3),
        attempts: try row.get(4), faults: try row.get(5))
      try await RecomputeArea(database: town.database, batch: 2)(job)
      #expect(try await lying() == count)
    }
    for reference in inside { #expect(try await areas(town, reference) == ["wards:ward"]) }
  }

  @Test("each feature that can be no area is named, and nothing is brought in")
  func mistakes() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let wrong = try await bring(
      admin,
      Self.collection([
        Self.feature("Right", Self.square(0, 0)), #"{"type":"Feature","properties":{},"geometry":null}"#,
        Self.feature("Point", #"{"type":"Point","coordinates":[0,0]}"#), Self.feature("Right", Self.square(1, 1)),
      ]))
    #expect(wrong.status == 422)
    #expect(
      wrong.fields == [
        "features.1": "invalid_format", "features.2": "invalid_format", "features.3": "invalid_format",
      ], "\(wrong.text)")
    let flat = try await bring(
      admin, Self.collection([Self.feature("Right", Self.square(0, 0)), Self.feature("Flat", Self.flat)]))
    #expect(flat.fields == ["features.1": "invalid_format"], "\(flat.text)")
    #expect(try await bring(admin, "{}").fields == ["features": "wrong_type"])
    #expect(try await bring(admin, "[").code == "malformed_json")
    #expect(try await bring(admin, Self.collection([]), "layer=Wards").code == "invalid_parameter")
    #expect(try await bring(admin, Self.collection([])).fields == ["features": "required"])
    let long = [UInt8](repeating: UInt8(ascii: " "), count: ImportLayer.largest + 1)
    #expect(
      try await admin.with("Content-Type", "application/geo+json").send(.post, "/api/v1/areas?layer=wards", long).status
        == 413)
    #expect(try await town.anonymous.get("/api/v1/areas")["features"]?.array?.isEmpty == true)
  }

  @Test("an area is renamed, drawn anew and deleted; who was slower is told")
  func keeping() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let reference = try await town.report([("location", .at(42.5, -71.5))]).reference
    _ = try await bring(admin, Self.collection([Self.feature("One", Self.square(0, 0))]))
    let path = "/api/v1/areas/wards:one"
    let seen = try await town.anonymous.get(path)
    let first = try #require(seen.headers["ETag"])
    #expect(seen["geometry"]?["type"]?.string == "MultiPolygon")
    let moved = try await admin.with("If-Match", first).patch(
      path, .object(["name": .string("First"), "geometry": try JSONValue.parse(Array(Self.square(-72, 42).utf8))]))
    #expect(moved["properties"]?["name"]?.string == "First" && moved.headers["ETag"] != first)
    try await town.runJobs()
    #expect(try await areas(town, reference) == ["wards:one"])
    #expect(try await admin.with("If-Match", first).patch(path, .object(["name": .string("x")])).status == 412)
    let bow = try await admin.patch(path, .object(["geometry": try JSONValue.parse(Array(Self.bow.utf8))]))
    #expect(bow.fields == ["geometry": "invalid_format"])
    #expect(
      try await admin.patch(path, .object(["geometry": .string("here")])).fields == ["geometry": "invalid_format"])
    #expect(try await admin.with("If-Match", first).delete(path).status == 412)
    #expect(try await admin.delete(path).status == 200)
    #expect(try await areas(town, reference) == [])
    #expect(try await admin.get(path).status == 404)
    let log = try await town.database.read(
      "SELECT 1 FROM audit_events WHERE tenant_id = \(town.id) AND subject = 'area wards:one'")
    #expect(log.count == 2, "the change and the deletion are kept")
  }

  @Test("nobody but who keeps areas changes them, and only those of their township")
  func permissions() async throws {
    let (town, other) = (try await Township(), try await Township())
    _ = try await bring(
      try await town.somebody(.administrator), Self.collection([Self.feature("One", Self.square(0, 0))]))
    for role in [Role.citizen, .agent, .manager] {
      let somebody = try await town.somebody(role)
      #expect(try await bring(somebody, Self.collection([])).status == 403)
      #expect(try await somebody.patch("/api/v1/areas/wards:one", .object(["name": .string("x")])).status == 403)
      #expect(try await somebody.delete("/api/v1/areas/wards:one").status == 403)
    }
    let stranger = try await other.somebody(.administrator)
    #expect(try await stranger.delete("/api/v1/areas/wards:one").status == 404)
    #expect(try await stranger.get("/api/v1/areas/wards:one").status == 404)
  }

  @Test("by the pages a file is looked at and imported, an area is typed in by its corners, renamed and deleted")
  func pages() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    #expect(try await admin.get("/admin/areas").text.contains("There are no areas yet."))
    let bytes = Array(Self.collection([Self.feature("Ward <b>", Self.square(0, 0))]).utf8)
    func send(_ action: String, _ files: [UInt8]?) async throws -> Client.Answer {
      try await admin.client.upload(
        "/admin/areas",
        fields: [
          (PageForm.tokenField, admin.token), ("layer", "wards"), ("name_property", "name"), ("action", action),
        ], files: files.map { [(part: "file", name: "a.geojson", bytes: $0)] } ?? [])
    }
    let looked = try await send("check", bytes)
    #expect(
      looked.status == 200 && looked.text.contains("Nothing has been changed yet")
        && looked.text.contains("1 area is new"))
    let imported = try await send("import", bytes)
    #expect(
      imported.text.contains("Imported.") && imported.text.contains("Ward &lt;b&gt;")
        && !imported.text.contains("Ward <b>"))
    #expect(try await send("import", nil).status == 422)
    let wrong = try await send("import", Array(Self.collection([Self.feature("Flat", Self.flat)]).utf8))
    #expect(wrong.status == 422 && wrong.text.contains("has no surface") && wrong.text.contains("#field-file"))
    let typed: [(name: String, value: String)] = [
      ("layer", "wards"), ("name", "Typed"), ("geometry", "42, -72\n42, -71\n43, -71\n\n43, -72"),
    ]
    let added = try await admin.post("/admin/areas/new", typed)
    #expect(added.headers["Location"] == "/admin/areas/wards%3Atyped?done=1", "\(added.text)")
    let again = try await admin.post("/admin/areas/new", typed)
    #expect(again.status == 422 && again.text.contains("#field-name") && again.text.contains("43, -72"))
    let words = try await admin.post("/admin/areas/new", [("layer", "W!"), ("name", ""), ("geometry", "somewhere")])
    #expect(words.status == 422)
    for field in ["layer", "name", "geometry"] { #expect(words.text.contains("href=\"#field-\(field)\""), "\(field)") }
    let page = try await admin.get("/admin/areas/wards:typed").text
    let version = String(try #require(page.firstMatch(of: /name="version" value="([0-9]+)"/)).1)
    let renamed = try await admin.post(
      "/admin/areas/wards:typed", [("name", "Named"), ("geometry", Self.square(-72, 42)), ("version", version)])
    #expect(renamed.headers["Location"] == "/admin/areas/wards%3Atyped?done=1")
    let late = try await admin.post(
      "/admin/areas/wards:typed", [("name", "Late"), ("geometry", Self.square(-72, 42)), ("version", version)])
    #expect(late.status == 412 && late.text.contains("Somebody else changed this"))
    let asked = try await admin.post("/admin/areas/wards:typed", [("action", "delete")])
    #expect(asked.status == 200 && asked.text.contains("Delete Named?"))
    #expect(try await admin.get("/api/v1/areas/wards:typed").status == 200)
    let deleted = try await admin.post("/admin/areas/wards:typed", [("action", "delete"), ("sure", "true")])
    #expect(deleted.status == 303)
    #expect(try await admin.get("/api/v1/areas/wards:typed").status == 404)
    #expect(try await town.browser(.manager).get("/admin/areas").status == 403)
  }
}
