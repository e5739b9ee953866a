import Foundation
import Testing

@testable import PostgreSQL

struct PoolTests {
  @Test("a transaction that finds no connection in time, and one too many in the queue, are told so")
  func exhaustion() async throws {
    try await withDatabase(configure: {
      $0.leasedConnections = 1
      $0.waitingLimit = 1
      $0.leaseTimeout = .seconds(2)
    }) { database in
      try await database.write { transaction in
        try await transaction.execute("SELECT 1")
        async let first = failure { try await database.write { try await $0.execute("SELECT 1") } }
        async let second = failure { try await database.write("SELECT 1") }
        #expect(await [first?.kind, second?.kind] == [.poolExhausted, .poolExhausted])
      }
      #expect(try await database.write("SELECT 4")[0].get(0, as: Int.self) == 4)
      #expect(await database.statistics().primary.refused == 2)
    }
  }

  @Test("a cancelled task leaves the queue, and its place is free")
  func cancelledWhileWaiting() async throws {
    try await withDatabase(configure: { $0.leasedConnections = 1 }) { database in
      try await database.write { transaction in
        try await transaction.execute("SELECT 1")
        let waiting = Task { try await database.write { try await $0.execute("SELECT 1") } }
        #expect(try await eventually { await database.statistics().primary.waiting == 1 })
        waiting.cancel()
        #expect(await failure { try await waiting.value }?.kind == .cancelled)
        #expect(await database.statistics().primary.waiting == 0)
      }
    }
  }

  private func isRunning(_ marker: String, _ database: Database) async throws -> Bool {
    try await database.value(
      """
      SELECT EXISTS (SELECT FROM pg_stat_activity
      WHERE state = 'active' AND query LIKE '%' || \(marker) || '%' AND pid <> pg_backend_pid()
        AND query NOT LIKE '%pg_stat_activity%')
      """)
  }

  @Test("a cancelled task ends its statement on the server, and the connection goes on")
  func cancelledWhileRunning() async throws {
    try await withDatabase(configure: { $0.leasedConnections = 2 }) { database async throws in
      let marker = "m" + UUID().uuidString.prefix(8)
      let sleep = SQL(unsafeSQL: "SELECT pg_sleep(600) AS \(marker)")
      for kind in 0..<3 {
        let task = Task {
          switch kind {
          case 0: try await database.read(sleep).count
          case 1: try await database.write(sleep).count
          default: try await database.write { try await $0.query(sleep).count }
          }
        }
        #expect(try await eventually { try await isRunning(marker, database) })
        task.cancel()
        #expect(await failure { try await task.value }?.kind == .cancelled, "kind \(kind)")
        #expect(try await eventually { try await !isRunning(marker, database) }, "kind \(kind)")
      }
      #expect(await database.statistics().primary.connectionsLost == 0)
    }
  }

