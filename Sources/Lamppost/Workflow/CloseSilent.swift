import Civic
import FoundationEssentials
import PostgreSQL

/// Closes what is completed and to which its reporter has said nothing for as long as the township waits. A message in the
/// private thread is a word too: it begins the time anew.
struct CloseSilent: Sendable {
  /// As a role that sees every township.
  let database: Database

  /// Requests of one transaction, so that nobody who works on one of them waits long.
  private static let batch = 200

  /// Done twice, or by two workers at once, it closes nothing twice.
  /// - Parameters:
  ///   - now: what the days are counted back from.
  ///   - tenantID: one township; nil for all.
  /// - Returns: how many were closed.
  @discardableResult func callAsFunction(now: Date, tenantID: Int? = nil) async throws -> Int {
    var count = 0
    try await database.forEachTownship(only: tenantID) { id in
      let settings = try await database.read("SELECT closes_after_days FROM tenants WHERE id = \(id)")
      guard let days = try settings.first?.get(0, as: Int?.self) ?? nil else { return }
      let limit = now.addingTimeInterval(-Double(days) * 86_400)
      var closed = 0
      repeat {
        closed = try await database.tenant(id).write(Self.closing(before: limit)).count
        count += closed
      } while closed == Self.batch
    }
    return count
  }

  /// The row of the history has no author: it is the township's.
  static func closing(before limit: Date) -> SQL {
    """
    WITH silent AS MATERIALIZED (
      SELECT r.tenant_id, r.id FROM requests r
       WHERE r.tenant_id = current_tenant() AND r.status = 'completed' AND r.closed_at <= \(limit)
         AND NOT EXISTS (
           SELECT 1 FROM comments m
            WHERE m.tenant_id = r.tenant_id AND m.request_id = r.id AND m.visibility = 'private'
              AND m.created_at > \(limit) AND (m.author_id IS NULL OR m.author_id = r.reporter_id))
       ORDER BY r.closed_at LIMIT \(batch) FOR UPDATE SKIP LOCKED),
    closed AS (
      UPDATE requests r SET status = \(Status.closed.rawValue), version = r.version + 1, updated_at = now()
        FROM silent s WHERE r.tenant_id = s.tenant_id AND r.id = s.id RETURNING r.id)
    INSERT INTO request_events (tenant_id, request_id, kind, visibility, before, after)
    SELECT current_tenant(), id, 'status', 'public', \(Status.completed.rawValue), \(Status.closed.rawValue) FROM closed
    RETURNING 1
    """
  }
}
