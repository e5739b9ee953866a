import Civic

/// One street of Lampworth.
struct DemoStreet: Sendable {
  let name: String
  /// As OpenStreetMap's `highway`.
  let kind: String
  let points: [Coordinate]

  /// A house number and the place where it stands.
  func house(using random: inout SeededGenerator) -> (number: Int, place: Coordinate) {
    let way = Double.random(in: 0..<Double(points.count - 1), using: &random)
    let (from, to, share) = (points[Int(way)], points[Int(way) + 1], way - way.rounded(.down))
    // Some ten metres off the middle of the street.
    let off = Double.random(in: -0.0001...0.0001, using: &random)
    let latitude = from.latitude + (to.latitude - from.latitude) * share + off
    let longitude = from.longitude + (to.longitude - from.longitude) * share + off
    return (2 + Int(way * 40), Coordinate(latitude: latitude, longitude: longitude) ?? from)
  }

  /// The township's streets: a bent grid, closer towards the middle.
  static let all: [DemoStreet] = across + along

  private static let across = [
    "Mill Street", "Orchard Street", "Granite Street", "Cedar Street", "School Street", "Maple Street", "Bridge Street",
    "Main Street", "Market Street", "Church Street", "Lantern Street", "Foundry Street", "Prospect Street",
    "Quarry Street", "Meadow Street", "Sumner Street", "Juniper Street", "Northfield Road",
  ].enumerated().map { index, name in
    street(name, index, of: 18) { (along: $0, across: $1) }
  }

  private static let along = [
    "West Hill Road", "Alder Avenue", "Birch Avenue", "Canal Avenue", "Depot Avenue", "Elm Avenue", "Franklin Avenue",
    "Central Avenue", "Garden Avenue", "Harbor Avenue", "Ives Avenue", "Jefferson Avenue", "Kilburn Avenue",
    "Linden Avenue", "River Road", "East Hill Road",
  ].enumerated().map { index, name in
    street(name, index, of: 16) { (along: $1, across: $0) }
  }

  private static func street(
    _ name: String, _ index: Int, of count: Int, turn: (Double, Double) -> (along: Double, across: Double)
  ) -> DemoStreet {
    let middle = 0.04 + 0.92 * (Double(index) + 0.5) / Double(count)
    let points = (0...24).map { step in
      let way = 0.03 + 0.94 * Double(step) / 24
      // A wave too gentle for two neighbours to meet.
      let wave = 0.3 / Double(count) * sine(way * 6 + Double(index))
      let (east, north) = turn(way, middle + wave)
      return DemoTownship.point(east, north)
    }
    let kind = [count / 2 - 1, 0, count - 1].contains(index) ? "primary" : index % 4 == 2 ? "secondary" : "residential"
    return DemoStreet(name: name, kind: kind, points: points)
  }

  /// Bhaskara's approximation, good to 0.2 %: the same on every machine.
  private static func sine(_ angle: Double) -> Double {
    let turn = angle.truncatingRemainder(dividingBy: 2 * .pi)
    let (half, sign) = turn > .pi ? (turn - .pi, -1.0) : (turn, 1.0)
    let product = half * (.pi - half)
    return sign * 16 * product / (5 * .pi * .pi - 4 * product)
  }
}
