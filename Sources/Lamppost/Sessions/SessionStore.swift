import Credentials
import FoundationEssentials
import JSON
import Redis

/// Browser sessions, in Redis: losing it signs people out and nothing more. The key is the digest of the token, so that
/// who reads Redis cannot sign in.
struct SessionStore: Sendable {
  let redis: Redis
  let secret: Secret

  /// Ends after this long without a call.
  private static let lifetime = 7 * 24 * 3600
  static let cookieName = "__Host-lamppost"

  struct Session: Sendable {
    let personID: Int
    /// The person's epoch at sign-in: a raised epoch ends the session.
    let epoch: Int
  }

  private func key(_ token: SessionToken, _ tenant: Tenant) -> String { "session:\(tenant.id):\(token.lookupKey.hex)" }

  func create(personID: Int, epoch: Int, tenant: Tenant) async throws -> SessionToken {
    let token = SessionToken.generate()
    _ = try await redis.command("SET", key(token, tenant), "\(personID) \(epoch)", "EX", Self.lifetime)
    return token
  }

  /// - Returns: nil where the session is unknown or has run out.
  func find(_ token: SessionToken, tenant: Tenant) async throws -> Session? {
    let reply = try await redis.command("GETEX", key(token, tenant), "EX", Self.lifetime)
    guard let parts = reply.string?.split(separator: " "), parts.count == 2, let person = Int(parts[0]),
      let epoch = Int(parts[1])
    else { return nil }
    return Session(personID: person, epoch: epoch)
  }

  func end(_ token: SessionToken, tenant: Tenant) async throws {
    _ = try await redis.command("DEL", key(token, tenant))
  }

  /// What a page must send with every unsafe call: it cannot be known to another site, and is nothing to store.
  func csrfToken(for token: SessionToken) -> String {
    Base64URL.encode(HMACSHA256.authenticate(token.lookupKey.bytes, key: secret.derive(label: "csrf")))
  }

  static func cookie(_ token: SessionToken) -> String {
    "\(cookieName)=\(token.text); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=\(lifetime)"
  }

  static let expiredCookie = "\(cookieName)=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
}
