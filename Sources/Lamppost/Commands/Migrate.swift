import EventLoop
import FoundationEssentials
import PostgreSQL

/// `lamppost migrate`: brings the schema to this version and gives the two roles the passwords of their URLs. Variables:
/// `DATABASE_ADMIN_URL`, `DATABASE_URL`, `DATABASE_WORKER_URL`, `LAMPPOST_MIGRATIONS`.
enum Migrate {
  static func run(_ variables: [String: String]) async throws {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as a superuser")
    let folder = environment.optional("LAMPPOST_MIGRATIONS") ?? "Migrations"
    let urls = ["DATABASE_URL", "DATABASE_WORKER_URL"].compactMap { environment.optional($0) }
    try environment.finish()
    let applied = try await Migrator(directory: folder, url: admin).run { print($0) }
    print(applied.isEmpty ? "The database is up to date." : "Applied \(applied.count) migrations.")
    try await withDatabase(admin) { database in
      for url in urls { try await allowLogin(url, database) }
    }
  }

  /// The name and password in a connection URL become a login of that role.
  private static func allowLogin(_ url: String, _ database: Database) async throws {
    guard let (role, password) = RoleCredentials.parse(url) else { return }
    guard ["lamppost_app", "lamppost_worker"].contains(role) else {
      throw ConfigurationError(mistakes: ["the role in a database URL must be lamppost_app or lamppost_worker"])
    }
    // ALTER ROLE takes no binds: the server quotes for us.
    let rows = try await database.read(
      "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', \(role)::text, \(password)::text)")
    guard let statement = try rows.first?.get(0, as: String.self) else { return }
    do { _ = try await database.write(SQL(unsafeSQL: statement)) } catch {
      // Not the error itself: it would print the statement, and the password with it.
      throw ConfigurationError(mistakes: ["the role \(role) could not be given its password"])
    }
  }

  /// Opens a database for the time of one piece of work.
  static func withDatabase<Value>(_ url: String, _ body: (Database) async throws -> Value) async throws -> Value {
    let loop = EventLoop(name: "io")
    defer { loop.stop() }
    var configuration = Database.Configuration(url: url)
    configuration.pipelinedConnections = 1
    configuration.statementTimeout = .seconds(600)
    // No caller waits for an answer, and a busy machine is slow to open a connection.
    configuration.leaseTimeout = .seconds(60)
    let database = Database(configuration, loop: loop)
    try await database.start()
    do {
      let value = try await body(database)
      await database.shutdown()
      return value
    } catch {
      await database.shutdown()
      throw error
    }
  }
}

/// The user and password of `postgresql://user:password@host/…`.
enum RoleCredentials {
  static func parse(_ url: String) -> (role: String, password: String)? {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@") else { return nil }
    let parts = authority[..<at].split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let role = decoded(parts[0]), let password = decoded(parts[1]) else { return nil }
    return (role, password)
  }

  /// Percent-decoded; nil where it is not well-formed.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
