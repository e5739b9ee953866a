import FoundationEssentials
import Glibc
import PostgreSQL
import Synchronization

/// `lamppost import areas`, `lamppost import streets` and `lamppost import requests`. Variable: `DATABASE_ADMIN_URL`.
enum ImportCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "areas":
      let options = try Arguments(rest, options: ["layer", "tenant", "name-property"], flags: ["boundary"])
      try environment.finish()
      try await areas(options, admin)
    case "streets":
      let options = try Arguments(rest, options: ["tenant", "name-property", "class-property"])
      try environment.finish()
      try await streets(options, admin)
    case "requests":
      let options = try Arguments(rest, options: ["map", "tenant", "errors", "batch"])
      try environment.finish()
      try await requests(options, admin)
    default:
      throw UsageError("Say `import areas FILE`, `import streets FILE` or `import requests FILE --map MAPPING.json`.")
    }
  }

  // MARK: Areas

  private static func areas(_ options: Arguments, _ admin: String) async throws {
    let path = try file(options)
    let name = path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
    let layer = options["layer"] ?? Slug.of(name, limit: 63)
    guard layer == Slug.of(layer, limit: 63) else {
      throw UsageError("--layer must be of small letters, digits and hyphens.")
    }
    let areas = try GeoJSONAreas.parse(
      ImportFile.contents(of: path, limit: GeoJSONAreas.largestFile), nameProperty: options["name-property"] ?? "name")
    try await Migrate.withDatabase(admin) { database in
      let tenant = try await TenantCommand.find(options["tenant"], in: database)
      let figures = try await ImportAreas(database: database, tenantID: tenant)(
        areas, layer: layer, makesBoundary: options.has("boundary"))
      print(
        """
        Layer \(layer): \(figures.areas) areas, \(figures.changed) of them new or changed; \
        \(figures.memberships) times a request lies in one of those.
        """)
      if figures.untouched > 0 { print("\(figures.untouched) areas of the layer are not in the file and stay.") }
      if options.has("boundary") { print("The layer is the township's boundary now.") }
    }
  }

  // MARK: Streets

  private static func streets(_ options: Arguments, _ admin: String) async throws {
    let streets = try GeoJSONStreets.parse(
      ImportFile.contents(of: file(options), limit: GeoJSONStreets.largestFile),
      nameProperty: options["name-property"] ?? "name", kindProperty: options["class-property"] ?? "highway")
    try await Migrate.withDatabase(admin) { database in
      var importing = ImportStreets(
        database: database, tenantID: try await TenantCommand.find(options["tenant"], in: database))
      importing.progress = { Command.complain("\($0) of \($1) features written") }
      let figures = try await importing(streets)
      print(
        "\(figures.lines) lines of \(figures.names) streets are the base map now, in place of \(figures.replaced).")
    }
  }

  // MARK: Requests

  private static func requests(_ options: Arguments, _ admin: String) async throws {
    let path = try file(options)
    let mapping = try ImportMapping(parsing: ImportFile.contents(of: options.required("map"), limit: 1 << 20))
    guard let batchSize = Int(options["batch"] ?? "2000"), (1...50_000).contains(batchSize) else {
      throw UsageError("--batch must be a number from 1 to 50000.")
    }
    let report = try RowErrors(path: options["errors"])
    let progress = Progress()
    let stop = stopsAtSignals()
    try await Migrate.withDatabase(admin) { database in
      var importing = ImportRequests(
        database: database, tenantID: try await TenantCommand.find(options["tenant"], in: database), mapping: mapping)
      importing.batchSize = batchSize
      importing.refuse = { try report.add($0, $1, columns: $2) }
      importing.progress = { progress.tell($0) }
      importing.shouldStop = { stop.isRaised }
      let figures = try await importing(path)
      try report.finish()
      progress.finish()
      print(
        """
        \(figures.rows) rows read at \(progress.rate(figures)) a second: \(figures.added) requests added, \
        \(figures.present) were there already, \(figures.errors) have errors\(report.place). \
        \(figures.newCategories) categories made.
        """)
      if stop.isRaised {
        throw ImportError("Stopped before the end of the file. Run the same command again to go on.")
      }
    }
  }

  private static func file(_ options: Arguments) throws -> String {
    guard options.positional.count == 1 else { throw UsageError("Say one file to import.") }
    return options.positional[0]
  }

  /// A flag that SIGINT and SIGTERM raise: what is in hand is finished first.
  private static func stopsAtSignals() -> StopFlag {
    let flag = StopFlag()
    let signals = Signals([SIGINT, SIGTERM])
    Task {
      await signals.next()
      flag.raise()
    }
    return flag
  }
}

/// Raised once, never lowered.
private final class StopFlag: Sendable {
  private let raised = Atomic(false)
  var isRaised: Bool { raised.load(ordering: .relaxed) }
  func raise() { raised.store(true, ordering: .relaxed) }
}
