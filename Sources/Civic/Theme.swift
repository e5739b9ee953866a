/// A township's two colours as its pages wear them. What could not be read is darkened or lightened until it can.
public struct Theme: Sendable, Equatable {
  /// The band above each page.
  public let brand: Colour?
  /// Links, and what can be pressed.
  public let accent: Colour?

  public init(brand: Colour?, accent: Colour?) { (self.brand, self.accent) = (brand, accent) }

  /// The grounds on which pages write, as `Client/styles/app/tokens.css` has them: page, card, raised, and those of
  /// notices.
  static let dayGrounds = [0xFBFAF7, 0xFFFFFF, 0xF2EFE8, 0xFDECEA, 0xE6F4EA, 0xFFF3D6, 0xE8F1FB, 0xF3EAFA].map(
    Colour.init(number:))
  static let nightGrounds = [0x10151F, 0x182030, 0x212B3E, 0x3B1A1A, 0x12301F, 0x37290B, 0x13294A, 0x2C1D3D].map(
    Colour.init(number:))

  /// What pages wear where the township has chosen nothing, from the same file.
  static let dayOwn: [String: Colour] = [
    "--ground": 0xFBFAF7, "--text": 0x1B2333, "--link": 0x0B57A4, "--night": 0x12233F, "--on-night": 0xFFFFFF,
    "--lamp": 0xFFB703, "--on-lamp": 0x1B1400, "--action": 0x12233F, "--on-action": 0xFFFFFF,
  ].mapValues(Colour.init(number:))
  static let nightOwn: [String: Colour] = dayOwn.merging(
    [
      "--ground": 0x10151F, "--text": 0xE9EDF4, "--link": 0x8EC5FF, "--night": 0x0B1220, "--action": 0xFFB703,
      "--on-action": 0x1B1400,
    ].mapValues(Colour.init(number:))
  ) { $1 }

  /// Lamppost's own, for who begins to choose.
  public static let ownBrand = Colour(number: 0x12233F)
  public static let ownAccent = Colour(number: 0x0B57A4)

  /// Values of the style sheet's custom properties on a light page; empty where nothing was chosen.
  public var day: [String: Colour] { properties(Self.dayGrounds) }

  /// The same on a dark page.
  public var night: [String: Colour] { properties(Self.nightGrounds) }

  /// Every property that a picture of a page needs.
  public var wholeDay: [String: Colour] { Self.dayOwn.merging(day) { $1 }.withMarks }
  public var wholeNight: [String: Colour] { Self.nightOwn.merging(night) { $1 }.withMarks }

  private func properties(_ grounds: [Colour]) -> [String: Colour] {
    var properties: [String: Colour] = [:]
    if let brand { properties = Self.band(brand) }
    if let accent, let readable = accent.readable(on: grounds) {
      properties["--action"] = readable
      properties["--on-action"] = readable.text
      properties["--link"] = readable
      properties["--focus"] = readable
    }
    return properties
  }

  /// The band above each page and what stands in it. What is laid over it moves away from its text, never towards it.
  private static func band(_ brand: Colour) -> [String: Colour] {
    let text = brand.text
    let away: Colour = text == .white ? .black : .white
    let (strip, hover) = (brand.mixed(with: away, 51), brand.mixed(with: away, 31))
    // The lamp's yellow, unless it would not be seen there (WCAG 2.2, 1.4.11).
    let lamp = dayOwn["--lamp"]!
    let isSeen = [brand, strip, hover].allSatisfy { lamp.contrast(with: $0) >= 3 }
    return [
      "--night": brand, "--on-night": text, "--strip": strip, "--strip-hover": hover,
      "--mark": isSeen ? lamp : text, "--on-mark": isSeen ? dayOwn["--on-lamp"]! : brand,
      "--mark-focus": isSeen ? lamp : text,
    ]
  }

  /// Every text with the ground it stands on, with the property's name, for both kinds of page.
  var pairs: [(name: String, text: Colour, ground: Colour)] {
    [(day, Self.dayGrounds), (night, Self.nightGrounds)].flatMap { properties, grounds in
      var pairs: [(name: String, text: Colour, ground: Colour)] = []
      for (text, ground) in [
        ("--on-night", "--night"), ("--on-night", "--strip"), ("--on-night", "--strip-hover"),
        ("--on-action", "--action"), ("--on-mark", "--mark"),
      ] {
        if let text = properties[text], let ground = properties[ground] { pairs.append(("\(ground)", text, ground)) }
      }
      if let link = properties["--link"] { pairs += grounds.map { ("--link", link, $0) } }
      return pairs
    }
  }
}

extension [String: Colour] {
  /// With the marks of Lamppost's own band where there are no others.
  fileprivate var withMarks: Self {
    merging(["--mark": self["--lamp"]!, "--on-mark": self["--on-lamp"]!]) { old, _ in old }
  }
}

extension Colour {
  fileprivate init(number: Int) {
    self.init(red: UInt8(number >> 16 & 0xFF), green: UInt8(number >> 8 & 0xFF), blue: UInt8(number & 0xFF))
  }
}
