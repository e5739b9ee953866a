import Civic
import JSON
import Testing

@testable import Lamppost

@Suite("Vector tiles for GIS clients")
struct VectorTileTests {
  private func path(_ zoom: Int) throws -> String {
    let square = Square(try #require(Coordinate(latitude: 42.36, longitude: -71.06)), level: zoom)
    return "/api/v1/tiles/\(zoom)/\(square.x)/\(square.y).mvt"
  }

  @Test("a tile holds the public's requests, by their public place, for everybody alike")
  func points() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([("title", .string("Lamp of the tile"))])
    try await town.report([("title", .string("Hidden thing")), ("category", .string("harassment"))])
    let (blurred, _) = try await town.report([("title", .string("Blurred thing"))])
    _ = try await town.database.write(
      """
      UPDATE requests SET public_location = ST_SetSRID(ST_MakePoint(-70, 41), 4326)::geography
       WHERE tenant_id = \(town.id) AND reference = \(try #require(Reference(blurred)).stored)
      """)
    for client in [town.anonymous, try await town.somebody(.manager)] {
      let tile = try await client.get(path(14))
      #expect(tile.status == 200 && tile.headers["Content-Type"] == "application/vnd.mapbox-vector-tile")
      #expect(tile.headers["Cache-Control"] == "public, max-age=60")
      // The names and texts of a tile stand in it as they are.
      let text = String(decoding: tile.bytes, as: UTF8.self)
      #expect(text.contains("requests") && text.contains(reference) && text.contains("Lamp of the tile"))
      #expect(text.contains("street-light") && text.contains("submitted"))
      #expect(!text.contains("Hidden thing") && !text.contains("Blurred thing"))
    }
    let foreign = try await Township().anonymous.get(path(14))
    #expect(foreign.status == 200 && foreign.bytes.isEmpty)
  }

  @Test("who has a tile is told that it is the same until it changes")
  func kept() async throws {
    let town = try await Township()
    try await town.report()
    let tag = try #require(try await town.anonymous.get(path(12)).headers["ETag"])
    #expect(try await town.anonymous.with("If-None-Match", tag).get(path(12)).status == 304)
    try await town.report()
    #expect(try await town.anonymous.with("If-None-Match", tag).get(path(12)).status == 200)
  }

  @Test("from afar, and where they are many, a tile holds counts")
  func clusters() async throws {
    let town = try await Township()
    try await town.report([("title", .string("A single thing"))])
    let far = String(decoding: try await town.anonymous.get(path(5)).bytes, as: UTF8.self)
    #expect(far.contains("clusters") && far.contains("count") && !far.contains("A single thing"))
    _ = try await town.database.write(
      """
      INSERT INTO requests (tenant_id, reference, title, category_id, status, priority, location, public_location, visibility)
      SELECT \(town.id), lpad(n::text, 8, '0'), 'Bulk', (SELECT min(id) FROM categories WHERE tenant_id = \(town.id)),
             'closed', 2, place, place, 'public'
        FROM (SELECT n, ST_SetSRID(ST_MakePoint(-71.06, 42.36), 4326)::geography AS place
                FROM generate_series(1, 2100) n) places
      """)
    let near = try await town.anonymous.get(path(16))
    let text = String(decoding: near.bytes, as: UTF8.self)
    #expect(text.contains("clusters") && !text.contains("Bulk") && near.bytes.count < 500)
  }

  @Test(
    "there is no tile beyond the world or the deepest zoom", arguments: ["19/0/0", "0/1/0", "-1/0/0", "3/0/8", "a/0/0"])
  func missing(place: String) async throws {
    let town = try await Township()
    #expect(try await town.anonymous.get("/api/v1/tiles/\(place).mvt").status == 404)
    #expect(try await town.anonymous.get("/api/v1/tiles/0/0/0").status == 404)
    #expect(try await town.anonymous.get("/api/v1/tiles/0/0/0.mvt?status=closed").status == 400)
  }

  @Test("the start page shows what strangers may see, with its numbers, and leads to the search")
  func home() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([("title", .string("Lamp <script>alert(1)</script>"))])
    try await town.report([("title", .string("Hidden thing")), ("category", .string("harassment"))])
    for client in [town.anonymous, try await town.somebody(.manager)] {
      let page = try await client.get("/").text
      #expect(page.contains("Lamp &lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("/requests/\(reference)"))
      #expect(!page.contains("Hidden thing") && !page.contains("<script>alert"))
      #expect(page.contains("<strong>1</strong> report is open now") && page.contains(#"action="/map" role="search""#))
    }
    #expect(try await !Township().anonymous.get("/").text.contains("Reported lately"))
  }
}
