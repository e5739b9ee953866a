/// Key material, which nothing prints: neither interpolation nor `dump`.
public struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
  /// 256 bits: what HMAC-SHA-256 can use, and beyond guessing.
  public static let minimumByteCount = 32

  public let bytes: [UInt8]

  /// nil for less than 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= Self.minimumByteCount else { return nil }
    self.bytes = bytes
  }

  /// From standard or URL-safe base64, with or without padding (`openssl rand -base64 32`). nil when it is not base64
  /// or less than 32 bytes.
  public init?(base64 text: String) {
    let unpadded = text.reversed().drop { $0 == "=" }.reversed().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
    guard let bytes = Base64URL.decode(String(unpadded)) else { return nil }
    self.init(bytes: bytes)
  }

  /// A key for one purpose, so that one configured secret serves many and none reveals another: the first block of
  /// HKDF-Expand (RFC 5869, 2.3) with `label` as its info.
  public func derive(label: String) -> Secret {
    Secret(unchecked: HMACSHA256.authenticate(Array(label.utf8) + [1], key: self))
  }

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  public var description: String { "Secret(…)" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
