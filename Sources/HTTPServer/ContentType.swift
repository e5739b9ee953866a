/// The body is of another kind than the handler reads: 415.
public struct UnsupportedContentType: Error, CustomStringConvertible {
  public let description = "the body is of a kind that is not accepted here"
  public init() {}
}

/// A media type with its parameters (RFC 9110, section 8.3.1).
public struct ContentType: Sendable, Equatable {
  /// `type/subtype` in lower case.
  public let essence: String
  private let parameters: [(name: String, value: String)]

  /// Parses `type/subtype; name=value; name="quoted"`. Nil when it is not well formed or names a parameter twice.
  public init?(_ text: String) {
    var scanner = FieldScanner(text.utf8)
    guard let type = scanner.token(), scanner.take("/"), let subtype = scanner.token(),
      let parameters = scanner.parameters()
    else { return nil }
    essence = (type + "/" + subtype).lowercased()
    self.parameters = parameters
  }

  /// The value of a parameter, its name in lower case.
  public subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  public static func == (left: ContentType, right: ContentType) -> Bool {
    left.essence == right.essence && left.parameters.elementsEqual(right.parameters, by: ==)
  }
}

/// Reads the pieces of a structured header field: tokens, quoted strings, parameters.
struct FieldScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: some Sequence<UInt8>) {
    rest = Array(text)[...]
    skipSpace()
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func token() -> String? {
    let token = rest.prefix(while: isTokenByte)
    rest = rest[token.endIndex...]
    return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
  }

  /// All parameters up to the end; names in lower case. Nil when malformed or when a name comes twice.
  mutating func parameters() -> [(name: String, value: String)]? {
    var parameters: [(name: String, value: String)] = []
    while true {
      skipSpace()
      if rest.isEmpty { return parameters }
      guard take(";") else { return nil }
      skipSpace()
      if rest.isEmpty { return parameters }
      guard let name = token()?.lowercased(), take("="), let value = value(),
        !parameters.contains(where: { $0.name == name })
      else { return nil }
      parameters.append((name, value))
    }
  }

  private mutating func value() -> String? {
    if take("\"") { return quoted() }
    // Browsers and curl send file names with brackets or UTF-8 unquoted: everything but separators is taken.
    let value = rest.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\"") && $0 > 0x20 && $0 != 0x7F }
    rest = rest[value.endIndex...]
    return value.isEmpty ? nil : String(validating: value, as: UTF8.self)
  }

  /// A backslash escapes a quote or a backslash only: old browsers send `C:\photo.jpg` with bare backslashes.
  private mutating func quoted() -> String? {
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(validating: value, as: UTF8.self)
      case UInt8(ascii: "\\") where rest.first == UInt8(ascii: "\"") || rest.first == UInt8(ascii: "\\"):
        value.append(rest.removeFirst())
      default: value.append(byte)
      }
    }
    return nil
  }
}

/// A byte of a token (RFC 9110, section 5.6.2).
func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"),
    UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
    UInt8(ascii: "|"), UInt8(ascii: "~"):
    true
  default: false
  }
}
