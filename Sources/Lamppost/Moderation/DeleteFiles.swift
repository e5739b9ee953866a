import Glibc
import PostgreSQL

/// Deletes the stored bytes of a file whose row no longer says clean.
struct DeleteFiles: Sendable {
  let database: Database
  let store: FileStore

  static func insertion(_ id: AttachmentID) -> SQL {
    """
    INSERT INTO jobs (tenant_id, kind, subject)
    VALUES (current_tenant(), \(JobKind.deleteFiles.rawValue), \(id.pathComponent)) ON CONFLICT DO NOTHING
    """
  }

  func callAsFunction(_ job: Job) async throws {
    guard let id = AttachmentID(pathComponent: job.subject) else { throw UnknownWord(column: "jobs.subject") }
    let kept = try await database.tenant(job.tenantID).read(
      """
      SELECT 1 FROM attachments a WHERE a.id = \(id.uuid) AND a.state = 'clean'
      UNION ALL SELECT 1 FROM logos l WHERE l.id = \(id.uuid) AND l.state = 'clean'
      """)
    if kept.isEmpty {
      for path in [store.path(id, tenant: job.tenantID), store.thumbnailPath(id, tenant: job.tenantID)] {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError(operation: "delete", code: errno) }
      }
    }
    _ = try await database.write(JobQueue.completion(of: job))
  }
}
