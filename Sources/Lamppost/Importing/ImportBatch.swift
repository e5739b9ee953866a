import Civic
import PostgreSQL

/// Some rows on their way into the database, in one transaction: a batch is there whole or not at all.
struct ImportBatch: Sendable {
  private let rows: [[Bind]]
  private let source: String
  private let timeZone: String

  struct Outcome: Sendable {
    let added: Int
    /// There already.
    let present: Int
  }

  init(_ rows: ArraySlice<ImportedRow>, categories: ImportedCategories, mapping: ImportMapping, timeZone: String) {
    source = mapping.source
    self.timeZone = timeZone
    self.rows = rows.compactMap { row in
      categories[row.category].map { Self.binds(row, $0, isPrivate: $0.isPrivate || mapping.visibility == "private") }
    }
  }

  private static let columns = [
    "source_id", "reference", "title", "description", "category_id", "department_id", "status", "priority", "longitude",
    "latitude", "address", "attributes", "visibility", "created_at", "updated_at", "closed_at", "expected_by",
  ]

  private static func binds(_ row: ImportedRow, _ category: ImportedCategories.Entry, isPrivate: Bool) -> [Bind] {
    [
      row.sourceID.bind, Reference(bits: .random(in: 0...UInt64.max)).stored.bind, row.title.bind,
      row.description.bind, category.id.bind, category.departmentID.bind, row.status.rawValue.bind,
      (row.priority ?? category.defaultPriority).rawValue.bind, (row.location?.longitude).bind,
      (row.location?.latitude).bind, row.address.bind, row.attributes.bind, (isPrivate ? "private" : "public").bind,
      row.createdAt.text.bind, row.updatedAt.text.bind, (row.closedAt?.text).bind, (row.expectedBy?.text).bind,
    ]
  }

  /// - Parameter database: the township's.
  func insert(into database: Database) async throws -> Outcome {
    let added = rows.isEmpty ? 0 : try await add(to: database)
    return Outcome(added: added, present: rows.count - added)
  }

  /// - Returns: rows added; the others were there already.
  private func add(to database: Database) async throws -> Int {
    try await database.write { transaction in
      // A table with a policy refuses COPY.
      try await transaction.execute(
        """
        CREATE TEMPORARY TABLE imported (
          source_id text, reference text, title text, description text, category_id int, department_id int, status text,
          priority smallint, longitude float8, latitude float8, address text, attributes jsonb, visibility text,
          created_at text, updated_at text, closed_at text, expected_by text) ON COMMIT DROP
        """)
      try await transaction.copy(into: "imported", columns: Self.columns) { copy in
        for row in rows { try await copy.write(row: row) }
      }
      var added = 0
      // References are 35 random bits: a few of millions meet ones that are taken, and get others.
      for _ in 0..<5 {
        added += try await transaction.query(insertion).first?.get(0) ?? 0
        if added == rows.count { return added }
        let left = try await transaction.queryAll([withoutThosePresent, "SELECT DISTINCT source_id FROM imported"])[1]
        if left.isEmpty { return added }
        for row in left {
          let reference = Reference(bits: .random(in: 0...UInt64.max)).stored
          try await transaction.execute(
            "UPDATE imported SET reference = \(reference) WHERE source_id = \(try row.get(0, as: String.self))")
        }
      }
      throw ImportError("No free reference was found.")
    }
  }

  /// The public history begins with the day of the report; that the row was imported is for staff.
  private var insertion: SQL {
    """
    WITH added AS (
      INSERT INTO requests (tenant_id, source, source_id, reference, title, description, category_id, department_id,
                            status, priority, location, public_location, address, attributes, visibility, created_at,
                            updated_at, closed_at, expected_by, given_by, given_category_id, given_priority)
      SELECT current_tenant(), \(source), source_id, reference, title, description, category_id, department_id, status,
             priority, point, point, address, attributes, visibility, \(instant("created_at")),
             \(instant("updated_at")), \(instant("closed_at")), \(instant("expected_by")), \(instant("expected_by")),
             CASE WHEN expected_by IS NOT NULL THEN category_id END, CASE WHEN expected_by IS NOT NULL THEN priority END
        FROM imported, LATERAL (SELECT ST_MakePoint(longitude, latitude)::geography AS point) place
      ON CONFLICT DO NOTHING RETURNING id, created_at
    ), history AS (
      INSERT INTO request_events (tenant_id, request_id, at, kind, visibility, after)
      SELECT current_tenant(), a.id, e.at, e.kind, e.visibility, e.after
        FROM added a CROSS JOIN LATERAL (VALUES
               (1, a.created_at, \(RequestEvent.Kind.created.rawValue), 'public', \(Status.submitted.rawValue)),
               (2, now(), \(RequestEvent.Kind.imported.rawValue), 'internal', \(source))
             ) e (step, at, kind, visibility, after)
       ORDER BY a.id, e.step
    )
    SELECT count(*) FROM added
    """
  }

  /// A wall clock's time becomes an instant by the zone's own history: one that never was moves on by the hour that was
  /// left out, one that was twice is taken as the second.
  private func instant(_ column: SQL) -> SQL {
    """
    CASE WHEN right(\(column), 3) = '+00' THEN \(column)::timestamptz
         ELSE \(column)::timestamp AT TIME ZONE \(timeZone) END
    """
  }

  private var withoutThosePresent: SQL {
    """
    DELETE FROM imported i USING requests r
     WHERE r.tenant_id = current_tenant() AND r.source = \(source) AND r.source_id = i.source_id
    """
  }
}
