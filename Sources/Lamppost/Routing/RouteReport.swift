import Civic
import FoundationEssentials
import PostgreSQL
import TimeZones

/// What the rules of routing need of the database, read with the category in one statement.
struct RoutingGround: Sendable {
  /// Whether there is a rule, and which rules, by their number: see `RuleBook`.
  let version: Int
  let group: String?
  let areas: [String]
  let moment: WeekMoment

  /// Columns of `categories c JOIN tenants t`, for `init`.
  /// - Parameter point: of type `geography`; nil where the place is unknown. Of a category that blurs places its block
  ///   counts: priority and department are public, and would tell on which side of an area's border it lies.
  static func columns(at point: SQL?) -> SQL {
    // Without rules nobody asks for areas, and the insertion's trigger finds them anyway.
    let areas: SQL =
      point.map { point in
        """
        CASE WHEN t.routing_version = 0 THEN '{}'::text[] ELSE ARRAY(SELECT a.layer || ':' || a.slug FROM areas a
          WHERE a.tenant_id = t.id AND ST_Covers(a.boundary, (
            CASE WHEN c.blurs_location THEN street_block(\(point)) ELSE \(point) END)::geometry)) END
        """
      } ?? "'{}'::text[]"
    return "t.routing_version, c.group_name, \(areas), extract(epoch FROM now())::float8, t.time_zone"
  }

  static let columnCount = 5

  init(_ row: Row, from column: Int) throws {
    version = try row.get(column)
    group = try row.get(column + 1)
    areas = try row.get(column + 2)
    let now = Date(timeIntervalSince1970: try row.get(column + 3))
    // Without rules nobody asks for the hour.
    moment = WeekMoment(now, version == 0 ? .gmt : Zone.named(try row.get(column + 4)) ?? .gmt)
  }
}

extension WeekMoment {
  init(_ date: Date, _ timeZone: Zone) {
    let seconds = Int(date.timeIntervalSince1970.rounded(.down))
    self.init(localSeconds: seconds + timeZone.secondsFromGMT(for: date))
  }
}

/// Finds out by the rules where a report goes, and writes that down.
enum RouteReport {
  /// What the rules say is told to staff, and to whom they name.
  /// - Parameter tags: those that the request did not have before.
  static func statements(_ requestID: Int, _ routing: Routing, tags: [String]) -> [SQL] {
    if routing.rules.isEmpty { return [] }
    let event = RequestEvent(
      requestID: requestID, actorID: nil, kind: .routed, visibility: .internal,
      after: EditRequest.summary([
        ("department", routing.department.map(String.init)), ("assignee", routing.assignee.map(String.init)),
        ("priority", routing.priority?.name), ("tags", tags.isEmpty ? nil : tags.joined(separator: ", ")),
        passedOver(routing),
      ]), note: routing.rules.map(\.name).joined(separator: "; "))
    return [event.insertion] + mails(requestID, routing.rules)
  }

  /// Whom the rules named in vain, for the history.
  static func passedOver(_ routing: Routing) -> (String, String?) {
    let reasons = routing.passedOver.map(\.rawValue).joined(separator: ", ")
    return ("passed_over", reasons.isEmpty ? nil : reasons)
  }

  /// Tells whom the rules name.
  static func mails(_ requestID: Int, _ rules: [RoutingRule]) -> [SQL] {
    rules.filter(\.outcome.notifies).map { rule in
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      VALUES (current_tenant(), \(JobKind.notifyRouted.rawValue), \("\(requestID):\(rule.id)"))
      ON CONFLICT DO NOTHING
      """
    }
  }

  /// The request as the rules look at it.
  static func report(
    _ category: String, _ ground: RoutingGround, priority: Priority, isAnonymous: Bool, hasFiles: Bool, title: String,
    description: String
  ) -> RoutedReport {
    RoutedReport(
      category: category, group: ground.group, areas: Set(ground.areas), priority: priority, moment: ground.moment,
      isAnonymous: isAnonymous, hasFiles: hasFiles, title: title, description: description)
  }
}
