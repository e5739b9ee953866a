import Civic
import JSON
import PostgreSQL

/// Brings the areas of a GeoJSON FeatureCollection in as a layer, all or nothing; or tells what that would do. An area that
/// is there already, by its slug, takes the new name and boundary.
struct ImportLayer: Sendable {
  let database: Database

  /// Of the collection, in bytes.
  static let largest = 8 << 20
  static let mostAreas = 5000
  /// Mistakes told one by one.
  private static let shown = 20

  struct Outcome: Sendable {
    let layer: String
    let isDryRun: Bool
    var added = 0
    /// Those that get another name or boundary.
    var changed = 0
    var unchanged = 0
    /// Areas of the layer that the collection does not name; they stay.
    var untouched = 0
    /// Names of those whose boundary crossed itself, and was mended.
    var mended: [String] = []
  }

  /// - Parameters:
  ///   - collection: the GeoJSON text.
  ///   - nameProperty: the property that holds an area's name.
  /// - Throws: `malformed_json`, `too_large`, `too_many`; `wrong_type` for what is no FeatureCollection; `invalid_format`
  ///   at each feature that cannot be an area, as `features.3`.
  func callAsFunction(
    _ collection: [UInt8], layer: String, nameProperty: String, isDryRun: Bool, as actor: Actor
  ) async throws -> Outcome {
    try KeepAreas.requirePermission(actor)
    let areas = try Self.read(collection, nameProperty)
    return try await database.withoutReplica.tenant(actor.tenant.id).write { transaction in
      // Two imports of one township at once take turns.
      _ = try await transaction.query("SELECT 1 FROM tenants WHERE id = current_tenant() FOR NO KEY UPDATE")
      var outcome = Outcome(layer: layer, isDryRun: isDryRun)
      var mistakes: [Problem.FieldError] = []
      var changed: [String] = []
      for (row, (index, area)) in zip(try await transaction.query(Self.look(areas, layer)), areas.enumerated()) {
        let (isValid, hasSurface, isKnown, isSame) = try row.decode(Bool.self, Bool.self, Bool.self, Bool.self)
        let field = "features.\(index)"
        if !hasSurface {
          mistakes.append(.init(field: field, code: .invalidFormat, message: "\"\(area.name)\" has no surface"))
        }
        if !isValid { outcome.mended.append(area.name) }
        if !isKnown { outcome.added += 1 } else if isSame { outcome.unchanged += 1 } else { outcome.changed += 1 }
        if !isSame { changed.append(area.slug) }
      }
      if !mistakes.isEmpty { throw Problem.fields(Array(mistakes.prefix(Self.shown))) }
      outcome.untouched =
        try await transaction.query(
          "SELECT count(*) FROM areas WHERE layer = \(layer) AND slug <> ALL(\(areas.map(\.slug)))"
        ).first?.get(0) ?? 0
      if isDryRun || changed.isEmpty { return outcome }
      let ids = try await transaction.query(Self.insertion(areas.filter { changed.contains($0.slug) }, layer))
        .map { try $0.get(0, as: Int.self) }
      try await transaction.execute(RecomputeArea.request(of: ids))
      let after = #"{"added": \#(outcome.added), "changed": \#(outcome.changed)}"#
      try await transaction.execute(
        AdministrationEvent.insertion("areas \(layer)", before: "{}", after: after, by: actor))
      return outcome
    }
  }

