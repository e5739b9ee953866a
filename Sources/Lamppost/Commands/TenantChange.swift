import Civic
import PostgreSQL

/// Changes of a township from the command line: locked, refused in words, and written to its audit log.
enum TenantChange {
  /// - Parameter body: makes the change, in the township.
  /// - Returns: the township as it is then, in lines.
  /// - Throws: `UsageError` for a township that there is not, and what `body` throws.
  static func apply(
    to slug: String, _ database: Database, _ body: @escaping @Sendable (Transaction, Int) async throws -> Void
  ) async throws -> String {
    try await database.write { transaction in
      let rows = try await transaction.query("SELECT id FROM tenants WHERE slug = \(slug) FOR UPDATE")
      guard let id = try rows.first?.get(0, as: Int.self) else { throw TenantCommand.unknown(slug) }
      try await transaction.enter(id)
      let before = try await record(of: id, in: transaction)
      try await body(transaction, id)
      let after = try await record(of: id, in: transaction)
      try await transaction.execute(
        AuditEvent.change(
          "township \(slug)", before: before, after: after, by: nil, kind: .tenantChanged, note: AuditEvent.byCommand))
    }
    return try await TenantReport.read(slug, database)
  }

  /// What the audit log compares, as the text of a JSON object.
  static func record(of id: Int, in transaction: Transaction) async throws -> String {
    let rows = try await transaction.query(
      """
      SELECT (township_record(t, ARRAY(SELECT h.host FROM tenant_hosts h WHERE h.tenant_id = t.id ORDER BY h.host))::jsonb
              || jsonb_build_object('emergency_number', t.emergency_number, 'contact_email', t.contact_email,
                                    'publishes_at_once', t.publishes_at_once))::text
        FROM tenants t WHERE t.id = \(id)
      """)
    guard let row = rows.first else { throw Problem.notFound }
    return try row.get(0)
  }

  static func insertion(of host: HostName, _ id: Int) -> SQL {
    "INSERT INTO tenant_hosts (host, tenant_id) VALUES (\(host.description), \(id))"
  }

  /// Adds or takes away a name by which a township is asked for.
  static func set(_ host: HostName, isOwn: Bool, of slug: String, _ database: Database) async throws -> String {
    try await refusing(slug: slug, host: host) {
      try await apply(to: slug, database) { transaction, id in
        let rows = try await transaction.query(
          """
          SELECT EXISTS (SELECT 1 FROM tenant_hosts WHERE tenant_id = \(id) AND host = \(host.description)),
                 (SELECT count(*) FROM tenant_hosts WHERE tenant_id = \(id)), (SELECT count(*) FROM tenants)
          """)
        guard let row = rows.first else { throw Problem.notFound }
        let (has, hosts, townships) = try row.decode(Bool.self, Int.self, Int.self)
        if isOwn {
          if has { throw UsageError("\(slug) answers to \(host) already.") }
          try await transaction.execute(insertion(of: host, id))
          return
        }
        if !has {
          throw UsageError("\(slug) does not answer to \(host). `lamppost tenant show \(slug)` names its hosts.")
        }
        if hosts == 1 && townships > 1 {
          throw UsageError("\(host) is the only host of \(slug), which nobody would reach: add another one first.")
        }
        try await transaction.execute(
          "DELETE FROM tenant_hosts WHERE tenant_id = \(id) AND host = \(host.description)")
      }
    }
  }

  /// Switches a township off or on.
  static func set(isActive: Bool, of slug: String, _ database: Database) async throws -> String {
    try await apply(to: slug, database) { transaction, id in
      let rows = try await transaction.query(
        """
        UPDATE tenants SET deactivated_at = CASE WHEN \(isActive) THEN NULL ELSE now() END
         WHERE id = \(id) AND (deactivated_at IS NULL) <> \(isActive) RETURNING 1
        """)
      if rows.isEmpty { throw UsageError("\(slug) is \(isActive ? "served" : "switched off") already.") }
    }
  }

  /// What only the database can know of, as what who typed it is told.
  static func refusing<Value>(slug: String, host: HostName?, _ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as DatabaseError {
      switch error.constraint {
      case "tenants_slug_key": throw UsageError("There is a township \"\(slug)\" already.")
      case "tenant_hosts_pkey": throw UsageError("Another township answers to \(host?.description ?? "this host").")
      default: throw error
      }
    }
  }

  /// What is left to do before each township is reached: one alone answers to every host, of several each needs a name.
  static func advice(_ database: Database) async throws -> [String] {
    let rows = try await database.read(
      """
      SELECT slug FROM tenants t
       WHERE NOT EXISTS (SELECT 1 FROM tenant_hosts h WHERE h.tenant_id = t.id) AND (SELECT count(*) FROM tenants) > 1
       ORDER BY id
      """)
    return try rows.map { row in
      let slug: String = try row.get(0)
      return "\(slug) has no host, so nobody reaches it: lamppost tenant add-host \(slug) HOST"
    }
  }
}

/// One township in lines, for who looks at it on the command line.
enum TenantReport {
  /// - Throws: `UsageError` for a township that there is not.
  static func read(_ slug: String, _ database: Database) async throws -> String {
    let id = try await TenantCommand.find(slug, in: database)
    // As the township itself: the counts are of tables that show nothing to who is in none.
    let rows = try await database.tenant(id).read(
      """
      SELECT ARRAY[
               t.id::text, t.name, coalesce((SELECT string_agg(h.host, ', ' ORDER BY h.host)
                  FROM tenant_hosts h WHERE h.tenant_id = t.id), '(every host while it is alone)'),
               CASE WHEN t.deactivated_at IS NULL THEN 'served'
                    ELSE 'switched off since ' || to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') END,
               t.time_zone, t.language, t.search_language::text,
               coalesce((SELECT format('%s,%s,%s,%s', ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b))
                  FROM (SELECT t.boundary::geometry) AS boundary (b) WHERE b IS NOT NULL), '(none)'),
               t.emergency_number, coalesce(t.contact_email, '(none)'),
               CASE WHEN t.publishes_at_once THEN 'yes' ELSE 'no, after a look by staff' END,
               coalesce(t.closes_after_days || ' days of silence', '(never by itself)'),
               (SELECT format('%s, %s of them open', count(*), count(*) FILTER (WHERE r.closed_at IS NULL))
                  FROM requests r WHERE r.tenant_id = t.id),
               (SELECT coalesce(string_agg(n || ' ' || role, ', ' ORDER BY role), '(nobody)')
                  FROM (SELECT role, count(*) AS n FROM people p
                         WHERE p.tenant_id = t.id AND p.active AND role <> 'citizen' GROUP BY role) AS staff)
             ]
        FROM tenants t WHERE t.id = \(id)
      """)
    guard let row = rows.first else { throw TenantCommand.unknown(slug) }
    let labels = [
      "number", "name", "hosts", "state", "time zone", "language", "search language", "boundary", "emergency number",
      "contact email", "publishes at once", "closes after", "requests", "staff",
    ]
    return try zip(labels, row.get(0, as: [String].self)).map { label, value in
      label + String(repeating: " ", count: 19 - label.utf8.count) + value
    }.joined(separator: "\n")
  }
}
