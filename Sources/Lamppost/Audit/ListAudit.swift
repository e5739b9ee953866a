import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// One row of the audit log as those who may read it see it. Names are those of today: the log holds numbers.
struct AuditEntry: Sendable {
  let id: Int
  let at: Date
  /// Raw: a later version may have written it.
  let kind: String
  let subject: String
  let actorID: Int?
  let actorName: String?
  /// JSON objects as text.
  let before: String?
  let after: String?
  let note: String?
  /// Whether its contents were taken away for privacy.
  let isErased: Bool
  /// Of the person or the request it is about.
  let subjectName: String?

  static let columns: SQL = """
    e.id, e.at, e.kind, e.subject, e.actor_id, p.name, e.before::text, e.after::text, e.note, e.salt IS NULL,
    coalesce(
      (SELECT s.name FROM people s WHERE s.id = substring(e.subject FROM '^person ([0-9]{1,18})$')::bigint),
      (SELECT left(r.reference, 4) || '-' || substr(r.reference, 5) FROM requests r
        WHERE r.id = substring(e.subject FROM '^request ([0-9]{1,18})$')::bigint))
    """

  init(_ row: Row) throws {
    id = try row.get(0)
    at = try row.get(1)
    kind = try row.get(2)
    subject = try row.get(3)
    actorID = try row.get(4)
    actorName = try row.get(5)
    before = try row.get(6)
    after = try row.get(7)
    note = try row.get(8)
    isErased = try row.get(9)
    subjectName = try row.get(10)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("at", at)
    json.field("kind", kind)
    json.field("subject", subject)
    json.field("subject_name", subjectName)
    if let actorID {
      json.object("actor") { person in
        person.field("id", actorID)
        person.field("name", actorName)
      }
    } else {
      json.field("actor", String?.none)
    }
    json.field("before", before.map { RawJSON(unsafeJSON: Array($0.utf8)) })
    json.field("after", after.map { RawJSON(unsafeJSON: Array($0.utf8)) })
    json.field("note", note)
    json.field("erased", isErased)
  }
}

/// The township's audit log, newest first. Who may read it is asked here again.
struct ListAudit: Sendable {
  let database: Database
  let cursors: CursorSealer

  struct Page: Sendable {
    let entries: [AuditEntry]
    let nextCursor: String?
  }

  /// The sort key of the last row that was read.
  struct Key: Sendable {
    let at: Date
    let id: Int
  }

  /// - Parameters:
  ///   - list: everything that was asked but cursor and limit: cursors are bound to it.
  ///   - limit: 1 to 200.
  /// - Throws: `forbidden`, `invalid_cursor`.
  func callAsFunction(
    _ filter: AuditFilter, list: String, cursor: String?, limit: Int, as actor: Actor
  ) async throws -> Page {
    guard actor.may(.readAudit) else { throw Problem(.forbidden) }
    let list = "\(actor.tenant.id)\naudit\n\(list)"
    let last = try cursor.map { try key($0, list: list) }
    let entries = try await database.tenant(actor.tenant.id).withoutReplica.read(
      Self.query(filter, after: last, limit: limit + 1, as: actor)
    ).map(AuditEntry.init)
    guard entries.count > limit else { return Page(entries: entries, nextCursor: nil) }
    let shown = Array(entries.prefix(limit))
    let microseconds = Int((shown[limit - 1].at.timeIntervalSince1970 * 1_000_000).rounded())
    return Page(
      entries: shown,
      nextCursor: cursors.seal([.integer(microseconds), .integer(shown[limit - 1].id)], list: list))
  }

  private func key(_ cursor: String, list: String) throws(Problem) -> Key {
    let values = try cursors.open(cursor, list: list)
    guard values.count == 2, let time = values[0].integer, let id = values[1].integer else {
      throw Problem(.invalidCursor)
    }
    return Key(at: Date(timeIntervalSince1970: Double(time) / 1_000_000), id: id)
  }

  static func query(_ filter: AuditFilter, after last: Key? = nil, limit: Int, as actor: Actor) -> SQL {
    let position: SQL = last.map { "(e.at, e.id) < (\($0.at), \($0.id))" } ?? "true"
    return """
      SELECT \(AuditEntry.columns)
        FROM audit_events e LEFT JOIN people p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id
       WHERE \(filter.condition(zone: actor.tenant.timeZone.identifier)) AND \(position)
       ORDER BY e.at DESC, e.id DESC LIMIT \(limit)
      """
  }

  /// Up to `limit` rows in portions, for a file. That somebody took them out stands in the log first.
  /// - Returns: whether there are more.
  func export(
    _ filter: AuditFilter, limit: Int, as actor: Actor, _ write: ([AuditEntry]) -> Void
  ) async throws -> Bool {
    guard actor.may(.readAudit) else { throw Problem(.forbidden) }
    let township = database.tenant(actor.tenant.id)
    try await township.write(AuditEvent(.exported, "audit log", by: actor.person?.id).insertion)
    var last: Key?
    var count = 0
    while count < limit {
      let wanted = min(1000, limit - count)
      let entries = try await township.withoutReplica.read(
        Self.query(filter, after: last, limit: wanted + 1, as: actor)
      ).map(AuditEntry.init)
      let portion = Array(entries.prefix(wanted))
      write(portion)
      count += portion.count
      guard entries.count > wanted, let end = portion.last else { return false }
      last = Key(at: end.at, id: end.id)
    }
    return true
  }

  /// The latest changes of what the township offers.
  func latestChanges(_ limit: Int, as actor: Actor) async throws -> [AuditEntry] {
    var filter = AuditFilter()
    filter.kind = .changed
    return try await database.tenant(actor.tenant.id).withoutReplica.read(
      Self.query(filter, limit: limit, as: actor)
    ).map(AuditEntry.init)
  }
}
