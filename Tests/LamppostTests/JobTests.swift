import PostgreSQL
import Testing

@testable import Lamppost

@Suite struct JobTests {
  @Test("a lease is as many jobs as were asked for, however many wait and however the planner goes about it")
  func leases() async throws {
    try await Installation.shared().withDatabaseOfItsOwn { database in
      _ = try await database.write("INSERT INTO tenants (slug, name) VALUES ('one', 'One')")
      _ = try await database.write(
        "INSERT INTO jobs (tenant_id, kind, subject) SELECT id, 'test', n::text FROM tenants, generate_series(1, 300) n"
      )
      let queue = JobQueue(database: database)
      for strategy in ["enable_hashjoin", "enable_mergejoin", "enable_nestloop", "enable_material"] {
        let jobs = try await database.setting(strategy, to: "off").write(JobQueue.leasing(limit: 2))
        #expect(jobs.count == 2, "without \(strategy)")
      }
      let leased = try await withThrowingTaskGroup(of: [Job].self) { group in
        for _ in 0..<8 {
          group.addTask {
            var mine: [Job] = []
            for _ in 0..<20 { mine += try await queue.lease(limit: 1) }
            return mine
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(leased.count == 160 && Set(leased.map(\.id)).count == 160)
      // A lease that was taken away in the meantime completes nothing.
      let job = leased[0]
      let stale = Job(
        tenantID: job.tenantID, id: job.id, kind: job.kind, subject: job.subject, attempts: job.attempts - 1, faults: 0)
      try await queue.complete(stale)
      #expect(try await database.read("SELECT 1 FROM jobs WHERE id = \(job.id)").count == 1)
      try await queue.retry(job, after: JobFault(cause: LeaseLost()))
      let row = try await database.read("SELECT faults, leased_until IS NULL FROM jobs WHERE id = \(job.id)").first!
      #expect(try row.get(0, as: Int.self) == 1 && row.get(1, as: Bool.self))
    }
  }
}
