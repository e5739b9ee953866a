import Civic
import JSON
import PostgreSQL

/// Takes back what somebody has just done, from the history itself: nobody can say that something else was there before.
struct BulkUndo: Sendable {
  /// How long the history may be turned back, in seconds; pages offer it for ten.
  static let window = 60.0

  /// What the last change of each request put in place of what, by the request's number.
  private let last: [Int: [(kind: RequestEvent.Kind, before: String?)]]
  private let versions: [Reference: Int]

  init(_ changes: [BulkAction.Change], of ids: [Int], in transaction: Transaction, as actor: Actor) async throws {
    versions = Dictionary(changes.map { ($0.reference, $0.version) }) { first, _ in first }
    var last: [Int: [(kind: RequestEvent.Kind, before: String?)]] = [:]
    for row in try await transaction.query(
      """
      SELECT e.request_id, e.kind, e.before FROM request_events e
       WHERE e.request_id = ANY(\(ids)) AND e.actor_id = \(actor.person?.id)
         AND e.at > now() - make_interval(secs => \(Self.window)) AND e.kind IN ('status', 'assignment', 'edited')
         AND e.at = (SELECT max(l.at) FROM request_events l WHERE l.request_id = e.request_id
                        AND l.kind IN ('status', 'assignment', 'edited', 'withdrawn'))
       ORDER BY e.request_id, e.sequence
      """)
    {
      last[try row.get(0), default: []].append((try row.word(1), try row.get(2)))
    }
    self.last = last
  }

  func judge(_ target: BulkTarget, as actor: Actor) -> BulkVerdict {
    let facts = target.facts
    guard versions[target.reference] == facts.version else { return .refused(.versionMismatch) }
    guard let changes = last[facts.id] else { return .refused(.editWindowClosed) }
    var assignments: [SQL] = []
    var events: [RequestEvent] = []
    for change in changes {
      guard actor.may(Self.permission(for: change.kind), on: facts) else { return .refused(.forbidden) }
      guard let back = Self.back(change.kind, change.before, target) else { return .refused(.editWindowClosed) }
      assignments += back.assignments
      events.append(
        RequestEvent(
          requestID: facts.id, actorID: actor.person?.id, kind: change.kind,
          visibility: change.kind == .status ? .public : .internal, before: back.now, after: change.before))
    }
    let update: SQL = """
      UPDATE requests SET \(assignments.joined(separator: ", ")), version = version + 1, updated_at = now()
       WHERE id = \(facts.id)
      """
    return .change([update] + events.map(\.insertion))
  }

  /// When what has ended again had ended before.
  private static let ended: SQL = """
    coalesce(closed_at, (SELECT max(e.at) FROM request_events e WHERE e.request_id = requests.id
      AND e.after = ANY(\(Status.allCases.filter(\.isEnded).map(\.rawValue)))), now())
    """

  private static func permission(for kind: RequestEvent.Kind) -> Permission {
    switch kind {
    case .assignment: .assign
    case .status: .changeStatus
    default: .editRequest
    }
  }

  /// What puts the earlier value back, and the value that goes.
  private static func back(
    _ kind: RequestEvent.Kind, _ before: String?, _ target: BulkTarget
  ) -> (assignments: [SQL], now: String?)? {
    switch kind {
    case .status:
      guard let status = before.flatMap(Status.init(rawValue:)) else { return nil }
      return (
        [
          "status = \(status.rawValue)",
          "closed_at = \(status.isEnded ? ended : "NULL")",
        ], target.facts.status.rawValue
      )
    case .assignment:
      let (person, department) = AssignRequest.ids(in: before)
      return (
        ["assignee_id = \(person)", "department_id = \(department)"],
        AssignRequest.words(target.facts.assigneeID, target.facts.departmentID)
      )
    default: return edited(before, target)
    }
  }

  private static func edited(_ before: String?, _ target: BulkTarget) -> (assignments: [SQL], now: String?)? {
    guard let object = before.flatMap({ try? JSONValue.parse(Array($0.utf8)).object }) else { return nil }
    var assignments: [SQL] = []
    var now: [(String, String?)] = []
    for member in object.members {
      guard let text = member.value.string else { return nil }
      switch member.key {
      case "category":
        assignments += [
          "category_id = (SELECT id FROM categories WHERE slug = \(text))",
          """
          expected_by = (SELECT requests.created_at + make_interval(hours => c.resolution_hours) FROM categories c
            WHERE c.slug = \(text))
          """,
        ]
        now.append(("category", target.category))
      case "priority":
        guard let priority = Priority(name: text) else { return nil }
        assignments.append("priority = \(priority.rawValue)")
        now.append(("priority", target.priority.name))
      case "visibility":
        assignments.append("visibility = \(text)")
        now.append(("visibility", target.visibility))
      default: return nil
      }
    }
    return (assignments, EditRequest.summary(now))
  }
}
