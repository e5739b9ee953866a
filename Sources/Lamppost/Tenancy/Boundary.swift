import Civic
import JSON

/// Where a township ends, as it was given: Polygons and MultiPolygons whose union counts.
struct Boundary: Sendable, Equatable {
  /// As GeoJSON.
  let geometries: [String]

  /// - Parameter box: west of its east, with a surface.
  init?(_ box: BoundingBox) {
    guard box.west < box.east, box.south < box.north else { return nil }
    let (w, s, e, n) = (box.west, box.south, box.east, box.north)
    geometries = [
      #"{"type":"Polygon","coordinates":[[[\#(w),\#(s)],[\#(e),\#(s)],[\#(e),\#(n)],[\#(w),\#(n)],[\#(w),\#(s)]]]}"#
    ]
  }

  /// - Parameter json: a FeatureCollection, a Feature, a GeometryCollection, a Polygon or a MultiPolygon (RFC 7946).
  /// - Throws: what is wrong with it, to be read after "The boundary".
  init(_ json: JSONValue) throws(RowError) {
    var found: [String] = []
    try Self.collect(json, into: &found, depth: 0)
    if found.isEmpty { throw RowError(sentence: "has no polygon") }
    geometries = found
  }

  private static func collect(_ json: JSONValue, into found: inout [String], depth: Int) throws(RowError) {
    guard depth < 4 else { throw RowError(sentence: "is nested too deeply") }
    let children: [JSONValue]
    switch json["type"]?.string {
    case "FeatureCollection": children = json["features"]?.array ?? []
    case "GeometryCollection": children = json["geometries"]?.array ?? []
    case "Feature": children = [json["geometry"] ?? .null]
    case "Polygon", "MultiPolygon":
      found.append(try GeoJSONAreas.surface(json))
      children = []
    case let type?: throw RowError(sentence: "holds a \(type) and must be made of Polygons and MultiPolygons")
    case nil: throw RowError(sentence: "is no GeoJSON")
    }
    for child in children { try collect(child, into: &found, depth: depth + 1) }
  }
}

extension ObjectInput {
  /// `boundary` as GeoJSON, or `bbox` as text; null takes away what was there.
  /// - Returns: nil where neither is said.
  mutating func boundary() -> Boundary?? {
    let geometry = value("boundary")
    let box = text("bbox", maximum: 200)
    if geometry != nil && box != nil { refuse("bbox", .invalidFormat, "goes without boundary") }
    if let box {
      guard let boundary = BoundingBox(box).flatMap(Boundary.init) else {
        refuse("bbox", .invalidFormat, "must be west,south,east,north in degrees")
        return nil
      }
      return .some(boundary)
    }
    guard let geometry else { return has("boundary") || has("bbox") ? .some(nil) : nil }
    do throws(RowError) { return .some(try Boundary(geometry)) } catch {
      refuse("boundary", .invalidFormat, error.sentence)
      return nil
    }
  }
}
