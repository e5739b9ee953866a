import Civic
import Glibc
import HTTPServer
import PostgreSQL

/// A tile of web maps (spherical Mercator): at zoom z the world is 2ᶻ tiles wide, counted from the north-west.
struct Tile: Sendable, Equatable {
  let z: Int
  let x: Int
  let y: Int

  /// - Parameter deepest: the greatest zoom that is served.
  /// - Throws: `not_found` for a tile that does not exist.
  init(z: Int, x: Int, y: Int, deepest: Int) throws(Problem) {
    guard (0...deepest).contains(z), (0..<(1 << z)).contains(x), (0..<(1 << z)).contains(y) else { throw .notFound }
    (self.z, self.x, self.y) = (z, x, y)
  }

  /// In metres of the projection (EPSG:3857).
  var envelope: SQL { "ST_TileEnvelope(\(Int32(z)), \(Int32(x)), \(Int32(y)))" }

  /// In degrees, and as much more on each side as `margin` says, in shares of the tile's side.
  func degrees(margin: Double = 0) -> BoundingBox {
    let side = Double(1 << z)
    func longitude(_ column: Double) -> Double { max(-180, min(180, column / side * 360 - 180)) }
    func latitude(_ row: Double) -> Double { atan(sinh(.pi * (1 - 2 * max(0, min(side, row)) / side))) * 180 / .pi }
    return BoundingBox(
      west: longitude(Double(x) - margin), south: latitude(Double(y) + 1 + margin),
      east: longitude(Double(x) + 1 + margin),
      north: latitude(Double(y) - margin))
  }
}

extension BoundingBox {
  /// As a geometry in degrees.
  var sql: SQL { "ST_MakeEnvelope(\(west), \(south), \(east), \(north), 4326)" }
}
