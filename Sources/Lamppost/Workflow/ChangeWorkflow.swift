import HTTPServer
import PostgreSQL

/// Changes what the township makes of the workflow.
struct ChangeWorkflow: Sendable {
  let database: Database
  let tenants: TenantDirectory

  /// Other processes know of it within a few seconds.
  /// - Parameter change: makes the new settings of the old ones, which nobody else changes meanwhile.
  func callAsFunction(
    as actor: Actor, change: @Sendable (WorkflowSettings) throws -> WorkflowSettings
  ) async throws -> WorkflowSettings {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let id = actor.tenant.id
    let settings = try await database.tenant(id).write { transaction in
      // Two administrators at once: the second one's change is made of what the first one left.
      let before = try await transaction.query(
        "SELECT statuses::text, closes_after_days FROM tenants WHERE id = \(id) FOR NO KEY UPDATE")
      guard let old = before.first else { throw Problem.notFound }
      let settings = try change(WorkflowSettings(statuses: try old.get(0), closesAfterDays: try old.get(1)))
      try await Self.write(settings, by: actor, in: transaction)
      return settings
    }
    tenants.forget(id)
    return settings
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
    .json(.ok) { context.actor.tenant.workflowSettings.write(to: &$0) }
  }

  static func changeSettings(_ request: Request, _ context: Context) async throws -> Response {
    let input = try await request.input()
    let settings = try await context.application.changeWorkflow(as: context.actor) { old in
      var input = input
      let new = WorkflowSettings(&input, changing: old)
      try input.finish()
      return new
    }
    return .json(.ok) { settings.write(to: &$0) }
  }
}
