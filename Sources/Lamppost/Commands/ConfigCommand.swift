import FoundationEssentials
import PostgreSQL

/// `lamppost config export [--tenant SLUG] FILE` and `lamppost config import [--tenant SLUG] [--dry-run] FILE`: the
/// township's configuration file, `-` for standard output. Variable: `DATABASE_ADMIN_URL`.
enum ConfigCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "export":
      let options = try Arguments(rest, options: ["tenant"])
      let path = try file(options)
      let bytes = try await inTownship(options["tenant"], admin) { transaction, tenant in
        try await ImportConfiguration.export(in: transaction, by: Actor(tenant: tenant))
      }
      if path == "-" { return print(String(decoding: bytes, as: UTF8.self)) }
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    case "import":
      let options = try Arguments(rest, options: ["tenant"], flags: ["dry-run"])
      let bytes = try ImportFile.contents(of: file(options), limit: ImportConfiguration.largest)
      let isDryRun = options.has("dry-run")
      do {
        let outcome = try await inTownship(options["tenant"], admin) { transaction, tenant in
          let outcome = try await ImportConfiguration.bring(
            bytes, in: transaction, isDryRun: isDryRun, by: Actor(tenant: tenant))
          if isDryRun { throw ImportConfiguration.DryRun(outcome: outcome) }
          return outcome
        }
        print(report(outcome))
      } catch let trial as ImportConfiguration.DryRun {
        print(report(trial.outcome))
      } catch let problem as Problem where !problem.errors.isEmpty {
        throw ImportError(problem.errors.map { "\($0.field): \($0.message)" }.joined(separator: "\n"))
      }
    default: throw UsageError("Say `config export FILE` or `config import FILE`.")
    }
  }

  /// Runs in the township as the application would: row-level security holds for the command, too.
  private static func inTownship<Value: Sendable>(
    _ slug: String?, _ admin: String, _ body: @escaping @Sendable (Transaction, Tenant) async throws -> Value
  ) async throws -> Value {
    try await Migrate.withDatabase(admin) { database in
      let id = try await TenantCommand.find(slug, in: database)
      return try await database.tenant(id).write { transaction in
        try await transaction.execute("SET LOCAL ROLE lamppost_app")
        let rows = try await transaction.query("SELECT \(Tenant.columns) FROM tenants WHERE id = \(id)")
        guard let row = rows.first else { throw Problem.notFound }
        return try await body(transaction, try Tenant(id: id, row))
      }
    }
  }

  static func report(_ outcome: ConfigurationOutcome) -> String {
    let lines = TownshipConfiguration.Section.allCases.map { section in
      """
      \(section.rawValue): \(outcome.count(section, isNew: true)) added, \(outcome.count(section, isNew: false)) \
      changed, \(outcome.unchanged[section] ?? 0) unchanged
      """
    }
    return (lines + (outcome.isDryRun ? ["Nothing was saved: this was a dry run."] : [])).joined(separator: "\n")
  }

  private static func file(_ options: Arguments) throws -> String {
    guard options.positional.count == 1 else { throw UsageError("Say one file.") }
    return options.positional[0]
  }
}
