/// A colour of the web, eight bits a channel.
public struct Colour: Sendable, Hashable, CustomStringConvertible {
  public let red, green, blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

  /// - Parameter text: `#1b6ac9`, with or without the hash, in either case; nil for anything else.
  public init?(_ text: String) {
    let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
    guard digits.utf8.count == 6, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let number = UInt32(digits, radix: 16)
    else { return nil }
    self.init(
      red: UInt8(number >> 16 & 0xFF), green: UInt8(number >> 8 & 0xFF), blue: UInt8(number & 0xFF))
  }

  /// `#1b6ac9`
  public var description: String {
    let number = Int(red) << 16 | Int(green) << 8 | Int(blue)
    let digits = String(number, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  public static let white = Colour(red: 255, green: 255, blue: 255)
  public static let black = Colour(red: 0, green: 0, blue: 0)

  /// Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it.
  public var luminance: Double {
    0.2126 * Self.linear[Int(red)] + 0.7152 * Self.linear[Int(green)] + 0.0722 * Self.linear[Int(blue)]
  }

  /// WCAG's contrast ratio, 1 to 21.
  public func contrast(with other: Colour) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// The least contrast of text with its ground (WCAG 2.2, 1.4.3).
  public static let readable = 4.5

  /// Black or white, whichever can be read better on this. One of them always has a contrast of at least 4.58.
  public var text: Colour { contrast(with: .white) >= contrast(with: .black) ? .white : .black }

  /// The colour nearest to this, on its way to black or to white, that can be read on every one of `grounds`.
  /// - Returns: nil where neither way leads there, as on a middle grey beside white.
  public func readable(on grounds: [Colour]) -> Colour? {
    func fits(_ colour: Colour) -> Bool { grounds.allSatisfy { colour.contrast(with: $0) >= Self.readable } }
    for step in 0...255 {
      let (darker, lighter) = (mixed(with: .black, step), mixed(with: .white, step))
      if fits(darker) { return darker }
      if fits(lighter) { return lighter }
    }
    return nil
  }

  /// - Parameter share: of the other, in 255ths.
  public func mixed(with other: Colour, _ share: Int) -> Colour {
    func channel(_ own: UInt8, _ other: UInt8) -> UInt8 {
      UInt8((Int(own) * (255 - share) + Int(other) * share) / 255)
    }
    return Colour(
      red: channel(red, other.red), green: channel(green, other.green), blue: channel(blue, other.blue))
  }

  /// A channel's part of the luminance by its value (sRGB, IEC 61966-2-1).
  private static let linear: [Double] = (0...255).map { value in
    let share = Double(value) / 255
    return share <= 0.04045 ? share / 12.92 : power24((share + 0.055) / 1.055)
  }

  /// `x` to the power of 2.4, by Newton's method on the fifth root: x^2.4 = x² · (x²)^(1/5).
  /// - Parameter x: 0 to 1.
  private static func power24(_ x: Double) -> Double {
    let square = x * x
    var root = 1.0
    for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
    return square * root
  }
}
