import Credentials
import Glibc
import Redis

/// Counts calls per subject in Redis. Without Redis nobody is limited, since an outage of the cache must not stop reports;
/// only mails to strangers and codes of second factors wait for it.
struct RateLimiter: Sendable {
  enum Kind: String, Sendable {
    case report
    /// By account and address; a success begins anew.
    case signIn = "sign_in"
    /// Tries of any account, by address: they keep the pool of password checks from being filled by one caller.
    case signInAddress = "sign_in_address"
    /// Codes of a second factor, by account.
    case secondFactor = "second_factor"
    /// Mails that somebody asks for to any address, by network.
    case mailNetwork = "mail_network"
    /// Mails that anybody asks for to one address.
    case mailSubject = "mail_subject"

    /// Whether nothing goes on without counting: mails to strangers, and codes of six digits, which can be guessed.
    var mustBeCounted: Bool { [.mailNetwork, .mailSubject, .secondFactor].contains(self) }

    /// Seconds in which the limit counts.
    var period: Int {
      switch self {
      case .report: 60
      case .signIn, .signInAddress, .secondFactor: 900
      case .mailNetwork, .mailSubject: 3600
      }
    }
  }

  let redis: Redis
  let secret: Secret
  let limits: ListenConfiguration

  private static let increment = RedisScript(
    """
    local count = redis.call('INCR', KEYS[1])
    if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
    return count
    """)

  private func limit(_ kind: Kind) -> Int {
    switch kind {
    case .report: limits.reportsPerMinute
    case .signIn, .secondFactor: limits.signInsPerQuarterHour
    // A whole town hall may sit behind one address.
    case .signInAddress: limits.signInsPerQuarterHour * 30
    case .mailNetwork: limits.reportsPerMinute == 0 ? 0 : 30
    case .mailSubject: 5
    }
  }

  /// Subjects hold network addresses: only a keyed digest of them is written down.
  private func key(_ kind: Kind, _ subject: String) -> String {
    let digest = HMACSHA256.authenticate(Array(subject.utf8), key: secret.derive(label: "rate limit"))
    return "limit:\(kind.rawValue):" + Base64URL.encode(Array(digest.prefix(16)))
  }

  /// Begins to count anew.
  func forget(_ kind: Kind, _ subject: String) async {
    guard limit(kind) > 0 else { return }
    _ = try? await redis.command("DEL", key(kind, subject))
  }

  /// Counts this call and refuses it where it is one too many.
  func take(_ kind: Kind, _ subject: String) async throws {
    let limit = limit(kind)
    guard limit > 0 else { return }
    let reply = try? await redis.run(Self.increment, keys: [key(kind, subject)], arguments: [kind.period])
    if reply == nil && kind.mustBeCounted { throw Problem(.unavailable, retryAfter: 30) }
    if let count = reply?.integer, count > limit { throw Problem(.rateLimited, retryAfter: kind.period) }
  }
}

/// A client's network as limits count it: an IPv4 address, or the /64 of an IPv6 one, for whoever has one address of it
/// has them all.
func clientNetwork(_ address: String) -> String {
  var bytes = [UInt8](repeating: 0, count: 16)
  guard address.contains(":"), inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
  return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
}
