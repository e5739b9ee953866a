import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost
@testable import PostgreSQL

/// Row-level security hides an index from the planner unless the condition's function is leakproof, and then a search
/// reads the whole table: each hot query is held to the index it is meant to walk, under the application's own role.
@Suite(.serialized) struct PlanTests {
  /// One hot query.
  struct Hot: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// All of these.
    let indexes: [String]
    let query: @Sendable (Actor) throws -> SQL

    init(_ name: String, _ indexes: String..., query: @escaping @Sendable (Actor) throws -> SQL) {
      (testDescription, self.indexes, self.query) = (name, indexes, query)
    }

    /// A list, as its parameters in a URL ask for it.
    init(list parameters: String, _ indexes: String..., mode: RequestFilter.TextMode = .words) {
      self.testDescription = parameters
      self.indexes = indexes
      query = { actor in
        let filter = try RequestFilter(.init(parsing: Array(parameters.utf8)), as: actor)
        return try ListRequests.query(filter, mode, limit: 50, as: actor)
      }
    }
  }

  static let ofAnyone: [Hot] = [
    Hot(list: "near=42.35,-71.05&radius=500", "requests_public_location"),
    Hot(list: "near=42.35,-71.05&radius=5", "requests_public_location"),
    Hot(list: "near=42.35,-71.05", "requests_public_location"),
    Hot(list: "bbox=-71.051,42.35,-71.05,42.351", "requests_public_location"),
    Hot(list: "sort=newest", "requests_newest"),
    Hot(list: "sort=priority", "requests_by_priority"),
    Hot(list: "area=wards:ward-7", "request_areas_pkey"),
    Hot(list: "status=on_hold", "requests_by_status"),
    Hot(list: "category=rare", "requests_by_category"),
    Hot(list: "q=unicorn", "requests_search_public"),
    Hot(list: "q=unicron", "requests_title_trigrams", mode: .misspelt),
    Hot("one by reference", "requests_reference") { FindRequest.query(Reference(bits: 1), as: $0) },
    Hot("counts of a map", "map_counts_pkey") { actor in
      let box = try #require(BoundingBox("-71.06,42.34,-71.04,42.36"))
      return MapView.countQuery(try RequestFilter(.init(), as: actor), box, MapView.Grid(zoom: 12), actor)
    },
    Hot("a tile of the base map", "streets_line") { _ in
      BaseMap.query(try Tile(z: 16, x: 19833, y: 24242, deepest: 20))
    },
    Hot("what looks the same", "requests_public_location") { actor in
      let place = Location(coordinate: Coordinate(latitude: 42.35, longitude: -71.05)!, accuracy: nil)
      return SimilarRequests.query(.init(location: place, category: "pothole", title: "Pothole near 3"), as: actor)
    },
    Hot("a street by its name", "streets_name") { _ in FindPlaces.query("Maple Stret") },
    Hot("a vector tile", "requests_public_location") { actor in
      try VectorTile.points(Tile(z: 16, x: 19833, y: 24242, deepest: 20), as: actor)
    },
    Hot("a tracking code", "tracking_codes_pkey") { _ in TrackingCode.random().query },
  ]

  static let ofStaff: [Hot] = [
    Hot(list: "near=42.35,-71.05&radius=500", "requests_location"),
    Hot(list: "near=42.35,-71.05&radius=5", "requests_location"),
    Hot(list: "bbox=-71.051,42.35,-71.05,42.351", "requests_location"),
    Hot(list: "sort=newest", "requests_newest"),
    Hot(list: "sort=due", "requests_due"),
    Hot(list: "status=on_hold", "requests_by_status"),
    Hot(list: "q=unicorn", "requests_search_public", "requests_search_staff"),
    Hot("one by reference", "requests_reference") { FindRequest.query(Reference(bits: 1), as: $0) },
    Hot("many by reference", "requests_reference") { actor in
      BulkSelection.references((0..<500).map { Reference(bits: UInt64($0)) }).query(limit: BulkChange.limit, as: actor)
    },
    Hot("a polygon", "requests_location") { actor in
      let ring = "[[-71.05,42.35],[-71.045,42.35],[-71.045,42.355],[-71.05,42.355],[-71.05,42.35]]"
      let polygon = try SearchPolygon(
        JSONValue.parse(Array("{\"type\":\"Polygon\",\"coordinates\":[\(ring)]}".utf8)))
      return BulkSelection.polygon(polygon, try RequestFilter(.init(), as: actor))
        .query(limit: BulkChange.limit, as: actor)
    },
  ]

  @Test("what anyone asks walks its index", arguments: ofAnyone)
  func anyone(_ hot: Hot) async throws {
    let large = try await LargeTownship.shared.value
    try await check(hot, as: Actor(tenant: large.tenant), in: large)
  }

  @Test("what staff ask walks its index", arguments: ofStaff)
  func staff(_ hot: Hot) async throws {
    let large = try await LargeTownship.shared.value
    let person = Actor.Person(id: 1, name: "Agent", email: "agent@example.test", role: .agent)
    try await check(hot, as: Actor(tenant: large.tenant, person: person), in: large)
  }

  @Test("a request's files are found by the request, whatever else is asked of it")
  func files() async throws {
    let large = try await LargeTownship.shared.value
    try await check(
      Hot("files", "attachments_request") { FindRequest.query(Reference(bits: 1), as: $0) },
      as: Actor(tenant: large.tenant), in: large)
  }

  @Test("the worker leases jobs in the order of the queue's index")
  func jobs() async throws {
    let large = try await LargeTownship.shared.value
    let plan = try await Plan.custom(JobQueue.leasing(limit: 4), large.databases.worker)
    #expect(plan.indexes.contains("jobs_due"), "\(plan.text)")
  }

  @Test("the worker finds targets that come near without looking at the other requests")
  func deadlines() async throws {
    let large = try await LargeTownship.shared.value
    let worker = large.databases.worker.tenant(large.tenant.id)
    for (query, index) in [
      (WatchDeadlines.query(at: .now), "requests_watched"),
      (SettleDeadlines.leftovers(limit: 100), "requests_unsettled"),
    ] {
      let plan = try await Plan.custom(query, worker)
      #expect(plan.indexes.contains(index) && !plan.scanned.contains("requests"), "\(plan.text)")
    }
  }

  /// Both with the values known and in the plan for any values, which PostgreSQL may turn to after five uses.
  private func check(_ hot: Hot, as actor: Actor, in large: LargeTownship) async throws {
    let database = large.databases.application.tenant(actor.tenant.id)
    let query = try hot.query(actor)
    for plan in [try await Plan.custom(query, database), try await Plan.generic(query, database)] {
      for index in hot.indexes { #expect(plan.indexes.contains(index), "\(plan.text)") }
      #expect(!plan.scanned.contains("requests"), "\(plan.text)")
    }
  }
}

