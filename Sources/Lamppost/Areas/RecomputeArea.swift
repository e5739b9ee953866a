import PostgreSQL

/// Finds out anew which requests lie in an area, after its boundary changed.
struct RecomputeArea: Sendable {
  let database: Database

  func callAsFunction(_ job: Job) async throws {
    guard let area = Int(job.subject) else { throw UnknownWord(column: "jobs.subject") }
    try await database.tenant(job.tenantID).write { transaction in
      try await transaction.execute("DELETE FROM request_areas WHERE area_id = \(area)")
      try await transaction.execute(
        """
        INSERT INTO request_areas (tenant_id, area_id, created_at, request_id)
        SELECT a.tenant_id, a.id, r.created_at, r.id FROM areas a
          JOIN requests r ON r.tenant_id = a.tenant_id AND r.location && a.boundary::geography
           AND ST_Covers(a.boundary, r.location::geometry)
         WHERE a.id = \(area)
        -- A request that came in between brought its own row.
        ON CONFLICT DO NOTHING
        """)
      try await transaction.execute(JobQueue.completion(of: job))
    }
  }
}
