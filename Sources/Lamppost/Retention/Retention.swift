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
  private static let toDelete: SQL = """
    (r.closed_at IS NOT NULL AND r.deleted_at IS NULL AND r.closed_at < now() - make_interval(days => c.delete_after_days))
    """
  private static let toAnonymize: SQL = """
    (r.closed_at IS NOT NULL AND r.anonymized_at IS NULL AND r.deleted_at IS NULL
     AND r.closed_at < now() - make_interval(days => c.anonymize_after_days))
    """
  /// One condition at a time: each has an index of its own, which a disjunction of both could not use.
  private static func requests(_ columns: SQL, _ condition: SQL) -> SQL {
    "SELECT \(columns) FROM requests r WHERE r.tenant_id = c.tenant_id AND r.category_id = c.id AND \(condition)"
  }

  /// The dry run: what would be done now, in the categories that have a time.
  func due(tenantID: Int) async throws -> [Due] {
    let key: SQL = "r.closed_at, r.id, r.reference"
    let isNotDeleted: SQL = "\(Self.toAnonymize) AND NOT coalesce(\(Self.toDelete), false)"
    return try await database.tenant(tenantID).read(
      """
      SELECT c.slug, c.name, c.anonymize_after_days, c.delete_after_days,
             (\(Self.requests("count(*)::int", isNotDeleted))), (\(Self.requests("count(*)::int", Self.toDelete))),
             ARRAY(SELECT left(reference, 4) || '-' || substr(reference, 5) FROM (
               (\(Self.requests(key, Self.toDelete)) ORDER BY r.closed_at, r.id LIMIT 20)
               UNION (\(Self.requests(key, Self.toAnonymize)) ORDER BY r.closed_at, r.id LIMIT 20)) oldest
              ORDER BY closed_at, id LIMIT 20)
        FROM categories c
       WHERE c.tenant_id = current_tenant() AND num_nonnulls(c.anonymize_after_days, c.delete_after_days) > 0
       ORDER BY c.name
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
      for (condition, isDeletion) in [(Self.toDelete, true), (Self.toAnonymize, false)] {
        let rows = try await transaction.query(
          """
          SELECT r.id, r.reporter_id FROM categories c CROSS JOIN LATERAL (
            \(Self.requests("r.id, r.reporter_id", condition)) ORDER BY r.closed_at LIMIT 1 FOR UPDATE SKIP LOCKED) r
           WHERE c.tenant_id = current_tenant() LIMIT 1
          """)
        guard let row = rows.first else { continue }
        let (id, reporter) = try row.decode(Int.self, Int?.self)
        try await Self.apply(id, reporterID: reporter, isDeletion: isDeletion, by: actorID, in: transaction)
        return isDeletion
      }
      return nil
    }
  }

  private static func apply(
    _ id: Int, reporterID: Int?, isDeletion: Bool, by actorID: Int?, in transaction: Transaction
  ) async throws {
    let statements =
      isDeletion
      ? AnonymizeRequest.deletion(id, reporterID: reporterID, by: actorID)
      : AnonymizeRequest.statements(id, reporterID: reporterID, by: actorID)
    _ = try await transaction.queryAll(statements)
    let event = RequestEvent(
      requestID: id, actorID: actorID, kind: .moderated, visibility: .internal, before: "request",
      after: isDeletion ? "deleted" : "retention")
    try await transaction.execute(event.insertion)
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

  /// Once in a while: a job for each township in which a category has a time. One that is switched off has none.
  /// - Parameter tenantID: nil for every township.
  func requestEverywhere(tenantID: Int? = nil) async throws {
    try await database.forEachTownship(only: tenantID) { id in
      _ = try await database.tenant(id).write(
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
