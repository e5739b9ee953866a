import FoundationEssentials
import PostgreSQL

/// One job that this worker has leased.
struct Job: Sendable {
  let tenantID: Int
  let id: Int
  let kind: String
  let subject: String
  /// Leases so far, this one included: tells one from another.
  let attempts: Int
  /// How often the subject itself was at fault.
  let faults: Int
}

/// A job failed because of its own subject, e.g. a file that crashes the scanner. Everything else (a full disk, no
/// signatures, a lost connection) is no fault and does not use up the subject's chances.
struct JobFault: Error, CustomDebugStringConvertible {
  let cause: any Error
  var debugDescription: String { String(reflecting: cause) }
}

/// The queue in PostgreSQL. A job is leased for a while, not locked: it is worked on outside of any transaction, and a
/// worker that dies lets its lease run out.
struct JobQueue: Sendable {
  /// As the role that sees every township's jobs.
  let database: Database

  static let leaseSeconds = 120.0

  /// Which jobs a runner takes.
  enum Lane: Sendable { case mails, others }

  /// Leases up to `limit` jobs that are due, oldest first. Those of a township that is switched off wait until it is on
  /// again: nothing is sent, closed or deleted in its name meanwhile, and nothing is lost.
  /// - Parameters:
  ///   - tenantID: whose; nil for all townships'.
  ///   - lane: nil for all jobs.
  func lease(limit: Int, tenantID: Int? = nil, lane: Lane? = nil) async throws -> [Job] {
    try await database.write(Self.leasing(limit: limit, tenantID: tenantID, lane: lane)).map { row in
      Job(
        tenantID: try row.get(0), id: try row.get(1), kind: try row.get(2), subject: try row.get(3),
        attempts: try row.get(4), faults: try row.get(5))
    }
  }

  static func leasing(limit: Int, tenantID: Int? = nil, lane: Lane? = nil) -> SQL {
    let whose: SQL = tenantID.map { "tenant_id = \($0)" } ?? "true"
    let mails = JobKind.mails.map(\.rawValue)
    let kinds: SQL =
      switch lane {
      case nil: "true"
      case .mails: "kind = ANY(\(mails))"
      case .others: "kind <> ALL(\(mails))"
      }
    return """
      -- Materialized: as a subquery the planner may run it once for each row it joins, and each run skips what the one
      -- before has locked, so that more rows are leased than asked for.
      WITH due AS MATERIALIZED (
        SELECT tenant_id, id FROM jobs
         WHERE \(whose) AND \(kinds) AND tenant_id <> ALL(ARRAY(\(Tenant.off))) AND run_at <= now() AND (leased_until IS NULL OR leased_until < now())
         ORDER BY run_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
      UPDATE jobs j SET leased_until = now() + make_interval(secs => \(leaseSeconds)), attempts = attempts + 1
        FROM due WHERE j.tenant_id = due.tenant_id AND j.id = due.id
      RETURNING j.tenant_id, j.id, j.kind, j.subject, j.attempts, j.faults
      """
  }

  /// The statement that ends a job; best run in the transaction of its last change.
  static func completion(of job: Job) -> SQL {
    "DELETE FROM jobs WHERE tenant_id = \(job.tenantID) AND id = \(job.id) AND attempts = \(job.attempts)"
  }

  /// The statement that keeps a job for another while, for work of many steps; it changes no row where another worker
  /// has taken the job over.
  static func renewal(of job: Job) -> SQL {
    """
    UPDATE jobs SET leased_until = now() + make_interval(secs => \(leaseSeconds))
     WHERE tenant_id = \(job.tenantID) AND id = \(job.id) AND attempts = \(job.attempts)
    """
  }

  func complete(_ job: Job) async throws {
    _ = try await database.write(Self.completion(of: job))
  }

  /// Gives a job back: tried again after 2, 4, 8 … seconds, at least every minute; a mail at least every quarter of an
  /// hour.
  func retry(_ job: Job, after error: any Error) async throws {
    let isMail = JobKind(rawValue: job.kind).map(JobKind.mails.contains) ?? false
    let delay = min(pow2(job.attempts), isMail ? 900 : 60)
    let fault = error is JobFault ? 1 : 0
    // Bland, for staff and doctor.
    let error = "\(type(of: (error as? JobFault)?.cause ?? error))"
    _ = try await database.write(
      """
      UPDATE jobs SET leased_until = NULL, run_at = now() + make_interval(secs => \(delay)), last_error = \(error),
             faults = faults + \(fault)
       WHERE tenant_id = \(job.tenantID) AND id = \(job.id) AND attempts = \(job.attempts)
      """)
  }

  private func pow2(_ exponent: Int) -> Double { Double(1 << min(exponent, 10)) }
}
