import Civic
import PostgreSQL

/// The photo of what was done, which some categories ask for.
///
/// Any picture counts that staff have added to the request itself since it was reported, or last reopened. One that is
/// still being scanned counts too: whoever stands at the lamp is not to wait for it. Should it turn out to be no picture,
/// or infected, the request stays completed, and its history tells staff. One that was blackened since is as good as what
/// it was made from, which may be gone.
enum Proof {
  /// The condition on `requests r` that there is one.
  static let exists: SQL = """
    EXISTS (
      SELECT 1 FROM attachments a
        JOIN request_events e ON e.tenant_id = a.tenant_id AND e.request_id = a.request_id AND e.kind = 'attachment'
         AND e.after = coalesce(a.made_from, a.id)::text
        JOIN people p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id AND p.role <> 'citizen'
       WHERE a.tenant_id = r.tenant_id AND a.request_id = r.id
         AND (a.state IN ('quarantined', 'scanning') OR a.state = 'clean' AND a.media_type LIKE 'image/%')
         AND e.sequence > coalesce((
           SELECT max(o.sequence) FROM request_events o
            WHERE o.tenant_id = r.tenant_id AND o.request_id = r.id AND o.kind IN ('status', 'confirmation')
              AND o.before = ANY(\(Status.allCases.filter(\.isEnded).map(\.rawValue)))
              AND o.after IN ('under_review', 'submitted')), 0))
    """

  /// What a change to `status` brings, with what the category asks for; the request's row is locked.
  static func evidence(
    _ status: Status, reason: String?, note: String?, requestID: Int, in transaction: Transaction
  ) async throws -> Workflow.Evidence {
    var evidence = Workflow.Evidence(reason: reason, note: note)
    guard Workflow.needs(of: status).contains(.proof) else { return evidence }
    let rows = try await transaction.query(
      """
      SELECT c.requires_proof, c.requires_proof AND \(exists)
        FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE r.id = \(requestID)
      """)
    guard let row = rows.first else { throw Problem.notFound }
    (evidence.needsProof, evidence.hasProof) = (try row.get(0), try row.get(1))
    return evidence
  }
}
