import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// A township with something of everything, each text of it marked, whose answers must appear nowhere else.
struct Victim: Sendable {
  let town: Township
  /// Stands in every text that the database lets it stand in.
  let mark: String
  let reference: String
  let code: String
  /// Values for a path's parameters by their names.
  private(set) var values: [String: [String]] = [:]
  /// Every key of every table: for parameters that nobody has told this test of.
  private(set) var pool: [String] = []
  let administrator: Client
  let browser: Browser

  init() async throws {
    let town = try await Township()
    self.town = town
    mark = "zq" + String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(12))
    let report = try await town.anonymous.with("Idempotency-Key", "attack").upload(
      "/api/v1/requests",
      fields: [
        (
          "request",
          #"{"title": "Lamp", "description": "dark", "category": "street-light", "address": "1 Main Street", "#
            + #""location": {"latitude": 42.36, "longitude": -71.06}, "attributes": {"pole": "7"}, "#
            + #""contact": {"name": "Ada", "email": "ada@example.test", "phone": "555"}}"#
        )
      ], files: [("files", "a.jpg", try Samples.photo())])
    reference = try #require(report["reference"]?.string, "\(report.text)")
    code = try #require(report["tracking_code"]?.string)
    administrator = try await town.somebody(.administrator)
    browser = try await town.browser(.administrator)
    try await fill()
    try await town.runJobs()
    try await plant()
    try await gather()
    try await town.runJobs()
  }

  private func fill() async throws {
    let logo = try await administrator.upload(
      "/api/v1/settings/branding/logos", files: [("file", "logo.jpg", try Samples.photo())])
    try #require(logo.status == 202, "\(logo.text)")
    let agent = try await town.somebody(.agent, department: "roads")
    for visibility in ["public", "internal", "private"] {
      let comment = JSONValue.object(["body": .string("words"), "visibility": .string(visibility)])
      #expect(try await administrator.post("/api/v1/requests/\(reference)/comments", comment).status == 201)
    }
    for (path, body) in [
      ("templates", #"{"name": "Reply", "body": "Thanks", "visibility": "public"}"#),
      ("views", #"{"name": "Mine", "filter": {"status": ["submitted"]}}"#),
      ("requests/\(reference)/assignment", #"{"department": "roads", "assignee": \#(agent.personID!)}"#),
      ("calendars", #"{"name": "Office", "hours": {"monday": ["08:00-16:00"]}}"#),
      ("rules", #"{"name": "Rule", "conditions": {"categories": ["pothole"]}, "outcome": {"department": "roads"}}"#),
    ] {
      _ = try await administrator.send(.post, "/api/v1/\(path)", Array(body.utf8))
    }
    _ = try await town.anonymous.post(
      "/api/v1/requests/\(reference)/follow", .object(["email": .string("guest@example.test")]))
    _ = try await town.somebody(.citizen).post("/api/v1/requests/\(reference)/support")
    try await town.report([("category", .string("harassment")), ("title", .string("Private"))])
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      VALUES (\(town.id), 'wards', 'ward-1', 'Ward', ST_Multi(ST_MakeEnvelope(-72, 42, -71, 43, 4326)))
      """)
    _ = try await town.database.write(
      """
      INSERT INTO streets (tenant_id, name, kind, line)
      VALUES (\(town.id), 'Street', 'street', ST_GeomFromText('LINESTRING(-71.06 42.36, -71.05 42.36)', 4326))
      """)
  }

  /// Marks every text of every table, as far as its constraints let it.
  private func plant() async throws {
    let columns = try await town.installation.admin.read(
      """
      SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c
        JOIN information_schema.columns t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
             AND t.column_name = 'tenant_id'
        JOIN pg_class k ON k.oid = format('public.%I', c.table_name)::regclass AND k.relkind = 'r'
       WHERE c.table_schema = 'public' AND c.data_type = 'text' AND c.is_generated = 'NEVER'
         -- What stands in addresses, which a page may say again to whoever asked for it; words of ours.
         AND c.column_name NOT IN ('slug', 'layer', 'reference', 'kind', 'subject', 'password_hash', 'host', 'state',
                                   'media_type')
      """
    ).map { try $0.decode(String.self, String.self) }
    var planted = 0
    for (table, column) in columns {
      let marked = try? await town.database.write(
        """
        UPDATE \(identifier: table) SET \(identifier: column) = \(mark) || \(identifier: column)
         WHERE tenant_id = \(town.id) AND \(identifier: column) IS NOT NULL
        """)
      planted += marked?.affected ?? 0
    }
    _ = try await town.database.write("UPDATE tenants SET name = \(mark + "town") WHERE id = \(town.id)")
    #expect(planted > 25, "\(planted)")
  }

  private mutating func gather() async throws {
    func texts(_ query: SQL) async throws -> [String] {
      try await town.database.read(query).map { try $0.get(0, as: String.self) }
    }
    values = [
      "reference": [reference], "code": [code], "name": ["app.css"], "z": ["12"], "x": ["1239"], "y": ["1514"],
      "category": ["pothole"], "department": ["roads"], "township": ["t-none"],
      "id": try await texts(
        """
        SELECT id::text FROM attachments WHERE tenant_id = \(town.id)
        UNION ALL SELECT id::text FROM saved_views WHERE tenant_id = \(town.id)
        """),
    ]
    values["keptLogo"] = try await texts("SELECT id::text FROM logos WHERE tenant_id = \(town.id)")
    values["id", default: []] += values["keptLogo"] ?? []
    values["logo"] = try await texts(
      "SELECT encode(stored_sha256, 'hex') FROM logos WHERE tenant_id = \(town.id) AND stored_sha256 IS NOT NULL")
    try #require(values["logo"]?.isEmpty == false, "the logo is worn")
    values["theme"] = ["7a0019-own-00000000"]
    values["area"] = ["wards:ward-1"]
    values["calendar"] = try await texts("SELECT slug FROM calendars WHERE tenant_id = \(town.id)")
    values["token"] = try await secrets()
    let keys = try await town.installation.admin.read(
      """
      SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c
        JOIN information_schema.columns t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
             AND t.column_name = 'tenant_id'
       WHERE c.table_schema = 'public' AND c.column_name IN ('id', 'number', 'sequence')
      """
    ).map { try $0.decode(String.self, String.self) }
    var found: Set<String> = [reference, code]
    for (table, column) in keys {
      found.formUnion(
        try await texts(
          """
          SELECT DISTINCT \(identifier: column)::text FROM \(identifier: table) WHERE tenant_id = \(town.id) LIMIT 3
          """))
    }
    pool = found.sorted()
  }

  /// What stands in links of mails: for a new password, another address, an invitation, somebody who follows.
  private func secrets() async throws -> [String] {
    let (password, address) = (AccountLink.generate(), AccountLink.generate())
    let person = try #require(administrator.personID)
    _ = try await town.database.write(password.insertion(.password, personID: person, epoch: 1))
    _ = try await town.database.write(
      address.insertion(.address, personID: person, epoch: 1, email: "\(mark)@example.test"))
    let follow = try await town.database.read("SELECT token FROM followers WHERE tenant_id = \(town.id)")
      .map { FollowToken(bytes: try $0.get(0, as: [UInt8].self)).pathComponent }
    let invitation: JSONValue = .object([
      "email": .string("new@example.test"), "name": .string(mark), "role": .string("agent"),
    ])
    let invited = try await administrator.post("/api/v1/invitations", invitation)
    let link = try #require(invited["link"]?.string, "\(invited.text)")
    try #require(!follow.isEmpty)
    return [password.pathComponent, address.pathComponent, String(link.split(separator: "/").last ?? "")] + follow
  }

  /// What can stand for a parameter.
  func candidates(_ name: String) -> [String] { values[name] ?? pool }

  /// Everything that the township holds, by table, as one digest each. What is folded and sealed at any moment is left
  /// out, and so is what waits for it.
  func digests() async throws -> [String: String] {
    let tables = try await town.installation.admin.read(
      """
      SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         AND c.relname NOT IN ('unsealed', 'audit_seals', 'map_deltas', 'map_counts')
      """
    ).map { try $0.get(0, as: String.self) }
    let parts = tables.map { table -> SQL in
      """
      SELECT \(table)::text, coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
        FROM \(identifier: table) t WHERE tenant_id = \(town.id)
      """
    }
    var digests: [String: String] = [:]
    let township: SQL = "SELECT 'tenants', md5(t::text) FROM tenants t WHERE id = \(town.id)"
    for row in try await town.installation.admin.read((parts + [township]).joined(separator: " UNION ALL ")) {
      let (table, digest) = try row.decode(String.self, String.self)
      digests[table] = digest
    }
    return digests
  }
}
