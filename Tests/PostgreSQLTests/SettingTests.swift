import Foundation
import Testing

@testable import PostgreSQL

struct SettingTests {
  @Test("a thousand tasks with settings of their own each see only theirs")
  func isolation() async throws {
    try await withDatabase { database in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<1000 {
          group.addTask {
            if number % 10 == 0 {
              // Without a setting nothing of the statement before may be left.
              return try await database.value("SELECT coalesce(current_setting('app.tenant', true), '')") == ""
            }
            let own = database.setting("app.tenant", to: "\(number)").setting("app.actor", to: "a\(number)")
            let row = try await own.read("SELECT current_setting('app.tenant'), current_setting('app.actor')")[0]
            return try row.decode(String.self, String.self) == ("\(number)", "a\(number)")
          }
        }
        for try await isOwn in group { #expect(isOwn) }
      }
    }
  }

  @Test("a setting holds through a transaction and ends with it")
  func transaction() async throws {
    try await withDatabase(configure: { $0.leasedConnections = 1 }) { database in
      let own = database.setting("app.tenant", to: "7")
      let seen = try await own.write { transaction in
        try await transaction.execute("SELECT 1")
        return try await transaction.query("SELECT current_setting('app.tenant')")[0].get(0, as: String.self)
      }
      #expect(seen == "7")
      #expect(try await database.write("SELECT current_setting('app.tenant', true)")[0].get(0, as: String.self) == "")
      #expect(try await own.write("SELECT current_setting('app.tenant')")[0].get(0, as: String.self) == "7")
    }
  }

  @Test("row-level security shows each tenant its rows, and nothing without one")
  func rowLevelSecurity() async throws {
    try await withDatabase { database in
      let role = "role_" + UUID().uuidString.prefix(8).lowercased()
      try await database.write { transaction in
        try await transaction.execute("CREATE TABLE t (tenant int, word text)")
        try await transaction.execute("INSERT INTO t VALUES (1, 'one'), (2, 'two')")
        try await transaction.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY")
        try await transaction.execute(
          "CREATE POLICY own ON t USING (tenant = nullif(current_setting('app.tenant', true), '')::int)")
        try await transaction.execute("CREATE ROLE \(identifier: role)")
        try await transaction.execute("GRANT ALL ON t TO \(identifier: role)")
        try await transaction.execute(
          SQL(unsafeSQL: "DO $$BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO \(role)', current_schema()); END$$"))
      }
      let app = database.setting("role", to: role)
      for (tenant, word) in [("1", "one"), ("2", "two")] {
        let rows = try await app.setting("app.tenant", to: tenant).read("SELECT word FROM t")
        #expect(try rows.map { try $0.get(0, as: String.self) } == [word])
      }
      #expect(try await app.read("SELECT word FROM t").isEmpty)
      let foreign = await failure {
        try await app.setting("app.tenant", to: "1").write("INSERT INTO t VALUES (2, 'stolen')")
      }
      #expect(foreign?.sqlState == .insufficientPrivilege)
      // COPY is refused under a policy: the way is a temporary table.
      let copied = await failure {
        try await app.write { try await $0.copy(into: "t", columns: ["tenant"]) { try await $0.write(1) } }
      }
      #expect(copied?.sqlState == SQLState(rawValue: "0A000"))
      let added = try await app.setting("app.tenant", to: "1").write { transaction in
        try await transaction.execute("CREATE TEMPORARY TABLE incoming (LIKE t) ON COMMIT DROP")
        try await transaction.copy(into: "incoming", columns: ["tenant", "word"]) { try await $0.write(1, "three") }
        return try await transaction.execute("INSERT INTO t SELECT * FROM incoming")
      }
      #expect(added == 1)
      try await database.write("DROP OWNED BY \(identifier: role)")
      try await database.write("DROP ROLE \(identifier: role)")
    }
  }

  @Test("a statement that takes too long is ended by the server, by a limit of its own where it has one")
  func timeout() async throws {
    try await withDatabase(configure: { $0.statementTimeout = .seconds(60) }) { database async throws in
      let short = database.setting("statement_timeout", to: "50ms")
      #expect(await failure { try await short.read("SELECT pg_sleep(60)") }?.kind == .timedOut)
      #expect(await failure { try await short.write("SELECT pg_sleep(60)") }?.kind == .timedOut)
      let inTransaction = await failure { try await short.write { try await $0.execute("SELECT pg_sleep(60)") } }
      #expect(inTransaction?.kind == .timedOut)
      #expect(try await database.value("SHOW statement_timeout", as: String.self) == "1min")
    }
  }
}
