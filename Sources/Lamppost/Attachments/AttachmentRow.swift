import Civic
import PostgreSQL

/// The statements that make a quarantined file known: its row and the job that will judge it, always together.
enum AttachmentRow {
  static func insertions(
    _ file: QuarantinedFile, requestID: Int, uploaderID: Int?, visibility: Visibility
  ) -> [SQL] {
    [
      """
      INSERT INTO attachments (tenant_id, id, request_id, uploader_id, visibility, file_name, received_bytes,
                               received_sha256)
      VALUES (current_tenant(), \(file.id), \(requestID), \(uploaderID), \(visibility.rawValue), \(file.name),
              \(file.bytes), \(file.sha256.bytes))
      """,
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      VALUES (current_tenant(), \(JobKind.scanAttachment.rawValue), \(file.id.uuidString.lowercased()))
      """,
    ]
  }
}
