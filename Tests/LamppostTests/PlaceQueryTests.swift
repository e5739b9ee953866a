import Civic
import Testing

@testable import Lamppost

@Suite struct PlaceQueryTests {
  @Test(
    "what people type for a place is understood",
    arguments: [
      ("Maple Street", PlaceQuery.street("Maple Street", number: nil)),
      ("  12 Maple Street, Lampworth ", .street("Maple Street", number: "12")),
      ("12b Maple", .street("Maple", number: "12b")), ("5th Avenue", .street("5th Avenue", number: nil)),
      ("Maple and Elm", .corner("Maple", "Elm")), ("Maple & Elm St", .corner("Maple", "Elm St")),
      ("Maple/Elm", .corner("Maple", "Elm")), ("Andover Street", .street("Andover Street", number: nil)),
      ("42.36, -71.06", .coordinates(Coordinate(latitude: 42.36, longitude: -71.06)!)),
      ("42.36 -71.06", .coordinates(Coordinate(latitude: 42.36, longitude: -71.06)!)),
    ])
  func understood(_ typed: String, _ query: PlaceQuery) { #expect(PlaceQuery(typed) == query) }

  @Test("what is no place is not looked for", arguments: ["", " ", "12", "91, 0", "\u{0}a", "…"])
  func refused(_ typed: String) { #expect(PlaceQuery(typed) == nil) }
}
