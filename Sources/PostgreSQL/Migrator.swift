internal import CPostgreSQL
internal import EventLoop
internal import FoundationEssentials
internal import Glibc

/// Brings a database up to date by the numbered SQL files of a folder, forward only. Each file and the note that it
/// is done are one transaction. A second migrator waits until the first is through.
public struct Migrator: Sendable {
  private let directory: String
  private let url: String

  /// - Parameter url: libpq's, of a role that owns the schema.
  public init(directory: String, url: String) {
    self.directory = directory
    self.url = url
  }

  /// Applies what is missing.
  /// - Parameter report: called with a line for each step, from a thread of its own.
  /// - Returns: the migrations applied now.
  /// - Throws: `MigrationError`; `DatabaseError` when the database cannot be reached.
  @discardableResult
  public func run(report: @escaping @Sendable (String) -> Void = { _ in }) async throws -> [Migration] {
    try await withSession { session in
      try session.lock(report)
      let migrations = try session.check(Migration.all(in: directory))
      return try migrations.filter { $0.appliedAt == nil }.map { migration in
        report("applying \(migration.file)")
        return try session.apply(migration)
      }
    }
  }

  /// All migrations of the folder, applied or not.
  public func status() async throws -> [Migration] {
    try await withSession { session in try session.check(Migration.all(in: directory)) }
  }

  private func withSession<Value: Sendable>(
    _ body: @escaping @Sendable (MigrationSession) throws -> Value
  ) async throws -> Value {
    let url = url
    return try await BlockingPool(name: "migrator", threads: 1).run {
      try body(MigrationSession(ConnectionHandle(ConnectionParameters(url: url))))
    }
  }
}

/// A plain blocking connection.
struct MigrationSession {
  /// Any number will do, as long as it never changes: "lamppost" in ASCII.
  private static let lockKey: Int64 = 0x6C61_6D70_706F_7374

  private let handle: ConnectionHandle

  init(_ handle: ConnectionHandle) { self.handle = handle }

  /// Asks again and again instead of waiting in the server: a waiting statement holds a snapshot, for which
  /// CREATE INDEX CONCURRENTLY of the other migrator would wait in turn.
  func lock(_ report: (String) -> Void) throws {
    var reported = false
    while try !query("SELECT pg_try_advisory_lock(\(Self.lockKey))")[0].get(0, as: Bool.self) {
      if !reported { report("waiting for another migrator") }
      reported = true
      usleep(100_000)
    }
    _ = try query(
      """
      CREATE TABLE IF NOT EXISTS schema_migrations (
        number integer PRIMARY KEY, file text NOT NULL, checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now())
      """)
  }

  /// Compares the folder with what was applied.
  func check(_ migrations: [Migration]) throws -> [Migration] {
    var migrations = migrations
    guard try query("SELECT to_regclass('schema_migrations') IS NOT NULL")[0].get(0, as: Bool.self) else {
      return migrations
    }
    for row in try query("SELECT number, file, checksum, applied_at FROM schema_migrations ORDER BY number") {
      let (number, file, checksum, appliedAt) = try row.decode(Int.self, String.self, String.self, Date.self)
      guard number <= migrations.count else {
        throw MigrationError(file: file, reason: "it was applied but is not in the folder")
      }
      let migration = migrations[number - 1]
      guard try self.checksum(migration) == checksum else {
        throw MigrationError(file: migration.file, reason: "it was changed after it was applied (as \(file))")
      }
      migrations[number - 1].appliedAt = appliedAt
    }
    return migrations
  }

  func apply(_ migration: Migration) throws -> Migration {
    do {
      if migration.isTransactional { _ = try query("BEGIN") }
      try execute(migration.text)
      if migration.isTransactional, PQtransactionStatus(handle.connection) != PQTRANS_INTRANS {
        throw MigrationError(file: migration.file, reason: "it ends the transaction that it runs in")
      }
      var done = migration
      done.appliedAt = try query(
        """
        INSERT INTO schema_migrations (number, file, checksum)
        VALUES (\(migration.number), \(migration.file), \(checksum(migration))) RETURNING applied_at
        """)[0].get(0)
      if migration.isTransactional { _ = try query("COMMIT") }
      return done
    } catch let error as DatabaseError {
      throw MigrationError(error, in: migration)
    }
  }

  private func checksum(_ migration: Migration) throws -> String {
    try query("SELECT encode(sha256(\(Array(migration.text.utf8))), 'hex')")[0].get(0)
  }

  /// Several statements, as psql would run a file.
  private func execute(_ text: String) throws(DatabaseError) {
    let result = PQexec(handle.connection, text)
    defer { PQclear(result) }
    guard let result else { throw DatabaseError(.connectionLost, handle.lastMessage) }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
    default: throw DatabaseError(result, statement: nil)
    }
  }

  private func query(_ sql: SQL) throws -> Rows {
    let statement = try Statement(sql)
    let types = statement.key.types
    let result = statement.withPointers {
      PQexecParams(handle.connection, statement.text, $0, types, $1, $2, $3, 1)
    }
    guard let result else { throw DatabaseError(.connectionLost, handle.lastMessage) }
    let rows = Rows(ResultStorage(result))
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return rows
    default: throw DatabaseError(result, statement: statement.text)
    }
  }
}
