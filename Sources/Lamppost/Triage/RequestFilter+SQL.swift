import Civic
import FoundationEssentials
import PostgreSQL

extension RequestFilter {
  /// How `q` is understood: as words, or, when no title or text holds them, as words misspelt.
  enum TextMode: Int, Sendable { case words, misspelt }

  /// The conditions on `requests r` that this filter and its caller's eyes make, joined by AND.
  func conditions(as actor: Actor, text mode: TextMode = .words) -> SQL {
    var list: [SQL] = [actor.visibleRequests]
    if let text { list.append(textCondition(text, mode, actor)) }
    if let near, let radius {
      list.append("ST_DWithin(\(actor.visibleLocation), \(near.sql), \(radius))")
    } else if near != nil {
      list.append("\(actor.visibleLocation) IS NOT NULL")
    }
    if let box { list.append(box.condition(on: actor.visibleLocation)) }
    if let area {
      list.append(
        "ra.area_id = (SELECT id FROM areas WHERE layer = \(area.layer) AND slug = \(area.slug)) AND \(actor.visibleAreas)"
      )
    }
    if !categories.isEmpty {
      // One value keeps the index's order; a list cannot.
      list.append(
        categories.count == 1
          ? "r.category_id = (SELECT id FROM categories WHERE slug = \(categories[0]))"
          : "r.category_id = ANY(ARRAY(SELECT id FROM categories WHERE slug = ANY(\(categories))))")
    }
    if !statuses.isEmpty {
      let words = statuses.map(\.rawValue)
      list.append(words.count == 1 ? "r.status = \(words[0])" : "r.status = ANY(\(words))")
    }
    if !priorities.isEmpty {
      let numbers = priorities.map { Int($0.rawValue) }
      list.append(
        numbers.count == 1 ? "r.priority = \(Int16(numbers[0]))" : "r.priority = ANY(\(numbers)::smallint[])")
    }
    list += peopleConditions(as: actor)
    if let isOverdue {
      let overdue: SQL = "(\(TargetCondition.isOverdue) AND r.closed_at IS NULL)"
      list.append(isOverdue ? overdue : "\(overdue) IS NOT TRUE")
    }
    if let dueWithin {
      list.append(
        """
        r.expected_by >= now() AND r.expected_by < now() + make_interval(hours => \(dueWithin)::int)
        AND r.closed_at IS NULL AND r.held_since IS NULL
        """)
    }
    list += targetConditions(as: actor)
    if let createdAfter { list.append("r.created_at > \(createdAfter)") }
    if let createdBefore { list.append("r.created_at < \(createdBefore)") }
    if let closedAfter { list.append("r.closed_at > \(closedAfter)") }
    if let closedBefore { list.append("r.closed_at < \(closedBefore)") }
    if let updatedAfter { list.append("r.updated_at > \(updatedAfter)") }
    if sort == .due { list.append("r.expected_by IS NOT NULL AND r.closed_at IS NULL") }
    return list.joined(separator: " AND ")
  }

  /// `requests r`, with the area's index in front when an area is asked for: joined by time too, so that its order can
  /// serve for newest first.
  var source: SQL {
    area == nil
      ? "requests r"
      : """
      request_areas ra JOIN requests r
        ON r.tenant_id = ra.tenant_id AND r.id = ra.request_id AND r.created_at = ra.created_at
      """
  }

  private func textCondition(_ text: String, _ mode: TextMode, _ actor: Actor) -> SQL {
    switch mode {
    case .words:
      let query = Self.query(text, actor)
      return actor.seesInternal
        ? "(r.search_staff @@ \(query) OR (r.search_staff IS NULL AND r.search_public @@ \(query)))"
        : "r.search_public @@ \(query)"
    case .misspelt: return "r.title %> \(text)"
    }
  }

  static func query(_ text: String, _ actor: Actor) -> SQL {
    "websearch_to_tsquery(\(actor.tenant.searchLanguage)::regconfig, \(text))"
  }

