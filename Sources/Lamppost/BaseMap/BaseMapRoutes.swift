import HTTPServer

enum BaseMapRoutes {
  /// The same for everybody, so that whatever lies between may keep it.
  static func tile(_ request: Request, _ context: Context, _ z: Int, _ x: Int, _ y: Int) async throws -> Response {
    let tile = try Tile(z: z, x: x, y: y, deepest: BaseMap.deepest)
    let answer = try await context.application.baseMap(tile, tenant: context.actor.tenant)
    return .kept(
      for: 3600, digest: answer.digest, by: request, contentType: "application/json", bytes: answer.json)
  }
}

extension Request {
  /// Whether the caller has what bears this tag.
  func knows(_ tag: String) -> Bool {
    let tags = (headers["If-None-Match"] ?? "").split(separator: ",").map { String($0).trimmed }
    // A proxy that compresses marks the tag as weak.
    return tags.contains(tag) || tags.contains("W/" + tag)
  }
}

extension Response {
  /// What is public and may be kept for some seconds; who has it already is told so.
  static func kept(
    for seconds: Int, digest: String, by request: Request, contentType: String, bytes: [UInt8]
  ) -> Response {
    let tag = "\"\(digest)\""
    var response = request.knows(tag) ? Response(.notModified) : Response(.ok, contentType: contentType, bytes: bytes)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=\(seconds)"
    return response
  }
}
