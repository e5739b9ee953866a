import Civic
import JSON
import PostgreSQL

/// Writes a township's configuration into a file, and brings such a file in: in one transaction, or not at all. What the
/// file does not speak of stays as it is, and nothing is deactivated by being left out; brought in again, the same file
/// changes nothing.
struct ImportConfiguration: Sendable {
  let database: Database
  let tenants: TenantDirectory

  /// Of the file, in bytes.
  static let largest = 8 << 20
  /// Things of one section.
  static let limit = 5000

  /// The file of this township.
  func export(as actor: Actor) async throws -> [UInt8] {
    try Self.requirePermission(actor)
    return try await database.tenant(actor.tenant.id).write { transaction in
      try await Self.export(in: transaction, by: actor)
    }
  }

  /// - Parameter transaction: of the township; the caller has asked whether this may be. Who took it stands in the log.
  static func export(in transaction: Transaction, by actor: Actor) async throws -> [UInt8] {
    try await transaction.execute(AuditEvent(.exported, "configuration", by: actor.person?.id).insertion)
    return try await TownshipConfiguration(in: transaction, tenantID: actor.tenant.id).bytes
  }

  /// - Throws: `malformed_json`, `wrong_type`; every mistake of the file at its path, e.g. `categories.3.name`.
  func callAsFunction(_ file: [UInt8], isDryRun: Bool, as actor: Actor) async throws -> ConfigurationOutcome {
    try Self.requirePermission(actor)
    do {
      let outcome = try await database.tenant(actor.tenant.id).write { transaction in
        let outcome = try await Self.bring(file, in: transaction, isDryRun: isDryRun, by: actor)
        if isDryRun { throw DryRun(outcome: outcome) }
        return outcome
      }
      tenants.forget(actor.tenant.id)
      return outcome
    } catch let trial as DryRun {
      return trial.outcome
    }
  }

  /// Undoes the transaction of a dry run.
  struct DryRun: Error { let outcome: ConfigurationOutcome }

  /// All that the file holds is for administrators to change.
  private static func requirePermission(_ actor: Actor) throws(Problem) {
    let needed: [Permission] = [.manageCategories, .manageAreas, .manageTemplates, .manageRules, .managePeople]
    if !needed.allSatisfy({ actor.may($0) }) { throw Problem(.forbidden) }
  }

  /// - Parameter transaction: of the township; the caller has asked whether this may be.
  static func bring(
    _ file: [UInt8], in transaction: Transaction, isDryRun: Bool, by actor: Actor
  ) async throws -> ConfigurationOutcome {
    // Two files at once take turns.
    _ = try await transaction.query("SELECT 1 FROM tenants WHERE id = current_tenant() FOR NO KEY UPDATE")
    let old = try await TownshipConfiguration(in: transaction, tenantID: actor.tenant.id)
    var reader = ConfigurationReader(old: old, by: actor)
    try await reader.load(in: transaction)
    var input = try ObjectInput(parsing: file)
    reader.read(&input)
    try input.finish()
    var mistakes: [Problem.FieldError] = []
    for step in reader.steps {
      do { try await step.apply(transaction) } catch let problem as Problem
        where problem.code.status == .unprocessableContent
      {
        mistakes +=
          problem.errors.isEmpty
          ? [.init(field: step.path, code: problem.code, message: problem.detail ?? problem.code.title)]
          : problem.inside(step.path).errors
      }
    }
    if !mistakes.isEmpty { throw Problem.fields(mistakes) }
    let new = try await TownshipConfiguration(in: transaction, tenantID: actor.tenant.id)
    return ConfigurationOutcome(from: old, to: new, named: reader.named, isDryRun: isDryRun)
  }
}
