import JSON
import PostgreSQL
import Testing

@testable import Lamppost

@Suite("Importing areas")
struct ImportingAreasTests {
  private func feature(_ name: String, _ geometry: String) -> String {
    #"{"type": "Feature", "properties": {"name": "\#(name)"}, "geometry": \#(geometry)}"#
  }

  private func square(_ west: Double, _ south: Double, _ size: Double = 1) -> String {
    let (east, north) = (west + size, south + size)
    return #"{"type": "Polygon", "coordinates": [[[\#(west), \#(south)], [\#(east), \#(south)], "#
      + #"[\#(east), \#(north)], [\#(west), \#(north)], [\#(west), \#(south)]]]}"#
  }

  private func areas(_ features: String...) throws -> [ImportedArea] {
    let text = #"{"type": "FeatureCollection", "features": [\#(features.joined(separator: ","))]}"#
    return try GeoJSONAreas.parse(Array(text.utf8), nameProperty: "name")
  }

  @Test("areas know the requests that were there before them, and know them anew when they move")
  func membership() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([("location", .at(42.5, -71.5))])
    let importing = ImportAreas(database: town.installation.admin, tenantID: town.id)
    let first = try await importing(
      areas(feature("Ward 1", square(-72, 42)), feature("Ward 2", square(-71, 42))), layer: "wards")
    #expect(first == ImportAreas.Figures(areas: 2, changed: 2, untouched: 0, memberships: 1))
    #expect(try await town.anonymous.get("/api/v1/requests?area=wards:ward-1").items.count == 1)
    let again = try await importing(areas(feature("Ward 1", square(-72, 42))), layer: "wards")
    #expect(again == ImportAreas.Figures(areas: 1, changed: 0, untouched: 1, memberships: 0))
    _ = try await importing(
      areas(feature("Ward 1", square(-75, 42)), feature("Ward 2", square(-72, 42))), layer: "wards")
    #expect(try await town.anonymous.get("/api/v1/requests?area=wards:ward-1").items.isEmpty)
    let found = try await town.anonymous.get("/api/v1/requests?area=wards:ward-2").items
    #expect(found.first?["reference"]?.string == reference)
  }

  @Test("a boundary that crosses itself is made valid, and the layer can become the township's boundary")
  func bowTie() async throws {
    let town = try await Township()
    let bowTie =
      #"{"type": "Polygon", "coordinates": [[[-71, 42], [-70, 43], [-70, 42], [-71, 43], [-71, 42]]]}"#
    let figures = try await ImportAreas(database: town.installation.admin, tenantID: town.id)(
      areas(feature("Bow tie", bowTie)), layer: "shapes", makesBoundary: true)
    #expect(figures.changed == 1)
    let rows = try await town.database.read(
      """
      SELECT ST_IsValid(a.boundary), ST_NumGeometries(a.boundary), t.boundary IS NOT NULL
        FROM areas a JOIN tenants t ON t.id = a.tenant_id WHERE a.tenant_id = \(town.id)
      """)
    let (isValid, parts, hasBoundary) = try rows[0].decode(Bool.self, Int.self, Bool.self)
    #expect(isValid && parts == 2 && hasBoundary)
  }

  @Test("what is wrong is told feature by feature")
  func mistakes() throws {
    let error = #expect(throws: ImportError.self) {
      try areas(
        feature("A", square(0, 0)), feature("a", square(1, 1)), feature("", square(2, 2)),
        feature("Point", #"{"type": "Point", "coordinates": [1, 2]}"#), feature("Far", square(200, 0)),
        feature("Open", #"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}"#),
        feature("Flat", #"{"type": "MultiPolygon", "coordinates": [[[1, 2]]]}"#), #"{"type": "Feature"}"#)
    }
    let lines = error?.description.split(separator: "\n") ?? []
    #expect(lines.count == 7 && lines.first == #"feature 2: "a" is the name of feature 1 already"#)
    #expect(throws: ImportError.self) { try GeoJSONAreas.parse(Array("{}".utf8), nameProperty: "name") }
    #expect(throws: ImportError.self) { try GeoJSONAreas.parse(Array("[".utf8), nameProperty: "name") }
    #expect(throws: ImportError.self) { try areas() }
  }

  @Test("of a file with an area without surface nothing is kept")
  func nothingHalf() async throws {
    let town = try await Township()
    let line = #"{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}"#
    await #expect(throws: ImportError.self) {
      _ = try await ImportAreas(database: town.installation.admin, tenantID: town.id)(
        areas(feature("Good", square(0, 0)), feature("Line", line)), layer: "wards")
    }
    #expect(try await town.database.read("SELECT 1 FROM areas WHERE tenant_id = \(town.id)").isEmpty)
  }
}
