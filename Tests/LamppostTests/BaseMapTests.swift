import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// The folder of a real city's data.
private let bostonStreets = ProcessInfo.processInfo.environment["LAMPPOST_BOSTON"]

@Suite("The base map")
struct BaseMapTests {
  private static func streets(_ features: String...) throws -> [ImportedStreet] {
    let text = #"{"type": "FeatureCollection", "features": [\#(features.joined(separator: ","))]}"#
    return try GeoJSONStreets.parse(Array(text.utf8))
  }

  private static func street(
    _ name: String, _ line: String, kind: String = "primary", type: String = "LineString"
  ) -> String {
    #"{"type": "Feature", "properties": {"name": "\#(name)", "highway": "\#(kind)"}, "#
      + #""geometry": {"type": "\#(type)", "coordinates": \#(line)}}"#
  }

  /// A township with one street through 42.36 N 71.06 W, and the tile that holds it.
  private func town(boundary: String? = nil) async throws -> (town: Township, path: String) {
    let town = try await Township(boundary: boundary)
    _ = try await ImportStreets(database: town.installation.admin, tenantID: town.id)(
      Self.streets(
        Self.street("Main <Street>", "[[-71.07, 42.36], [-71.06, 42.36]]"),
        Self.street("Main <Street>", "[[-71.06, 42.36], [-71.05, 42.36]]"),
        Self.street("Side Street", "[[-71.06, 42.36], [-71.06, 42.361]]", kind: "residential")))
    let square = Square(try #require(.init(latitude: 42.36, longitude: -71.06)), level: 14)
    return (town, "/basemap/14/\(square.x)/\(square.y)")
  }

  @Test("a tile holds the streets of its place, pieces of one name as one, and its township's only")
  func tile() async throws {
    let (town, path) = try await town()
    let answer = try await town.anonymous.get(path)
    #expect(answer.status == 200 && answer.headers["Content-Type"] == "application/json")
    let streets = answer["streets"]?.array ?? []
    #expect(streets.map { $0.array?[1].string } == ["Main <Street>", "Side Street"])
    #expect(streets.map { $0.array?[0].integer } == [1, 4])
    let lines = streets.first?.array?[2].array ?? []
    #expect(lines.count == 1 && (lines.first?.array?.count ?? 9) <= 3, "\(answer.text)")
    let numbers = lines.flatMap { $0.array ?? [] }.flatMap { $0.array ?? [] }
    #expect(!numbers.isEmpty && numbers.allSatisfy { (-128...2176).contains($0.integer ?? -9999) }, "\(answer.text)")
    #expect(answer["land"] == .null)
    let other = try await Township().anonymous.get(path)
    #expect(other["streets"]?.array?.isEmpty == true)
  }

  @Test("a tile is kept by who has it until it changes")
  func kept() async throws {
    let (town, path) = try await town()
    let first = try await town.anonymous.get(path)
    let tag = try #require(first.headers["ETag"])
    #expect(first.headers["Cache-Control"] == "public, max-age=3600")
    let again = try await town.anonymous.with("If-None-Match", "\"x\", W/\(tag)").get(path)
    #expect(again.status == 304 && again.bytes.isEmpty && again.headers["ETag"] == tag)
    _ = try await town.database.write("UPDATE streets SET name = 'Renamed' WHERE tenant_id = \(town.id)")
    #expect(try await town.anonymous.with("If-None-Match", tag).get(path).status == 200)
  }

  @Test("from afar only great streets are there, and the boundary cuts the land")
  func zooms() async throws {
    let (town, _) = try await town(boundary: "POLYGON((-71.1 42.3, -71 42.3, -71 42.4, -71.1 42.4, -71.1 42.3))")
    let square = Square(try #require(.init(latitude: 42.36, longitude: -71.06)), level: 10)
    let far = try await town.anonymous.get("/basemap/10/\(square.x)/\(square.y)")
    #expect(far["streets"]?.array?.compactMap { $0.array?[1].string } == ["Main <Street>"])
    #expect(far["land"]?.array?.count == 1 && (far["land"]?.array?[0].array?[0].array?.count ?? 0) >= 5, "\(far.text)")
    #expect(try await town.anonymous.get("/basemap/10/0/0")["land"]?.array?.isEmpty == true)
    #expect(try await town.anonymous.get("/basemap/0/0/0").status == 200)
  }

  @Test(
    "there is no tile beyond the world or the deepest zoom",
    arguments: [
      "/basemap/21/0/0", "/basemap/-1/0/0", "/basemap/3/8/0", "/basemap/3/0/8", "/basemap/99999999999/0/0",
      "/basemap/a/0/0",
      "/basemap/64/0/0",
    ])
  func missing(path: String) async throws {
    let answer = try await Township().anonymous.get(path)
    #expect(answer.status == 404 && answer.code == "not_found")
  }

  @Test("importing again takes the place of what was there, and of a wrong file nothing is kept")
  func again() async throws {
    let (town, _) = try await town()
    let importing = ImportStreets(database: town.installation.admin, tenantID: town.id)
    let lines = "[[[-71.07, 42.36], [-71.06, 42.36]], [[-71.05, 42.36], [-71.04, 42.36, 12.5]]]"
    let streets = try Self.streets(
      Self.street("Split", lines, type: "MultiLineString"), Self.street("", "[[1, 2], [3, 4]]", kind: ""))
    #expect(try await importing(streets) == .init(lines: 3, names: 1, replaced: 3))
    #expect(try await importing(streets) == .init(lines: 3, names: 1, replaced: 3))
    let kinds = try await town.database.read("SELECT kind FROM streets WHERE tenant_id = \(town.id) AND name = ''")
    #expect(try kinds.map { try $0.get(0, as: String.self) } == ["residential"])
    let error = #expect(throws: ImportError.self) {
      try Self.streets(
        Self.street("A", "[[1, 2]]"), Self.street("B", "[[1, 2], [1, 95]]"), Self.street("C", "[]"),
        Self.street("D", "[1, 2]", type: "Point"), Self.street("E", "[]", type: "MultiLineString"),
        Self.street(String(repeating: "F", count: 201), "[[1, 2], [3, 4]]"), "{}", Self.street("G", "[[1, 2], [3, 4]]"))
    }
    #expect(error?.description.split(separator: "\n").count == 7)
  }

  @Test("a page with a map says where the township is; the tile server stands in the policy of these pages alone")
  func configuration() async throws {
    var environment = EnvironmentReader([
      "MAP_TILE_URL": "https://tiles.example.org:8443/a/{z}/{x}/{y}.png?k=1", "MAP_ATTRIBUTION": "© <b>Mappers</b>",
    ])
    let map = MapConfiguration(&environment)
    try environment.finish()
    #expect(map.tileOrigin == "https://tiles.example.org:8443")
    let settings = String(decoding: map.settings(for: .none).bytes, as: UTF8.self)
    #expect(settings.contains("© &lt;b&gt;Mappers") && settings.contains(#"data-bounds="""#))
    for wrong in [
      "https://a.example/{z}/{x}.png", "ftp://a.example/{z}/{x}/{y}", "https://a.example; script-src *//{z}/{x}/{y}",
      "https://{s}.example/{z}/{x}/{y}", "javascript:{z}{x}{y}", "https:///{z}/{x}/{y}",
      "https://a.example/{z}/{x}/{y}/{y}",
    ] {
      var environment = EnvironmentReader(["MAP_TILE_URL": wrong])
      _ = MapConfiguration(&environment)
      #expect(environment.mistakes.count == 1, "\(wrong)")
    }
  }

  @Test("pages with a map may load pictures from the tile server, and no other page may load any from elsewhere")
  func policies() async throws {
    let plain = try await Township()
    let (reference, code) = try await plain.report()
    let tracked = "/track/" + (try #require(code))
    let withMap = ["/map", "/report", "/requests/\(reference)", "/staff", "/staff/requests/\(reference)"]
    let without = [
      "/", "/sign-out", "/find", "/track", tracked, tracked + "?sent=1", "/privacy", "/accessibility", "/emergency",
      "/offline", "/nowhere", "/me", "/me/settings", "/me/delete", "/requests/\(reference)/edit", "/staff/dashboard",
      "/staff/mentions", "/admin", "/admin/settings", "/admin/categories",
    ]
    let own = "img-src 'self' blob: data:"
    let tiles = ["MAP_TILE_URL": "https://tiles.example.org:8443/a/{z}/{x}/{y}.png", "MAP_ATTRIBUTION": "© Mappers"]
    for (town, isTiled) in [(plain, false), (try plain.served(with: tiles), true)] {
      let administrator = try await town.browser(.administrator)
      for path in withMap + without {
        let page = try await administrator.client.with("Accept", "text/html").get(path)
        let policy = try #require(page.headers["Content-Security-Policy"], "\(path)")
        let pictures = policy.split(separator: ";").first { $0.contains("img-src") }?.drop { $0 == " " }
        let hasMap = isTiled && withMap.contains(path)
        #expect(pictures.map(String.init) == own + (hasMap ? " https://tiles.example.org:8443" : ""), "\(path)")
        #expect(page.text.contains("tiles.example.org") == hasMap, "\(path)")
        #expect(page.text.contains("© Mappers") == hasMap, "\(path)")
        // Whatever else is asked of the tile server: never by which address.
        #expect(page.headers["Referrer-Policy"] == "no-referrer", "\(path)")
      }
    }
  }

  @Test("the streets of a real city come in whole", .enabled(if: bostonStreets != nil))
  func boston() async throws {
    let path = try #require(bostonStreets) + "/streets.geojson.gz"
    let streets = try GeoJSONStreets.parse(ImportFile.contents(of: path, limit: GeoJSONStreets.largestFile))
    let town = try await Township()
    let figures = try await ImportStreets(database: town.installation.admin, tenantID: town.id)(streets)
    #expect(figures.lines == 10_761 && figures.replaced == 0)
    let square = Square(try #require(.init(latitude: 42.36, longitude: -71.06)), level: 14)
    let tile = try await town.anonymous.get("/basemap/14/\(square.x)/\(square.y)")
    #expect((tile["streets"]?.array?.count ?? 0) > 50)
    // What a phone must take in at once is a few of these.
    #expect(tile.bytes.count < 100_000)
  }

}
