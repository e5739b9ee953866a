import Civic
import Glibc

/// A square of the web map's grid (spherical Mercator): at level n the world is 2ⁿ squares wide. The same arithmetic
/// stands in the database's map_column and map_row.
struct Square: Hashable, Sendable {
  let x: Int
  let y: Int

  init(x: Int, y: Int) { (self.x, self.y) = (x, y) }

  init(_ place: Coordinate, level: Int) {
    let side = Double(1 << level)
    // The projection ends at 85.0511 degrees.
    let latitude = max(-85.0511, min(85.0511, place.latitude)) * .pi / 180
    let column = (place.longitude + 180) / 360 * side
    let row = (1 - asinh(tan(latitude)) / .pi) / 2 * side
    x = max(0, min((1 << level) - 1, Int(column)))
    y = max(0, min((1 << level) - 1, Int(row)))
  }

  /// The place that lies so many squares from the north-west.
  static func coordinate(column: Double, row: Double, level: Int) -> Coordinate {
    let side = Double(1 << level)
    let latitude = atan(sinh(.pi * (1 - 2 * row / side))) * 180 / .pi
    // Both are within the projection's range by construction.
    return Coordinate(latitude: latitude, longitude: column / side * 360 - 180) ?? Coordinate(
      latitude: 0, longitude: 0)!
  }
}

extension BoundingBox {
  /// The columns and rows of squares that the box touches; two ranges of columns where it crosses the 180th meridian.
  func squares(level: Int) -> (columns: [ClosedRange<Int>], rows: ClosedRange<Int>) {
    func square(_ latitude: Double, _ longitude: Double) -> Square {
      // The box's corners were checked to be coordinates.
      Square(Coordinate(latitude: latitude, longitude: longitude)!, level: level)
    }
    let (northWest, southEast) = (square(north, west), square(south, east))
    let rows = northWest.y...max(northWest.y, southEast.y)
    if crossesMeridian { return ([northWest.x...((1 << level) - 1), 0...southEast.x], rows) }
    return ([northWest.x...max(northWest.x, southEast.x)], rows)
  }
}
