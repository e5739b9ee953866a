import FoundationEssentials
import PostgreSQL

/// The township's own streets and its boundary, tile by tile, for drawing a map without asking anybody.
struct BaseMap: Sendable {
  let database: Database

  /// The greatest zoom that is served: a tile of some 40 metres.
  static let deepest = 20
  /// Whole numbers to a tile's side.
  static let extent = 2048
  /// How far lines go on beyond a tile's edge, so that a broad one is not cut off there.
  private static let margin = 128

  struct Answer: Sendable {
    let json: [UInt8]
    /// Of the content.
    let digest: String
  }

  func callAsFunction(_ tile: Tile, tenant: Tenant) async throws -> Answer {
    let rows = try await database.tenant(tenant.id).read(Self.query(tile))
    guard let row = rows.first else { throw Problem.notFound }
    return Answer(json: Array(try row.get(0, as: String.self).utf8), digest: try row.get(1))
  }

  /// `{"extent", "streets": [[rank, name, lines]], "land": polygons}`, and its digest. Streets of one name and rank are
  /// one, so that a name is written along the whole of it.
  static func query(_ tile: Tile) -> SQL {
    let area = tile.degrees(margin: Double(margin) / Double(extent)).sql
    // Metres of half a unit at this zoom would be nothing anybody sees; two units are half a pixel.
    let tolerance = 2 * 40_075_016.7 / Double(1 << tile.z) / Double(extent)
    return """
      WITH shown AS (
        SELECT rank, name, ST_LineMerge(ST_Collect(line)) AS line
          FROM (SELECT name, line, \(rank) AS rank FROM streets WHERE line && \(area)) s
         WHERE rank <= \(Int32(lowestRank(at: tile.z))) GROUP BY rank, name
      ), drawn AS (
        SELECT rank, name, \(shape("ST_Simplify(ST_Transform(line, 3857), \(tolerance))", in: tile)) AS shape FROM shown
      ), township AS (
        SELECT boundary IS NOT NULL AS is_known, \(shape("""
          ST_SimplifyPreserveTopology(ST_Transform(ST_ClipByBox2D(boundary::geometry, \(area)::box2d), 3857), \(tolerance))
          """, in: tile)) AS shape
          FROM tenants WHERE id = current_tenant()
      ), tile AS (
        SELECT json_build_object('extent', \(Int32(extent)),
          'streets', coalesce((SELECT json_agg(json_build_array(rank, name, \(coordinates)) ORDER BY rank, name)
                                 FROM drawn WHERE shape IS NOT NULL), '[]'),
          'land', (SELECT CASE WHEN shape IS NULL THEN '[]' ELSE \(coordinates) END FROM township WHERE is_known))::text
          AS content
      )
      SELECT content, md5(content) FROM tile
      """
  }

  /// OpenStreetMap's words in the order in which streets matter.
  private static let rank: SQL = """
    CASE regexp_replace(kind, '_link$', '') WHEN 'motorway' THEN 0 WHEN 'trunk' THEN 0 WHEN 'primary' THEN 1
      WHEN 'secondary' THEN 2 WHEN 'tertiary' THEN 3 WHEN 'footway' THEN 5 WHEN 'path' THEN 5 WHEN 'steps' THEN 5
      WHEN 'cycleway' THEN 5 WHEN 'track' THEN 5 WHEN 'pedestrian' THEN 5 WHEN 'service' THEN 5 ELSE 4 END
    """

  /// A far look at a city is clear only without its side streets.
  private static func lowestRank(at zoom: Int) -> Int {
    switch zoom {
    case ..<8: 0
    case 8...9: 1
    case 10: 2
    case 11: 3
    case 12...14: 4
    default: 5
    }
  }

  private static func shape(_ geometry: SQL, in tile: Tile) -> SQL {
    "ST_AsMVTGeom(\(geometry), \(tile.envelope), \(Int32(extent)), \(Int32(margin)), true)"
  }

  private static let coordinates: SQL = "ST_AsGeoJSON(ST_Multi(shape), 0)::json->'coordinates'"
}
