import FoundationEssentials
import PostgreSQL
import Testing

@testable import Lamppost

/// The folder of a real city's data, described in docs/importing.md.
private let boston = ProcessInfo.processInfo.environment["LAMPPOST_BOSTON"]

@Suite("A real city", .enabled(if: boston != nil, "LAMPPOST_BOSTON does not name the folder of Boston's data"))
struct ImportingBostonTests {
  @Test("half a year of Boston comes in whole, by way of a stop, and its wards agree with the city's own")
  func whole() async throws {
    let folder = try #require(boston)
    let example =
      #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/examples/boston-mapping.json"
    let mapping = try ImportMapping(parsing: ImportFile.contents(of: example, limit: 1 << 20))
    try await OwnDatabase.with { admin in
      let tenant: Int = try await admin.write(
        "INSERT INTO tenants (slug, name) VALUES ('boston', 'Boston') RETURNING id"
      ).first!.get(0)
      let wards = try GeoJSONAreas.parse(
        ImportFile.contents(of: folder + "/wards.geojson.gz", limit: 1 << 26), nameProperty: "name")
      let layer = try await ImportAreas(database: admin, tenantID: tenant)(wards, layer: "wards")
      #expect(layer.changed == 22)
      let path = folder + "/requests_2011H2.csv.gz"
      var stopping = ImportRequests(database: admin, tenantID: tenant, mapping: mapping)
      var share = 0.0
      stopping.progress = { share = $0.share }
      stopping.shouldStop = { share > 0.3 }
      let begun = try await stopping(path)
      #expect(begun.added > 10_000 && begun.added < 50_000 && begun.errors == 0)
      let importing = ImportRequests(database: admin, tenantID: tenant, mapping: mapping)
      let rest = try await importing(path)
      #expect(rest.rows == 58_251 && rest.errors == 0 && rest.present == begun.added)
      #expect(rest.added + rest.present == 58_251)
      #expect(begun.newCategories + rest.newCategories == 141)
      try await Self.check(admin.tenant(tenant))
      try await BostonDeadlines.check(admin.tenant(tenant))
    }
  }

  private static func check(_ database: Database) async throws {
    let rows = try await database.read(
      """
      SELECT count(*), count(*) FILTER (WHERE location IS NULL), count(*) FILTER (WHERE closed_at IS NULL),
             (SELECT count(*) FROM request_events), (SELECT sum(count)::int FROM map_counts WHERE level = 18),
             count(DISTINCT department_id)
        FROM requests
      """)
    let (requests, unknown, open, events, counted, departments) = try rows[0].decode(
      Int.self, Int.self, Int.self, Int.self, Int.self, Int.self)
    #expect(requests == 58_251 && unknown == 4775 && open == 3681 && events == 2 * 58_251)
    #expect(counted == 58_251 - 4775 && departments == 7)
    let agreement = try await database.read(
      """
      SELECT avg((EXISTS (
               SELECT 1 FROM request_areas m JOIN areas a ON a.id = m.area_id
                WHERE m.request_id = r.id
                  AND a.slug = 'ward-' || regexp_replace(r.attributes->>'ward', '^(Ward )?0?', '')
             ))::int)::float8
        FROM requests r WHERE location IS NOT NULL
      """)
    #expect(try agreement[0].get(0, as: Double.self) >= 0.96)
    // Three reports fell into the hour that was there twice, one of which was closed in it.
    let autumn = try await database.read(
      """
      SELECT count(*) FROM requests
       WHERE created_at >= '2011-11-06 01:00:00 EST'::timestamptz AND created_at < '2011-11-06 02:00:00 EST'
      """)
    #expect(try autumn[0].get(0, as: Int.self) == 3)
  }
}

/// A migrated database for one test alone, dropped behind it.
enum OwnDatabase {
  static func with(_ body: (Database) async throws -> Void) async throws {
    let server = try Environment.required("TEST_DATABASE_URL")
    let name = "lamppost_import_\(UUID().uuidString.lowercased())"
    try await Migrate.withDatabase(server) { _ = try await $0.write("CREATE DATABASE \(identifier: name)") }
    let authority = server[
      ..<(server[server.firstRange(of: "://")!.upperBound...].firstIndex(of: "/") ?? server.endIndex)]
    let url = "\(authority)/\(name)"
    let migrations = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Migrations"
    let result: Result<Void, any Error>
    do {
      try await Migrate.run(["DATABASE_ADMIN_URL": url, "LAMPPOST_MIGRATIONS": migrations])
      try await Migrate.withDatabase(url, body)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await Migrate.withDatabase(server) { _ = try await $0.write("DROP DATABASE \(identifier: name) WITH (FORCE)") }
    try result.get()
  }
}
