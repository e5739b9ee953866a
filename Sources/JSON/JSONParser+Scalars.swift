extension JSONParser {
  // MARK: Strings

  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while true {
      switch try peek() {
      case UInt8(ascii: "\""):
        guard let text = String(validating: input[start..<position], as: UTF8.self) else {
          throw JSONError(reason: .invalidUTF8, offset: start)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"): return try stringWithEscapes(from: start)
      case 0..<0x20: throw error(.controlCharacter)
      default: position += 1
      }
    }
  }

  /// `position` is at the first backslash.
  private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
    var bytes = Array(input[start..<position])
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw JSONError(reason: .invalidUTF8, offset: start)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        bytes.append(contentsOf: UTF8.encode(try escape())!)
      case 0..<0x20: throw error(.controlCharacter)
      default:
        bytes.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    position += 1
    let byte = try peek()
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw JSONError(reason: .invalidEscape, offset: position - 1)
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 2
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, try skip(UInt8(ascii: "\\")), try skip(UInt8(ascii: "u")) else {
      throw JSONError(reason: .loneSurrogate, offset: start)
    }
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw JSONError(reason: .loneSurrogate, offset: start) }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = try peek()
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw error(.invalidEscape) }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  // MARK: Numbers

  /// No double needs more digits to be told apart, and no honest client sends them.
  private static var longestNumber: Int { 1024 }

  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    if input[position] == UInt8(ascii: "-") { position += 1 }
    let leading = try peek()
    let count = skipDigits()
    guard count > 0, leading != UInt8(ascii: "0") || count == 1 else { throw error(.invalidNumber) }
    if position < input.count, input[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      guard skipDigits() > 0 else { throw error(.invalidNumber) }
    }
    if position < input.count, input[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < input.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(input[position]) { position += 1 }
      guard skipDigits() > 0 else { throw error(.invalidNumber) }
    }
    guard position - start <= Self.longestNumber else { throw JSONError(reason: .numberOutOfRange, offset: start) }
    let text = String(decoding: input[start..<position], as: UTF8.self)
    // "-0" stays a double, which alone can hold it.
    if isInteger, text != "-0", let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      throw JSONError(reason: .numberOutOfRange, offset: start)
    }
    return .number(double)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < input.count, (0x30...0x39).contains(input[position]) { position += 1 }
    return position - start
  }
}
