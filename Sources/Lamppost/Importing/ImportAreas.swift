import PostgreSQL

/// Brings the areas of a GeoJSON file in as a layer, all or nothing, and finds out which requests lie in them. An area
/// that is there already, by its slug, takes the new name and boundary.
struct ImportAreas: Sendable {
  /// As the owner of the tables.
  let database: Database
  let tenantID: Int

  struct Figures: Sendable, Equatable {
    var areas = 0
    /// Areas that are new or have another boundary than before.
    var changed = 0
    /// Areas of the layer that the file does not name; they stay.
    var untouched = 0
    /// Pairs of a request and one of the changed areas it lies in.
    var memberships = 0
  }

  /// - Parameter makesBoundary: whether the layer's union becomes the township's boundary.
  /// - Throws: `ImportError` for an area that has no surface once it is made valid.
  func callAsFunction(_ areas: [ImportedArea], layer: String, makesBoundary: Bool = false) async throws -> Figures {
    let database = database.tenant(tenantID)
    let (changed, untouched) = try await database.write { transaction in
      var changed: [Int] = []
      for area in areas {
        if let id = try await Self.store(area, layer, in: transaction) { changed.append(id) }
      }
      // Should this process die before the recomputation below, the worker does it.
      try await transaction.execute(
        """
        INSERT INTO jobs (tenant_id, kind, subject)
        SELECT current_tenant(), \(JobKind.recomputeArea.rawValue), id::text FROM unnest(\(changed)) AS id
        ON CONFLICT (tenant_id, kind, subject) DO NOTHING
        """)
      if makesBoundary { try await transaction.execute(Self.boundary(of: layer)) }
      let others = try await transaction.query(
        """
        SELECT count(*) FROM areas
         WHERE tenant_id = current_tenant() AND layer = \(layer) AND slug <> ALL(\(areas.map(\.slug)))
        """)
      return (changed, try others.first?.get(0, as: Int.self) ?? 0)
    }
    let memberships = try await Self.recompute(changed, in: database)
    return Figures(areas: areas.count, changed: changed.count, untouched: untouched, memberships: memberships)
  }

  /// - Returns: the area's id if it is new or has another boundary.
  static func store(_ area: ImportedArea, _ layer: String, in transaction: Transaction) async throws -> Int? {
    let rows = try await transaction.query(
      """
      WITH given AS (
        SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Force2D(
                 ST_SetSRID(ST_GeomFromGeoJSON(\(area.geometry)::text), 4326))), 3)) AS boundary
      ), old AS (
        SELECT boundary FROM areas WHERE tenant_id = current_tenant() AND layer = \(layer) AND slug = \(area.slug)
      )
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      SELECT current_tenant(), \(layer), \(area.slug), \(area.name), boundary FROM given WHERE NOT ST_IsEmpty(boundary)
      ON CONFLICT (tenant_id, layer, slug) DO UPDATE SET name = excluded.name, boundary = excluded.boundary
      RETURNING id, (SELECT boundary::bytea FROM old) IS DISTINCT FROM boundary::bytea
      """)
    guard let row = rows.first else { throw ImportError("\"\(area.name)\" has no surface.") }
    let (id, isChanged) = try row.decode(Int.self, Bool.self)
    return isChanged ? id : nil
  }

  static func boundary(of layer: String) -> SQL {
    """
    UPDATE tenants SET boundary = (
      SELECT ST_Multi(ST_CollectionExtract(ST_Union(boundary), 3))::geography FROM areas
       WHERE tenant_id = current_tenant() AND layer = \(layer))
     WHERE id = current_tenant()
    """
  }

  private static func recompute(_ areas: [Int], in database: Database) async throws -> Int {
    try await database.write { transaction in
      try await transaction.execute(
        "DELETE FROM request_areas WHERE tenant_id = current_tenant() AND area_id = ANY(\(areas))")
      // A request that came in meanwhile has its membership by trigger.
      let memberships = try await transaction.execute(
        RecomputeArea.insertion(where: "a.tenant_id = current_tenant() AND a.id = ANY(\(areas))"))
      try await transaction.execute(
        """
        DELETE FROM jobs WHERE tenant_id = current_tenant() AND kind = \(JobKind.recomputeArea.rawValue)
           AND subject = ANY(SELECT id::text FROM unnest(\(areas)) AS id) AND leased_until IS NULL
        """)
      return memberships
    }
  }
}