  @Test("a cancelled read hits nobody else on its connection")
  func neighbours() async throws {
    try await withDatabase(configure: {
      $0.pipelinedConnections = 1
      $0.leasedConnections = 1
    }) { database in
      try await withThrowingTaskGroup(of: Int?.self) { group in
        for number in 0..<300 {
          group.addTask {
            let task = Task {
              try await database.value("SELECT \(number) FROM pg_sleep(\(number % 3 == 0 ? 0.01 : 0))", as: Int.self)
            }
            guard number % 3 == 0 else { return try await task.value == number ? nil : number }
            try await Task.sleep(for: .milliseconds(number % 7))
            task.cancel()
            do { _ = try await task.value } catch { #expect((error as? DatabaseError)?.kind == .cancelled) }
            return nil
          }
        }
        for try await wrong in group { #expect(wrong == nil) }
      }
      #expect(try await database.value("SELECT 1", as: Int.self) == 1)
      #expect(await database.statistics().primary.connectionsLost == 0)
    }
  }

  @Test("a task cancelled before it asks is not served, and one cancelled before COMMIT is rolled back")
  func cancelledEarly() async throws {
    try await withDatabase { database async throws in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await database.read("SELECT 1").count
      }
      #expect(await failure { try await task.value }?.kind == .cancelled)
      let writer = Task {
        try await database.write { transaction in
          try await transaction.execute("CREATE TABLE t (id int)")
          withUnsafeCurrentTask { $0?.cancel() }
        }
      }
      #expect(await failure { try await writer.value }?.kind == .cancelled)
      #expect(try await database.value("SELECT to_regclass('t') IS NULL", as: Bool.self))
    }
  }

  @Test("a read does not wait behind one that takes long")
  func stalled() async throws {
    try await withDatabase(configure: { $0.pipelinedConnections = 1 }) { database in
      let slow = Task { try await database.read("SELECT pg_sleep(600)").count }
      #expect(try await eventually { await database.statistics().primary.inFlight == 1 })
      try await Task.sleep(for: .milliseconds(30))
      #expect(try await database.value("SELECT 1", as: Int.self) == 1)
      slow.cancel()
      _ = await failure { try await slow.value }
    }
  }

  @Test("a prepared statement survives a change of its table, in and out of transactions")
  func stalePlans() async throws {
    try await withDatabase(configure: {
      $0.pipelinedConnections = 1
      $0.leasedConnections = 1
    }) { database in
      try await database.write("CREATE TABLE t (id int)")
      try await database.write("INSERT INTO t VALUES (1)")
      let all: SQL = "SELECT * FROM t"
      for column in ["a", "b"] {
        #expect(try await database.read(all).count == 1)
        #expect(try await database.write(all).count == 1)
        #expect(try await database.write { try await $0.query(all).count } == 1)
        try await database.write("ALTER TABLE t ADD COLUMN \(identifier: column) text")
        let columns = try await database.write { try await $0.query(all).columnNames }
        #expect(columns.last == column)
        #expect(try await database.read(all).columnNames.last == column)
      }
      try await database.write("DEALLOCATE ALL")
      #expect(try await database.write(all).count == 1)
    }
  }

  @Test("many different statements do not fill the server with prepared ones")
  func preparedLimit() async throws {
    try await withDatabase(configure: { $0.leasedConnections = 1 }) { database in
      for number in 0..<(PreparedStatements.limit + 50) {
        let rows = try await database.write(SQL(unsafeSQL: "SELECT \(number)"))
        #expect(try rows[0].get(0, as: Int.self) == number)
      }
      let held = try await database.write("SELECT count(*) FROM pg_prepared_statements")[0].get(0, as: Int.self)
      #expect(held <= PreparedStatements.limit + 1)
    }
  }

  @Test("a statement the pipeline cannot carry fails alone, and the client recovers")
  func unfit() async throws {
    try await withDatabase { database async throws in
      #expect(await failure { try await database.read("COPY (SELECT 1) TO STDOUT") } != nil)
      #expect(await failure { try await database.read("SELECT 1; SELECT 2") }?.sqlState != nil)
      #expect(await failure { try await database.read("SELEC") }?.sqlState != nil)
      #expect(try await database.value("SELECT 1", as: Int.self) == 1)
    }
  }

  @Test("errors say nothing of the values that were bound")
  func blandErrors() async throws {
    try await withDatabase { database in
      try await database.write("CREATE TABLE t (email text UNIQUE)")
      try await database.write("INSERT INTO t VALUES (\("jane@example.org"))")
      for sql in [
        "INSERT INTO t VALUES (\("jane@example.org"))", "SELECT \("jane@example.org")::int",
        "SELECT \("jane@example.org")::timestamptz", "SELECT \("jane@example.org")::uuid",
      ] as [SQL] {
        let error = await failure { try await database.write(sql) }
        #expect(error?.debugDescription.contains("jane") == false)
        #expect(error?.description == "the database refused the statement")
      }
    }
  }

  @Test("after shutdown everything is refused, and what was under way had its answer")
  func shutdown() async throws {
    try await withDatabase { database in
      let other = Database(database.configuration, loop: database.primary.loop)
      try await other.start()
      let slow = Task { try await other.value("SELECT 1 FROM pg_sleep(0.1)", as: Int.self) }
      #expect(try await eventually { await other.statistics().primary.inFlight == 1 })
      await other.shutdown()
      #expect(try await slow.value == 1)
      #expect(await failure { try await other.read("SELECT 1") }?.kind == .shutDown)
      #expect(await failure { try await other.write { try await $0.execute("SELECT 1") } }?.kind == .shutDown)
    }
  }
}
