import Civic
import EventLoop
import FoundationEssentials
import JSON
import PostgreSQL

/// `lamppost deadlines [--at TIME] [--tenant SLUG]`: looks once for targets that come near or were missed, as the worker
/// does by itself every half minute. With `--at` it takes another time for now, e.g. to see what a township will be told
/// tomorrow; what it tells then counts as told. Variable: `DATABASE_WORKER_URL`.
enum DeadlinesCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let url = environment.required("DATABASE_WORKER_URL", "the database, as the role lamppost_worker")
    try environment.finish()
    let options = try Arguments(arguments, options: ["at", "tenant"])
    guard options.positional.isEmpty else { throw UsageError("`deadlines` takes options alone.") }
    let time = try options["at"].map { text throws(UsageError) in
      guard let time = RFC3339.parse(text) else {
        throw UsageError("--at must be a time with offset, e.g. 2026-11-24T09:00:00-05:00.")
      }
      return time
    }
    try await Migrate.withDatabase(url) { database in
      let tenant = options["tenant"] == nil ? nil : try await TenantCommand.find(options["tenant"], in: database)
      let tally = try await WatchDeadlines(database: database)(at: time, tenantID: tenant)
      for alert in DeadlineAlert.allCases { print("\(alert.rawValue): \(tally[alert] ?? 0)") }
    }
  }
}
