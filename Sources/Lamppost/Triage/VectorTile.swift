import Civic
import HTTPServer
import PostgreSQL

/// The public's requests as vector tiles, for GIS clients: the layer `requests` with a point each, or `clusters` where they
/// are many.
struct VectorTile: Sendable {
  let database: Database

  /// The greatest zoom that is served; clients enlarge it beyond.
  static let deepest = 18
  /// Below this zoom a tile holds counts alone: a county's requests are no points to anybody.
  static let pointsFrom = 10
  /// A tile with more requests than this holds counts.
  static let pointLimit = 2000

  struct Answer: Sendable {
    let bytes: [UInt8]
    let digest: String
  }

  /// - Returns: a Mapbox vector tile, version 2; empty where nothing is.
  func callAsFunction(_ tile: Tile, tenant: Tenant) async throws -> Answer {
    // The same for everybody, staff too, so that it may be kept on the way: what a stranger may know.
    let anybody = Actor(tenant: tenant)
    let database = database.tenant(tenant.id)
    if tile.z >= Self.pointsFrom {
      let row = try await database.read(Self.points(tile, as: anybody)).first
      if let row, try row.get(2, as: Int.self) <= Self.pointLimit { return try Answer(row) }
    }
    let row = try await database.read(Self.clusters(tile, as: anybody)).first
    return try row.map(Answer.init) ?? Answer(bytes: [], digest: "")
  }

  /// One more than are shown tells whether there are too many.
  static func points(_ tile: Tile, as actor: Actor) throws -> SQL {
    var filter = try RequestFilter(Query(), as: actor)
    filter.box = tile.degrees()
    let location = actor.visibleLocation
    return """
      WITH found AS (
        SELECT r.reference, r.title, r.status, c.slug AS category, r.priority, r.created_at,
               ST_Transform(\(location)::geometry, 3857) AS place
          FROM \(filter.source) JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
         WHERE \(filter.conditions(as: actor, text: .words)) LIMIT \(Int32(pointLimit + 1))
      ), tile AS (
        SELECT substring(reference FOR 4) || '-' || substring(reference FROM 5) AS reference, title, status, category,
               (ARRAY['low', 'medium', 'high', 'urgent'])[priority] AS priority,
               floor(extract(epoch FROM created_at))::bigint AS created_at,
               ST_AsMVTGeom(place, \(tile.envelope), 4096, 0, true) AS shape FROM found
         -- Not as the table holds them: that would tell of changes that are nobody's business.
         ORDER BY reference
      )
      \(Self.encoded("requests", "(SELECT count(*) FROM found)"))
      """
  }

  static func clusters(_ tile: Tile, as actor: Actor) throws -> SQL {
    let grid = MapView.Grid(zoom: tile.z)
    let level = Int32(grid.level - grid.shift)
    return """
      WITH counted (x, y, status, n, columns, rows) AS (
        \(try MapView.countQuery(RequestFilter(Query(), as: actor), tile.degrees(margin: -1e-9), grid, actor))
      ), tile AS (
        SELECT sum(n)::bigint AS count,
               coalesce(sum(n) FILTER (WHERE status NOT IN ('completed', 'closed', 'rejected', 'duplicate', 'withdrawn')), 0)
                 ::bigint AS open,
               ST_AsMVTGeom(ST_Centroid(ST_TileEnvelope(\(level), x, y)), \(tile.envelope), 4096, 0, true) AS shape
          FROM counted GROUP BY x, y
      )
      \(Self.encoded("clusters", "count(*)"))
      """
  }

  private static func encoded(_ layer: String, _ count: SQL) -> SQL {
    """
    SELECT content, md5(content), n FROM (
      SELECT coalesce(ST_AsMVT(tile, \(layer), 4096, 'shape') FILTER (WHERE shape IS NOT NULL), '') AS content,
             \(count) AS n FROM tile) encoded
    """
  }
}

extension VectorTile.Answer {
  fileprivate init(_ row: Row) throws {
    bytes = try row.get(0)
    digest = try row.get(1)
  }
}
