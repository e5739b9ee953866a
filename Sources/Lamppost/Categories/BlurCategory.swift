import FoundationEssentials
import PostgreSQL

/// Brings a category's requests in step with it, after somebody changed whether it blurs places or is private. What was
/// private stays so when its category is private no longer: its reporter was promised it.
struct BlurCategory: Sendable {
  let database: Database

  /// Requests of one transaction.
  private static let batch = 500

  /// The statements that ask for it: at once, and once more for what was being reported while the flag changed, whose
  /// transaction still saw the old one.
  static func insertions(_ slug: String) -> [SQL] {
    [("now", 0.0), ("again", 120.0)].map { name, delay in
      """
      INSERT INTO jobs (tenant_id, kind, subject, run_at)
      SELECT tenant_id, \(JobKind.blurCategory.rawValue), id || ' ' || \(name), now() + make_interval(secs => \(delay))
        FROM categories WHERE slug = \(slug)
      -- One that is under way has perhaps passed some requests with the flag as it was: it begins anew.
      ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET run_at = excluded.run_at, leased_until = NULL,
        attempts = jobs.attempts + 1
      """
    }
  }

  func callAsFunction(_ job: Job) async throws {
    guard let category = job.subject.split(separator: " ").first.flatMap({ Int($0) }) else {
      throw UnknownWord(column: "jobs.subject")
    }
    let tenant = database.tenant(job.tenantID)
    var last: (time: Date, id: Int)? = nil
    repeat {
      last = try await tenant.write { [last] transaction in
        guard try await transaction.execute(JobQueue.renewal(of: job)) == 1 else { throw LeaseLost() }
        // Naming the column fires the trigger that alone knows where the public place is.
        let after: SQL = last.map { "(created_at, id) > (\($0.time), \($0.id))" } ?? "true"
        let rows = try await transaction.query(
          """
          WITH next AS (
            SELECT created_at, id, visibility FROM requests WHERE category_id = \(category) AND \(after)
             ORDER BY created_at, id LIMIT \(Self.batch)
          ), changed AS (
            UPDATE requests r SET category_id = r.category_id FROM next n, categories c
             WHERE r.id = n.id AND c.id = \(category) AND r.category_id = c.id
               AND (r.blurred <> c.blurs_location OR c.private AND r.visibility = 'public')
            RETURNING r.tenant_id, r.id, n.visibility AS before, r.visibility AS after
          ), noted AS (
            INSERT INTO request_events (tenant_id, request_id, kind, visibility, before, after)
            SELECT tenant_id, id, \(RequestEvent.Kind.edited.rawValue), 'internal',
                   jsonb_build_object('visibility', before)::text, jsonb_build_object('visibility', after)::text
              FROM changed WHERE before <> after
          )
          SELECT created_at, id FROM next ORDER BY created_at DESC, id DESC LIMIT 1
          """)
        return try rows.first.map { (try $0.get(0), try $0.get(1)) }
      }
    } while last != nil
    _ = try await database.write(JobQueue.completion(of: job))
  }
}
