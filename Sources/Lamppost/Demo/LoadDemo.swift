import Civic
import Credentials
import FoundationEssentials
import PostgreSQL

/// Makes the township Lampworth: all of it in one transaction, so that it is there whole or not at all.
struct LoadDemo: Sendable {
  /// As the owner of the tables.
  let database: Database
  let passwords: PasswordHasher
  /// The end of the year that the reports are spread over.
  let now: Date

  /// - Returns: the township, and whether it is new.
  func callAsFunction() async throws -> (tenantID: Int, isNew: Bool) {
    if let id = try await existing() { return (id, false) }
    let hash = try await passwords.hash(DemoTownship.password)
    let requests = DemoRequests.make(now: now)
    let id = try await database.write { transaction -> Int? in
      guard let id = try await Self.township(in: transaction) else { return nil }
      try await Self.places(in: transaction)
      let people = try await Self.people(hash, in: transaction)
      let categories = try await Self.categories(in: transaction)
      _ = try await transaction.queryAll(DemoTemplate.all.map(\.insertion))
      let writer = DemoWriter(people: people, categories: categories)
      for start in stride(from: 0, to: requests.count, by: 250) {
        try await writer.write(requests, start..<min(start + 250, requests.count), in: transaction)
      }
      try await transaction.execute(DemoTemplate.mentions)
      _ = try await transaction.queryAll(Self.support)
      return id
    }
    // Nothing was made: somebody else was faster.
    guard let id else { return (try await existing() ?? 0, false) }
    let tenant = database.tenant(id)
    try await tenant.write("CALL fold_map_counts()")
    for table in ["requests", "request_events", "request_areas", "map_counts", "comments"] {
      try await tenant.write("ANALYZE \(identifier: table)")
    }
    return (id, true)
  }

  private func existing() async throws -> Int? {
    try await database.read("SELECT id FROM tenants WHERE slug = \(DemoTownship.slug)").first?.get(0)
  }

  private static func township(in transaction: Transaction) async throws -> Int? {
    let rows = try await transaction.query(
      """
      INSERT INTO tenants (slug, name, time_zone) VALUES
        (\(DemoTownship.slug), \(DemoTownship.name), \(DemoTownship.timeZone))
      ON CONFLICT DO NOTHING RETURNING id
      """)
    guard let id = try rows.first?.get(0, as: Int.self) else { return nil }
    _ = try await transaction.queryAll([
      "SELECT set_config('app.tenant', \(String(id)), true)",
      // A name that another township answers to stays its own.
      """
      INSERT INTO tenant_hosts (host, tenant_id) SELECT host, \(id) FROM unnest(\(DemoTownship.hosts)) AS host
      ON CONFLICT DO NOTHING
      """,
    ])
    return id
  }

  private static func places(in transaction: Transaction) async throws {
    for ward in DemoTownship.wards { _ = try await ImportAreas.store(ward, "wards", in: transaction) }
    try await transaction.execute(ImportAreas.boundary(of: "wards"))
    _ = try await transaction.queryAll(
      DemoStreet.all.map { street in
        """
        INSERT INTO streets (tenant_id, name, kind, line)
        SELECT current_tenant(), \(street.name), \(street.kind),
               ST_SetSRID(ST_MakeLine(ARRAY(SELECT ST_MakePoint(x, y) FROM
                 unnest(\(street.points.map(\.longitude)), \(street.points.map(\.latitude))) AS p (x, y))), 4326)
        """
      })
    _ = try await transaction.queryAll(
      DemoTownship.departments.map { slug, name in
        "INSERT INTO departments (tenant_id, slug, name) VALUES (current_tenant(), \(slug), \(name))"
      })
  }

  /// - Returns: ids in the order of `DemoTownship.people`.
  private static func people(_ hash: String, in transaction: Transaction) async throws -> [Int] {
    try await transaction.queryAll(
      DemoTownship.people.map { mailbox, name, role, department in
        """
        WITH person AS (
          INSERT INTO people (tenant_id, email, name, password_hash, role)
          VALUES (current_tenant(), \("\(mailbox)@demo.test"), \(name), \(hash), \(role.rawValue))
          RETURNING tenant_id, id
        ), member AS (
          INSERT INTO department_members (tenant_id, person_id, department_id)
          SELECT p.tenant_id, p.id, d.id FROM person p
            JOIN departments d ON d.tenant_id = p.tenant_id AND d.slug = \(department)
        )
        SELECT id FROM person
        """
      }
    ).compactMap { try $0.first?.get(0) }
  }

  /// Neighbours who have the same problem, of some open reports.
  private static let support: [SQL] = [
    """
    INSERT INTO supporters (tenant_id, request_id, person_id, created_at)
    SELECT r.tenant_id, r.id, p.id, least(now(), r.created_at + interval '1 day')
      FROM requests r JOIN people p ON p.tenant_id = r.tenant_id AND p.role = 'citizen'
     WHERE r.tenant_id = current_tenant() AND r.visibility = 'public' AND r.closed_at IS NULL
       AND p.id IS DISTINCT FROM r.reporter_id
       AND (r.source_id::int * 7 + p.id * (r.source_id::int % 5)) % (3 + r.source_id::int % 11) = 0
    """,
    """
    UPDATE requests r SET supporters = s.count
      FROM (SELECT tenant_id, request_id, count(*) FROM supporters GROUP BY tenant_id, request_id) s
     WHERE s.tenant_id = r.tenant_id AND s.request_id = r.id AND r.tenant_id = current_tenant()
    """,
  ]

  /// - Returns: id and department by slug.
  private static func categories(in transaction: Transaction) async throws -> [String: (id: Int, department: Int?)] {
    let results = try await transaction.queryAll(
      DemoCategory.all.enumerated().map { index, category in
        """
        INSERT INTO categories (tenant_id, slug, name, group_name, default_priority, department_id, attributes, private,
                                resolution_hours, sort, icon, keywords, notice)
        VALUES (current_tenant(), \(category.slug), \(category.name), \(category.group), \(category.priority.rawValue),
                (SELECT id FROM departments WHERE tenant_id = current_tenant() AND slug = \(category.department)),
                \(category.questions)::jsonb, \(category.isPrivate), \(category.hours), \(index),
                \(category.presentation.icon), \(category.presentation.keywords), \(category.presentation.notice))
        RETURNING slug, id, department_id
        """
      })
    _ = try await transaction.queryAll(DemoTownship.promises)
    for stopping in DemoCategory.stopping {
      try await transaction.execute(
        """
        INSERT INTO categories (tenant_id, slug, name, group_name, sort, icon, keywords, stop_message)
        VALUES (current_tenant(), \(Slug.of(stopping.name)), \(stopping.name), \(stopping.group), 1000, \(stopping.icon),
                \(stopping.keywords), \(stopping.message))
        """)
    }
    var categories: [String: (id: Int, department: Int?)] = [:]
    for row in results.compactMap(\.first) {
      let (slug, id, department) = try row.decode(String.self, Int.self, Int?.self)
      categories[slug] = (id, department)
    }
    return categories
  }
}
