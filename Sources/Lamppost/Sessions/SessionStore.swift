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
  static let lifetime = 7 * 24 * 3600
  /// Ends after this long whatever happens: so long its person's index remembers it.
  static let longestLife = 30 * 24 * 3600
  static let cookieName = "__Host-lamppost"

  struct Session: Sendable {
    let personID: Int
    /// The person's epoch at sign-in: a raised epoch ends the session.
    let epoch: Int
  }

  private func key(_ token: SessionToken, _ tenant: Tenant) -> String { key(token.lookupKey.hex, tenant) }

  func key(_ digest: String, _ tenant: Tenant) -> String { "session:\(tenant.id):\(digest)" }

  /// - Parameter browser: kept so that the person knows which session is which.
  func create(personID: Int, epoch: Int, tenant: Tenant, browser: BrowserName = .unknown) async throws -> SessionToken {
    let token = SessionToken.generate()
    let now = Int(Date.now.timeIntervalSince1970)
    let value = "\(personID) \(epoch) \(now) \(browser.stored)"
    _ = try await redis.command("SET", key(token, tenant), value, "EX", Self.lifetime)
    try await remember(token.lookupKey.hex, since: now, personID: personID, tenant: tenant)
    return token
  }

  /// - Returns: nil where the session is unknown or has run out.
  func find(_ token: SessionToken, tenant: Tenant) async throws -> Session? {
    let reply = try await redis.command("GETEX", key(token, tenant), "EX", Self.lifetime)
    guard let stored = reply.string.flatMap(Stored.init),
      Date.now.timeIntervalSince1970 < Double(stored.createdAt + Self.longestLife)
    else { return nil }
    return Session(personID: stored.personID, epoch: stored.epoch)
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
