import Foundation
import Synchronization
import Testing

@testable import PostgreSQL

final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  @discardableResult
  func add() -> Int { count.add(1, ordering: .relaxed).newValue }
}

private struct Refused: Error {}

struct TransactionTests {
  @Test("a transaction is committed when its closure returns")
  func commit() async throws {
    try await withDatabase { database in
      try await database.write { transaction in
        try await transaction.execute("CREATE TABLE t (id int)")
        #expect(try await transaction.execute("INSERT INTO t VALUES (1), (2)") == 2)
        let results = try await transaction.queryAll(["SELECT 1", "SELECT id FROM t", "DELETE FROM t WHERE id = 1"])
        #expect(results.map(\.count) == [1, 2, 0] && results[2].affected == 1)
      }
      #expect(try await database.value("SELECT count(*) FROM t", as: Int.self) == 1)
    }
  }

  @Test("a transaction without a statement costs nothing, and one that throws leaves nothing")
  func rollback() async throws {
    try await withDatabase { database async throws in
      #expect(try await database.write { _ in 3 } == 3)
      await #expect(throws: Refused.self) {
        try await database.write { transaction in
          try await transaction.execute("CREATE TABLE t (id int)")
          throw Refused()
        }
      }
      #expect(try await database.value("SELECT to_regclass('t') IS NULL", as: Bool.self))
    }
  }

  @Test("an error that the closure swallowed is not taken for a commit")
  func swallowed() async throws {
    try await withDatabase { database async throws in
      let error = await failure {
        try await database.write { transaction in
          try await transaction.execute("CREATE TABLE t (id int)")
          _ = try? await transaction.execute("SELECT 1 / 0")
        }
      }
      #expect(error?.sqlState == SQLState(rawValue: "22012"))
      #expect(try await database.value("SELECT to_regclass('t') IS NULL", as: Bool.self))
    }
  }

  @Test("what a savepoint took back can be swallowed")
  func savepoint() async throws {
    try await withDatabase { database in
      try await database.write { transaction in
        try await transaction.execute("CREATE TABLE t (id int)")
        try await transaction.execute("SAVEPOINT s")
        _ = try? await transaction.execute("SELECT 1 / 0")
        try await transaction.execute("ROLLBACK TO SAVEPOINT s")
        try await transaction.execute("INSERT INTO t VALUES (1)")
      }
      #expect(try await database.value("SELECT count(*) FROM t", as: Int.self) == 1)
    }
  }

  @Test("a deferred constraint that fails at COMMIT is an error, in a transaction and in a single write")
  func deferred() async throws {
    try await withDatabase { database in
      try await database.write("CREATE TABLE t (id int CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
      let inTransaction = await failure {
        try await database.write { try await $0.execute("INSERT INTO t VALUES (1), (1)") }
      }
      #expect(inTransaction?.isUniqueViolation(constraint: "once") == true)
      let single = await failure { try await database.write("INSERT INTO t VALUES (1), (1)") }
      #expect(single?.isUniqueViolation(constraint: "once") == true)
      #expect(single?.isUniqueViolation(constraint: "other") == false && single?.table == "t")
      #expect(try await database.value("SELECT count(*) FROM t", as: Int.self) == 0)
    }
  }

  @Test("of two transactions that conflict one is run again, and both count")
  func serialization() async throws {
    try await withDatabase { database in
      try await database.write("CREATE TABLE t (id int PRIMARY KEY, n int)")
      try await database.write("INSERT INTO t VALUES (1, 0)")
      let runs = Counter()
      let gate = Gate(waitingFor: 2)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            try await database.write(isolation: .serializable) { transaction in
              runs.add()
              let n = try await transaction.query("SELECT n FROM t")[0].get(0, as: Int.self)
              // Both have read before either writes.
              await gate.pass()
              try await transaction.execute("UPDATE t SET n = \(n + 1)")
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await database.value("SELECT n FROM t", as: Int.self) == 2)
      #expect(runs.value > 2)
    }
  }

  @Test("a serialization failure that the closure turned into another error is still run again")
  func translated() async throws {
    try await withDatabase { database async throws in
      let runs = Counter()
      let value = try await database.write { transaction in
        if runs.add() == 1 {
          do {
            try await transaction.execute("DO $$BEGIN RAISE SQLSTATE '40001'; END$$")
          } catch { throw Refused() }
        }
        return try await transaction.query("SELECT 5")[0].get(0, as: Int.self)
      }
      #expect(value == 5 && runs.value == 2)
    }
  }

  @Test("retries end: a transaction that always conflicts fails with what the server said")
  func retriesEnd() async throws {
    try await withDatabase(configure: { $0.retryLimit = 2 }) { database async throws in
      let runs = Counter()
      let error = await failure {
        try await database.write { transaction in
          runs.add()
          try await transaction.execute("DO $$BEGIN RAISE SQLSTATE '40P01'; END$$")
        }
      }
      #expect(error?.sqlState == .deadlockDetected && runs.value == 3)
    }
  }

  @Test("a reading transaction sees one state and cannot write")
  func reading() async throws {
    try await withDatabase { database in
      try await database.write("CREATE TABLE t (id int)")
      let error = await failure { try await database.read { try await $0.execute("INSERT INTO t VALUES (1)") } }
      #expect(error?.sqlState == .readOnlyTransaction)
      try await database.read { transaction in
        #expect(try await transaction.query("SELECT 1 FROM t").isEmpty)
        try await database.write("INSERT INTO t VALUES (1)")
        #expect(try await transaction.query("SELECT 1 FROM t").isEmpty)
      }
    }
  }

  @Test("a transaction used after its end, or twice at once, is refused and harms nothing")
  func misuse() async throws {
    try await withDatabase { database in
      let escaped = try await database.write { transaction in
        try await transaction.execute("SELECT 1")
        return transaction
      }
      #expect(await failure { try await escaped.query("SELECT 1") }?.kind == .misuse)
      let kinds = try await database.write { transaction in
        async let first = failure { try await transaction.query("SELECT pg_sleep(0.2)") }
        async let second = failure { try await transaction.query("SELECT pg_sleep(0.2)") }
        return await [first?.kind, second?.kind]
      }
      #expect(kinds.filter { $0 == .misuse }.count == 1 && kinds.contains(nil))
      #expect(await failure { try await database.write { try await $0.execute("COMMIT") } }?.kind == .misuse)
      #expect(try await database.write { try await $0.query("SELECT 8")[0].get(0, as: Int.self) } == 8)
    }
  }

  @Test("a write of k statements takes k + 1 round trips")
  func roundTrips() async throws {
    try await withDatabase { database in
      let before = await database.statistics().primary.roundTrips
      try await database.setting("app.tenant", to: "1").write { transaction in
        for _ in 0..<3 { try await transaction.execute("SELECT 1") }
      }
      #expect(await database.statistics().primary.roundTrips - before == 4)
    }
  }
}

/// Lets no one through until as many have come as it waits for.
actor Gate {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(waitingFor count: Int) { missing = count }

  func pass() async {
    missing -= 1
    guard missing > 0 else {
      for continuation in waiting { continuation.resume() }
      waiting = []
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }
}
