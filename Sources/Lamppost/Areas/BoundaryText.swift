import Civic
import JSON

/// A boundary as somebody typed or pasted it: GeoJSON, or a corner a line as `latitude, longitude`.
enum BoundaryText {
  /// As many as a form takes.
  static let longest = 200_000

  /// - Returns: a geometry as the API takes it; the text itself where it is none of both, which the API then refuses.
  static func geometry(_ text: String) -> JSONValue {
    if let json = try? JSONValue.parse(Array(text.utf8)) { return unwrapped(json) }
    var ring: [JSONValue] = []
    for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
      guard let corner = Coordinate(latitudeLongitude: String(line)) else { return .string(text) }
      ring.append(.array([.number(corner.longitude), .number(corner.latitude)]))
    }
    if let first = ring.first, ring.last != first { ring.append(first) }
    return .object(
      JSONObject(members: [
        .init(key: "type", value: .string("Polygon")), .init(key: "coordinates", value: .array([.array(ring)])),
      ]))
  }

  /// The geometry of a Feature, or of a collection of one.
  private static func unwrapped(_ json: JSONValue) -> JSONValue {
    switch json["type"]?.string {
    case "Feature": json["geometry"] ?? json
    case "FeatureCollection":
      if let features = json["features"]?.array, features.count == 1 { features[0]["geometry"] ?? json } else { json }
    default: json
    }
  }
}
