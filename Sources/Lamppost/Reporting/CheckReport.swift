import PostgreSQL

/// Looks at a report as `SubmitRequest` would, without storing anything: a form tells all mistakes at once.
struct CheckReport: Sendable {
  let database: Database

  func callAsFunction(_ report: NewRequest, as actor: Actor) async throws -> [Problem.FieldError] {
    try await database.withoutReplica.tenant(actor.tenant.id).read { transaction in
      do {
        try await SubmitRequest.ground(for: report, of: actor.tenant, in: transaction).category.check(report.attributes)
        return []
      } catch let problem as Problem {
        return problem.errors
      }
    }
  }
}