/// What PostgreSQL would do.
private struct Plan {
  let text: String
  let indexes: Set<String>
  /// Tables that are read whole.
  let scanned: Set<String>

  static func custom(_ query: SQL, _ database: Database) async throws -> Plan {
    try Plan(await database.read("EXPLAIN (FORMAT JSON) " + query))
  }

  static func generic(_ query: SQL, _ database: Database) async throws -> Plan {
    let name = "plan_" + UUID().uuidString.filter { $0 != "-" }.lowercased()
    let nothing = query.binds.isEmpty ? "" : "(" + query.binds.map { _ in "NULL" }.joined(separator: ", ") + ")"
    let types = query.binds.map { TypeName.of[$0.typeID] ?? "unknown" }.joined(separator: ", ")
    return try await database.setting("plan_cache_mode", to: "force_generic_plan").read { transaction in
      _ = try await transaction.query(
        SQL(unsafeSQL: "PREPARE \(name)\(types.isEmpty ? "" : "(\(types))") AS \(query.text)"))
      let rows = try await transaction.query(SQL(unsafeSQL: "EXPLAIN (FORMAT JSON) EXECUTE \(name)\(nothing)"))
      _ = try await transaction.query(SQL(unsafeSQL: "DEALLOCATE \(name)"))
      return try Plan(rows)
    }
  }

  private init(_ rows: Rows) throws {
    text = try #require(rows.first).get(0)
    var (indexes, scanned): (Set<String>, Set<String>) = ([], [])
    Self.walk(try JSONValue.parse(Array(text.utf8))) { node in
      if let index = node["Index Name"]?.string { indexes.insert(index) }
      if node["Node Type"]?.string == "Seq Scan", let table = node["Relation Name"]?.string { scanned.insert(table) }
    }
    (self.indexes, self.scanned) = (indexes, scanned)
  }

  private static func walk(_ value: JSONValue, _ visit: (JSONValue) -> Void) {
    visit(value)
    for inner in value.array ?? [] { walk(inner, visit) }
    for member in value.object?.members ?? [] { walk(member.value, visit) }
  }
}

/// The binds' types as PREPARE names them.
private enum TypeName {
  static let of: [UInt32: String] = [
    TypeID.int8: "int8", TypeID.int4: "int4", TypeID.int2: "int2", TypeID.float8: "float8", TypeID.bytea: "bytea",
    TypeID.timestamptz: "timestamptz", TypeID.uuid: "uuid", TypeID.bool: "bool",
  ]
}

/// A township with enough requests for its plans to matter, and a neighbour with as many on the same streets. In a
/// database of their own: plans follow from what a table holds, and other tests fill theirs with whatever they like.
private struct LargeTownship {
  let databases: Installation.Databases
  let tenant: Tenant

