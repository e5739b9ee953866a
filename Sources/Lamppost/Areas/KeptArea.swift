import JSON
import PostgreSQL

/// An area as whoever keeps it sees it.
struct KeptArea: Sendable {
  let id: Int
  let area: AreaName
  let name: String
  /// A MultiPolygon as GeoJSON.
  let geometry: String
  /// Another one after each change: the number of the transaction that wrote the row.
  let version: Int
  /// Of the boundary, which is too long to be kept by the audit log.
  let digest: String

  static let longestName = 200

  static let columns: SQL = """
    id, layer, slug, name, ST_AsGeoJSON(boundary, 6), xmin::text::bigint, md5(boundary::bytea)
    """

  init(_ row: Row) throws {
    id = try row.get(0)
    area = AreaName(layer: try row.get(1), slug: try row.get(2))
    name = try row.get(3)
    geometry = try row.get(4)
    version = try row.get(5)
    digest = try row.get(6)
  }

  /// As the audit log keeps it.
  var facts: String { EditRequest.summary([("name", name), ("boundary", digest)]) }

  /// A GeoJSON Feature.
  func write(to json: inout JSONObjectWriter) {
    json.field("type", "Feature")
    json.object("properties") { json in
      json.field("area", area.description)
      json.field("layer", area.layer)
      json.field("slug", area.slug)
      json.field("name", name)
      json.field("version", version)
    }
    json.field("geometry", RawJSON(unsafeJSON: Array(geometry.utf8)))
  }
}

/// A change of an area: what is left out stays.
struct AreaChange: Sendable {
  let name: String?
  /// A Polygon or MultiPolygon as GeoJSON.
  let geometry: String?

  init(name: String?, geometry: String?) { (self.name, self.geometry) = (name, geometry) }

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    name = input.has("name") ? input.requiredText("name", maximum: KeptArea.longestName) : nil
    geometry = input.has("geometry") ? input.boundary("geometry") : nil
    try input.finish()
  }
}

extension ObjectInput {
  /// A Polygon or MultiPolygon that must be said.
  mutating func boundary(_ key: String) -> String? {
    guard let value = value(key) else {
      refuse(key, .required, "is required")
      return nil
    }
    do throws(RowError) { return try GeoJSONAreas.surface(value) } catch {
      refuse(key, .invalidFormat, error.sentence)
      return nil
    }
  }
}
