import FoundationEssentials
import PostgreSQL

/// `lamppost tenant create SLUG --name NAME …`, `lamppost tenant set SLUG --contact-email ADDRESS …` and
/// `lamppost tenant list`. Variable: `DATABASE_ADMIN_URL`.
enum TenantCommand {
  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    switch arguments.first {
    case "create":
      let options = try Arguments(
        Array(arguments.dropFirst()), options: ["name", "host", "time-zone", "language"])
      guard options.positional.count == 1 else {
        throw UsageError("Say the township's slug, e.g. `tenant create boston`.")
      }
      try await Migrate.withDatabase(admin) { try await create(options.positional[0], options, $0) }
    case "set":
      let options = try Arguments(Array(arguments.dropFirst()), options: Set(TenantSettings.options))
      guard options.positional.count == 1 else {
        throw UsageError("Say the township's slug, e.g. `tenant set boston --contact-email hall@example.org`.")
      }
      let settings = try TenantSettings(options)
      try await Migrate.withDatabase(admin) { try await settings.apply(to: options.positional[0], $0) }
    case "list": try await Migrate.withDatabase(admin, list)
    default: throw UsageError("Say `tenant create`, `tenant set` or `tenant list`.")
    }
  }

  private static func create(_ slug: String, _ options: Arguments, _ database: Database) async throws {
    let id = try await database.write { transaction in
      let rows = try await transaction.query(
        """
        INSERT INTO tenants (slug, name, time_zone, search_language)
        VALUES (\(slug), \(options["name"] ?? slug), \(options["time-zone"] ?? "UTC"),
                \(options["language"] ?? "english")::regconfig)
        RETURNING id
        """)
      guard let id = try rows.first?.get(0, as: Int.self) else { throw Problem.notFound }
      if let host = options["host"] {
        try await transaction.execute(
          "INSERT INTO tenant_hosts (host, tenant_id) VALUES (\(host.lowercased()), \(id))")
      }
      return id
    }
    print("Township \(slug) is number \(id).")
  }

  private static func list(_ database: Database) async throws {
    let rows = try await database.read(
      """
      SELECT t.id, t.slug, t.name, coalesce(string_agg(h.host, ', '), '(every host while it is alone)')
        FROM tenants t LEFT JOIN tenant_hosts h ON h.tenant_id = t.id GROUP BY t.id ORDER BY t.id
      """)
    for row in rows {
      let (id, slug, name, hosts) = try row.decode(Int.self, String.self, String.self, String.self)
      print("\(id)\t\(slug)\t\(name)\t\(hosts)")
    }
  }

  /// The township a command works on.
  /// - Parameter slug: nil for the only one.
  static func find(_ slug: String?, in database: Database) async throws -> Int {
    let rows = try await database.read("SELECT id, slug FROM tenants ORDER BY id")
    if let slug {
      for row in rows where try row.get(1, as: String.self) == slug { return try row.get(0) }
      throw UsageError("There is no township \"\(slug)\".")
    }
    guard rows.count == 1, let row = rows.first else {
      throw UsageError(
        rows.isEmpty ? "There is no township yet: `lamppost tenant create`." : "Say which township: --tenant SLUG.")
    }
    return try row.get(0)
  }
}
