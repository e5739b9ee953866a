import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// Something that was pointed out, with what it is about.
struct AbuseItem: Sendable {
  let id: UUID
  let reference: Reference
  let title: String
  let thing: ModeratedThing
  /// The comment's words, or the request's.
  let excerpt: String
  /// Whether the thing is hidden now.
  let isHidden: Bool
  let reason: AbuseReason
  let text: String?
  let at: Date
  /// How often the same thing was pointed out, of those that wait, or of those that were decided.
  let count: Int
  let decision: String?
  let decider: String?
  let decidedAt: Date?
  let note: String?

  init(_ row: Row) throws {
    id = try row.get(0)
    guard let reference = Reference(stored: try row.get(1)) else { throw UnknownWord(column: "reference") }
    self.reference = reference
    title = try row.get(2)
    let comment: Int? = try row.get(3)
    let file: UUID? = try row.get(4)
    thing = comment.map { .comment($0) } ?? file.map { .attachment(AttachmentID($0)) } ?? .request
    excerpt = try row.get(5)
    isHidden = try row.get(6)
    reason = try row.word(7)
    text = try row.get(8)
    at = try row.get(9)
    count = try row.get(10)
    decision = try row.get(11)
    decider = try row.get(12)
    decidedAt = try row.get(13)
    note = try row.get(14)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id.uuidString.lowercased())
    json.field("reference", reference.description)
    json.field("title", title)
    json.field("comment", thing.comment)
    json.field("attachment", thing.attachment?.pathComponent)
    json.field("excerpt", excerpt)
    json.field("hidden", isHidden)
    json.field("reason", reason.rawValue)
    json.field("text", text)
    json.field("created_at", at)
    json.field("count", count)
    json.field("decision", decision)
    json.field("decided_by", decider)
    json.field("decided_at", decidedAt)
    json.field("note", note)
  }
}

/// What was pointed out, for those who decide: oldest first what is open, newest first what was decided.
struct ListAbuse: Sendable {
  let database: Database
  let cursors: CursorSealer

  struct Page: Sendable {
    let items: [AbuseItem]
    let nextCursor: String?
  }

  /// The sort key of the last one that was read.
  struct Key: Sendable {
    let at: Date
    let id: UUID
  }

  /// - Parameters:
  ///   - decided: those that were decided, in place of those that wait.
  ///   - limit: 1 to 200.
  /// - Throws: `invalid_cursor`.
  func callAsFunction(decided: Bool, cursor: String?, limit: Int, as actor: Actor) async throws -> Page {
    let list = "\(actor.tenant.id)\nabuse\n\(decided)"
    let last = try cursor.map { try key($0, list: list) }
    let items = try await database.withoutReplica.tenant(actor.tenant.id).read(
      Self.query(decided: decided, after: last, limit: limit + 1, as: actor)
    ).map(AbuseItem.init)
    guard items.count > limit, let end = items.prefix(limit).last else { return Page(items: items, nextCursor: nil) }
    let microseconds = Int(((end.decidedAt ?? end.at).timeIntervalSince1970 * 1_000_000).rounded())
    return Page(
      items: Array(items.prefix(limit)),
      nextCursor: cursors.seal([.integer(microseconds), .string(end.id.uuidString)], list: list))
  }

  private func key(_ cursor: String, list: String) throws(Problem) -> Key {
    let values = try cursors.open(cursor, list: list)
    guard values.count == 2, let time = values[0].integer, let id = values[1].string.flatMap(UUID.init(uuidString:))
    else { throw Problem(.invalidCursor) }
    return Key(at: Date(timeIntervalSince1970: Double(time) / 1_000_000), id: id)
  }

  static func query(decided: Bool, after last: Key? = nil, limit: Int, as actor: Actor) -> SQL {
    let state: SQL = decided ? "b.decision IS NOT NULL" : "b.decision IS NULL"
    let order: SQL = decided ? "b.decided_at DESC, b.id DESC" : "b.created_at, b.id"
    let position: SQL =
      last.map {
        decided ? "(b.decided_at, b.id) < (\($0.at), \($0.id))" : "(b.created_at, b.id) > (\($0.at), \($0.id))"
      }
      ?? "true"
    return """
      SELECT b.id, r.reference, r.title, b.comment_id, b.attachment_id,
             left(CASE WHEN b.comment_id IS NOT NULL THEN m.body
                       WHEN b.attachment_id IS NULL THEN r.description ELSE '' END, 500),
             CASE WHEN b.comment_id IS NOT NULL THEN m.hidden
                  WHEN b.attachment_id IS NOT NULL THEN a.hidden ELSE r.visibility = 'hidden' END,
             b.reason, b.text, b.created_at,
             (SELECT count(*) FROM abuse_reports o
               WHERE o.tenant_id = b.tenant_id AND o.request_id = b.request_id
                 AND o.comment_id IS NOT DISTINCT FROM b.comment_id
                 AND o.attachment_id IS NOT DISTINCT FROM b.attachment_id
                 AND (o.decision IS NULL) = (b.decision IS NULL))::int,
             b.decision, p.name, b.decided_at, b.note
        FROM abuse_reports b JOIN requests r ON r.tenant_id = b.tenant_id AND r.id = b.request_id
        LEFT JOIN comments m ON m.tenant_id = b.tenant_id AND m.id = b.comment_id
        LEFT JOIN attachments a ON a.tenant_id = b.tenant_id AND a.id = b.attachment_id
        LEFT JOIN people p ON p.tenant_id = b.tenant_id AND p.id = b.decided_by
       WHERE \(state) AND \(position) AND \(actor.visibleRequests) ORDER BY \(order) LIMIT \(limit)
      """
  }

  /// How many things wait for a decision, for the navigation.
  func waiting(as actor: Actor) async throws -> Int {
    try await database.tenant(actor.tenant.id).read(
      """
      SELECT count(*) FROM (
        SELECT 1 FROM abuse_reports b JOIN requests r ON r.tenant_id = b.tenant_id AND r.id = b.request_id
         WHERE b.decision IS NULL AND \(actor.visibleRequests)
         GROUP BY b.request_id, b.comment_id, b.attachment_id LIMIT 100) things
      """
    ).first?.get(0) ?? 0
  }
}
