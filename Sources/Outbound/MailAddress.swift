/// An address that mail can be sent to. Nothing in it can end a line or a command, so that it may stand in a header and
/// in the envelope as it is.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
  public let text: String

  /// - Returns: nil unless it is `local@domain` of printable ASCII, at most 254 bytes, without white space, quotes, angle
  ///   brackets, commas, colons, semicolons, brackets or backslashes: what of RFC 5322 occurs in practice.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let forbidden = Set("\"(),:;<>[\\]".utf8)
    guard (3...254).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) })
    else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    // A leading hyphen would be an option to some mail programs.
    guard parts.count == 2, (1...64).contains(parts[0].count), !parts[1].isEmpty, parts[0].first != UInt8(ascii: "-"),
      parts[1].first != UInt8(ascii: "."), parts[1].last != UInt8(ascii: ".")
    else { return nil }
    self.text = text
  }

  var domain: String { String(text[text.index(after: text.firstIndex(of: "@")!)...]) }

  /// Never the address: it would end up in a log.
  public var description: String { "MailAddress(…)" }
}
