import Credentials
import PostgreSQL

/// The secret of somebody without an account: 128 bits that open one report. Only its digest is kept.
struct TrackingCode: Sendable, CustomStringConvertible {
  /// 26 symbols of Crockford's Base32, in groups that a person can copy by hand.
  let text: String

  static func random() -> TrackingCode { TrackingCode(bits: RandomBytes.generate(16)) }

  /// The code of a report that came with an idempotency key: a retry is given the same one, though we keep only its
  /// digest.
  static func derived(from claim: IdempotencyClaim, secret: Secret) -> TrackingCode {
    let message = claim.keyDigest.bytes + claim.contentDigest.bytes
    return TrackingCode(
      bits: Array(HMACSHA256.authenticate(message, key: secret.derive(label: "tracking")).prefix(16)))
  }

  private init(bits: [UInt8]) { text = Base32.encode(bits) }

  /// Reads what a person typed or a client sent.
  init?(_ typed: String) {
    guard typed.utf8.count <= 64, let bits = Base32.decode(typed), bits.count == 16 else { return nil }
    self.init(bits: bits)
  }

  var digest: SHA256Digest { SHA256Digest(hashing: Array(text.utf8)) }

  /// Never the code: it would end up in a log.
  var description: String { "TrackingCode(…)" }

  /// The request that the code opens.
  func requestID(in database: Database, tenant: Tenant) async throws -> Int? {
    try await database.withoutReplica.tenant(tenant.id).read(query).first?.get(0)
  }

  var query: SQL { "SELECT request_id FROM tracking_codes WHERE digest = \(digest.bytes)" }
}
