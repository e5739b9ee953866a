import PostgreSQL

/// What takes a request's people away, and what takes the rest. Statements for a transaction that has locked the request's
/// row; run twice they change nothing more.
enum AnonymizeRequest {
  static let mark = "[removed]"

  /// - Parameters:
  ///   - reporterID: the account that reported it, if one did.
  ///   - actorID: who ordered it; nil for a job.
  static func statements(_ id: Int, reporterID: Int?, by actorID: Int?) -> [SQL] {
    var list: [SQL] = [
      "DELETE FROM request_contacts WHERE request_id = \(id)",
      "DELETE FROM tracking_codes WHERE request_id = \(id)",
      "DELETE FROM followers WHERE request_id = \(id)",
      // Their voices stay counted, as guests' that nobody knows.
      """
      WITH voices AS (
        DELETE FROM supporters WHERE request_id = \(id) AND person_id IS NOT NULL
        RETURNING tenant_id, request_id, created_at, coalesce(twin, id) AS twin)
      INSERT INTO supporters (tenant_id, request_id, guest, created_at, twin)
      SELECT tenant_id, request_id, sha256(uuid_send(gen_random_uuid())), created_at, twin FROM voices
      """,
      "UPDATE abuse_reports SET person_id = NULL, text = NULL WHERE request_id = \(id)",
      "DELETE FROM sealed_texts WHERE request_id = \(id)",
      // The private thread, and whatever the reporter wrote.
      """
      UPDATE comments SET body = \(mark), author_id = CASE WHEN author_id = \(reporterID) THEN NULL ELSE author_id END
       WHERE request_id = \(id) AND (visibility = 'private' OR author_id = \(reporterID)) AND body <> \(mark)
      """,
      "UPDATE attachments SET uploader_id = NULL, file_name = NULL WHERE request_id = \(id)",
      // What was never for the public tells of its reporter in every line, and by its place; of a blurred one the public
      // knew the block. That stays, so that the figures of areas stay.
      """
      UPDATE requests SET reporter_id = NULL, anonymous = true, attributes = '{}', anonymized_at = now(),
             title = CASE WHEN visibility = 'public' THEN title ELSE \(mark) END,
             description = CASE WHEN visibility = 'public' THEN description ELSE '' END,
             address = CASE WHEN \(isPublicPlace) THEN address END,
             accuracy = CASE WHEN \(isPublicPlace) THEN accuracy END,
             location = CASE WHEN \(isPublicPlace) THEN location ELSE street_block(location) END
       WHERE id = \(id) AND anonymized_at IS NULL
      """,
      // What staff told everybody stays; what was said in private, and the words of edits, go.
      """
      SELECT erase_request_history(\(id), ARRAY(
        SELECT sequence FROM request_events
         WHERE request_id = \(id) AND (visibility = 'private' OR kind IN ('edited', 'confirmation', 'message')
                                       OR actor_id = \(reporterID))), \(actorID))
      """,
    ]
    list += files(id, where: "visibility <> 'public' OR sealed")
    if let reporterID { list.append("SELECT erase_request_reporter(\(id), \(reporterID), \(actorID))") }
    return list
  }

  /// The condition on `requests` that everybody knew where it is.
  private static let isPublicPlace: SQL = "(visibility = 'public' AND NOT blurred)"

  /// Nothing stays but the number, the dates and the bare history: the page answers 410.
  static func deletion(_ id: Int, reporterID: Int?, by actorID: Int?) -> [SQL] {
    statements(id, reporterID: reporterID, by: actorID) + files(id, where: "true") + [
      EraseHistory.ofRequest(id, by: actorID),
      "UPDATE comments SET body = \(mark), visibility = 'internal' WHERE request_id = \(id)",
      "DELETE FROM abuse_reports WHERE request_id = \(id)",
      """
      UPDATE requests SET title = \(mark), description = '', address = NULL, location = NULL, accuracy = NULL,
             attributes = '{}', visibility = 'removed', deleted_at = now()
       WHERE id = \(id) AND deleted_at IS NULL
      """,
    ]
  }

  /// Files whose bytes are destroyed: the rows stay and say so.
  private static func files(_ id: Int, where condition: SQL) -> [SQL] {
    [
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      SELECT tenant_id, \(JobKind.deleteFiles.rawValue), id::text FROM attachments
       WHERE request_id = \(id) AND state = 'clean' AND (\(condition)) ON CONFLICT DO NOTHING
      """,
      """
      UPDATE attachments SET state = 'failed', reason = 'removed', visibility = 'internal', hidden = false,
             sealed = false, thumbnail_bytes = NULL, judged_at = now()
       WHERE request_id = \(id) AND state = 'clean' AND (\(condition))
      """,
    ]
  }
}
