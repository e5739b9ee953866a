import FoundationEssentials
import PostgreSQL

/// Finds out anew which requests lie in an area, after its boundary changed: some thousand in a transaction, so that none
/// of them runs into its time limit and no report waits for it.
struct RecomputeArea: Sendable {
  let database: Database

  /// Requests of one transaction.
  var batch = 2000

  /// The statement that asks for it: at once, by the new boundary even where it is under way by the old one, and once more
  /// for what was being reported while the boundary changed, whose transaction still saw the old one.
  static func request(of areas: [Int]) -> SQL {
    """
    INSERT INTO jobs (tenant_id, kind, subject, run_at)
    SELECT current_tenant(), \(JobKind.recomputeArea.rawValue), id || again.mark, now() + again.after
      FROM unnest(\(areas)) AS id, (VALUES ('', interval '0'), (' again', interval '2 minutes')) again (mark, after)
    ON CONFLICT (tenant_id, kind, subject)
      DO UPDATE SET run_at = excluded.run_at, leased_until = NULL, attempts = jobs.attempts + 1
    """
  }

  func callAsFunction(_ job: Job) async throws {
    guard let area = job.subject.split(separator: " ").first.flatMap({ Int($0) }) else {
      throw UnknownWord(column: "jobs.subject")
    }
    let tenant = database.tenant(job.tenantID)
    var last: (time: Date, id: Int)? = nil
    repeat {
      last = try await tenant.write { [last] transaction in
        guard try await transaction.execute(JobQueue.renewal(of: job)) == 1 else { throw LeaseLost() }
        return try await step(area, after: last, in: transaction)
      }
    } while last != nil
    _ = try await database.write(JobQueue.completion(of: job))
  }

  /// - Returns: the last request that was looked at; nil where there are no more.
  private func step(
    _ area: Int, after last: (time: Date, id: Int)?, in transaction: Transaction
  ) async throws -> (time: Date, id: Int)? {
    let after: SQL = last.map { "(created_at, id) > (\($0.time), \($0.id))" } ?? "true"
    let rows = try await transaction.query(
      """
      SELECT created_at, id FROM (
        SELECT created_at, id FROM requests WHERE \(after) ORDER BY created_at, id LIMIT \(batch)) next
       ORDER BY created_at DESC, id DESC LIMIT 1
      """)
    guard let row = rows.first else { return nil }
    let end: (time: Date, id: Int) = (try row.get(0), try row.get(1))
    let gone: SQL = last.map { "(created_at, request_id) > (\($0.time), \($0.id))" } ?? "true"
    try await transaction.execute(
      """
      DELETE FROM request_areas
       WHERE area_id = \(area) AND \(gone) AND (created_at, request_id) <= (\(end.time), \(end.id))
      """)
    // By their order, not by their place: the planner is not to look through the whole area for each step.
    try await transaction.execute(
      """
      WITH next AS MATERIALIZED (
        SELECT tenant_id, id, created_at, location, public_location, blurred FROM requests
         WHERE \(after) AND (created_at, id) <= (\(end.time), \(end.id)))
      \(Self.insertion(of: "next", where: "a.id = \(area)"))
      """)
    return end
  }

  /// Writes down which requests lie in areas: for staff by their true place, for the public by the public one.
  /// - Parameters:
  ///   - requests: the table, or some of its rows.
  ///   - condition: on `areas a`.
  static func insertion(of requests: SQL = "requests", where condition: SQL) -> SQL {
    func lying(_ place: SQL, _ eyes: SQL) -> SQL {
      """
      SELECT a.tenant_id, a.id AS area_id, r.created_at, r.id AS request_id, \(eyes) FROM areas a
        JOIN \(requests) r ON r.tenant_id = a.tenant_id AND \(place) && a.boundary::geography
         AND ST_Covers(a.boundary, \(place)::geometry)
       WHERE \(condition)
      """
    }
    return """
      INSERT INTO request_areas (tenant_id, area_id, created_at, request_id, for_staff, for_public)
      SELECT tenant_id, area_id, created_at, request_id, bool_or(for_staff), bool_or(for_public) FROM (
        \(lying("r.location", "true AS for_staff, NOT r.blurred AS for_public"))
        UNION ALL
        \(lying("r.public_location", "false, true")) AND r.blurred) found
       GROUP BY 1, 2, 3, 4
      -- A request that came in between brought its own row.
      ON CONFLICT DO NOTHING
      """
  }
}
