/// The header of one part of a form.
public struct PartHeaders: Sendable, Equatable {
  /// The field's name.
  public let name: String
  /// As the client calls the file: to be shown, never to be opened. Nil for a plain field.
  public let filename: String?
  /// As the client sees it; nil where it says nothing.
  public let contentType: String?
  public let headers: Headers

  /// - Throws: `.missingName`, `.malformedHeader`.
  init(_ headers: Headers) throws(MultipartError) {
    let dispositions = headers.values("Content-Disposition")
    guard dispositions.count <= 1 else { throw .malformedHeader }
    var scanner = FieldScanner(dispositions.first?.utf8 ?? "".utf8)
    guard let kind = scanner.token(), isSame(kind, "form-data") else { throw .missingName }
    guard let parameters = scanner.parameters() else { throw .malformedHeader }
    guard let name = parameters.first(where: { $0.name == "name" })?.value, !name.isEmpty else { throw .missingName }
    self.name = name
    // RFC 7578 forbids filename*, yet clients send it, and then it is the better of the two.
    if let extended = parameters.first(where: { $0.name == "filename*" })?.value {
      guard let decoded = Self.decode(extended) else { throw .malformedHeader }
      filename = decoded
    } else {
      filename = parameters.first { $0.name == "filename" }?.value
    }
    contentType = headers["Content-Type"]
    self.headers = headers
  }

  /// `UTF-8'language'percent-encoded` (RFC 8187).
  private static func decode(_ text: String) -> String? {
    let pieces = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard pieces.count == 3, isSame(String(pieces[0]), "UTF-8"),
      let decoded = PercentEncoding.decode(pieces[2].utf8), decoded.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return nil }
    return decoded
  }
}

extension MultipartParser {
  /// RFC 2046, section 5.1.1.
  static func isBoundary(_ text: String) -> Bool {
    (1...70).contains(text.utf8.count) && text.utf8.last != UInt8(ascii: " ")
      && text.utf8.allSatisfy { byte in
        isTokenByte(byte) && !"!#$%&*^`|~".utf8.contains(byte) || "(),/:=? ".utf8.contains(byte)
      }
  }
}