  /// One new area, as somebody drew it.
  /// - Throws: `name_taken`; `invalid_format` for a boundary that crosses itself or has no surface.
  func add(_ area: AreaName, name: String, geometry: String, as actor: Actor) async throws {
    try KeepAreas.requirePermission(actor)
    try await database.withoutReplica.tenant(actor.tenant.id).write { transaction in
      try await KeepAreas.requireValid(geometry, "geometry", in: transaction)
      let one = ImportedArea(slug: area.slug, name: name, geometry: geometry)
      let rows = try await transaction.query(
        "SELECT 1 FROM areas WHERE layer = \(area.layer) AND slug = \(area.slug)")
      if !rows.isEmpty { throw Problem.field("name", .nameTaken, "There is an area of this name in the layer.") }
      let ids = try await transaction.query(Self.insertion([one], area.layer)).map { try $0.get(0, as: Int.self) }
      try await transaction.execute(RecomputeArea.request(of: ids))
      try await transaction.execute(
        AdministrationEvent.insertion(
          "area \(area)", before: "{}", after: EditRequest.summary([("name", name)]), by: actor))
    }
  }

  private static func read(_ collection: [UInt8], _ nameProperty: String) throws(Problem) -> [ImportedArea] {
    if collection.count > largest { throw Problem(.tooLarge, "The file must not be larger than \(largest >> 20) MiB.") }
    let json: JSONValue
    do { json = try JSONValue.parse(collection) } catch { throw Problem(.malformedJSON, "\(error)") }
    guard json["type"]?.string == "FeatureCollection", let features = json["features"]?.array else {
      throw .field("features", .wrongType, "must be those of a GeoJSON FeatureCollection")
    }
    if features.isEmpty { throw .field("features", .required, "must not be empty") }
    if features.count > mostAreas { throw .field("features", .tooMany, "must not be more than \(mostAreas)") }
    var areas: [ImportedArea] = []
    var places: [String: Int] = [:]
    var mistakes: [Problem.FieldError] = []
    for (index, feature) in features.enumerated() {
      do throws(RowError) {
        let area = try GeoJSONAreas.area(feature, nameProperty)
        if let earlier = places.updateValue(index, forKey: area.slug) {
          throw RowError(sentence: "\"\(area.name)\" is the name of feature \(earlier + 1) already")
        }
        areas.append(area)
      } catch {
        mistakes.append(
          .init(field: "features.\(index)", code: .invalidFormat, message: "feature \(index + 1): \(error.sentence)"))
      }
    }
    if !mistakes.isEmpty { throw .fields(Array(mistakes.prefix(shown))) }
    return areas
  }

  /// Slug, name and boundary of each, in their order.
  private static func given(_ areas: [ImportedArea]) -> SQL {
    """
    SELECT number, slug, name, raw, ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Force2D(raw)), 3)) AS boundary
      FROM (SELECT number, slug, name, ST_SetSRID(ST_GeomFromGeoJSON(geometry), 4326) AS raw
              FROM unnest(\(areas.map(\.slug)), \(areas.map(\.name)), \(areas.map(\.geometry)))
                   WITH ORDINALITY AS input (slug, name, geometry, number)) read
    """
  }

  private static func look(_ areas: [ImportedArea], _ layer: String) -> SQL {
    """
    SELECT ST_IsValid(g.raw), NOT ST_IsEmpty(g.boundary), o.id IS NOT NULL,
           coalesce(o.name = g.name AND o.boundary::bytea = g.boundary::bytea, false)
      FROM (\(given(areas))) g LEFT JOIN areas o ON o.layer = \(layer) AND o.slug = g.slug ORDER BY g.number
    """
  }

  private static func insertion(_ areas: [ImportedArea], _ layer: String) -> SQL {
    """
    INSERT INTO areas (tenant_id, layer, slug, name, boundary)
    SELECT current_tenant(), \(layer), slug, name, boundary FROM (\(given(areas))) g ORDER BY slug
    ON CONFLICT (tenant_id, layer, slug)
      DO UPDATE SET name = excluded.name, boundary = excluded.boundary
    RETURNING id
    """
  }
}

extension ImportLayer.Outcome {
  func write(to json: inout JSONObjectWriter) {
    json.field("layer", layer)
    json.field("dry_run", isDryRun)
    json.field("added", added)
    json.field("changed", changed)
    json.field("unchanged", unchanged)
    json.field("untouched", untouched)
    json.array("mended", mended)
  }
}
