import Foundation
import Testing

@testable import PostgreSQL

struct MigratorTests {
  /// A folder and a schema of the test's own.
  private func withFolder(_ body: (String, Migrator, Database) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    try await withDatabase { database in
      try await body(folder, Migrator(directory: folder, url: database.configuration.url), database)
    }
  }

  private func write(_ text: String, _ name: String, _ folder: String) throws {
    try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
  }

  private func refusal(_ migrator: Migrator) async -> MigrationError? {
    do {
      try await migrator.run()
      return nil
    } catch {
      return error as? MigrationError
    }
  }

  @Test("what is missing is applied in order, once")
  func apply() async throws {
    try await withFolder { folder, migrator, database async throws in
      try write("CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);", "0001_first.sql", folder)
      try write("-- no-transaction\nCREATE INDEX CONCURRENTLY ON a (id);", "0002_index.sql", folder)
      try write("no migration", "README.md", folder)
      #expect(try await migrator.status().map { $0.appliedAt == nil } == [true, true])
      #expect(try await migrator.run().map(\.number) == [1, 2])
      #expect(try await migrator.run().isEmpty)
      try write("DO $$BEGIN PERFORM 1; END$$; INSERT INTO a VALUES (2)", "0003_more.sql", folder)
      #expect(try await migrator.run().map(\.file) == ["0003_more.sql"])
      #expect(try await migrator.status().allSatisfy { $0.appliedAt != nil })
      #expect(try await database.value("SELECT count(*) FROM a", as: Int.self) == 2)
    }
  }

  @Test("a broken file leaves nothing, and the error names file, line and state")
  func broken() async throws {
    try await withFolder { folder, migrator, database async throws in
      try write("CREATE TABLE a (id int);", "0001_first.sql", folder)
      try write("CREATE TABLE b (id int);\n-- ü\nINSERT INTO\n  nowhere VALUES (1);", "0002_broken.sql", folder)
      let error = await refusal(migrator)
      #expect(error?.file == "0002_broken.sql" && error?.line == 4 && error?.sqlState?.rawValue == "42P01")
      #expect(error?.description.contains("0002_broken.sql, line 4: relation") == true)
      #expect(try await database.value("SELECT to_regclass('a') IS NOT NULL", as: Bool.self))
      #expect(try await database.value("SELECT to_regclass('b') IS NULL", as: Bool.self))
      try write("CREATE TABLE b (id int); COMMIT", "0002_broken.sql", folder)
      #expect(await refusal(migrator)?.reason.contains("ends the transaction") == true)
    }
  }

  @Test("a file changed after it was applied, a gap, a double and a stray name are refused")
  func inconsistent() async throws {
    try await withFolder { folder, migrator, _ async throws in
      try write("SELECT 1", "0001_a.sql", folder)
      try await migrator.run()
      try write("SELECT 2", "0001_a.sql", folder)
      #expect(await refusal(migrator)?.reason.contains("changed") == true)
      try write("SELECT 1", "0001_a.sql", folder)
      try write("SELECT 1", "0003_c.sql", folder)
      #expect(await refusal(migrator)?.reason.contains("number 2 is missing") == true)
      try write("SELECT 1", "0002_b.sql", folder)
      try write("SELECT 1", "0002_x.sql", folder)
      #expect(await refusal(migrator)?.reason.contains("twice") == true)
      try FileManager.default.removeItem(atPath: folder + "/0002_x.sql")
      try write("SELECT 1", "04_d.sql", folder)
      #expect(await refusal(migrator)?.file == "04_d.sql")
      try FileManager.default.removeItem(atPath: folder + "/04_d.sql")
      try await migrator.run()
      try FileManager.default.removeItem(atPath: folder + "/0003_c.sql")
      #expect(await refusal(migrator)?.reason.contains("not in the folder") == true)
    }
  }

  @Test("of migrators that come at once each file is applied by one")
  func together() async throws {
    try await withFolder { folder, migrator, database async throws in
      try write("CREATE TABLE a (id int); SELECT pg_sleep(0.2);", "0001_a.sql", folder)
      try write("-- no-transaction\nCREATE INDEX CONCURRENTLY ON a (id)", "0002_b.sql", folder)
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<3 { group.addTask { try await migrator.run().count } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(counts.sorted() == [0, 0, 2])
      #expect(try await database.value("SELECT count(*) FROM schema_migrations", as: Int.self) == 2)
    }
  }
}
