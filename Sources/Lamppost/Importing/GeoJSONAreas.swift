import Civic
import JSON

/// One area of a GeoJSON file, its form checked.
struct ImportedArea: Sendable {
  let slug: String
  let name: String
  /// A Polygon or MultiPolygon as GeoJSON.
  let geometry: String
}

/// The areas of a FeatureCollection (RFC 7946).
enum GeoJSONAreas {
  /// Of the file; the township's whole map at the finest is far smaller.
  static let largestFile = 128 << 20
  /// Mistakes told in full.
  private static let shown = 20

  /// - Parameter nameProperty: the property that holds an area's name.
  /// - Throws: everything that is wrong, a line a feature.
  static func parse(_ bytes: [UInt8], nameProperty: String) throws(ImportError) -> [ImportedArea] {
    var places: [String: Int] = [:]
    return try features(bytes) { (feature, index) throws(RowError) in
      let area = try area(feature, nameProperty)
      if let earlier = places.updateValue(index + 1, forKey: area.slug) {
        throw RowError(sentence: "\"\(area.name)\" is the name of feature \(earlier) already")
      }
      return area
    }
  }

  /// Reads every feature of a collection.
  /// - Throws: everything that is wrong, a line a feature.
  static func features<Value>(
    _ bytes: [UInt8], _ read: (JSONValue, Int) throws(RowError) -> Value
  ) throws(ImportError) -> [Value] {
    let json: JSONValue
    do { json = try JSONValue.parse(bytes, limits: .init(bytes: largestFile)) } catch {
      throw ImportError("The file is \(error).")
    }
    guard json["type"]?.string == "FeatureCollection", let features = json["features"]?.array else {
      throw ImportError("The file is no GeoJSON FeatureCollection.")
    }
    if features.isEmpty { throw ImportError("The file has no features.") }
    var values: [Value] = []
    var mistakes: [String] = []
    for (index, feature) in features.enumerated() {
      do throws(RowError) {
        values.append(try read(feature, index))
      } catch {
        mistakes.append("feature \(index + 1): \(error.sentence)")
      }
    }
    if !mistakes.isEmpty {
      let rest = mistakes.count > shown ? ["and \(mistakes.count - shown) more"] : []
      throw ImportError((mistakes.prefix(shown) + rest).joined(separator: "\n"))
    }
    return values
  }

  /// One feature of a collection.
  static func area(_ feature: JSONValue, _ nameProperty: String) throws(RowError) -> ImportedArea {
    guard feature["type"]?.string == "Feature" else { throw RowError(sentence: "is no Feature") }
    let value = feature["properties"]?[nameProperty]
    let name = (value?.string ?? value?.integer.map(String.init) ?? "").trimmed
    if name.isEmpty { throw RowError(sentence: "has no property \"\(nameProperty)\" with a name") }
    if name.unicodeScalars.count > 200 || name.utf8.contains(0) { throw RowError(sentence: "its name is too long") }
    guard let geometry = feature["geometry"] else { throw RowError(sentence: "has no geometry") }
    return ImportedArea(slug: Slug.of(name), name: name, geometry: try surface(geometry))
  }

  /// A Polygon or MultiPolygon, its form checked.
  /// - Returns: it alone, as GeoJSON.
  static func surface(_ geometry: JSONValue) throws(RowError) -> String {
    guard let type = geometry["type"]?.string else { throw RowError(sentence: "has no geometry") }
    let coordinates = geometry["coordinates"]?.array ?? []
    switch type {
    case "Polygon": try check(polygon: coordinates)
    case "MultiPolygon":
      if coordinates.isEmpty { throw RowError(sentence: "has no coordinates") }
      for polygon in coordinates { try check(polygon: polygon.array ?? []) }
    default: throw RowError(sentence: "is a \(type) and must be a Polygon or a MultiPolygon")
    }
    var json = JSONWriter()
    json.object { object in
      object.field("type", type)
      object.field("coordinates", coordinates)
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private static func check(polygon rings: [JSONValue]) throws(RowError) {
    if rings.isEmpty { throw RowError(sentence: "has no coordinates") }
    for ring in rings {
      guard let positions = ring.array, positions.count >= 4, positions.first == positions.last else {
        throw RowError(sentence: "has a ring of fewer than four positions, or one that is not closed")
      }
      for position in positions where !isPosition(position) {
        throw RowError(sentence: "has a position that is no [longitude, latitude] in degrees")
      }
    }
  }

  /// `[longitude, latitude]`, perhaps with a height.
  static func isPosition(_ position: JSONValue) -> Bool {
    let numbers = (position.array ?? []).compactMap(\.double)
    return (2...3).contains(numbers.count) && numbers.count == position.array?.count
      && Coordinate(latitude: numbers[1], longitude: numbers[0]) != nil
  }
}
