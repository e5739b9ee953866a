/// The short public name of a request: seven random symbols and a check symbol, e.g. `7Q4K-2M9P`.
///
/// The symbols are Crockford's Base32 (no I, L, O, U), fit to be spoken over a telephone. The check symbol is a weighted
/// sum over the field of 32 elements with weights that are successive powers of a primitive element: it catches every
/// single wrong symbol and every exchange of two neighbours.
public struct Reference: Hashable, Sendable {
  static let symbols = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// Eight symbols, upper case, without the hyphen: the stored form.
  public let stored: String

  /// A reference made of 35 random bits.
  /// - Parameter bits: the low 35 bits are used.
  public init(bits: UInt64) {
    let values = (0..<7).map { UInt8(truncatingIfNeeded: bits >> (5 * UInt64($0))) & 31 }
    stored = String(decoding: (values + [Self.check(values)]).map { Self.symbols[Int($0)] }, as: UTF8.self)
  }

  /// Reads what a person typed: case, hyphens and spaces do not matter, O is zero, I and L are one.
  /// - Returns: nil where a symbol is missing, unknown, or the check symbol does not fit.
  public init?(_ text: String) {
    // Long input is refused before it is read through.
    guard text.utf8.count <= 32 else { return nil }
    var values: [UInt8] = []
    for byte in text.utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
      guard let value = Self.value(of: byte) else { return nil }
      values.append(value)
    }
    guard values.count == 8, values[7] == Self.check(values.dropLast()) else { return nil }
    stored = String(decoding: values.map { Self.symbols[Int($0)] }, as: UTF8.self)
  }

  /// Reads the stored form as it was once written: no more is checked than its length.
  public init?(stored: String) {
    guard stored.utf8.count == 8 else { return nil }
    self.stored = stored
  }

  private static func value(of byte: UInt8) -> UInt8? {
    let upper = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte
    switch upper {
    case UInt8(ascii: "O"): return 0
    case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
    default:
      let value = values[Int(upper)]
      return value < 32 ? value : nil
    }
  }

  /// The value of each byte, 32 for those that are no symbol.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 32, count: 256)
    for (value, symbol) in symbols.enumerated() { values[Int(symbol)] = UInt8(value) }
    return values
  }()

  private static func check(_ values: some Collection<UInt8>) -> UInt8 {
    // Horner's rule: each step multiplies by the primitive element.
    values.reduce(0) { sum, value in double(sum ^ value) }
  }

  /// Multiplies by x in GF(2)[x] / (x⁵ + x² + 1).
  private static func double(_ value: UInt8) -> UInt8 {
    let shifted = value << 1
    return shifted & 32 != 0 ? (shifted ^ 0b100101) & 31 : shifted
  }
}

extension Reference: CustomStringConvertible {
  /// The spoken form, `XXXX-XXXX`.
  public var description: String {
    var spoken = stored
    spoken.insert("-", at: spoken.utf8.index(spoken.startIndex, offsetBy: 4))
    return spoken
  }
}
