import Civic
import JSON
import PostgreSQL

/// Rows of a configuration file brought in, each with its row in the audit log.
enum ConfigurationRows {
  /// Writes one row, made or changed, and what that changed into the audit log.
  /// - Parameters:
  ///   - row: what the audit log keeps of it, as a query of one row at most.
  private static func put(
    _ subject: String, _ row: SQL, by actor: Actor, in transaction: Transaction, _ statement: SQL
  ) async throws {
    let before = try await transaction.query(row).first?.get(0, as: String.self)
    try await transaction.execute(statement)
    guard let after = try await transaction.query(row).first?.get(0, as: String.self) else { throw Problem.notFound }
    try await transaction.execute(
      AdministrationEvent.insertion(subject, before: before ?? "{}", after: after, by: actor))
  }

  static func put(
    department slug: String, name: String, isActive: Bool, by actor: Actor, in transaction: Transaction
  ) async throws {
    try await put(
      "department \(slug)",
      "SELECT jsonb_build_object('name', name, 'active', active)::text FROM departments WHERE slug = \(slug)",
      by: actor, in: transaction,
      """
      INSERT INTO departments (tenant_id, slug, name, active) VALUES (current_tenant(), \(slug), \(name), \(isActive))
      ON CONFLICT (tenant_id, slug) DO UPDATE SET name = excluded.name, active = excluded.active
      """)
  }

  static func put(
    calendar slug: String, _ new: CalendarInput, by actor: Actor, in transaction: Transaction
  ) async throws {
    let (hours, holidays) = KeepCalendars.stored(new.calendar)
    try await put(
      "calendar \(slug)",
      "SELECT (to_jsonb(k) - '{tenant_id,id,version}'::text[])::text FROM calendars k WHERE k.slug = \(slug)",
      by: actor, in: transaction,
      """
      INSERT INTO calendars AS k (tenant_id, slug, name, hours, holidays, active)
      VALUES (current_tenant(), \(slug), \(new.name), \(hours)::jsonb, \(holidays), \(new.isActive))
      ON CONFLICT (tenant_id, slug) DO UPDATE SET name = excluded.name, hours = excluded.hours,
        holidays = excluded.holidays, active = excluded.active, version = k.version + 1
      """)
  }

  /// - Parameter id: nil for a new one.
  static func put(
    template id: Int?, name: String, body: String, visibility: Visibility, by actor: Actor,
    in transaction: Transaction
  ) async throws {
    var number = id
    if number == nil {
      number = try await transaction.query(
        """
        INSERT INTO reply_templates (tenant_id, name, body, visibility)
        VALUES (current_tenant(), \(name), '-', \(visibility.rawValue)) RETURNING id
        """
      ).first?.get(0)
    }
    guard let number else { throw Problem.notFound }
    try await put(
      "template \(number)",
      """
      SELECT jsonb_build_object('name', name, 'body', body, 'visibility', visibility)::text
        FROM reply_templates WHERE id = \(number)
      """, by: actor, in: transaction,
      """
      UPDATE reply_templates SET name = \(name), body = \(body), visibility = \(visibility.rawValue)
       WHERE id = \(number)
      """)
  }

  /// What lies in it is found out by a job.
  /// - Throws: `invalid_format` where the boundary crosses itself or has no surface.
  static func put(
    area slug: String, _ layer: String, name: String, boundary: String, by actor: Actor, in transaction: Transaction
  ) async throws {
    let raw: SQL = "ST_SetSRID(ST_GeomFromGeoJSON(\(boundary)::text), 4326)"
    let isRight = try await transaction.query("SELECT ST_IsValid(\(raw)) AND ST_Area(\(raw)) > 0").first?.get(
      0, as: Bool.self)
    guard isRight == true else {
      throw Problem.field("boundary", .invalidFormat, "must have a surface and not cross itself")
    }
    try await put(
      "area \(layer):\(slug)",
      """
      SELECT jsonb_build_object('name', name, 'boundary', md5(boundary::bytea))::text
        FROM areas WHERE layer = \(layer) AND slug = \(slug)
      """, by: actor, in: transaction,
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      VALUES (current_tenant(), \(layer), \(slug), \(name), ST_Multi(ST_Force2D(\(raw))))
      ON CONFLICT (tenant_id, layer, slug) DO UPDATE SET name = excluded.name, boundary = excluded.boundary
      """)
    let ids = try await transaction.query("SELECT id FROM areas WHERE layer = \(layer) AND slug = \(slug)")
    try await transaction.execute(RecomputeArea.request(of: try ids.map { try $0.get(0) }))
  }
}

/// The order of what a configuration file speaks of: before everything else, unless it stands so already.
enum ConfigurationOrder {
  static func categories(_ slugs: [String], in transaction: Transaction, by actor: Actor) async throws {
    let now = try await transaction.query("SELECT slug FROM categories ORDER BY sort, group_name, name, id").map {
      try $0.get(0, as: String.self)
    }
    guard let wished = order(now, slugs) else { return }
    try await ChangeCategory.putInOrder(wished, now: now, by: actor, in: transaction)
  }

  static func rules(_ keys: [String], in transaction: Transaction, by actor: Actor) async throws {
    var counts: [String: Int] = [:]
    let now = try await transaction.query(KeptRule.all).map(KeptRule.init).map { rule in
      counts[rule.name, default: 0] += 1
      return (TownshipConfiguration.numbered(rule.name, counts[rule.name] ?? 1), rule.id)
    }
    guard let wished = order(now.map(\.0), keys) else { return }
    let ids = Dictionary(now) { $1 }
    try await RoutingRules.putInOrder(wished.compactMap { ids[$0] }, now: now.map(\.1), by: actor, in: transaction)
  }

  /// nil where the wished stand in their order already.
  private static func order(_ now: [String], _ wished: [String]) -> [String]? {
    let named = Set(wished)
    if now.filter(named.contains) == wished { return nil }
    return wished.filter(Set(now).contains) + now.filter { !named.contains($0) }
  }
}
