import HTTPServer

enum VectorTileRoutes {
  static let mediaType = "application/vnd.mapbox-vector-tile"

  /// The same for everybody, so that whatever lies between may keep it for a minute.
  static func tile(_ request: Request, _ context: Context, _ z: Int, _ x: Int, _ y: Int) async throws -> Response {
    let tile = try Tile(z: z, x: x, y: y, deepest: VectorTile.deepest)
    let answer = try await context.application.vectorTile(tile, tenant: context.actor.tenant)
    return .kept(for: 60, digest: answer.digest, by: request, contentType: mediaType, bytes: answer.bytes)
  }
}
