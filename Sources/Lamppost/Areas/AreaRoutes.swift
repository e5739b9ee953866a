import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// The areas of a township as GeoJSON, of one layer or of all.
struct ListAreas: Sendable {
  let database: Database

  /// - Returns: a FeatureCollection, written by PostGIS. Six decimals are a tenth of a metre.
  /// - Parameter counts: whether to tell how many open requests lie in each.
  func callAsFunction(layer: String?, counts: Bool = false, as actor: Actor) async throws -> [UInt8] {
    let condition: SQL = layer.map { "layer = \($0)" } ?? "true"
    let open: SQL = counts ? ", 'open', coalesce(o.count, 0)" : ""
    let source: SQL = counts ? "areas LEFT JOIN (\(Self.openCounts(as: actor))) o ON o.area_id = areas.id" : "areas"
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
        'type', 'Feature',
        'properties', json_build_object('area', layer || ':' || slug, 'layer', layer, 'slug', slug, 'name', name\(open)),
        'geometry', ST_AsGeoJSON(boundary, 6)::json) ORDER BY layer, slug), '[]'))::text
        FROM \(source) WHERE \(condition)
      """)
    return Array((try rows.first?.get(0, as: String.self) ?? "{}").utf8)
  }
}

extension ListAreas {
  /// Open requests by area: as many rows are read as are open, however many there have been.
  static func openCounts(as actor: Actor) -> SQL {
    """
    SELECT ra.area_id, count(*) AS count
      FROM requests r JOIN request_areas ra ON ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND ra.for_staff
     WHERE r.closed_at IS NULL AND \(actor.visibleRequests) GROUP BY ra.area_id
    """
  }

  /// An area as something to choose.
  struct Name: Sendable {
    let layer: String
    let slug: String
    let name: String
  }

  /// By layer; "Ward 2" before "Ward 10".
  func names(tenant: Tenant) async throws -> [Name] {
    try await database.tenant(tenant.id).read(
      """
      SELECT layer, slug, name FROM areas
       ORDER BY layer, lpad(substring(slug FROM '[0-9]{1,9}$'), 9, '0') NULLS LAST, name LIMIT 1000
      """
    ).map { try Name(layer: $0.get(0), slug: $0.get(1), name: $0.get(2)) }
  }
}

enum AreaRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    var counts = false
    if let text = request.query["counts"] {
      guard let wanted = Bool(text) else { throw Problem.parameter("counts", "must be true or false") }
      if wanted && !context.actor.seesInternal {
        throw context.actor.person == nil ? Problem(.unauthenticated) : Problem(.forbidden)
      }
      counts = wanted
    }
    let collection = try await context.application.listAreas(
      layer: request.query["layer"], counts: counts, as: context.actor)
    return Response(.ok, contentType: "application/geo+json", bytes: collection)
  }
}
