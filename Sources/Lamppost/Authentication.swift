import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import PostgreSQL
import Redis

/// Finds out who calls: by bearer token, by cookie, by tracking code, or nobody.
struct Authentication: Sendable {
  let database: Database
  let sessions: SessionStore
  let signer: TokenSigner

  struct Caller: Sendable {
    let actor: Actor
    let session: SessionToken?
    /// Somebody who may well be signed in, which nobody can tell without Redis.
    var isUnjudged = false
    /// Somebody who was signed in until their account, or all their sessions, ended.
    var hasEnded = false
  }

  /// - Throws: `unauthenticated` for a token that is not valid, `not_found` for a tracking code that opens nothing,
  ///   `unavailable` where a cookie cannot be judged, `csrf_token_required`.
  /// - Parameter provesByForm: whether the call is a page's, whose token stands in its form (`PageForm.check`).
  func caller(of request: Request, tenant: Tenant, provesByForm: Bool = false) async throws -> Caller {
    let tracked = try await trackedRequest(request, tenant)
    if let header = request.headers["Authorization"] {
      return Caller(
        actor: Actor(tenant: tenant, person: try await bearer(header, tenant), trackedRequestID: tracked),
        session: nil)
    }
    guard let text = request.cookie(SessionStore.cookieName), let token = SessionToken(text: text) else {
      return Caller(actor: Actor(tenant: tenant, trackedRequestID: tracked), session: nil)
    }
    let person: Actor.Person?
    let hasEnded: Bool
    do {
      (person, hasEnded) = try await session(token, tenant)
    } catch is RedisError where request.method.isSafe && !request.path.hasPrefix("/api/") {
      return Caller(actor: Actor(tenant: tenant, trackedRequestID: tracked), session: nil, isUnjudged: true)
    }
    guard let person else {
      return Caller(actor: Actor(tenant: tenant, trackedRequestID: tracked), session: nil, hasEnded: hasEnded)
    }
    if !provesByForm { try requireCSRFToken(request, token) }
    return Caller(actor: Actor(tenant: tenant, person: person, trackedRequestID: tracked), session: token)
  }

  private func trackedRequest(_ request: Request, _ tenant: Tenant) async throws -> Int? {
    guard let header = request.headers["Tracking-Code"] else { return nil }
    guard let code = TrackingCode(header), let id = try await code.requestID(in: database, tenant: tenant) else {
      throw Problem(.notFound, "The tracking code opens nothing.")
    }
    return id
  }

  private func bearer(_ header: String, _ tenant: Tenant) async throws -> Actor.Person {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer",
      let claims = try? signer.verify(String(parts[1]), now: .now), claims.tenant == tenant.id,
      let person = try await person(claims.person, epoch: claims.epoch, tenant)
    else { throw Problem(.unauthenticated, "The access token is not valid or has run out.") }
    return person
  }

  /// - Returns: nil where the session is over. Without Redis a public page goes on for nobody in particular; a change
  ///   must not be made in nobody's name, nor a list be the public's without a word, so the API waits.
  private func session(
    _ token: SessionToken, _ tenant: Tenant
  ) async throws -> (person: Actor.Person?, hasEnded: Bool) {
    guard let session = try await sessions.find(token, tenant: tenant) else { return (nil, false) }
    let person = try await person(session.personID, epoch: session.epoch, tenant)
    return (person, person == nil)
  }

  /// The account as it is now, asked on every call: deactivation and a raised epoch end everything at once.
  private func person(_ id: Int, epoch: Int, _ tenant: Tenant) async throws -> Actor.Person? {
    try await database.withoutReplica.tenant(tenant.id).read(
      """
      SELECT \(Actor.Person.columns), \(Self.hasSecondFactor) FROM people
       WHERE id = \(id) AND epoch = \(epoch) AND active
      """
    ).first.map { row in
      try Actor.Person(row).held(to: tenant, hasSecondFactor: try row.get(Actor.Person.columnCount))
    }
  }

  static let hasSecondFactor: SQL = """
    EXISTS (SELECT 1 FROM second_factors f
             WHERE f.tenant_id = people.tenant_id AND f.person_id = people.id AND f.confirmed_at IS NOT NULL)
    """

  private func requireCSRFToken(_ request: Request, _ token: SessionToken) throws {
    if request.method.isSafe { return }
    let sent = Array((request.headers["X-CSRF-Token"] ?? "").utf8)
    guard constantTimeEquals(sent, Array(sessions.csrfToken(for: token).utf8)) else { throw Problem(.csrf) }
  }
}

extension HTTPServer.Method {
  /// Whether a call of this method changes nothing.
  var isSafe: Bool { self == .get || self == .head || self == .options }
}
