import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// The areas of a township as GeoJSON, of one layer or of all.
struct ListAreas: Sendable {
  let database: Database

  /// - Returns: a FeatureCollection, written by PostGIS. Six decimals are a tenth of a metre.
  func callAsFunction(layer: String?, tenant: Tenant) async throws -> [UInt8] {
    let condition: SQL = layer.map { "layer = \($0)" } ?? "true"
    let rows = try await database.tenant(tenant.id).read(
      """
      SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
        'type', 'Feature',
        'properties', json_build_object('area', layer || ':' || slug, 'layer', layer, 'slug', slug, 'name', name),
        'geometry', ST_AsGeoJSON(boundary, 6)::json) ORDER BY layer, slug), '[]'))::text
        FROM areas WHERE \(condition)
      """)
    return Array((try rows.first?.get(0, as: String.self) ?? "{}").utf8)
  }
}

enum AreaRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let collection = try await context.application.listAreas(
      layer: request.query["layer"], tenant: context.actor.tenant)
    return Response(.ok, contentType: "application/geo+json", bytes: collection)
  }
}
