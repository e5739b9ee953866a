import Civic
import PostgreSQL

/// Adds a comment: staff of any visibility, the reporter to the private thread alone.
struct AddComment: Sendable {
  let database: Database

  func callAsFunction(
    _ body: String, visibility: Visibility, to reference: Reference, as actor: Actor
  ) async throws -> Comment {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      try Self.authorize(visibility, on: request.facts, as: actor)
      return try await Self.insert(body, visibility, request.facts.id, by: actor, in: transaction)
    }
  }

  /// A line of the holder of a tracking code in the private thread.
  func message(_ body: String, as holder: Actor) async throws -> Comment {
    try await database.tenant(holder.tenant.id).write { transaction in
      let rows = try await transaction.query(
        """
        SELECT r.id FROM requests r WHERE r.id = \(holder.trackedRequestID ?? 0) AND \(holder.visibleRequests)
           FOR UPDATE
        """)
      guard let id = try rows.first?.get(0, as: Int.self) else { throw Problem(.gone) }
      return try await Self.insert(body, .private, id, by: holder, in: transaction)
    }
  }

  private static func authorize(_ visibility: Visibility, on request: RequestFacts, as actor: Actor) throws(Problem) {
    switch visibility {
    case .public: try actor.require(.commentPublicly, on: request)
    case .internal: try actor.require(.commentInternally, on: request)
    case .private: if !actor.reported(request) { try actor.require(.commentPrivately, on: request) }
    }
  }

  private static func insert(
    _ body: String, _ visibility: Visibility, _ requestID: Int, by actor: Actor, in transaction: Transaction
  ) async throws -> Comment {
    let results = try await transaction.queryAll(insertions(body, visibility, requestID, by: actor))
    guard let row = results.first?.first else { throw Problem.notFound }
    let comment = try Comment(row)
    // Colleagues are called among colleagues only: what others read holds no list of staff.
    if visibility == .internal { try await Mentions.keep(of: comment, on: requestID, in: transaction) }
    return comment
  }

  /// The statements that add a comment to a request whose row is locked. The first returns it.
  static func insertions(
    _ body: String, _ visibility: Visibility, _ requestID: Int, by actor: Actor
  ) -> [SQL] {
    let event = RequestEvent(
      requestID: requestID, actorID: actor.person?.id, kind: visibility == .private ? .message : .comment,
      visibility: visibility)
    return [
      """
      WITH m AS (
        INSERT INTO comments (tenant_id, request_id, author_id, visibility, body)
        VALUES (current_tenant(), \(requestID), \(actor.person?.id), \(visibility.rawValue), \(body)) RETURNING *
      )
      SELECT \(Comment.columns) FROM m LEFT JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.author_id
      """,
      // What the public may not know of does not even move the date that they see.
      visibility != .public
        ? "SELECT 1" : "UPDATE requests SET updated_at = now() WHERE id = \(requestID)",
      event.insertion,
    ]
  }
}
