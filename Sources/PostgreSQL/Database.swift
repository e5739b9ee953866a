public import EventLoop
internal import Synchronization

/// A handle on the database: cheap to copy, and with `setting(_:to:)` to narrow.
///
/// Single reads share a few connections, many in flight on each; what writes has a connection for itself, since it may
/// wait for a lock or for the disk, and whatever stood behind it would wait as well.
/// Every error is a `DatabaseError`, except what a transaction's body throws itself.
public struct Database: Sendable {
  let primary: Server
  private(set) var replica: Server?
  let configuration: Configuration
  private var names: [String] = []
  private var values: [String] = []
  /// One `SELECT set_config(…)` for all settings.
  private var settings: Result<Statement, DatabaseError>?

  /// Connects with `start()`, or at the first use.
  public init(_ configuration: Configuration, loop: EventLoop) {
    self.configuration = configuration
    primary = Server(configuration, url: configuration.url, isReplica: false, loop: loop)
    replica = configuration.replicaURL.map { Server(configuration, url: $0, isReplica: true, loop: loop) }
  }

  /// Waits for the first connection to the primary.
  /// - Parameter limit: how long; beyond it throws what the last attempt said.
  public func start(within limit: Duration = .seconds(10)) async throws {
    await replica?.open()
    try await primary.start(within: limit)
  }

  /// Refuses new work, lets what is under way finish for up to `limit`, and closes every connection.
  public func shutdown(within limit: Duration = .seconds(5)) async {
    await replica?.shutdown(within: limit)
    await primary.shutdown(within: limit)
  }

  /// A handle that sets `name` before each statement and at the start of each transaction, for that alone
  /// (`set_config` with is_local). It costs no round trip.
  public func setting(_ name: String, to value: String) -> Database {
    var copy = self
    copy.names.append(name)
    copy.values.append(value)
    let calls = zip(copy.names, copy.values).map { name, value in "set_config(\(name), \(value), true)" as SQL }
    copy.settings = Result { () throws(DatabaseError) in try Statement("SELECT \(calls.joined(separator: ", "))") }
    return copy
  }

  /// The database without its replica, for reads that must see what was just written.
  public var withoutReplica: Database {
    var copy = self
    copy.replica = nil
    return copy
  }

  // MARK: Single statements

  /// One statement that changes nothing, on the replica where one can be reached. Run again once if the connection
  /// was lost. What takes long (a report, an export) belongs in a transaction: others may stand behind it here.
  public func read(_ sql: SQL) async throws -> Rows {
    let statement = try Statement(sql)
    return try await reader.run(.read(statement), settings: settings?.get())[0]
  }

  /// One statement on the primary, committed when this returns. Not run again once it was sent: see
  /// `DatabaseError.mayHaveTakenEffect`.
  @discardableResult
  public func write(_ sql: SQL) async throws -> Rows {
    let statement = try Statement(sql)
    return try await primary.run(.write(statement), settings: settings?.get())[0]
  }

  private var reader: Server {
    if let replica, replica.isReachable { replica } else { primary }
  }

  // MARK: Transactions

  /// A read-only transaction that sees one state of the data throughout (REPEATABLE READ).
  public func read<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
    try await transaction(on: reader, Self.beginReading, body)
  }

  /// A transaction: committed when `body` returns, rolled back when it throws or the task was cancelled.
  ///
  /// After a serialization failure, a deadlock or a connection lost before COMMIT, `body` runs again from its start,
  /// up to `Configuration.retryLimit` times: it must be safe to run twice, so nothing outside the database may
  /// happen in it. A connection is taken with the first statement, not before.
  @discardableResult
  public func write<Value>(
    isolation: Isolation = .readCommitted, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    try await transaction(on: primary, isolation.begin, body)
  }

  public enum Isolation: Sendable {
    case readCommitted, repeatableRead, serializable

    var begin: SQL {
      switch self {
      case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
      case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
      case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
      }
    }
  }

  private static let beginReading: SQL = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

  private func transaction<Value>(
    on server: Server, _ begin: SQL, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    var prelude = [try Statement(begin)]
    if let settings { prelude.append(try settings.get()) }
    var attempt = 0
    while true {
      do {
        return try await once(on: server, prelude, body)
      } catch let error as DatabaseError where error.isRetryable && attempt < configuration.retryLimit {
        attempt += 1
        do {
          try await Task.sleep(for: Backoff.delay(attempt: attempt, first: .milliseconds(5), most: .seconds(1)))
        } catch {
          throw DatabaseError(.cancelled, "while waiting to run the transaction again")
        }
      }
    }
  }

  private func once<Value>(
    on server: Server, _ prelude: [Statement], _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let transaction = Transaction(server: server, id: server.openLease(prelude))
    let value: Value
    do {
      value = try await body(transaction)
      if Task.isCancelled { throw DatabaseError(.cancelled, "before COMMIT") }
    } catch {
      // What the server said first counts: the body may have thrown something of its own in answer to it.
      if let failure = await transaction.rollback(), failure.isRetryable { throw failure }
      throw error
    }
    try await transaction.commit()
    return value
  }
}

/// How long to wait before trying again: doubling, capped, and random so that those who failed together do not
/// come back together.
enum Backoff {
  static func delay(attempt: Int, first: Duration, most: Duration) -> Duration {
    min(first * (1 << min(attempt, 16)), most) * Double.random(in: 0.5...1)
  }
}
