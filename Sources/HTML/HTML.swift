/// Markup that is safe by its type: a String that is interpolated is escaped, an HTML value is not.
///
///     let page: HTML = "<h1 class=\"\(kind)\">\(title)</h1>\(items.map(row))"
///
/// Escaping is right for element text and for attribute values in quotes. It is not for scripts, styles, comments,
/// unquoted attributes or a `javascript:` address: put no value there.
public struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text: String

    public init(literalCapacity: Int, interpolationCount: Int) {
      text = ""
      text.reserveCapacity(literalCapacity + 32 * interpolationCount)
    }

    public mutating func appendLiteral(_ literal: String) { text += literal }

    public mutating func appendInterpolation(_ html: HTML) { text += html.rendered }

    public mutating func appendInterpolation(_ html: HTML?) { if let html { text += html.rendered } }

    public mutating func appendInterpolation(_ items: some Sequence<HTML>) {
      for item in items { text += item.rendered }
    }

    // Of its own beside the generic one: most text is a String, and generic code across modules is several times slower.
    public mutating func appendInterpolation(_ plain: String) { text += HTML.escape(plain) }

    public mutating func appendInterpolation(_ plain: some StringProtocol) { text += HTML.escape(String(plain)) }

    public mutating func appendInterpolation(_ plain: String?) { if let plain { text += HTML.escape(plain) } }

    public mutating func appendInterpolation(_ number: some BinaryInteger) { text += number.description }
  }

  /// The markup.
  public let rendered: String

  public init(stringLiteral value: String) { rendered = value }

  public init(stringInterpolation: StringInterpolation) { rendered = stringInterpolation.text }

  /// The loud door: `unsafeHTML` goes into the page as it is. Only for markup that this program made itself.
  public init(unsafeHTML: String) { rendered = unsafeHTML }

  /// Text, escaped.
  public init(text: String) { rendered = HTML.escape(text) }

  public static let empty = HTML(unsafeHTML: "")

  public static func + (left: HTML, right: HTML) -> HTML { HTML(unsafeHTML: left.rendered + right.rendered) }

  /// The markup as it goes over the wire.
  public var bytes: [UInt8] { Array(rendered.utf8) }

  private static func escape(_ plain: String) -> String {
    var plain = plain
    let escaped: [UInt8]? = plain.withUTF8 { bytes in
      guard let first = bytes.firstIndex(where: { replacement(of: $0) != nil }) else { return nil }
      var escaped = [UInt8](bytes[..<first])
      escaped.reserveCapacity(bytes.count + bytes.count / 8)
      for byte in bytes[first...] {
        if let replacement = replacement(of: byte) {
          replacement.withUTF8Buffer { escaped += $0 }
        } else {
          escaped.append(byte)
        }
      }
      return escaped
    }
    return escaped.map { String(decoding: $0, as: UTF8.self) } ?? plain
  }

  /// NUL has no place in HTML: it becomes the replacement character, as a parser would make it.
  private static func replacement(of byte: UInt8) -> StaticString? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    case 0: "\u{FFFD}"
    default: nil
    }
  }
}

extension Sequence<HTML> {
  /// The items one after another, `separator` between them.
  public func joined(separator: HTML = .empty) -> HTML {
    HTML(unsafeHTML: map(\.rendered).joined(separator: separator.rendered))
  }
}
