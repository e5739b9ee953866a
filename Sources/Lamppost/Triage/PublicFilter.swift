import FoundationEssentials
import HTTPServer

/// What the address of the map page asks for. It holds the whole state of the page, so that any view can be sent to
/// somebody; a field of the form that was left empty asks for nothing.
struct PublicFilter: Sendable {
  /// Known parameters that are not empty.
  let query: Query

  /// What the API's filters know by the same name.
  private static let filters: Set = [
    "q", "category", "status", "priority", "area", "bbox", "sort", "created_after", "created_before", "updated_after",
  ]
  /// The page's own: days back, the request that is chosen, the map's zoom, whether a phone shows the list.
  private static let own: Set = ["since", "selected", "zoom", "view", "cursor"]
  /// Of `since`, in days.
  static let periods = [1, 7, 30, 365]

  init(_ query: Query) {
    var seen: Set<String> = []
    self.query = Query(
      query.filter { name, value in
        (Self.filters.contains(name) || Self.own.contains(name)) && !value.trimmed.isEmpty && seen.insert(name).inserted
      }.map { (name: $0.name, value: $0.value.trimmed) })
  }

  subscript(_ name: String) -> String? { query[name] }

  /// - Throws: `invalid_parameter`.
  func filter(as actor: Actor, now: Date = .now) throws(Problem) -> RequestFilter {
    // Nearness and relevance need what a changed form may have lost.
    let pairs = query.filter { Self.filters.contains($0.name) && !($0.name == "sort" && $0.value == "relevance") }
    var filter = try RequestFilter(Query(pairs.map { ($0.name, $0.value) }), as: actor)
    if let since = query["since"] {
      guard let days = Int(digits: since), Self.periods.contains(days) else {
        throw .parameter("since", "must be one of the periods of the form")
      }
      filter.createdAfter = now.addingTimeInterval(-Double(days) * 86_400)
    }
    return filter
  }

  /// How many fields beside the search words narrow the list.
  var narrowing: Int { ["category", "status", "priority", "area", "since"].filter { query[$0] != nil }.count }

  /// Everything but the place in the list: the same list from page to page.
  var listName: String {
    query.filter { !["cursor", "selected", "zoom", "view"].contains($0.name) }
      .map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "\n")
  }

  /// The page's address with other values; nil takes a parameter away.
  func link(_ changes: [String: String?], to path: String = Paths.mapPage()) -> String {
    var pairs = query.filter { changes[$0.name] == nil }.map { ($0.name, $0.value) }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) { if let value { pairs.append((name, value)) } }
    return pairs.isEmpty ? path : path + "?" + Query(pairs).encoded
  }
}
