/// A township's two colours as its pages wear them. What could not be read is darkened or lightened until it can.
public struct Theme: Sendable, Equatable {
  /// The band above each page.
  public let brand: Colour?
  /// Links, and what can be pressed.
  public let accent: Colour?

  public init(brand: Colour?, accent: Colour?) { (self.brand, self.accent) = (brand, accent) }

  /// The grounds on which pages write, as `Client/styles/app/tokens.css` has them: page, card, raised.
  static let dayGrounds = [0xFBFAF7, 0xFFFFFF, 0xF2EFE8].map(Colour.init(number:))
  static let nightGrounds = [0x10151F, 0x182030, 0x212B3E].map(Colour.init(number:))

  /// Values of the style sheet's custom properties on a light page.
  public var day: [String: Colour] { properties(Self.dayGrounds) }

  /// The same on a dark page.
  public var night: [String: Colour] { properties(Self.nightGrounds) }

  private func properties(_ grounds: [Colour]) -> [String: Colour] {
    var properties: [String: Colour] = [:]
    if let brand {
      properties["--night"] = brand
      properties["--on-night"] = brand.text
    }
    if let accent, let readable = accent.readable(on: grounds) {
      properties["--action"] = readable
      properties["--on-action"] = readable.text
      properties["--link"] = readable
      properties["--focus"] = readable
    }
    return properties
  }

  /// Every text with the ground it stands on, with the property's name, for both kinds of page.
  var pairs: [(name: String, text: Colour, ground: Colour)] {
    [(day, Self.dayGrounds), (night, Self.nightGrounds)].flatMap { properties, grounds in
      var pairs: [(name: String, text: Colour, ground: Colour)] = []
      for (text, ground) in [("--on-night", "--night"), ("--on-action", "--action")] {
        if let text = properties[text], let ground = properties[ground] { pairs.append(("\(ground)", text, ground)) }
      }
      if let link = properties["--link"] { pairs += grounds.map { ("--link", link, $0) } }
      return pairs
    }
  }
}

extension Colour {
  fileprivate init(number: Int) {
    self.init(red: UInt8(number >> 16 & 0xFF), green: UInt8(number >> 8 & 0xFF), blue: UInt8(number & 0xFF))
  }
}
