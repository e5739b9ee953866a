import Civic
import FoundationEssentials
import PostgreSQL

/// Who is called by `@` and their name in internal comments.
enum Mentions {
  /// Writes down whom a comment calls. Of two colleagues of the same name both are.
  static func keep(of comment: Comment, on requestID: Int, in transaction: Transaction) async throws {
    guard comment.body.utf8.contains(UInt8(ascii: "@")) else { return }
    let staff = try await transaction.query(ListStaff.query()).map(StaffMember.init)
    let called = Mention.names(in: comment.body, among: staff.map(\.name))
    let ids = staff.filter { called.contains($0.name.lowercased()) && $0.id != comment.authorID }.map(\.id)
    if ids.isEmpty { return }
    try await transaction.execute(
      """
      INSERT INTO comment_mentions (tenant_id, comment_id, person_id, request_id)
      SELECT current_tenant(), \(comment.id), person, \(requestID) FROM unnest(\(ids)) AS person
      """)
  }

  /// Comment and name of everybody who is called on one request.
  static func query(requestID: Int) -> SQL {
    """
    SELECT cm.comment_id, p.name FROM comment_mentions cm
      JOIN people p ON p.tenant_id = cm.tenant_id AND p.id = cm.person_id WHERE cm.request_id = \(requestID)
    """
  }
}

/// Where colleagues called the caller, the latest first.
struct ListMentions: Sendable {
  let database: Database

  struct Item: Sendable {
    let reference: Reference
    let title: String
    let status: Status
    let commentID: Int
    let body: String
    let at: Date
    let author: String?
  }

  static let limit = 50

  func callAsFunction(as actor: Actor) async throws -> [Item] {
    guard let person = actor.person, actor.seesInternal else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).read(
      """
      SELECT r.reference, r.title, r.status, m.id, m.body, m.created_at, a.name
        FROM comment_mentions cm
        JOIN comments m ON m.tenant_id = cm.tenant_id AND m.id = cm.comment_id
        JOIN requests r ON r.tenant_id = cm.tenant_id AND r.id = cm.request_id
        LEFT JOIN people a ON a.tenant_id = m.tenant_id AND a.id = m.author_id
       WHERE cm.person_id = \(person.id) AND \(actor.visibleRequests)
       ORDER BY cm.comment_id DESC LIMIT \(Self.limit)
      """
    ).compactMap { row in
      guard let reference = Reference(stored: try row.get(0)) else { return nil }
      return Item(
        reference: reference, title: try row.get(1), status: try row.word(2), commentID: try row.get(3),
        body: try row.get(4), at: try row.get(5), author: try row.get(6))
    }
  }
}
