import Civic
import Credentials
import HTTPServer
import Localization
import PostgreSQL

/// What stands in the links of a follower's mails: 122 random bits that confirm, and stop, the mails of one request.
struct FollowToken: Sendable, PathParameter {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init?(pathComponent: String) {
    guard pathComponent.utf8.count <= 64, let bytes = Base32.decode(pathComponent), bytes.count == 16 else {
      return nil
    }
    self.bytes = bytes
  }

  var pathComponent: String { Base32.encode(bytes) }
}

/// Has people told by mail what becomes of a request: who is signed in at once, guests after they have answered a mail.
struct FollowRequest: Sendable {
  let database: Database

  /// Somebody signed in.
  func callAsFunction(_ reference: Reference, language: Language, as actor: Actor) async throws {
    guard let person = actor.person else { throw Problem(.unauthenticated) }
    let request = try await request(reference, actor)
    _ = try await database.tenant(actor.tenant.id).write(
      """
      INSERT INTO followers (tenant_id, request_id, person_id, language, confirmed_at)
      VALUES (current_tenant(), \(request), \(person.id), \(language.rawValue), now())
      ON CONFLICT (tenant_id, request_id, person_id) WHERE person_id IS NOT NULL
      DO UPDATE SET stopped_at = NULL, language = excluded.language, origin_id = NULL
      """)
  }

  /// A guest: nothing but one mail goes to the address before its owner has agreed. What is answered is the same for an
  /// address that follows already.
  func ask(_ reference: Reference, email: String, language: Language, as actor: Actor) async throws {
    let request = try await request(reference, actor)
    _ = try await database.tenant(actor.tenant.id).write(
      """
      WITH f AS (
        INSERT INTO followers (tenant_id, request_id, email, language)
        VALUES (current_tenant(), \(request), lower(\(email)), \(language.rawValue))
        ON CONFLICT (tenant_id, request_id, email) WHERE email IS NOT NULL
        -- An address that came along with a merged report was typed in by its reporter: its owner is asked now.
        DO UPDATE SET confirmed_at = CASE WHEN followers.stopped_at IS NULL AND NOT followers.unasked
                                          THEN followers.confirmed_at END,
                      stopped_at = NULL, origin_id = NULL, unasked = false
        RETURNING tenant_id, id, confirmed_at)
      INSERT INTO jobs (tenant_id, kind, subject)
      SELECT tenant_id, \(JobKind.confirmFollower.rawValue), id::text FROM f WHERE confirmed_at IS NULL
      ON CONFLICT DO NOTHING
      """)
  }

  /// Somebody signed in. Its reporter is remembered, so as not to begin again by itself.
  func stop(_ reference: Reference, as actor: Actor) async throws {
    guard let person = actor.person else { throw Problem(.unauthenticated) }
    let request = try await request(reference, actor)
    try await database.tenant(actor.tenant.id).write { transaction in
      try await Self.stop("request_id = \(request) AND person_id = \(person.id)", in: transaction)
    }
  }

  static func stop(_ which: SQL, in transaction: Transaction) async throws {
    try await transaction.execute("UPDATE followers SET stopped_at = now() WHERE is_reporter AND \(which)")
    try await transaction.execute("DELETE FROM followers WHERE NOT is_reporter AND \(which)")
  }

  /// Whether the caller is told what becomes of a request.
  func isFollowing(_ requestID: Int, as actor: Actor) async throws -> Bool {
    guard let person = actor.person else { return false }
    return try await !database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT 1 FROM followers WHERE request_id = \(requestID) AND person_id = \(person.id)
         AND confirmed_at IS NOT NULL AND stopped_at IS NULL
      """
    ).isEmpty
  }

  private func request(_ reference: Reference, _ actor: Actor) async throws -> Int {
    try await FindRequest(database: database)(reference, as: actor).get().facts.id
  }
}

/// The requests that somebody signed in follows, the last one first; their own reports are not among them.
struct ListFollowed: Sendable {
  let database: Database

  /// - Parameter limit: 1 to 200.
  func callAsFunction(limit: Int = 200, as actor: Actor) async throws -> [ServiceRequest] {
    guard let person = actor.person else { return [] }
    return try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT \(ServiceRequest.columns(for: actor))
        FROM followers f
        JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE f.person_id = \(person.id) AND NOT f.is_reporter AND f.confirmed_at IS NOT NULL AND f.stopped_at IS NULL
         AND \(actor.visibleRequests)
       ORDER BY f.created_at DESC, f.id DESC LIMIT \(limit)
      """
    ).map { try ServiceRequest($0) }
  }
}

/// What becomes of a follower by the link of a mail.
struct AnswerFollowMail: Sendable {
  let database: Database

  struct Following: Sendable {
    let reference: Reference
    let category: String
    let isConfirmed: Bool
    let isStopped: Bool
    let isReporter: Bool
  }

  func find(_ token: FollowToken, _ tenant: Tenant) async throws -> Following {
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      """
      SELECT r.reference, c.name, f.confirmed_at IS NOT NULL, f.stopped_at IS NOT NULL, f.is_reporter
        FROM followers f
        JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE f.token = \(token.bytes) AND r.visibility <> 'removed'
      """)
    guard let row = rows.first, let reference = Reference(stored: try row.get(0)) else { throw Problem.notFound }
    return Following(
      reference: reference, category: try row.get(1), isConfirmed: try row.get(2), isStopped: try row.get(3),
      isReporter: try row.get(4))
  }

  func confirm(_ token: FollowToken, _ tenant: Tenant) async throws {
    _ = try await database.tenant(tenant.id).write(
      "UPDATE followers SET confirmed_at = coalesce(confirmed_at, now()), stopped_at = NULL WHERE token = \(token.bytes)"
    )
  }

  func stop(_ token: FollowToken, _ tenant: Tenant) async throws {
    try await database.tenant(tenant.id).write { transaction in
      try await FollowRequest.stop("token = \(token.bytes)", in: transaction)
    }
  }
}
