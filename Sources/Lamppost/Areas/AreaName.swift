/// What an area is called in addresses: its layer and its slug, `wards:ward-17`.
struct AreaName: Sendable, Equatable, CustomStringConvertible {
  let layer: String
  let slug: String

  init(layer: String, slug: String) { (self.layer, self.slug) = (layer, slug) }

  /// nil for anything but two words with a colon between them. (PostgreSQL takes no NUL in a text.)
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains("\0") }) else { return nil }
    (layer, slug) = (parts[0], parts[1])
  }

  var description: String { layer + ":" + slug }
}