  /// How promises were met: what the report of them counts by the same conditions.
  private func targetConditions(as actor: Actor) -> [SQL] {
    var list: [SQL] = []
    switch target {
    case .onTime: list.append(TargetCondition.onTime)
    case .late: list.append("r.closed_at > r.expected_by")
    case .any: list.append("r.closed_at IS NOT NULL AND r.expected_by IS NOT NULL")
    case nil: break
    }
    switch answer {
    case .onTime: list.append(TargetCondition.answeredOnTime)
    case .late: list.append("r.first_responded_at > r.respond_by")
    case .any, nil: break
    }
    // The index of what was answered holds nothing else.
    if answer != nil { list.append("r.first_responded_at IS NOT NULL AND r.respond_by IS NOT NULL") }
    if let closedOn { list.append(closedOn.condition(on: "r.closed_at", actor.tenant)) }
    if let answeredOn { list.append(answeredOn.condition(on: "r.first_responded_at", actor.tenant)) }
    if let dueOn { list.append(dueOn.condition(on: "r.expected_by", actor.tenant)) }
    return list
  }

  private func peopleConditions(as actor: Actor) -> [SQL] {
    var list: [SQL] = []
    switch assignee {
    case .me: list.append("r.assignee_id = \(actor.person?.id)")
    case .nobody: list.append("r.assignee_id IS NULL")
    case .person(let id): list.append("r.assignee_id = \(id)")
    case nil: break
    }
    switch department {
    case .missing: list.append("r.department_id IS NULL")
    case .slug(let slug): list.append("r.department_id = (SELECT id FROM departments WHERE slug = \(slug))")
    case nil: break
    }
    // The second half says that the index, which holds only what has tags, can serve.
    if let tag { list.append("(r.tags @> \([tag]) AND r.tags <> '{}')") }
    if mentionsMe {
      list.append(
        """
        EXISTS (SELECT 1 FROM comment_mentions cm WHERE cm.tenant_id = r.tenant_id AND cm.request_id = r.id
                   AND cm.person_id = \(actor.person?.id))
        """)
    }
    if isMine { list.append("r.reporter_id = \(actor.person?.id)") }
    return list
  }
}

extension Database {
  /// How alike a misspelt word must be, 0 to 1: a little less than half of its trigrams finds "potole" and "grafitti".
  var forMisspeltWords: Database { setting("pg_trgm.word_similarity_threshold", to: "0.45") }
}

extension Coordinate {
  /// A point for comparisons with `geography` columns.
  var sql: SQL { Location(coordinate: self, accuracy: nil).sql }
}

extension BoundingBox {
  /// Beyond this width a box of great circles on the index would leave the parallels of the box too far behind; such a
  /// view holds most of a township anyway.
  private static let indexedWidth = 2.0

  /// The exact box, by degrees; small boxes also by the index, with a margin for the curve of its edges.
  func condition(on location: SQL) -> SQL {
    let longitude: SQL = "ST_X(\(location)::geometry)"
    let within: SQL =
      crossesMeridian
      ? "(\(longitude) >= \(west) OR \(longitude) <= \(east))" : "\(longitude) BETWEEN \(west) AND \(east)"
    let exact: SQL = "ST_Y(\(location)::geometry) BETWEEN \(south) AND \(north) AND \(within)"
    guard !crossesMeridian, east - west <= Self.indexedWidth, north - south <= Self.indexedWidth, abs(south) < 80,
      abs(north) < 80
    else { return exact }
    let margin = 0.0005 + 0.02 * max(east - west, north - south)
    // Hidden in a CASE, whose chances the planner takes for even: it took the four comparisons for a needle in a haystack,
    // and sorted a whole city rather than walk the newest (130 ms for 1 ms at 58,000 requests).
    return """
      \(location) && ST_MakeEnvelope(\(max(west - margin, -180)), \(south - margin), \(min(east + margin, 180)),
        \(north + margin), 4326)::geography AND (CASE WHEN \(exact) THEN true ELSE false END)
      """
  }
}
