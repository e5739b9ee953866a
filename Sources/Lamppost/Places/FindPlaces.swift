import Civic
import PostgreSQL

/// A place that can be chosen without a map.
struct Place: Sendable, Equatable {
  /// What it is called, e.g. "Main Street at Elm Avenue".
  let address: String
  let location: Location
  /// Whether it is a whole street, whose middle the location is.
  var isStreet = false
}

/// Finds places by the names of streets, forgiving slips of the pen: the way to a place that needs no map.
struct FindPlaces: Sendable {
  let database: Database

  /// - Parameters:
  ///   - typed: a street, with a house number or a crossing street, or coordinates.
  ///   - actor: whose township's streets are looked through.
  /// - Returns: best first; of one street that is clearly meant, the street and its corners.
  func callAsFunction(_ typed: String, as actor: Actor) async throws -> [Place] {
    let tenant = database.tenant(actor.tenant.id)
    switch PlaceQuery(typed) {
    case nil: return []
    case .coordinates(let coordinate):
      let near = try await tenant.read(Self.nearest(to: coordinate)).first?.get(0, as: String.self)
      let place = Location(coordinate: coordinate, accuracy: nil)
      return [Place(address: near ?? "\(coordinate.latitude), \(coordinate.longitude)", location: place)]
    case .corner(let one, let other):
      let (ones, others) = (try await streets(one, tenant), try await streets(other, tenant))
      let corners = try await tenant.read(Self.corners(of: ones.map(\.name), with: others.map(\.name)))
      return corners.isEmpty ? try await places(on: ones, number: nil, tenant) : try corners.map(Self.place)
    case .street(let name, let number):
      return try await places(on: try await streets(name, tenant), number: number, tenant)
    }
  }

  /// The name of the street that a point lies at; nil where none is near.
  func nearest(to coordinate: Coordinate, as actor: Actor) async throws -> String? {
    try await database.tenant(actor.tenant.id).read(Self.nearest(to: coordinate)).first?.get(0)
  }

  private func places(on streets: [Street], number: String?, _ tenant: Database) async throws -> [Place] {
    guard let best = streets.first else { return [] }
    let whole = try await tenant.read(Self.middles(of: streets.map(\.name)))
    var places = try whole.map { row in
      let place = try Self.place(row)
      let address = number.map { "\($0) \(place.address)" } ?? place.address
      return Place(address: address, location: place.location, isStreet: true)
    }
    guard streets.count == 1 || best.likeness > 0.99 && streets[1].likeness < 0.99 else { return places }
    places = places.filter { $0.address.hasSuffix(best.name) }
    return places + (try await tenant.read(Self.corners(of: [best.name], with: nil)).map(Self.place))
  }

  private struct Street {
    let name: String
    /// 0 to 1.
    let likeness: Double
  }

  private func streets(_ name: String, _ tenant: Database) async throws -> [Street] {
    let rows = try await tenant.forMisspeltWords.read(Self.query(name))
    let found = try rows.map { Street(name: try $0.get(0), likeness: try $0.get(1)) }
    guard let best = found.first?.likeness else { return [] }
    // "Maple Street" is also half of every other street's name.
    return found.filter { $0.likeness > best - 0.25 }
  }

  static func query(_ name: String) -> SQL {
    """
    SELECT name, max(word_similarity(\(name), name))::float8 AS likeness FROM streets WHERE name %> \(name)
     GROUP BY name ORDER BY likeness DESC, max(similarity(\(name), name)) DESC, name LIMIT 8
    """
  }

  private static func place(_ row: Row) throws -> Place {
    guard let location = Location(latitude: try row.get(1), longitude: try row.get(2), accuracy: try row.get(3)) else {
      throw UnknownWord(column: "streets.line")
    }
    return Place(address: try row.get(0), location: location)
  }

  /// Address, latitude, longitude and accuracy of the streets' middles, in the order of `names`.
  private static func middles(of names: [String]) -> SQL {
    """
    SELECT name, ST_Y(middle), ST_X(middle), half FROM (
      SELECT s.name, ST_ClosestPoint(ST_Collect(s.line), ST_Centroid(ST_Collect(s.line))) AS middle,
             round(sum(ST_Length(s.line::geography)) / 2)::float8 AS half
        FROM streets s WHERE s.name = ANY(\(names)) GROUP BY s.name) found
     ORDER BY array_position(\(names)::text[], name)
    """
  }

  /// - Parameter others: the names of the crossing streets; all where nil.
  private static func corners(of names: [String], with others: [String]?) -> SQL {
    let other: SQL = others.map { "AND b.name = ANY(\($0))" } ?? ""
    return """
      SELECT address, ST_Y(point), ST_X(point), 15::float8 FROM (
        SELECT DISTINCT ON (a.name, b.name) a.name || ' & ' || b.name AS address,
               ST_PointOnSurface(ST_Intersection(a.line, b.line)) AS point
          FROM streets a JOIN streets b
            ON b.tenant_id = a.tenant_id AND b.name <> a.name AND ST_Intersects(a.line, b.line)
         WHERE a.name = ANY(\(names)) \(other) ORDER BY a.name, b.name, a.id, b.id) found
       ORDER BY address LIMIT 60
      """
  }

  /// Within some hundred metres; the box is what the index can be asked.
  static func nearest(to coordinate: Coordinate) -> SQL {
    let (x, y, reach) = (coordinate.longitude, coordinate.latitude, 0.0015)
    return """
      SELECT name FROM streets
       WHERE line && ST_MakeEnvelope(\(x - reach), \(y - reach), \(x + reach), \(y + reach), 4326)
       ORDER BY line <-> ST_SetSRID(ST_MakePoint(\(x), \(y)), 4326) LIMIT 1
      """
  }
}
