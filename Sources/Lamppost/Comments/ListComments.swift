import Civic
import PostgreSQL

/// The comments of a request that the caller may read, oldest first.
struct ListComments: Sendable {
  let database: Database
  let findRequest: FindRequest

  /// - Parameters:
  ///   - last: the id of the last comment that was read; 0 for the beginning.
  ///   - limit: 1 to 200.
  func callAsFunction(
    _ reference: Reference, after last: Int = 0, limit: Int = 200, as actor: Actor
  ) async throws -> [Comment] {
    let request = try await findRequest(reference, as: actor).get()
    let visible = actor.visibleEntries(reported: actor.reported(request.facts)).map(\.rawValue)
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT \(Comment.columns)
        FROM comments m LEFT JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.author_id
       WHERE m.request_id = \(request.facts.id) AND m.visibility = ANY(\(visible)) AND m.id > \(last)
       ORDER BY m.id LIMIT \(limit)
      """)
    let hidden = actor.hiddenReporterID(of: request.facts)
    return try rows.map { try Comment($0, hiding: hidden) }
  }
}
