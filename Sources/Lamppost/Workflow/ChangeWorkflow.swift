import HTTPServer
import PostgreSQL

/// Changes what the township makes of the workflow.
struct ChangeWorkflow: Sendable {
  let database: Database
  let tenants: TenantDirectory

  /// As it is at this moment: what a process remembers of its townships can be some seconds old.
  func read(as actor: Actor) async throws -> Versioned<WorkflowSettings> {
    let id = actor.tenant.id
    let rows = try await database.withoutReplica.tenant(id).read(Self.query(id))
    guard let row = rows.first else { throw Problem.notFound }
    return try Self.versioned(row)
  }

  /// Other processes know of it within a few seconds.
  /// - Parameters:
  ///   - ifMatch: the version that the change is meant for; nil for any.
  ///   - change: makes the new settings of the old ones, which nobody else changes meanwhile.
  /// - Throws: `forbidden`, `version_mismatch`, and what `change` throws.
  func callAsFunction(
    ifMatch: Int?, as actor: Actor, change: @Sendable (WorkflowSettings) throws -> WorkflowSettings
  ) async throws -> Versioned<WorkflowSettings> {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let id = actor.tenant.id
    let settings = try await database.tenant(id).write { transaction in
      // Two administrators at once: the second one's change is made of what the first one left.
      guard let row = try await transaction.query(Self.query(id) + " FOR NO KEY UPDATE").first else {
        throw Problem.notFound
      }
      let old = try Self.versioned(row)
      if let ifMatch, ifMatch != old.version { throw Problem(.versionMismatch) }
      try await Self.write(try change(old.value), by: actor, in: transaction)
      guard let now = try await transaction.query(Self.query(id)).first else { throw Problem.notFound }
      return try Self.versioned(now)
    }
    tenants.forget(id)
    return settings
  }

  private static func query(_ id: Int) -> SQL {
    "SELECT statuses::text, closes_after_days, version FROM tenants WHERE id = \(id)"
  }

  private static func versioned(_ row: Row) throws -> Versioned<WorkflowSettings> {
    Versioned(
      value: WorkflowSettings(statuses: try row.get(0), closesAfterDays: try row.get(1)), version: try row.get(2))
  }

  /// In the transaction of the change.
  static func write(_ settings: WorkflowSettings, by actor: Actor, in transaction: Transaction) async throws {
    let id = actor.tenant.id
    let row: SQL = "jsonb_build_object('statuses', statuses, 'closes_after_days', closes_after_days)::text"
    let before = try await transaction.query("SELECT \(row) FROM tenants WHERE id = \(id)")
    let after = try await transaction.query(
      """
      UPDATE tenants SET statuses = \(settings.stored)::jsonb, closes_after_days = \(settings.closesAfterDays)
       WHERE id = \(id) RETURNING \(row)
      """)
    guard let old = before.first, let new = after.first else { throw Problem.notFound }
    try await transaction.execute(
      AdministrationEvent.insertion("workflow", before: try old.get(0), after: try new.get(0), by: actor))
  }
}

extension WorkflowRoutes {
  static func settings(_ request: Request, _ context: Context) async throws -> Response {
    try await context.application.changeWorkflow.read(as: context.actor).answer { $0.write(to: &$1) }
  }

  static func changeSettings(_ request: Request, _ context: Context) async throws -> Response {
    let input = try await request.input()
    let settings = try await context.application.changeWorkflow(
      ifMatch: try request.ifMatch(), as: context.actor
    ) { old in
      var input = input
      let new = WorkflowSettings(&input, changing: old)
      try input.finish()
      return new
    }
    return settings.answer { $0.write(to: &$1) }
  }
}
