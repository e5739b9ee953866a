import Credentials
import FoundationEssentials
import Glibc
import Intake
import PostgreSQL

/// Has a request's quarantined file judged and acts on the verdict. Safe to run twice, and to die on any line: the row
/// says `clean` only after the file stands in the store, and the quarantined bytes go only after the row has its verdict.
struct ScanAttachment: Sendable {
  let database: Database
  let scan: FileScan

  func callAsFunction(_ job: Job) async throws {
    guard let id = AttachmentID(pathComponent: job.subject) else { throw UnknownWord(column: "jobs.subject") }
    let tenant = database.tenant(job.tenantID)
    let waiting = try await tenant.write(
      """
      UPDATE attachments SET state = 'scanning' WHERE id = \(id.uuid) AND state IN ('quarantined', 'scanning')
      RETURNING blackened
      """)
    guard let row = waiting.first else {
      // An earlier run reached its verdict and died before it could say so to the queue.
      scan.discard(id)
      return try await JobQueue(database: database).complete(job)
    }
    switch try await scan(id, job, blackening: Region.all(in: try row.get(0))) {
    case .judged(let verdict, let stored): try await record(verdict, stored, job, id)
    case .givenUp: try await record(job, id, "state = 'failed', reason = 'scan_failed'")
    }
    scan.discard(id)
  }

  private func record(_ verdict: Verdict, _ stored: SHA256Digest?, _ job: Job, _ id: AttachmentID) async throws {
    switch verdict {
    case .clean(let facts):
      try await record(
        job, id,
        """
        state = 'clean', media_type = \(facts.mediaType.rawValue), stored_bytes = \(facts.byteCount),
        stored_sha256 = \(stored?.bytes), width = \(facts.width), height = \(facts.height),
        thumbnail_bytes = \(facts.thumbnail?.byteCount),
        visibility = CASE WHEN \(facts.mediaType == .pdf) AND visibility = 'public' THEN 'private' ELSE visibility END
        """)
    case .infected(let signature):
      try await record(
        job, id, "state = 'infected', reason = 'infected', signature = \(signature)", tellStaff: signature)
    case .unaccepted(let reason):
      try await record(job, id, "state = 'failed', reason = \(reason.rawValue)")
    }
  }

  private func record(_ job: Job, _ id: AttachmentID, _ changes: SQL, tellStaff signature: String? = nil) async throws {
    try await database.tenant(job.tenantID).write { transaction in
      // A worker whose lease ran out while it was away must not overwrite what another has found since.
      guard try await transaction.execute(JobQueue.completion(of: job)) == 1 else { throw LeaseLost() }
      try await transaction.execute(
        "UPDATE attachments SET \(changes), judged_at = now() WHERE id = \(id.uuid) AND state = 'scanning'")
      if let signature {
        // An internal row: the signature's name is for staff.
        let rows = try await transaction.query(
          """
          SELECT r.id FROM requests r JOIN attachments a ON a.tenant_id = r.tenant_id AND a.request_id = r.id
           WHERE a.id = \(id.uuid) FOR UPDATE OF r
          """)
        if let requestID = try rows.first?.get(0, as: Int.self) {
          try await transaction.execute(
            RequestEvent(
              requestID: requestID, actorID: nil, kind: .attachment, visibility: .internal, after: "infected",
              note: signature
            ).insertion)
        }
      }
    }
  }
}

/// Another worker holds the job now.
struct LeaseLost: Error {}
