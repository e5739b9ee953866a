internal import COpenSSL

/// Time-based one-time passwords as authenticator apps make them: RFC 6238 with HMAC-SHA-1, 30 seconds, six digits, which
/// is all that every app understands.
public struct OneTimePassword: Sendable, CustomStringConvertible, CustomReflectable {
  /// Seconds.
  public static let period = 30
  /// RFC 4226, 4 (R6): 160 bits are recommended.
  public static let byteCount = 20

  public let secret: [UInt8]

  public static func generate() -> OneTimePassword { OneTimePassword(secret: RandomBytes.generate(byteCount)) }

  public init(secret: [UInt8]) { self.secret = secret }

  /// The step of a time, from seconds since 1970.
  public static func step(at seconds: Double) -> Int { Int((seconds / Double(period)).rounded(.down)) }

  /// The six digits of a step (RFC 4226, 5.3).
  public func code(at step: Int) -> String {
    let counter = (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> ($0 * 8)) }
    var hash = [UInt8](repeating: 0, count: 20)
    let result = HMAC(EVP_sha1(), secret, Int32(secret.count), counter, counter.count, &hash, nil)
    precondition(result != nil, "HMAC failed")
    let offset = Int(hash[19] & 15)
    let number = hash[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The step that a code belongs to: now, or one before or after, for clocks that differ (RFC 6238, 5.2).
  /// - Parameter after: the last step that was used: a code is good once.
  /// - Returns: nil where the code is wrong, or was used.
  public func step(of code: String, at seconds: Double, after last: Int?) -> Int? {
    let now = Self.step(at: seconds)
    let typed = Array(code.utf8)
    return (now - 1...now + 1).first { step in
      // Each is compared, in a time that tells nothing.
      constantTimeEquals(typed, Array(self.code(at: step).utf8)) && step > last ?? Int.min
    }
  }

  /// As people type it into an app that cannot read the picture.
  public var base32: String { StandardBase32.encode(secret) }

  /// What the picture for authenticator apps says (Google Authenticator's key URI format).
  public func uri(issuer: String, account: String) -> String {
    let (issuer, account) = (Self.escape(issuer), Self.escape(account))
    return
      "otpauth://totp/\(issuer):\(account)?secret=\(base32)&issuer=\(issuer)&algorithm=SHA1&digits=6&period=\(Self.period)"
  }

  /// RFC 3986, 2.3: what is not unreserved.
  private static func escape(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = unreserved.contains(byte)
      let hex = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" + hex : hex)
    }.joined()
  }

  private static let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)

  public var description: String { "OneTimePassword(…)" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
