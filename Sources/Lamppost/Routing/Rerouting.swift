import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// What becomes of a request whose category or place was changed, as long as nobody has given it to anybody by hand: the
/// rules are asked anew, and the category after them. Its priority stays, since somebody has looked at it.
struct Rerouting: Sendable {
  /// For the statement that changes the request.
  let assignments: [SQL]
  /// Its row of the history, and whom to tell.
  let statements: [SQL]

  /// nil where it stays where it is. The request's row is locked.
  /// - Parameter isAsked: whether somebody asks the rules anew though nothing was changed; their name stands in the history.
  init?(
    of request: ServiceRequest, after change: RequestChange, by ruleBook: RuleBook, isAsked: Bool = false,
    as actor: Actor, in transaction: Transaction
  ) async throws {
    guard isAsked || change.category != nil || change.location != nil, !request.facts.status.isEnded else { return nil }
    let location = change.location ?? request.location
    let id = request.facts.id
    let rows = try await transaction.query(
      """
      SELECT \(RoutingGround.columns(at: location?.sql)),
             (SELECT d.id FROM departments d WHERE d.tenant_id = c.tenant_id AND d.id = c.department_id AND d.active), r.anonymous, r.tags,
             EXISTS (SELECT 1 FROM request_events e WHERE e.request_id = r.id AND e.kind = 'assignment'),
             EXISTS (SELECT 1 FROM request_events e WHERE e.request_id = r.id AND e.kind = 'routed'),
             EXISTS (SELECT 1 FROM attachments f WHERE f.request_id = r.id), o.group_name,
             ARRAY(SELECT a.layer || ':' || a.slug FROM request_areas ra JOIN areas a ON a.id = ra.area_id
                    WHERE ra.request_id = r.id AND CASE WHEN r.blurred THEN ra.for_public ELSE ra.for_staff END)
        FROM requests r
        JOIN categories o ON o.tenant_id = r.tenant_id AND o.id = r.category_id
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.slug = \(change.category ?? request.category)
        JOIN tenants t ON t.id = r.tenant_id
       WHERE r.id = \(id)
      """)
    guard let row = rows.first, try !row.get(RoutingGround.columnCount + 3) else { return nil }
    let column = RoutingGround.columnCount
    let ground = try RoutingGround(row, from: 0)
    let rules = try await ruleBook.rules(of: actor.tenant.id, version: ground.version, in: transaction)
    var report = RoutedReport(
      category: change.category ?? request.category, group: ground.group, areas: Set(ground.areas),
      priority: change.priority ?? request.priority, moment: WeekMoment(request.createdAt, actor.tenant.timeZone),
      isAnonymous: try row.get(column + 1), hasFiles: try row.get(column + 5), title: change.title ?? request.title,
      description: change.description ?? request.description)
    let routing = Routing(report, by: rules)
    (report.category, report.group) = (request.category, try row.get(column + 6))
    report.areas = Set(try row.get(column + 7, as: [String].self))
    let earlier = Routing(report, by: rules)
    // Who came to it without any rule, e.g. by an import, is left there by rules that say nothing.
    let wasRouted: Bool = try row.get(column + 4)
    let department =
      try routing.department ?? row.get(column, as: Int?.self) ?? (wasRouted ? nil : request.facts.departmentID)
    let assignee = routing.assignee ?? (wasRouted ? nil : request.facts.assigneeID)
    let tags: [String] = try row.get(column + 2)
    let added = routing.tags.filter { !tags.contains($0) }
    if department == request.facts.departmentID && assignee == request.facts.assigneeID && added.isEmpty { return nil }
    let all = (change.tags ?? tags) + added.filter { !(change.tags ?? []).contains($0) }
    assignments =
      ["department_id = \(department)", "assignee_id = \(assignee)"]
      // What is said in the same call is said by the call.
      + (change.tags == nil ? ["tags = \(Array(all.prefix(Tag.limit)))"] : [])
    let event = RequestEvent(
      requestID: id, actorID: isAsked ? actor.person?.id : nil, kind: .routed, visibility: .internal,
      before: EditRequest.summary(Self.words(request.facts.departmentID, request.facts.assigneeID, tags)),
      after: EditRequest.summary(
        Self.words(department, assignee, change.tags == nil ? all : tags) + [RouteReport.passedOver(routing)]),
      note: routing.rules.isEmpty ? nil : routing.rules.map(\.name).joined(separator: "; "))
    statements = [event.insertion] + RouteReport.mails(id, routing.rules.filter { isAsked || !earlier.holds($0.id) })
  }

  /// What asking the rules anew makes of each of many, by their numbers; without those that stay where they are.
  static func asked(
    for requestIDs: [Int], by ruleBook: RuleBook, as actor: Actor, in transaction: Transaction
  ) async throws -> [Int: [SQL]] {
    let unchanged = try RequestChange(ObjectInput(JSONObject(members: [])))
    var changes: [Int: [SQL]] = [:]
    for row in try await transaction.query(
      """
      SELECT \(ServiceRequest.columns(for: actor))
        FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE r.id = ANY(\(requestIDs)) AND \(actor.visibleRequests)
      """)
    {
      let request = try ServiceRequest(row)
      guard
        let routing = try await Rerouting(
          of: request, after: unchanged, by: ruleBook, isAsked: true, as: actor, in: transaction)
      else { continue }
      changes[request.facts.id] =
        [
          """
          UPDATE requests SET \(routing.assignments.joined(separator: ", ")), version = version + 1
           WHERE id = \(request.facts.id)
          """
        ] + routing.statements
    }
    return changes
  }

  /// Nobody is said as an empty text, so that what was taken away shows.
  private static func words(_ department: Int?, _ assignee: Int?, _ tags: [String]) -> [(String, String?)] {
    [
      ("department", department.map(String.init) ?? ""), ("assignee", assignee.map(String.init) ?? ""),
      ("tags", tags.joined(separator: ", ")),
    ]
  }

  /// What brings back what stood there.
  static func assignments(before: String?) throws -> [SQL] {
    guard let before else { return [] }
    let json = try JSONValue.parse(Array(before.utf8))
    let tags = (json["tags"]?.string ?? "").split(separator: ",").map { String($0).trimmed }
    return [
      "department_id = \(Int(json["department"]?.string ?? ""))",
      "assignee_id = \(Int(json["assignee"]?.string ?? ""))",
      "tags = \(tags)",
    ]
  }
}
