/// A host name as it is kept and compared: ASCII, lower case, without port or a full stop at its end.
///
/// People type what their browser shows: `Rathaus.Köln.de`, `reports.example.org.`, `https://` before it or `:8443` after
/// it. Browsers ask for `xn--kln-sna` (RFC 3492), so that is what is kept. An IPv4 address is one too, as it is written:
/// a town hall's machine may have no name yet.
public struct HostName: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  /// The longest name that DNS can hold, in bytes.
  public static let longest = 253

  /// - Returns: nil for what is no host name: an empty label, one of more than 63 bytes, an IP address in brackets, a user
  ///   or a path. Letters whose accent is a character of its own (U+0300 to U+036F) are refused rather than put together.
  public init?(_ text: String) {
    var rest = text[...]
    for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.count)
      if rest.hasSuffix("/") { rest = rest.dropLast() }
    }
    if let colon = rest.lastIndex(of: ":") {
      guard let port = Int(rest[rest.index(after: colon)...]), (1...65535).contains(port) else { return nil }
      rest = rest[..<colon]
    }
    if rest.hasSuffix(".") { rest = rest.dropLast() }
    let labels = rest.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    var written: [String] = []
    for label in labels {
      guard let ascii = Self.ascii(label) else { return nil }
      written.append(ascii)
    }
    let name = written.joined(separator: ".")
    // What ends in a number is read as an IPv4 address by browsers.
    guard name.utf8.count <= Self.longest, let last = written.last,
      last.utf8.contains(where: { !$0.isDigit }) || Self.isAddress(written)
    else { return nil }
    description = name
  }

  /// Four numbers of 0 to 255, none with a zero before it.
  private static func isAddress(_ parts: [String]) -> Bool {
    parts.count == 4 && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
  }

  private static func ascii(_ label: Substring) -> String? {
    var text = String(label)
    if !text.utf8.allSatisfy({ $0 < 0x80 }) {
      guard text.unicodeScalars.allSatisfy(mayStand), let encoded = Punycode.encode(text) else { return nil }
      text = "xn--" + encoded
    }
    let bytes = Array(text.utf8)
    guard (1...63).contains(bytes.count), bytes.first != hyphen, bytes.last != hyphen,
      bytes.allSatisfy({ $0.isDigit || $0.isLowerCase || $0 == hyphen })
    else { return nil }
    return text
  }

  private static let hyphen = UInt8(ascii: "-")

  /// Letters, digits and marks of any script, none of which needs to be put together with the one before it.
  private static func mayStand(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value > 0x2C }
    if (0x300...0x36F).contains(scalar.value) { return false }
    switch scalar.properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark, .spacingMark: return true
    default: return false
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
  fileprivate var isLowerCase: Bool { (0x61...0x7A).contains(self) }
}

/// Letters of any script as letters of ASCII: RFC 3492, section 6.3.
enum Punycode {
  /// - Returns: without `xn--`; nil where the label is too long for any name.
  static func encode(_ text: String) -> String? {
    let scalars = text.unicodeScalars.map { Int($0.value) }
    guard scalars.count <= 63 else { return nil }
    var output = scalars.filter { $0 < 0x80 }.map { UInt8($0) }
    let basic = output.count
    var (handled, code, delta, bias) = (basic, 128, 0, 72)
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    while handled < scalars.count {
      guard let next = scalars.filter({ $0 >= code }).min() else { return nil }
      delta += (next - code) * (handled + 1)
      code = next
      for scalar in scalars {
        if scalar < code { delta += 1 }
        if scalar != code { continue }
        appendNumber(delta, bias: bias, to: &output)
        bias = adapted(delta, points: handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      code += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func appendNumber(_ number: Int, bias: Int, to output: inout [UInt8]) {
    var (rest, step) = (number, 36)
    while true {
      let threshold = step <= bias ? 1 : step >= bias + 26 ? 26 : step - bias
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
      rest = (rest - threshold) / (36 - threshold)
      step += 36
    }
    output.append(digit(rest))
  }

  private static func digit(_ value: Int) -> UInt8 { UInt8(value < 26 ? 97 + value : 22 + value) }

  private static func adapted(_ delta: Int, points: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / points
    var steps = 0
    while delta > 455 {
      delta /= 35
      steps += 36
    }
    return steps + 36 * delta / (delta + 38)
  }
}
