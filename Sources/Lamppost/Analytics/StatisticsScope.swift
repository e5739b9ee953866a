import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// What the figures are about.
struct StatisticsScope: Sendable {
  let area: AreaName?
  /// A category's slug.
  let category: String?
  /// Days of the township's calendar, `2026-11-21`, both included.
  let from: String?
  let to: String?

  /// Whose figures they are: limits are theirs.
  private(set) var actor = Actor.nowhere

  func seen(by actor: Actor) -> StatisticsScope {
    var scope = self
    scope.actor = actor
    return scope
  }

  /// The longest period, in days: two years.
  static let daysLimit = 731

  /// - Throws: `invalid_parameter`.
  init(_ query: Query) throws(Problem) {
    area = try query.parsed("area", "must be layer:slug", AreaName.init(_:))
    category = query["category"]
    if let category, category.isEmpty || category.unicodeScalars.count > 100 {
      throw .parameter("category", "must be a category's slug")
    }
    from = try Self.day("from", query)
    to = try Self.day("to", query)
    if let from, let to, from > to { throw .parameter("from", "must not be after to") }
  }

  /// A day of the calendar, or nil where none was asked for.
  static func day(_ name: String, _ query: Query) throws(Problem) -> String? {
    guard let text = query[name] else { return nil }
    guard text.utf8.count == 10, ("1900"..."9000").contains(text.prefix(4)), RFC3339.parse(text + "T00:00:00Z") != nil
    else {
      throw .parameter(name, "must be a day as 2026-11-21")
    }
    return text
  }

  /// The name under which the figures are kept for a few seconds.
  var name: String {
    "\(area?.description ?? "") \(category ?? "") \(from ?? "") \(to ?? "") \(actor.limits.areas) \(actor.limits.categories)"
  }

  /// The condition on `requests r` of area and category.
  var condition: SQL {
    var list: [SQL] = ["r.visibility <> 'removed'", actor.withinLimits]
    if let area {
      list.append(
        """
        r.id IN (SELECT ra.request_id FROM request_areas ra WHERE ra.for_staff AND ra.area_id =
                   (SELECT id FROM areas WHERE layer = \(area.layer) AND slug = \(area.slug)))
        """)
    }
    if let category { list.append("r.category_id = (SELECT id FROM categories WHERE slug = \(category))") }
    return list.joined(separator: " AND ")
  }
}
