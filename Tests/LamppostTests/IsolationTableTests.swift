import PostgreSQL
import Testing

@testable import Lamppost

/// Every table, against every role, past all routes: what the policies themselves let through.
@Suite struct IsolationTableTests {
  /// What a role may see and change of every township, and why.
  private static let shared: [String: Set<String>] = [
    // The worker finds the jobs of every township, then sets the one it runs.
    "lamppost_worker": ["jobs"]
  ]

  @Test("no role reads, adds, changes or removes a row of another township, be it in one of its own or in none")
  func tables() async throws {
    let (victim, home) = (try await Victim(), try await Township())
    let installation = home.installation
    let tables = try await installation.admin.read(
      """
      SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
      """
    ).map { try $0.get(0, as: String.self) }
    #expect(tables.count >= 30)
    let before = try await victim.digests()
    let roles = [("lamppost_app", installation.application.database), ("lamppost_worker", installation.queue.database)]
    for (role, database) in roles {
      for (place, scoped) in [("another township", database.tenant(home.id)), ("none", database)] {
        for table in tables where Self.shared[role]?.contains(table) != true {
          try await attack(table, of: victim.town.id, scoped, "\(table) as \(role) in \(place)")
        }
        for change: SQL in [
          "UPDATE tenants SET publishes_at_once = false WHERE id = \(victim.town.id)",
          "DELETE FROM tenants WHERE id = \(victim.town.id)",
        ] {
          #expect(try await affected(scoped, change) == 0, "tenants as \(role) in \(place)")
        }
      }
    }
    let after = try await victim.digests()
    for (table, digest) in before { #expect(after[table] == digest, "\(table)") }
  }

  private func attack(_ table: String, of victim: Int, _ database: Database, _ what: String) async throws {
    // Every right on a table may be missing: that keeps it as well.
    let seen = try? await database.read("SELECT 1 FROM \(identifier: table) WHERE tenant_id = \(victim) LIMIT 1")
    #expect(seen?.isEmpty ?? true, "\(what) is seen")
    #expect(
      try await affected(database, "UPDATE \(identifier: table) SET tenant_id = tenant_id WHERE tenant_id = \(victim)")
        == 0, "\(what) is changed")
    #expect(
      try await affected(database, "DELETE FROM \(identifier: table) WHERE tenant_id = \(victim)") == 0,
      "\(what) is removed")
    await #expect(throws: DatabaseError.self, "\(what) is added to") {
      _ = try await database.write("INSERT INTO \(identifier: table) (tenant_id) VALUES (\(victim))")
    }
  }

  /// Rows that a statement touched; none where the role lacks the right.
  private func affected(_ database: Database, _ statement: SQL) async throws -> Int {
    do { return try await database.write(statement).affected } catch is DatabaseError { return 0 }
  }

  @Test("what is told without a township is only what has none: no function of ours answers across townships unasked")
  func functions() async throws {
    let installation = try await Installation.shared()
    // Whoever adds a function that runs with its owner's rights says here what it tells of several townships.
    let known: Set = [
      "tenant_by_host", "worker_health", "require_operator", "operator_townships", "operator_create_township",
      "operator_change_township",
    ]
    let loose = try await installation.admin.read(
      """
      SELECT p.proname::text FROM pg_proc p
       WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
         AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         AND pg_get_functiondef(p.oid) !~ 'current_tenant\\(\\)|NEW\\.|NEW TABLE|app\\.tenant'
         AND (has_function_privilege('lamppost_app', p.oid, 'EXECUTE')
              OR has_function_privilege('lamppost_worker', p.oid, 'EXECUTE'))
      """
    ).map { try $0.get(0, as: String.self) }
    #expect(Set(loose).subtracting(known) == [])
  }
}
