import HTML
import HTTPServer

/// The tags of a request, each as a way to all requests that have it.
enum TagBadges {
  static func html(_ tags: [String]) -> HTML? {
    if tags.isEmpty { return nil }
    return tags.map { tag in
      "<a class=\"badge plain tag\" href=\"\(TriageQuery.link(Query([("tag", tag)])))\">\(tag)</a> " as HTML
    }.joined(separator: "")
  }
}
