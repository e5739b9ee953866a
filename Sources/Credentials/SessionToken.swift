/// What a browser's session cookie holds: 256 random bits. Only its digest is stored, so that who reads the store
/// cannot take over a session.
public struct SessionToken: Sendable, CustomStringConvertible, CustomReflectable {
  public static let byteCount = 32

  /// 43 characters of URL-safe base64, for the cookie alone.
  public let text: String
  /// SHA-256 of the token: the key it is found by.
  public let lookupKey: SHA256Digest

  public static func generate() -> SessionToken { SessionToken(unchecked: RandomBytes.generate(byteCount)) }

  /// nil when `text` cannot be a token of ours.
  public init?(text: String) {
    guard text.utf8.count == 43, let bytes = Base64URL.decode(text) else { return nil }
    self.init(unchecked: bytes)
  }

  private init(unchecked bytes: [UInt8]) {
    text = Base64URL.encode(bytes)
    lookupKey = SHA256Digest(hashing: bytes)
  }

  public var description: String { "SessionToken(…)" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

enum Hexadecimal {
  static func encode(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
