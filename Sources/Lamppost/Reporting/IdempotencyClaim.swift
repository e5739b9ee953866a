import Credentials
import HTTPServer
import JSON
import PostgreSQL

/// One use of an `Idempotency-Key`: the same key and content answer the same response, other content is a conflict.
struct IdempotencyClaim: Sendable {
  let keyDigest: SHA256Digest
  let contentDigest: SHA256Digest

  /// - Parameters:
  ///   - scope: the route's name; a key of one call means nothing to another.
  ///   - content: the parsed parts, in a form that does not depend on how they were sent.
  /// - Returns: nil where the caller sent no key.
  /// - Throws: `invalid_format` for a key that is empty, longer than 255 bytes or not printable ASCII.
  init?(_ request: Request, actor: Actor, scope: String, content: [UInt8], secret: Secret) throws(Problem) {
    try self.init(
      key: request.headers["Idempotency-Key"], actor: actor, scope: scope, content: content, secret: secret)
  }

  /// - Parameter key: as a header or a form's hidden field brought it.
  init?(key: String?, actor: Actor, scope: String, content: [UInt8], secret: Secret) throws(Problem) {
    guard let key else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw .field("Idempotency-Key", .invalidFormat, "must be 1 to 255 printable ASCII characters")
    }
    let caller = actor.person.map { "person \($0.id)" } ?? actor.trackedRequestID.map { "code \($0)" } ?? "nobody"
    // Keyed: nobody who reads the table can try out who sent an anonymous report.
    let name = Array("\(actor.tenant.id)\n\(scope)\n\(caller)\n\(key)".utf8)
    guard
      let digest = SHA256Digest(
        bytes: HMACSHA256.authenticate(name, key: secret.derive(label: "idempotency")))
    else { throw Problem(.internalError) }
    keyDigest = digest
    contentDigest = SHA256Digest(hashing: content)
  }

  /// Takes the key for this transaction; a second call with it waits here until the first has ended.
  /// - Returns: the answer of the first call where there was one.
  /// - Throws: `idempotency_conflict`.
  func take(in transaction: Transaction) async throws -> String? {
    let taken = try await transaction.query(
      """
      INSERT INTO idempotency_keys (tenant_id, key_digest, content_digest)
      VALUES (current_tenant(), \(keyDigest.bytes), \(contentDigest.bytes))
      ON CONFLICT (tenant_id, key_digest) DO UPDATE
        SET content_digest = excluded.content_digest, response = NULL, created_at = now()
        WHERE idempotency_keys.created_at < now() - interval '24 hours'
      RETURNING 1
      """)
    if !taken.isEmpty { return nil }
    guard let response = try await earlier(in: transaction) else { throw Problem(.idempotencyConflict) }
    return response
  }

  /// The answer of an earlier call, without taking the key.
  /// - Returns: nil where there was none.
  /// - Throws: `idempotency_conflict`.
  func earlier(in transaction: Transaction) async throws -> String? {
    let rows = try await transaction.query(
      """
      SELECT content_digest, response FROM idempotency_keys
       WHERE key_digest = \(keyDigest.bytes) AND created_at >= now() - interval '24 hours'
      """)
    guard let row = rows.first else { return nil }
    guard try row.get(0, as: [UInt8].self) == contentDigest.bytes, let response = try row.get(1, as: String?.self)
    else { throw Problem(.idempotencyConflict) }
    return response
  }

  /// Keeps the answer for retries, in the transaction that made it true.
  func keep(_ response: [UInt8]) -> SQL {
    """
    UPDATE idempotency_keys SET response = \(String(decoding: response, as: UTF8.self))
     WHERE key_digest = \(keyDigest.bytes)
    """
  }
}

extension JSONObject {
  /// The same bytes for the same content, in whatever order its fields came.
  var canonicalBytes: [UInt8] {
    var json = JSONWriter()
    json.value(JSONValue.object(self).sorted)
    return json.bytes
  }
}

extension JSONValue {
  fileprivate var sorted: JSONValue {
    if let object {
      let members = object.members.sorted { $0.key < $1.key }
      return .object(JSONObject(members: members.map { .init(key: $0.key, value: $0.value.sorted) }))
    }
    return array.map { .array($0.map(\.sorted)) } ?? self
  }
}
