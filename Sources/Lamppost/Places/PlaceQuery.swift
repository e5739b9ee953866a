import Civic

/// A place as somebody types it.
enum PlaceQuery: Equatable, Sendable {
  case coordinates(Coordinate)
  /// A street, with a house number where one was given.
  case street(String, number: String?)
  case corner(String, String)

  /// The longest text that is looked at, in Unicode scalars.
  static let limit = 200

  /// - Returns: nil for nothing to look for.
  init?(_ typed: String) {
    let text = typed.trimmed
    guard text.unicodeScalars.contains(where: \.properties.isAlphabetic) || Self.coordinates(text) != nil,
      text.unicodeScalars.count <= Self.limit, !text.utf8.contains(0)
    else { return nil }
    if let coordinates = Self.coordinates(text) {
      self = .coordinates(coordinates)
    } else if let (one, other) = Self.corner(text) {
      self = .corner(one, other)
    } else {
      // What follows a comma is the town.
      let street = (text.split(separator: ",").first.map(String.init) ?? text).trimmed
      let words = street.split(separator: " ")
      if words.count > 1, let first = words.first, first.utf8.first.map({ (48...57).contains($0) }) == true,
        first.utf8.count <= 8, !first.hasSuffix("th"), !first.hasSuffix("st"), !first.hasSuffix("nd"),
        !first.hasSuffix("rd")
      {
        self = .street(words.dropFirst().joined(separator: " "), number: String(first))
      } else {
        self = .street(street, number: nil)
      }
    }
  }

  /// "42.36, -71.06", also with a space alone between them.
  private static func coordinates(_ text: String) -> Coordinate? {
    let parts = text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == ";" })
    guard parts.count == 2, let latitude = Double(parts[0]), let longitude = Double(parts[1]) else { return nil }
    return Coordinate(latitude: latitude, longitude: longitude)
  }

  private static func corner(_ text: String) -> (String, String)? {
    for word in [" and ", " & ", " at ", " / ", "/", " corner "] {
      guard let range = text.lowercased().firstRange(of: word), text.lowercased().utf8.count == text.utf8.count else {
        continue
      }
      let one = String(text[..<range.lowerBound]).trimmed
      let other = String(text[range.upperBound...]).trimmed
      if !one.isEmpty && !other.isEmpty { return (one, other) }
    }
    return nil
  }
}
