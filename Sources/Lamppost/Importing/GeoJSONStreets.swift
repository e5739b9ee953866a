import Civic
import JSON

/// One street line of a GeoJSON file, its form checked.
struct ImportedStreet: Sendable {
  /// Empty where it has none.
  let name: String
  /// As OpenStreetMap's `highway`.
  let kind: String
  /// A LineString or MultiLineString as GeoJSON.
  let geometry: String
}

/// The streets of a FeatureCollection (RFC 7946). Many features are one street: each is a piece between two corners.
enum GeoJSONStreets {
  static let largestFile = GeoJSONAreas.largestFile

  /// - Parameters:
  ///   - nameProperty: the property that holds a street's name.
  ///   - kindProperty: the property that holds its class; `residential` where it has none.
  /// - Throws: everything that is wrong, a line a feature.
  static func parse(
    _ bytes: [UInt8], nameProperty: String = "name", kindProperty: String = "highway"
  ) throws(ImportError) -> [ImportedStreet] {
    try GeoJSONAreas.features(bytes) { (feature, _) throws(RowError) in
      try street(feature, nameProperty, kindProperty)
    }
  }

  private static func street(
    _ feature: JSONValue, _ nameProperty: String, _ kindProperty: String
  ) throws(RowError) -> ImportedStreet {
    guard feature["type"]?.string == "Feature" else { throw RowError(sentence: "is no Feature") }
    let properties = feature["properties"]
    let name = (properties?[nameProperty]?.string ?? "").trimmed
    let kind = (properties?[kindProperty]?.string ?? "").trimmed
    if name.unicodeScalars.count > 200 || name.utf8.contains(0) { throw RowError(sentence: "its name is too long") }
    if kind.unicodeScalars.count > 50 || kind.utf8.contains(0) { throw RowError(sentence: "its class is too long") }
    guard let geometry = feature["geometry"], let type = geometry["type"]?.string else {
      throw RowError(sentence: "has no geometry")
    }
    let coordinates = geometry["coordinates"]?.array ?? []
    switch type {
    case "LineString": try check(line: coordinates)
    case "MultiLineString":
      if coordinates.isEmpty { throw RowError(sentence: "has no coordinates") }
      for line in coordinates { try check(line: line.array ?? []) }
    default: throw RowError(sentence: "is a \(type) and must be a LineString or a MultiLineString")
    }
    var json = JSONWriter()
    json.object { object in
      object.field("type", type)
      object.field("coordinates", coordinates)
    }
    return ImportedStreet(
      name: name, kind: kind.isEmpty ? "residential" : kind, geometry: String(decoding: json.bytes, as: UTF8.self))
  }

  private static func check(line positions: [JSONValue]) throws(RowError) {
    if positions.count < 2 { throw RowError(sentence: "has a line of fewer than two positions") }
    for position in positions where !GeoJSONAreas.isPosition(position) {
      throw RowError(sentence: "has a position that is no [longitude, latitude] in degrees")
    }
  }
}
