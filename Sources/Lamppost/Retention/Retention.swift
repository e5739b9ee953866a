import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// Makes closed requests anonymous, and deletes them, when their category's time has come.
struct Retention: Sendable {
  /// As the worker, or as the owner of the tables.
  let database: Database

  /// What is due in one category.
  struct Due: Sendable {
    let category: String
    let name: String
    let anonymizeAfterDays: Int?
    let deleteAfterDays: Int?
    let anonymizing: Int
    let deleting: Int
    /// Some of them, the oldest first.
    let references: [String]

    func write(to json: inout JSONObjectWriter) {
      json.field("category", category)
      json.field("name", name)
      json.field("anonymize_after_days", anonymizeAfterDays)
      json.field("delete_after_days", deleteAfterDays)
      json.field("anonymizing", anonymizing)
      json.field("deleting", deleting)
      json.array("references", references)
    }
  }

  /// Of `requests r` and `categories c`. Days are counted from when the request was closed.
  private static let toDelete: SQL =
    "(r.deleted_at IS NULL AND r.closed_at < now() - make_interval(days => c.delete_after_days))"
  private static let toAnonymize: SQL = """
    (r.anonymized_at IS NULL AND r.deleted_at IS NULL
     AND r.closed_at < now() - make_interval(days => c.anonymize_after_days))
    """

  /// The dry run: what would be done now, in the categories that have a time.
  func due(tenantID: Int) async throws -> [Due] {
    try await database.tenant(tenantID).read(
      """
      SELECT c.slug, c.name, c.anonymize_after_days, c.delete_after_days,
             count(r.id) FILTER (WHERE \(Self.toAnonymize) AND NOT coalesce(\(Self.toDelete), false))::int,
             count(r.id) FILTER (WHERE \(Self.toDelete))::int,
             coalesce((array_agg(left(r.reference, 4) || '-' || substr(r.reference, 5) ORDER BY r.closed_at, r.id)
                FILTER (WHERE \(Self.toAnonymize) OR \(Self.toDelete)))[1:20], '{}')
        FROM categories c LEFT JOIN requests r
          ON r.tenant_id = c.tenant_id AND r.category_id = c.id AND r.closed_at IS NOT NULL AND r.deleted_at IS NULL
       WHERE c.tenant_id = current_tenant() AND num_nonnulls(c.anonymize_after_days, c.delete_after_days) > 0
       GROUP BY c.tenant_id, c.id ORDER BY c.name
      """
    ).map { row in
      Due(
        category: try row.get(0), name: try row.get(1), anonymizeAfterDays: try row.get(2),
        deleteAfterDays: try row.get(3), anonymizing: try row.get(4), deleting: try row.get(5),
        references: try row.get(6))
    }
  }

  /// Does it, a request a transaction: whoever dies in between leaves the rest for the next run.
  /// - Returns: how many were made anonymous and how many were deleted.
  @discardableResult func callAsFunction(
    tenantID: Int, by actorID: Int? = nil, whileLeased job: Job? = nil
  ) async throws -> (anonymized: Int, deleted: Int) {
    var done = (anonymized: 0, deleted: 0)
    while let isDeletion = try await next(tenantID, by: actorID, job) {
      if isDeletion { done.deleted += 1 } else { done.anonymized += 1 }
    }
    return done
  }

  /// - Returns: whether the request was deleted; nil where nothing is due.
  private func next(_ tenantID: Int, by actorID: Int?, _ job: Job?) async throws -> Bool? {
    try await database.tenant(tenantID).write { transaction in
      if let job, try await transaction.execute(JobQueue.renewal(of: job)) != 1 { throw LeaseLost() }
      let rows = try await transaction.query(
        """
        SELECT r.id, r.reporter_id, coalesce(\(Self.toDelete), false)
          FROM categories c JOIN requests r ON r.tenant_id = c.tenant_id AND r.category_id = c.id
         WHERE c.tenant_id = current_tenant() AND num_nonnulls(c.anonymize_after_days, c.delete_after_days) > 0
           AND r.closed_at IS NOT NULL AND r.deleted_at IS NULL AND (\(Self.toAnonymize) OR \(Self.toDelete))
         LIMIT 1 FOR UPDATE OF r SKIP LOCKED
        """)
      guard let row = rows.first else { return nil }
      let (id, reporter, isDeletion) = try row.decode(Int.self, Int?.self, Bool.self)
      let statements =
        isDeletion
        ? AnonymizeRequest.deletion(id, reporterID: reporter, by: actorID)
        : AnonymizeRequest.statements(id, reporterID: reporter, by: actorID)
      _ = try await transaction.queryAll(statements)
      let event = RequestEvent(
        requestID: id, actorID: actorID, kind: .moderated, visibility: .internal, before: "request",
        after: isDeletion ? "deleted" : "retention")
      try await transaction.execute(event.insertion)
      return isDeletion
    }
  }

  /// The job of a township.
  func run(_ job: Job) async throws {
    try await self(tenantID: job.tenantID, whileLeased: job)
    _ = try await database.write(JobQueue.completion(of: job))
  }

  /// The statement that asks for it.
  static let request: SQL = """
    INSERT INTO jobs (tenant_id, kind, subject) VALUES (current_tenant(), \(JobKind.applyRetention.rawValue), 'due')
    ON CONFLICT DO NOTHING
    """

  /// Once in a while: a job for each township in which a category has a time.
  func requestEverywhere() async throws {
    for tenant in try await database.read("SELECT id FROM tenants ORDER BY id") {
      _ = try await database.tenant(try tenant.get(0)).write(
        """
        INSERT INTO jobs (tenant_id, kind, subject)
        SELECT current_tenant(), \(JobKind.applyRetention.rawValue), 'due' WHERE EXISTS (
          SELECT 1 FROM categories WHERE tenant_id = current_tenant()
             AND num_nonnulls(anonymize_after_days, delete_after_days) > 0)
        ON CONFLICT DO NOTHING
        """)
    }
  }
}
