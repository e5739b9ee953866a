import FoundationEssentials
import JSON
import PostgreSQL

/// How the audit log is kept: when it was last sealed, what waits, and when it was last gone through.
struct AuditState: Sendable {
  struct Seal: Sendable {
    let number: Int
    let at: Date
    let hash: String
  }

  struct Verification: Sendable {
    let at: Date
    let rows: Int
    let damages: Int
  }

  let seal: Seal?
  /// Since when something waits for the next seal.
  let waitingSince: Date?
  let verification: Verification?

  /// - Throws: `forbidden`.
  static func read(_ database: Database, as actor: Actor) async throws -> AuditState {
    guard actor.may(.readAudit) else { throw Problem(.forbidden) }
    let rows = try await database.tenant(actor.tenant.id).withoutReplica.read(
      """
      SELECT s.number, s.at, encode(s.hash, 'hex'), (SELECT at FROM unsealed ORDER BY id LIMIT 1),
             v.at, (v.after ->> 'rows')::bigint, (v.after ->> 'damages')::bigint
        FROM (SELECT) one
        LEFT JOIN LATERAL (SELECT number, at, hash FROM audit_seals ORDER BY number DESC LIMIT 1) s ON true
        LEFT JOIN LATERAL (
          SELECT at, after FROM audit_events WHERE kind = \(AuditEvent.Kind.verified.rawValue)
           ORDER BY at DESC, id DESC LIMIT 1) v ON true
      """)
    guard let row = rows.first else { throw Problem.notFound }
    let number: Int? = try row.get(0)
    let verified: Date? = try row.get(4)
    return AuditState(
      seal: try number.map { Seal(number: $0, at: try row.get(1), hash: try row.get(2)) },
      waitingSince: try row.get(3),
      verification: try verified.map {
        Verification(at: $0, rows: try row.get(5, as: Int?.self) ?? 0, damages: try row.get(6, as: Int?.self) ?? 0)
      })
  }

  func write(to json: inout JSONObjectWriter) {
    if let seal {
      json.object("seal") { json in
        json.field("number", seal.number)
        json.field("at", seal.at)
        json.field("hash", seal.hash)
      }
    } else {
      json.field("seal", String?.none)
    }
    json.field("waiting_since", waitingSince)
    if let verification {
      json.object("verification") { json in
        json.field("at", verification.at)
        json.field("rows", verification.rows)
        json.field("damages", verification.damages)
      }
    } else {
      json.field("verification", String?.none)
    }
  }
}
