import FoundationEssentials
import PostgreSQL

/// `lamppost retention [--dry-run] [--tenant SLUG]`: what the worker does every hour, at once, or told only. Variable:
/// `DATABASE_ADMIN_URL`.
enum RetentionCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    let isDry = arguments.contains("--dry-run")
    let options = try Arguments(arguments.filter { $0 != "--dry-run" }, options: ["tenant"])
    try await Migrate.withDatabase(admin) { database in
      let tenantID = try await TenantCommand.find(options["tenant"], in: database)
      let retention = Retention(database: database)
      for due in try await retention.due(tenantID: tenantID) {
        let references = due.references.isEmpty ? "" : ": " + due.references.joined(separator: ", ")
        print("\(due.category): \(due.anonymizing) to be made anonymous, \(due.deleting) to be deleted\(references)")
      }
      if isDry { return print("Nothing has been changed.") }
      let done = try await retention(tenantID: tenantID)
      print("\(done.anonymized) made anonymous, \(done.deleted) deleted.")
    }
  }
}
