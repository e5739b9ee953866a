import FoundationEssentials
import JSON
import PostgreSQL

/// `lamppost close-silent [--tenant SLUG] [--at TIME]`: what the worker does every ten minutes, at once. Variable:
/// `DATABASE_ADMIN_URL`.
enum CloseSilentCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    let options = try Arguments(arguments, options: ["tenant", "at"])
    let now = try time(options["at"])
    try await Migrate.withDatabase(admin) { database in
      var tenantID: Int?
      if let slug = options["tenant"] { tenantID = try await TenantCommand.find(slug, in: database) }
      let count = try await CloseSilent(database: database)(now: now, tenantID: tenantID)
      print("Closed \(count) completed requests.")
    }
  }

  /// - Parameter text: RFC 3339; nil stands for now.
  static func time(_ text: String?) throws(UsageError) -> Date {
    guard let text else { return .now }
    guard let time = RFC3339.parse(text) else {
      throw UsageError("--at must be a time such as 2030-01-31T12:00:00Z.")
    }
    return time
  }
}
