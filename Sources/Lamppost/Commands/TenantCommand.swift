import Civic
import FoundationEssentials
import Localization
import PostgreSQL

/// `lamppost tenant …`: the townships of the installation, for who owns its database. Variable: `DATABASE_ADMIN_URL`.
enum TenantCommand {
  static let usage = """
    tenant create SLUG [--name NAME] [--host HOST] [--time-zone ZONE] [--language en|es|fr|…]
    tenant set SLUG --name … | --emergency-number … | --contact-email … | --publishes-at-once yes|no | --time-zone …
    tenant show SLUG                  everything about one of them
    tenant list
    tenant add-host SLUG HOST         answer to one more name
    tenant remove-host SLUG HOST
    tenant deactivate SLUG            serve nothing of it, keep everything
    tenant reactivate SLUG
    """

  static func run(_ arguments: [String], _ variables: [String: String]) async throws {
    print(try await answer(arguments, variables))
  }

  /// - Returns: what is printed.
  static func answer(_ arguments: [String], _ variables: [String: String]) async throws -> String {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    let command = try command(arguments)
    return try await Migrate.withDatabase(admin, command)
  }

  /// What is to be done, read before anything is opened.
  /// - Returns: what does it, and tells what has come of it.
  private static func command(
    _ arguments: [String]
  ) throws(UsageError) -> @Sendable (Database) async throws -> String {
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "create":
      let options = try Arguments(rest, options: ["name", "host", "time-zone", "language"])
      let new = try CommandedTownship(try words(options, "create", ["SLUG"])[0], options)
      return { try await new.create($0) }
    case "set":
      let options = try Arguments(rest, options: Set(TenantSettings.options))
      let slug = try words(options, "set", ["SLUG"])[0]
      let settings = try TenantSettings(options)
      return { try await TenantChange.apply(to: slug, $0) { try await settings.apply(to: $1, in: $0) } }
    case "show":
      let slug = try words(Arguments(rest, options: []), "show", ["SLUG"])[0]
      return { try await TenantReport.read(slug, $0) }
    case "list":
      _ = try words(Arguments(rest, options: []), "list", [])
      return list
    case let action? where ["add-host", "remove-host"].contains(action):
      let words = try words(Arguments(rest, options: []), action, ["SLUG", "HOST"])
      guard let host = HostName(words[1]) else { throw UsageError("\"\(words[1])\" is no host name.") }
      return { try await TenantChange.set(host, isOwn: action == "add-host", of: words[0], $0) }
    case let action? where ["deactivate", "reactivate"].contains(action):
      let slug = try words(Arguments(rest, options: []), action, ["SLUG"])[0]
      return { try await TenantChange.set(isActive: action == "reactivate", of: slug, $0) }
    default: throw UsageError("Say one of:\n\(usage)")
    }
  }

  private static func words(
    _ arguments: Arguments, _ action: String, _ names: [String]
  ) throws(UsageError) -> [String] {
    guard arguments.positional.count == names.count else {
      throw UsageError("Say `\((["tenant", action] + names).joined(separator: " "))`.")
    }
    return arguments.positional
  }

  private static func list(_ database: Database) async throws -> String {
    let rows = try await database.read(
      """
      SELECT t.id, t.slug, t.name, coalesce(string_agg(h.host, ', ' ORDER BY h.host), '(every host while it is alone)'),
             CASE WHEN t.deactivated_at IS NULL THEN '' ELSE '(switched off)' END
        FROM tenants t LEFT JOIN tenant_hosts h ON h.tenant_id = t.id GROUP BY t.id ORDER BY t.id
      """)
    return try rows.map { row in
      let (id, slug, name, hosts, state) = try row.decode(Int.self, String.self, String.self, String.self, String.self)
      return ["\(id)", slug, name, hosts, state].filter { !$0.isEmpty }.joined(separator: "\t")
    }.joined(separator: "\n")
  }

  static func unknown(_ slug: String) -> UsageError {
    UsageError("There is no township \"\(slug)\". `lamppost tenant list` names them.")
  }

  /// The township a command works on.
  /// - Parameter slug: nil for the only one.
  static func find(_ slug: String?, in database: Database) async throws -> Int {
    let rows = try await database.read("SELECT id, slug FROM tenants ORDER BY id")
    if let slug {
      for row in rows where try row.get(1, as: String.self) == slug { return try row.get(0) }
      throw unknown(slug)
    }
    guard rows.count == 1, let row = rows.first else {
      throw UsageError(
        rows.isEmpty ? "There is no township yet: `lamppost tenant create`." : "Say which township: --tenant SLUG.")
    }
    return try row.get(0)
  }
}

/// A township that `lamppost tenant create` makes.
private struct CommandedTownship: Sendable {
  let slug: String
  let name: String
  let host: HostName?
  let timeZone: String
  let language: Language
  let searchLanguage: String

  /// - Throws: for a value that cannot be.
  init(_ slug: String, _ options: Arguments) throws(UsageError) {
    guard slug.isSlug, (1...63).contains(slug.utf8.count) else {
      throw UsageError("The slug must be made of a-z, 0-9 and hyphens, e.g. springfield.")
    }
    self.slug = slug
    name = try TenantSettings.text(options, "name", 1...200) ?? slug
    host = try options["host"].map { text throws(UsageError) in
      guard let host = HostName(text) else { throw UsageError("\"\(text)\" is no host name.") }
      return host
    }
    timeZone = options["time-zone"] ?? "UTC"
    guard timeZone.isTimeZone else { throw UsageError("There is no time zone \"\(timeZone)\".") }
    let word = options["language"] ?? Language.english.rawValue
    if let language = Language(rawValue: word) {
      (self.language, searchLanguage) = (language, language.searchLanguage)
    } else if SearchLanguage.all.contains(word) {
      language = Language.allCases.first { $0.searchLanguage == word } ?? .english
      searchLanguage = word
    } else {
      let languages = (Language.allCases.map(\.rawValue) + SearchLanguage.all).joined(separator: ", ")
      throw UsageError("--language must be one of: \(languages)")
    }
  }

  func create(_ database: Database) async throws -> String {
    let id = try await TenantChange.refusing(slug: slug, host: host) {
      try await database.write { transaction in
        let rows = try await transaction.query(
          """
          INSERT INTO tenants (slug, name, time_zone, language, search_language)
          VALUES (\(slug), \(name), \(timeZone), \(language.rawValue), \(searchLanguage)::regconfig) RETURNING id
          """)
        guard let id = try rows.first?.get(0, as: Int.self) else { throw Problem.notFound }
        try await transaction.enter(id)
        if let host { try await transaction.execute(TenantChange.insertion(of: host, id)) }
        let after = try await TenantChange.record(of: id, in: transaction)
        try await transaction.execute(
          AuditEvent.change(
            "township \(slug)", before: "{}", after: after, by: nil, kind: .tenantCreated, note: AuditEvent.byCommand))
        return id
      }
    }
    return (["Township \(slug) is number \(id)."] + (try await TenantChange.advice(database))).joined(separator: "\n")
  }
}

extension Transaction {
  /// From here on the transaction is in the township, as `current_tenant()` and the policies see it.
  func enter(_ tenantID: Int) async throws {
    _ = try await query("SELECT set_config('app.tenant', \(String(tenantID)), true)")
  }
}
