import Civic
import FoundationEssentials
import HTTPServer
import JSON

/// What the triage page is asked for: the list's filters as its form and its address hold them.
struct TriageQuery: Sendable {
  /// As the API's list takes them, empty ones left out.
  let parameters: Query
  let filter: RequestFilter
  let cursor: String?
  /// Whether something that was asked for could not be understood, and was left out.
  let isRepaired: Bool

  /// The value that stands for every status.
  static let everyStatus = "all"
  /// What is to be worked on.
  static let openStatuses = Status.allCases.filter { !$0.isEnded }
  static let openWord = openStatuses.map(\.rawValue).joined(separator: ",")

  static let names = SavedView.filterNames.subtracting(["mine"])

  /// - Throws: `forbidden` alone: a filter that is wrong in itself is left out, so that a mistyped address still shows
  ///   the queue.
  init(_ query: Query, as actor: Actor) throws(Problem) {
    var pairs: [(name: String, value: String)] = []
    for name in Self.names.sorted() {
      let values = query.values(name).map(\.trimmed).filter { !$0.isEmpty }
      if !values.isEmpty { pairs.append((name, values.joined(separator: ","))) }
    }
    var isRepaired = false
    var filter: RequestFilter?
    while filter == nil {
      do {
        filter = try RequestFilter(Query(Self.filled(pairs)), as: actor)
      } catch {
        guard error.code == .invalidParameter, let wrong = error.errors.first?.field,
          pairs.contains(where: { $0.name == wrong })
        else { throw error }
        isRepaired = true
        pairs.removeAll { $0.name == wrong }
      }
    }
    parameters = Query(pairs)
    self.filter = filter!  // The loop ends with one.
    cursor = query["cursor"]
    self.isRepaired = isRepaired
  }

  /// Open requests where no status is said, each of them where all are wanted.
  private static func filled(_ pairs: [(name: String, value: String)]) -> [(name: String, value: String)] {
    if !pairs.contains(where: { $0.name == "status" }) { return pairs + [("status", openWord)] }
    return pairs.filter { $0.name != "status" || $0.value != everyStatus }
  }

  subscript(_ name: String) -> String { parameters[name] ?? "" }

  /// The filter with everything said, as a bulk call and a view hold it.
  var object: JSONObject {
    JSONObject(
      members: Self.filled(parameters.map { ($0.name, $0.value) }).map { .init(key: $0.0, value: .string($0.1)) })
  }

  /// The same without the order, which a bulk call does not know.
  var bulkFilter: JSONObject { JSONObject(members: object.members.filter { $0.key != "sort" }) }

  /// How many filters are set beside words and status.
  var furtherCount: Int { parameters.filter { !["q", "status", "sort"].contains($0.name) }.count }

  /// The page's address with this filter.
  var link: String { Self.link(parameters) }

  static func link(_ query: Query) -> String {
    query.isEmpty ? Paths.triage() : Paths.triage() + "?" + query.encoded
  }

  /// The address of the page after this one.
  func link(after cursor: String) -> String {
    Self.link(Query(parameters.map { ($0.name, $0.value) } + [("cursor", cursor)]))
  }
}
