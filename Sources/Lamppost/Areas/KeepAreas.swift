import Civic
import JSON
import PostgreSQL

/// Keeps the township's areas one by one.
struct KeepAreas: Sendable {
  let database: Database

  /// A layer, e.g. its wards.
  struct Layer: Sendable {
    let name: String
    let areas: Int
    /// Open requests that lie in any of them.
    let open: Int
  }

  /// An area of a list.
  struct Item: Sendable {
    let area: AreaName
    let name: String
    let open: Int
  }

  func layers(as actor: Actor) async throws -> [Layer] {
    try await tenant(actor).read(
      """
      SELECT layer, count(*), coalesce(sum(o.count), 0)::bigint
        FROM areas LEFT JOIN (\(ListAreas.openCounts(as: actor))) o ON o.area_id = areas.id GROUP BY layer ORDER BY layer
      """
    ).map { Layer(name: try $0.get(0), areas: try $0.get(1), open: try $0.get(2)) }
  }

  /// "Ward 2" before "Ward 10".
  func list(layer: String, as actor: Actor) async throws -> [Item] {
    try await tenant(actor).read(
      """
      SELECT slug, name, coalesce(o.count, 0) FROM areas LEFT JOIN (\(ListAreas.openCounts(as: actor))) o ON o.area_id = areas.id
       WHERE layer = \(layer) ORDER BY lpad(substring(slug FROM '[0-9]{1,9}$'), 9, '0') NULLS LAST, name LIMIT 5000
      """
    ).map { Item(area: AreaName(layer: layer, slug: try $0.get(0)), name: try $0.get(1), open: try $0.get(2)) }
  }

  /// - Throws: `not_found`.
  func find(_ area: AreaName, as actor: Actor) async throws -> KeptArea {
    guard let row = try await tenant(actor).read(Self.query(area)).first else { throw Problem.notFound }
    return try KeptArea(row)
  }

  /// - Parameter ifMatch: the version that the change is meant for; nil for any.
  /// - Throws: `not_found`, `version_mismatch`; `invalid_format` for a boundary without a surface, or one that crosses
  ///   itself.
  func change(_ area: AreaName, _ change: AreaChange, ifMatch: Int?, as actor: Actor) async throws -> KeptArea {
    try Self.requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let old = try await Self.lock(area, ifMatch: ifMatch, in: transaction)
      if let geometry = change.geometry { try await Self.requireValid(geometry, "geometry", in: transaction) }
      let boundary: SQL = change.geometry.map(Self.boundary) ?? "boundary"
      let rows = try await transaction.query(
        """
        UPDATE areas SET name = coalesce(\(change.name), name), boundary = \(boundary)
         WHERE id = \(old.id) RETURNING \(KeptArea.columns)
        """)
      guard let row = rows.first else { throw Problem.notFound }
      let new = try KeptArea(row)
      if old.digest != new.digest { try await transaction.execute(RecomputeArea.request(of: [old.id])) }
      try await transaction.execute(
        AdministrationEvent.insertion("area \(area)", before: old.facts, after: new.facts, by: actor))
      return new
    }
  }

  /// What lay in it lies in one area less; rules that name it say so.
  /// - Throws: `not_found`, `version_mismatch`; `conflict` where somebody on the staff is, or is invited to
  ///   be, limited to it.
  func remove(_ area: AreaName, ifMatch: Int?, as actor: Actor) async throws {
    try Self.requirePermission(actor)
    try await tenant(actor).write { transaction in
      let old = try await Self.lock(area, ifMatch: ifMatch, in: transaction)
      // With the area its row would go, and with it the limit itself.
      let limited = try await transaction.query("SELECT 1 FROM person_areas WHERE area_id = \(old.id) LIMIT 1")
      if !limited.isEmpty { throw Problem(.conflict, "Somebody on the staff is limited to this area.") }
      let invited = try await transaction.query(
        "SELECT 1 FROM invitations WHERE \(old.id) = ANY(area_ids) AND expires_at > now() LIMIT 1")
      if !invited.isEmpty { throw Problem(.conflict, "Somebody is invited who will be limited to this area.") }
      try await transaction.execute("DELETE FROM areas WHERE id = \(old.id)")
      try await transaction.execute(
        AdministrationEvent.insertion("area \(area)", before: old.facts, after: "{}", by: actor))
    }
  }

  static func requirePermission(_ actor: Actor) throws(Problem) {
    if !actor.may(.manageAreas) { throw Problem(.forbidden) }
  }

  private func tenant(_ actor: Actor) -> Database { database.withoutReplica.tenant(actor.tenant.id) }

  private static func query(_ area: AreaName) -> SQL {
    "SELECT \(KeptArea.columns) FROM areas WHERE layer = \(area.layer) AND slug = \(area.slug)"
  }

  private static func lock(_ area: AreaName, ifMatch: Int?, in transaction: Transaction) async throws -> KeptArea {
    guard let row = try await transaction.query(query(area) + " FOR UPDATE").first else { throw Problem.notFound }
    let old = try KeptArea(row)
    if let ifMatch, ifMatch != old.version { throw Problem(.versionMismatch) }
    return old
  }

  private static func boundary(_ geometry: String) -> SQL { "ST_Multi(ST_Force2D(\(raw(geometry))))" }

  private static func raw(_ geometry: String) -> SQL { "ST_SetSRID(ST_GeomFromGeoJSON(\(geometry)::text), 4326)" }

  /// What a person draws is not mended behind their back.
  /// - Throws: `invalid_format`.
  static func requireValid(_ geometry: String, _ field: String, in transaction: Transaction) async throws {
    let rows = try await transaction.query("SELECT ST_IsValid(\(raw(geometry))), ST_Area(\(raw(geometry))) > 0")
    guard let row = rows.first, try row.get(0) else {
      throw Problem.field(field, .invalidFormat, "must not cross itself")
    }
    guard try row.get(1) else { throw Problem.field(field, .invalidFormat, "must have a surface") }
  }
}
