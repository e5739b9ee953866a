import HTML

/// What maps are drawn from. Variables: `MAP_TILE_URL`, `MAP_ATTRIBUTION`.
struct MapConfiguration: Sendable {
  /// Raster tiles of another server, with `{z}`, `{x}` and `{y}`; without it, maps are drawn from the township's own
  /// streets, and nobody else learns where people look.
  let tileURL: String?
  /// Whose the map is, shown in its corner.
  let attribution: String

  init(_ environment: inout EnvironmentReader) {
    tileURL = environment.optional("MAP_TILE_URL")
    attribution = environment.optional("MAP_ATTRIBUTION") ?? ""
    guard let tileURL else { return }
    // The server's name goes into a header of every page with a map.
    let isKnown = ["{z}", "{x}", "{y}"].allSatisfy {
      tileURL.split(separator: $0, omittingEmptySubsequences: false).count == 2
    }
    let isPlain = tileURL.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'<>;,\\".utf8.contains($0) }
    if !isKnown || !isPlain || tileOrigin == nil {
      environment.refuse("MAP_TILE_URL must be like https://tiles.example.org/{z}/{x}/{y}.png")
    }
  }

  /// What `Client/lib/map.ts` must know.
  func settings(for tenant: Tenant) -> HTML {
    let bounds = tenant.bounds.map { "\($0.west),\($0.south),\($0.east),\($0.north)" } ?? ""
    return """
      <meta name="map" content="\(tileURL == nil ? "streets" : "tiles")" data-tiles="\(tileURL ?? "")" \
      data-attribution="\(attribution)" data-bounds="\(bounds)">

      """
  }

  /// What `Client/lib/map.ts` says.
  static let messages = ["Zoom in", "Zoom out"]

  /// The tile server, as a Content-Security-Policy names it.
  var tileOrigin: String? {
    guard let tileURL, let scheme = ["https://", "http://"].first(where: tileURL.hasPrefix) else { return nil }
    let host = tileURL.dropFirst(scheme.count).prefix { $0 != "/" }
    let isName =
      !host.isEmpty
      && host.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
    return isName ? scheme + host : nil
  }
}
