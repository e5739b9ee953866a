import Civic
import PostgreSQL

/// Finds out who is told of an event, and makes each of them a job of their own: one address that is refused delays
/// nobody else.
struct NotifyFollowers: Sendable {
  let database: Database
  let sendsMail: Bool

  /// Request and sequence number of a job's subject.
  static func subject(of job: Job) throws -> (Int, Int) {
    let parts = job.subject.split(separator: ":").map { Int($0) }
    guard parts.count == 2, let first = parts[0], let second = parts[1] else {
      throw UnknownWord(column: "jobs.subject")
    }
    return (first, second)
  }

  func callAsFunction(_ job: Job) async throws {
    let (request, sequence) = try Self.subject(of: job)
    try await database.tenant(job.tenantID).write { transaction in
      if sendsMail {
        let events = try await transaction.query(
          """
          SELECT e.kind, e.visibility, e.actor_id FROM request_events e
           WHERE e.request_id = \(request) AND e.sequence = \(sequence) AND e.visibility <> 'internal'
             AND NOT \(Self.isTakenBack)
          """)
        if let event = events.first {
          let kind = RequestEvent.Kind(rawValue: try event.get(0))
          let audience = Audience.of(kind, try event.word(1))
          _ = try await transaction.queryAll(Self.reporters(of: request))
          if audience != .nobody {
            let recipients = Self.recipients(audience, kind, actorID: try event.get(2))
            try await transaction.execute(
              """
              INSERT INTO jobs (tenant_id, kind, subject)
              SELECT f.tenant_id, \(JobKind.sendNotification.rawValue), f.id || ':' || \(sequence)::int
                FROM followers f JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
               WHERE f.request_id = \(request) AND f.confirmed_at IS NOT NULL AND f.stopped_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM followers o WHERE o.tenant_id = f.tenant_id AND o.id = f.origin_id
                                  AND o.stopped_at IS NOT NULL)
                 AND r.visibility <> 'removed' AND \(recipients) AND \(Self.isNoFlood(kind))
              ON CONFLICT DO NOTHING
              """)
          }
        }
      }
      try await transaction.execute(JobQueue.completion(of: job))
    }
  }

  /// The condition on `request_events e` that somebody took the change back at once, or that it is the taking back.
  private static let isTakenBack: SQL =
    """
    (e.kind = 'status' AND EXISTS (
      SELECT 1 FROM request_events u
       WHERE u.tenant_id = e.tenant_id AND u.request_id = e.request_id AND u.kind = 'status'
         AND u.before = e.after AND u.after = e.before AND u.actor_id = e.actor_id
         AND abs(extract(epoch FROM u.at - e.at)) <= \(Undo.window)))
    """

  /// The condition on `followers f` of `requests r`. Nobody is told of what they did themselves.
  private static func recipients(_ audience: Audience, _ kind: RequestEvent.Kind?, actorID: Int?) -> SQL {
    let all: SQL = audience == .followers ? "(f.is_reporter OR r.visibility = 'public')" : "f.is_reporter"
    if kind == .created { return all }
    if let actorID { return all + " AND f.person_id IS DISTINCT FROM \(actorID)" }
    // Somebody without an account did it, which only the holder of the tracking code can.
    let isReporters = kind == .message || kind == .confirmation || kind == .withdrawn
    return isReporters ? all + " AND NOT f.is_reporter" : all
  }

  /// The condition on `followers f` that what citizens do by themselves does not fill somebody's mail box: an address is
  /// whatever was typed, into the report's form or a new account's. Of the reports that one recipient came by within an
  /// hour, the first few are mailed about at once; what staff do is mailed always.
  private static func isNoFlood(_ kind: RequestEvent.Kind?) -> SQL {
    guard kind == .created || kind == .confirmation || kind == .withdrawn else { return "true" }
    return """
      (SELECT count(*) FROM followers o
        WHERE o.tenant_id = f.tenant_id AND o.person_id = f.person_id
          AND o.created_at BETWEEN f.created_at - interval '1 hour' AND f.created_at)
      + (SELECT count(*) FROM followers o
          WHERE o.tenant_id = f.tenant_id AND o.email = f.email
            AND o.created_at BETWEEN f.created_at - interval '1 hour' AND f.created_at) <= \(reportsPerHour)
      """
  }

  /// Reports and followed requests of one recipient.
  static let reportsPerHour = 10

  /// Reports that came in by another way than the form have their reporter's row from here.
  static func reporters(of request: Int) -> [SQL] {
    [
      """
      INSERT INTO followers (tenant_id, request_id, person_id, is_reporter, language, confirmed_at)
      SELECT r.tenant_id, r.id, p.id, true, \(Correspondence.language), now()
        FROM requests r
        JOIN tenants t ON t.id = r.tenant_id
        JOIN people p ON p.tenant_id = r.tenant_id AND p.id = r.reporter_id
       WHERE r.id = \(request)
      ON CONFLICT (tenant_id, request_id, person_id) WHERE person_id IS NOT NULL
      DO UPDATE SET is_reporter = true WHERE NOT followers.is_reporter
      """,
      """
      INSERT INTO followers (tenant_id, request_id, email, is_reporter, language, confirmed_at)
      SELECT k.tenant_id, k.request_id, lower(k.email), true, t.language, now()
        FROM request_contacts k
        JOIN requests r ON r.tenant_id = k.tenant_id AND r.id = k.request_id
        JOIN tenants t ON t.id = k.tenant_id
       WHERE k.request_id = \(request) AND r.reporter_id IS NULL AND length(k.email) >= 3
      ON CONFLICT (tenant_id, request_id, email) WHERE email IS NOT NULL
      DO UPDATE SET is_reporter = true, confirmed_at = coalesce(followers.confirmed_at, now())
      WHERE NOT followers.is_reporter
      """,
    ]
  }

  /// The row of a new report's reporter: the form's language is known only now.
  static func insertion(_ request: Int, personID: Int?, email: String?, language: String) -> SQL? {
    guard personID != nil || (email?.unicodeScalars.count ?? 0) >= 3 else { return nil }
    return """
      INSERT INTO followers (tenant_id, request_id, person_id, email, is_reporter, language, confirmed_at)
      VALUES (current_tenant(), \(request), \(personID), lower(\(personID == nil ? email : nil)::text), true, \(language),
              now())
      """
  }
}