  static let shared = Task {
    let databases = try await Installation.shared().databases(for: "plans")
    let admin = databases.admin
    for table in tables {
      // Only our own ANALYZE writes statistics: one in the midst of filling would have seen half a township.
      _ = try await admin.write("ALTER TABLE \(identifier: table) SET (autovacuum_enabled = off)")
    }
    for slug in ["large", "neighbour"] { try await fill(slug, in: admin) }
    for table in tables { _ = try await admin.write("VACUUM (ANALYZE) \(identifier: table)") }
    return LargeTownship(
      databases: databases,
      tenant: try await TenantDirectory(database: databases.application).tenant(host: "large.test"))
  }

  private static let tables = [
    "requests", "request_areas", "attachments", "tracking_codes", "map_counts", "map_deltas", "jobs", "streets",
    // What they are joined with.
    "categories", "areas", "departments", "people",
  ]

  private static func fill(_ slug: String, in admin: Database) async throws {
    let id = try await admin.write { transaction in
      let rows = try await transaction.query("INSERT INTO tenants (slug, name) VALUES (\(slug), 'Test') RETURNING id")
      let id: Int = try #require(rows.first).get(0)
      try await transaction.execute("INSERT INTO tenant_hosts (host, tenant_id) VALUES (\("\(slug).test"), \(id))")
      return id
    }
    try await admin.tenant(id).write { transaction in
      _ = try await transaction.queryAll([
        // The same places every time.
        "SELECT setseed(0.311)",
        "INSERT INTO categories (tenant_id, slug, name) VALUES (\(id), 'rare', 'Rare'), (\(id), 'pothole', 'Pothole')",
        """
        INSERT INTO areas (tenant_id, layer, slug, name, boundary)
        SELECT \(id), 'wards', 'ward-' || n, 'Ward ' || n,
               ST_Multi(ST_MakeEnvelope(-71.2 + n * 0.02, 42.2, -71.18 + n * 0.02, 42.5, 4326))
          FROM generate_series(0, 14) n
        """,
        """
        INSERT INTO requests (tenant_id, reference, title, category_id, status, priority, location, public_location,
                              visibility, expected_by, created_at)
        SELECT \(id), lpad(n::text, 8, '0'),
               CASE WHEN n % 5000 = 0 THEN 'A unicorn' ELSE 'Pothole ' || n END || ' near ' || n % 97 || ' Maple Street',
               (SELECT c.id FROM categories c WHERE c.tenant_id = \(id)
                   AND c.slug = CASE WHEN n % 400 = 0 THEN 'rare' ELSE 'pothole' END),
               CASE WHEN n % 400 = 1 THEN 'on_hold' ELSE 'closed' END, 1 + n % 4, place, place, 'public',
               CASE WHEN n % 3 = 0 THEN now() END, now() - make_interval(mins => n)
          FROM (SELECT n, ST_SetSRID(ST_MakePoint(-71.2 + 0.3 * random(), 42.2 + 0.3 * random()), 4326)::geography
                  AS place FROM generate_series(1, 20000) n) places
        """,
        """
        INSERT INTO attachments (tenant_id, id, request_id, visibility, received_bytes, received_sha256)
        SELECT tenant_id, gen_random_uuid(), id, 'public', 1, '' FROM requests WHERE tenant_id = \(id)
        """,
        """
        INSERT INTO tracking_codes (tenant_id, digest, request_id)
        SELECT tenant_id, sha256(id::text::bytea), id FROM requests WHERE tenant_id = \(id)
        """,
        """
        INSERT INTO streets (tenant_id, name, kind, line)
        SELECT \(id), 'Street ' || n % 500, 'residential',
               ST_SetSRID(ST_MakeLine(ST_MakePoint(x, y), ST_MakePoint(x + 0.001, y)), 4326)
          FROM (SELECT n, -71.2 + 0.3 * random() AS x, 42.2 + 0.3 * random() AS y FROM generate_series(1, 5000) n) ends
        """,
        // Not due in any test: the worker passes over them.
        """
        INSERT INTO jobs (tenant_id, kind, subject, run_at)
        SELECT \(id), 'scan', 'plan ' || n, now() + interval '1 day' FROM generate_series(1, 2000) n
        """,
        """
        INSERT INTO streets (tenant_id, name, kind, line)
        SELECT \(id), 'Street of number ' || n, 'residential',
               ST_SetSRID(ST_MakeLine(ST_MakePoint(-71.2, 42.2 + n * 0.0001), ST_MakePoint(-71.1, 42.2 + n * 0.0001)), 4326)
          FROM generate_series(1, 3000) n
        """,
        "CALL fold_map_counts()",
      ])
    }
  }
}
