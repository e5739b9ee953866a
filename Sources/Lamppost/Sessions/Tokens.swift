import Credentials
import FoundationEssentials
import PostgreSQL

/// OAuth2 tokens: a short-lived signed access token, and a refresh token that is good for one use. All that come from
/// one sign-in are a family; its row is locked by whoever adds to it or ends it.
struct Tokens: Sendable {
  let database: Database
  let signer: TokenSigner

  /// Seconds.
  static let accessLifetime = 15 * 60
  private static let refreshLifetime = 30.0 * 24 * 3600

  struct Pair: Sendable {
    let access: String
    let refresh: String
  }

  private struct Family {
    let id: UUID
    let personID: Int
    let epoch: Int
  }

  /// A new family for a sign-in.
  func issue(personID: Int, epoch: Int, tenant: Tenant) async throws -> Pair {
    let family = Family(id: UUID(), personID: personID, epoch: epoch)
    return try await database.tenant(tenant.id).write { transaction in
      try await transaction.execute(
        """
        INSERT INTO refresh_families (tenant_id, id, person_id, epoch)
        VALUES (current_tenant(), \(family.id), \(personID), \(epoch))
        """)
      return try await issue(family, tenant, in: transaction)
    }
  }

  private func issue(_ family: Family, _ tenant: Tenant, in transaction: Transaction) async throws -> Pair {
    let refresh = SessionToken.generate()
    try await transaction.execute(
      """
      INSERT INTO refresh_tokens (tenant_id, digest, family, expires_at)
      VALUES (current_tenant(), \(refresh.lookupKey.bytes), \(family.id),
              now() + make_interval(secs => \(Self.refreshLifetime)))
      """)
    let now = Date.now
    let access = try signer.sign(
      AccessClaims(
        person: family.personID, tenant: tenant.id, epoch: family.epoch, issuedAt: now,
        expiresAt: now + Double(Self.accessLifetime), id: RequestID.make()))
    return Pair(access: access, refresh: refresh.text)
  }

  private enum Refreshed { case pair(Pair), refused }

  /// Exchanges a refresh token. A second use of one means that somebody else has it: the whole family ends.
  /// - Throws: `invalid_grant`.
  func refresh(_ text: String, tenant: Tenant) async throws -> Pair {
    guard let token = SessionToken(text: text) else { throw Problem(.invalidGrant) }
    let outcome = try await database.tenant(tenant.id).write { transaction -> Refreshed in
      guard let family = try await lockFamily(of: token, in: transaction) else { return .refused }
      let used = try await transaction.query(
        """
        UPDATE refresh_tokens SET used_at = now()
         WHERE digest = \(token.lookupKey.bytes) AND used_at IS NULL AND expires_at > now() RETURNING 1
        """)
      guard !used.isEmpty else {
        // Committed although the call is refused.
        try await transaction.execute(
          Self.revocation(of: "\(family.id)", note: "A refresh token was used a second time."))
        return .refused
      }
      return .pair(try await issue(family, tenant, in: transaction))
    }
    guard case .pair(let pair) = outcome else { throw Problem(.invalidGrant) }
    return pair
  }

  /// The family of a token, unless it has ended: by revocation, by the person's deactivation, by a raised epoch.
  private func lockFamily(of token: SessionToken, in transaction: Transaction) async throws -> Family? {
    let rows = try await transaction.query(
      """
      SELECT f.id, f.person_id, f.epoch FROM refresh_tokens t
        JOIN refresh_families f ON f.tenant_id = t.tenant_id AND f.id = t.family
        JOIN people p ON p.tenant_id = f.tenant_id AND p.id = f.person_id AND p.epoch = f.epoch AND p.active
       WHERE t.digest = \(token.lookupKey.bytes) AND f.revoked_at IS NULL FOR UPDATE OF f
      """)
    return try rows.first.map { Family(id: try $0.get(0), personID: try $0.get(1), epoch: try $0.get(2)) }
  }

  /// Ends the family of a refresh token; an unknown one is no error (RFC 7009).
  func revoke(_ text: String, tenant: Tenant) async throws {
    guard let token = SessionToken(text: text) else { return }
    _ = try await database.tenant(tenant.id).write(
      Self.revocation(of: "(SELECT family FROM refresh_tokens WHERE digest = \(token.lookupKey.bytes))"))
  }

  /// What is signed in by a refresh token that is still good, newest first. It was used last when that was given out.
  func families(of personID: Int, tenant: Tenant) async throws -> [ListedSession] {
    try await database.withoutReplica.tenant(tenant.id).read(
      """
      SELECT f.id, f.created_at, max(t.expires_at) - make_interval(secs => \(Self.refreshLifetime))
        FROM refresh_families f
        JOIN people p ON p.tenant_id = f.tenant_id AND p.id = f.person_id AND p.epoch = f.epoch AND p.active
        JOIN refresh_tokens t ON t.tenant_id = f.tenant_id AND t.family = f.id
         AND t.used_at IS NULL AND t.expires_at > now()
       WHERE f.person_id = \(personID) AND f.revoked_at IS NULL
       GROUP BY f.id, f.created_at ORDER BY f.created_at DESC, f.id LIMIT 100
      """
    ).map { row in
      ListedSession(
        kind: .program, id: try row.get(0, as: UUID.self).uuidString.lowercased().replacing("-", with: ""),
        isCurrent: false, createdAt: try row.get(1), lastUsedAt: try row.get(2), browser: .unknown)
    }
  }

  /// - Parameter id: from the list.
  /// - Returns: false where it is none of this person's.
  func revoke(family id: String, of personID: Int, tenant: Tenant) async throws -> Bool {
    try await !database.tenant(tenant.id).write(
      Self.revocation(
        of: """
          (SELECT f.id FROM refresh_families f WHERE f.person_id = \(personID) AND replace(f.id::text, '-', '') = \(id))
          """) + " RETURNING 1"
    ).isEmpty
  }

  /// - Parameter family: the id of one that has not ended.
  private static func revocation(of family: SQL, note: String? = nil) -> SQL {
    """
    WITH ended AS (
      UPDATE refresh_families SET revoked_at = now() WHERE id = \(family) AND revoked_at IS NULL RETURNING person_id)
    INSERT INTO audit_events (tenant_id, actor_id, kind, subject, note)
    SELECT current_tenant(), person_id, \(AuditEvent.Kind.tokensRevoked.rawValue), 'person ' || person_id, \(note)
      FROM ended
    """
  }
}
