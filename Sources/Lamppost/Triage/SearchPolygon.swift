import Civic
import JSON
import PostgreSQL

/// A polygon that somebody drew around requests: GeoJSON, WGS84, its edges straight on the map.
struct SearchPolygon: Sendable {
  /// The outer ring first, then holes; the last position of each is its first.
  let rings: [[Coordinate]]
  /// The box around it.
  let box: BoundingBox

  /// In all rings together: more is no drawing but a data set, and each one is measured against every request.
  static let vertexLimit = 500

  /// - Throws: `wrong_type`, `invalid_format`, `out_of_range`, `too_many`, under `polygon`. Whether it crosses itself is
  ///   for `requireValid`.
  init(_ value: JSONValue) throws(Problem) {
    guard value["type"]?.string == "Polygon", let list = value["coordinates"]?.array, !list.isEmpty else {
      throw .field("polygon", .wrongType, "must be a GeoJSON Polygon")
    }
    for key in value.object?.keys ?? [] where key != "type" && key != "coordinates" {
      throw .field("polygon.\(key)", .unknownField, "is not known here")
    }
    if list.reduce(0, { $0 + ($1.array?.count ?? 0) }) > Self.vertexLimit {
      throw .field("polygon", .tooMany, "must not have more than \(Self.vertexLimit) positions")
    }
    var rings: [[Coordinate]] = []
    for ring in list { rings.append(try Self.ring(ring)) }
    self.rings = rings
    let (latitudes, longitudes) = (rings.joined().map(\.latitude), rings.joined().map(\.longitude))
    let corners = [longitudes.min(), latitudes.min(), longitudes.max(), latitudes.max()].compactMap(\.self)
    guard let box = BoundingBox(corners.map { "\($0)" }.joined(separator: ",")) else {
      throw .field("polygon", .invalidFormat, "must be a GeoJSON Polygon")
    }
    self.box = box
  }

  private static func ring(_ value: JSONValue) throws(Problem) -> [Coordinate] {
    guard let positions = value.array else { throw .field("polygon", .wrongType, "must be a list of rings") }
    var ring: [Coordinate] = []
    for position in positions {
      guard let numbers = position.array?.map(\.double), numbers.count == 2, let longitude = numbers[0],
        let latitude = numbers[1]
      else { throw .field("polygon", .wrongType, "each position must be [longitude, latitude]") }
      guard let coordinate = Coordinate(latitude: latitude, longitude: longitude) else {
        throw .field("polygon", .outOfRange, "longitudes are from -180 to 180, latitudes from -90 to 90")
      }
      ring.append(coordinate)
    }
    guard ring.count >= 4, ring.first == ring.last else {
      throw .field("polygon", .invalidFormat, "each ring needs at least four positions, the last like the first")
    }
    return ring
  }

  /// As a geometry.
  var sql: SQL {
    let rings = rings.map { ring in
      "(" + ring.map { "\($0.longitude) \($0.latitude)" }.joined(separator: ",") + ")"
    }
    return "ST_GeomFromText(\("POLYGON(" + rings.joined(separator: ",") + ")"), 4326)"
  }

  /// - Throws: `invalid_format` for one that crosses itself.
  func requireValid(in database: Database) async throws {
    guard try await database.read("SELECT ST_IsValid(\(sql))").first?.get(0) ?? false else {
      throw Problem.field("polygon", .invalidFormat, "must not cross itself")
    }
  }

  /// Covered by it, edges included: the box by the index, then exactly.
  func condition(on location: SQL) -> SQL {
    "\(box.condition(on: location)) AND ST_Covers(\(sql), \(location)::geometry)"
  }
}
