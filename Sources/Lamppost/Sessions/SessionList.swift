import Credentials
import FoundationEssentials
import JSON
import Redis

/// Where somebody is signed in.
struct ListedSession: Sendable {
  enum Kind: String, CaseIterable { case browser, program }

  var kind = Kind.browser
  /// The beginning of the token's digest, or the number of a program's family of tokens, 32 hexadecimal digits: it names
  /// the session and opens nothing.
  let id: String
  let isCurrent: Bool
  let createdAt: Date
  let lastUsedAt: Date
  let browser: BrowserName

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("kind", kind.rawValue)
    json.field("current", isCurrent)
    json.field("created_at", createdAt)
    json.field("last_used_at", lastUsedAt)
    json.field("browser", browser.browser)
    json.field("system", browser.system)
  }
}

extension SessionStore {
  /// A session as Redis holds it.
  struct Stored {
    let personID: Int
    let epoch: Int
    /// Seconds since 1970.
    let createdAt: Int
    let browser: BrowserName

    init?(_ text: String) {
      let parts = text.split(separator: " ")
      guard parts.count == 4, let person = Int(parts[0]), let epoch = Int(parts[1]), let created = Int(parts[2]) else {
        return nil
      }
      (personID, self.epoch, createdAt, browser) = (person, epoch, created, BrowserName(stored: parts[3]))
    }
  }

  /// Somebody with more has a program that signs in at each call: the newest are listed.
  private static let listLimit = 100

  private func index(_ personID: Int, _ tenant: Tenant) -> String { "sessions:\(tenant.id):\(personID)" }

  /// Notes a new session in its person's index, which forgets what is over.
  func remember(_ digest: String, since now: Int, personID: Int, tenant: Tenant) async throws {
    let index = index(personID, tenant)
    _ = try await redis.pipeline([
      ["ZADD", index, now, digest],
      ["ZREMRANGEBYSCORE", index, "-inf", now - Self.longestLife],
      ["ZREMRANGEBYRANK", index, 0, -1 - Self.listLimit],
      ["EXPIRE", index, Self.longestLife],
    ])
  }

  /// Newest first.
  func list(personID: Int, tenant: Tenant, current: SessionToken?) async throws -> [ListedSession] {
    let digests = try await digests(personID, tenant)
    if digests.isEmpty { return [] }
    let replies = try await redis.pipeline(digests.flatMap { [["GET", key($0, tenant)], ["TTL", key($0, tenant)]] })
    guard replies.count == 2 * digests.count else { return [] }
    var sessions: [ListedSession] = []
    for (position, digest) in digests.enumerated() {
      // What a person's deactivation or a new password has ended is gone for them too.
      guard let stored = replies[2 * position].string.flatMap(Stored.init), stored.personID == personID else {
        continue
      }
      let idle = Self.lifetime - (replies[2 * position + 1].integer ?? Self.lifetime)
      sessions.append(
        ListedSession(
          id: Self.id(digest), isCurrent: digest == current?.lookupKey.hex,
          createdAt: Date(timeIntervalSince1970: Double(stored.createdAt)),
          lastUsedAt: Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 - Double(idle)).rounded()),
          browser: stored.browser))
    }
    return sessions
  }

  /// Ends one session of this very person.
  /// - Throws: `not_found` where it is nobody's or somebody else's.
  func end(id: String, personID: Int, tenant: Tenant) async throws {
    let own = try await digests(personID, tenant).filter { Self.id($0) == id }
    guard !own.isEmpty else { throw Problem.notFound }
    try await end(own, personID, tenant)
  }

  /// Ends every session of the person but `kept`.
  func endAll(personID: Int, tenant: Tenant, but kept: SessionToken? = nil) async throws {
    try await end(try await digests(personID, tenant).filter { $0 != kept?.lookupKey.hex }, personID, tenant)
  }

  private func end(_ digests: [String], _ personID: Int, _ tenant: Tenant) async throws {
    for digest in digests {
      _ = try await redis.command("DEL", key(digest, tenant))
      _ = try await redis.command("ZREM", index(personID, tenant), digest)
    }
  }

  private func digests(_ personID: Int, _ tenant: Tenant) async throws -> [String] {
    try await redis.command("ZREVRANGE", index(personID, tenant), 0, -1).array?.compactMap(\.string) ?? []
  }

  private static func id(_ digest: String) -> String { String(digest.prefix(32)) }
}
