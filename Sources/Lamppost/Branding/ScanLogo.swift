import Credentials
import Intake
import PostgreSQL

/// Has a logo judged as any stranger's file is, made small, and put up where it is still wanted. Safe to run twice, and to
/// die on any line, for the same reasons as `ScanAttachment`.
struct ScanLogo: Sendable {
  let database: Database
  let scan: FileScan

  func callAsFunction(_ job: Job) async throws {
    guard let id = AttachmentID(pathComponent: job.subject) else { throw UnknownWord(column: "jobs.subject") }
    let waiting = try await database.tenant(job.tenantID).write(
      """
      UPDATE logos SET state = 'scanning' WHERE id = \(id.uuid) AND state IN ('quarantined', 'scanning') RETURNING 1
      """)
    if waiting.isEmpty {
      scan.discard(id)
      return try await JobQueue(database: database).complete(job)
    }
    switch try await scan(id, job, edge: Logo.edge, isWanted: { Self.fault(of: $0) == nil }) {
    case .judged(let verdict, let stored): try await record(verdict, stored, job, id)
    case .givenUp: try await record(job, id, "state = 'failed', reason = 'scan_failed'", ["state": "failed"])
    }
    scan.discard(id)
  }

  /// Why a clean file is no logo.
  private static func fault(of facts: MediaFacts) -> String? {
    if facts.mediaType == .pdf { return Verdict.Reason.unacceptedType.rawValue }
    return facts.byteCount > Logo.mostStoredBytes ? Logo.tooHeavy : nil
  }

  private func record(_ verdict: Verdict, _ stored: SHA256Digest?, _ job: Job, _ id: AttachmentID) async throws {
    switch verdict {
    case .clean(let facts):
      if let reason = Self.fault(of: facts) {
        return try await record(
          job, id, "state = 'failed', reason = \(reason)", ["state": "failed", "reason": reason])
      }
      try await record(
        job, id,
        """
        state = 'clean', media_type = \(facts.mediaType.rawValue), stored_bytes = \(facts.byteCount),
        stored_sha256 = \(stored?.bytes), width = \(facts.width), height = \(facts.height)
        """, [:])
    case .infected(let signature):
      try await record(
        job, id, "state = 'infected', reason = 'infected', signature = \(signature)",
        ["state": "infected", "signature": signature])
    case .unaccepted(let reason):
      try await record(
        job, id, "state = 'failed', reason = \(reason.rawValue)", ["state": "failed", "reason": reason.rawValue])
    }
  }

  /// - Parameter told: what the audit log keeps of one that did not pass; one that did is told of as a change of what is
  ///   worn.
  private func record(_ job: Job, _ id: AttachmentID, _ changes: SQL, _ told: [String: String]) async throws {
    try await database.tenant(job.tenantID).write { transaction in
      try await KeepLogos.takeTurns(transaction)
      guard try await transaction.execute(JobQueue.completion(of: job)) == 1 else { throw LeaseLost() }
      let rows = try await transaction.query(
        """
        UPDATE logos SET \(changes), judged_at = now() WHERE id = \(id.uuid) AND state = 'scanning'
        RETURNING awaited, uploader_id
        """)
      guard let row = rows.first else { return }
      let uploaderID = try row.get(1, as: Int?.self)
      if !told.isEmpty {
        let after = try await transaction.query(
          "SELECT jsonb_object(\(Array(told.keys)), \(Array(told.values)))::text")
        try await transaction.execute(
          AuditEvent.change("logo", before: "{}", after: try after.first?.get(0) ?? "{}", by: uploaderID))
        try await transaction.execute("UPDATE logos SET awaited = false WHERE id = \(id.uuid)")
      } else if try row.get(0) {
        let before = try await worn(transaction)
        try await KeepLogos.wear(id, in: transaction)
        try await transaction.execute(
          AuditEvent.change("branding", before: before, after: try await worn(transaction), by: uploaderID))
      }
    }
  }

  private func worn(_ transaction: Transaction) async throws -> String {
    let rows = try await transaction.query(
      "SELECT jsonb_build_object('logo', (SELECT id FROM logos WHERE worn))::text")
    return try rows.first?.get(0) ?? "{}"
  }
}
