import PostgreSQL

/// Finds out anew which requests lie in an area, after its boundary changed.
struct RecomputeArea: Sendable {
  let database: Database

  func callAsFunction(_ job: Job) async throws {
    guard let area = Int(job.subject) else { throw UnknownWord(column: "jobs.subject") }
    try await database.tenant(job.tenantID).write { transaction in
      // Whoever changes the boundary meanwhile waits, and asks for this once more.
      _ = try await transaction.query("SELECT 1 FROM areas WHERE id = \(area) FOR UPDATE")
      try await transaction.execute("DELETE FROM request_areas WHERE area_id = \(area)")
      try await transaction.execute(Self.insertion(where: "a.id = \(area)"))
      try await transaction.execute(JobQueue.completion(of: job))
    }
  }

  /// Writes down which requests lie in areas: for staff by their true place, for the public by the public one.
  /// - Parameter condition: on `areas a`.
  static func insertion(where condition: SQL) -> SQL {
    func lying(_ place: SQL, _ eyes: SQL) -> SQL {
      """
      SELECT a.tenant_id, a.id AS area_id, r.created_at, r.id AS request_id, \(eyes) FROM areas a
        JOIN requests r ON r.tenant_id = a.tenant_id AND \(place) && a.boundary::geography
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
