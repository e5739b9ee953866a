import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// Takes the last change of a request back: status, assignment or what it says. The history holds both, the change and its
/// undoing; nothing is erased.
struct UndoChange: Sendable {
  let database: Database

  /// - Throws: `undo_not_allowed` unless the caller made the last change within half a minute.
  func callAsFunction(_ reference: Reference, ifMatch: Int?, as actor: Actor) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor, ifMatch: ifMatch)
      let last = try await LastChange.read(of: [request.facts.id], in: transaction)
      let change = try LastChange.require(last[request.facts.id], by: actor)
      let statements = try change.statements(on: request.facts, by: actor)
      let query = FindRequest.query(reference, as: actor.unlimited)
      guard let row = try await transaction.change(statements, of: [request.facts.id], reading: query) else {
        throw Problem.notFound
      }
      return try ServiceRequest(row)
    }
  }
}

/// What was last changed of a request: one row of the history, or the two of an assignment that moved the status.
struct LastChange: Sendable {
  struct Part: Sendable {
    let kind: RequestEvent.Kind
    let visibility: Visibility
    let before: String?
    let after: String?

    var permission: Permission {
      switch kind {
      case .status: .changeStatus
      case .assignment: .assign
      default: .editRequest
      }
    }

    /// The row that says it was taken back.
    func reversed(of requestID: Int, by actor: Actor) -> RequestEvent {
      RequestEvent(
        requestID: requestID, actorID: actor.person?.id, kind: kind, visibility: visibility, before: after,
        after: before)
    }

    /// What puts back what stood there. It was allowed then: a category that takes no reports any more does not refuse it.
    func assignments() throws -> [SQL] {
      switch kind {
      case .status:
        guard let status = before.flatMap(Status.init(rawValue:)) else { throw UnknownWord(column: "before") }
        return ["status = \(status.rawValue)", "closed_at = \(status.isEnded ? Self.end : "NULL")"]
      case .routed: return try Rerouting.assignments(before: before)
      case .assignment:
        let (person, department) = AssignRequest.ids(in: before)
        return ["assignee_id = \(person)", "department_id = \(department)"]
      default:
        let change = try edit()
        return EditRequest.fields(change) + (change.category.map(Self.category) ?? [])
      }
    }

    /// An end that comes back has the time at which it was reached: done, and later confirmed, is one end.
    private static let end: SQL = """
      coalesce(closed_at, (SELECT min(e.at) FROM request_events e WHERE e.request_id = requests.id
        AND e.after = ANY(\(words(isEnded: true))) AND e.sequence > coalesce(
          (SELECT max(o.sequence) FROM request_events o WHERE o.request_id = requests.id
              AND o.after = ANY(\(words(isEnded: false))) AND o.sequence <
                (SELECT max(l.sequence) FROM request_events l WHERE l.request_id = requests.id
                    AND l.after = ANY(\(words(isEnded: true))))), 0)), now())
      """

    private static func words(isEnded: Bool) -> [String] {
      Status.allCases.filter { $0.isEnded == isEnded }.map(\.rawValue)
    }

    private static func category(_ slug: String) -> [SQL] {
      ["category_id = (SELECT id FROM categories WHERE slug = \(slug))"]
    }

    /// What the history keeps as words, as the API takes it.
    private static func value(_ name: String, _ value: JSONValue) -> JSONValue {
      switch name {
      case "location": Location(words: value.string ?? "").json
      case "tags": .array((value.string ?? "").split(separator: ",").map { .string(String($0).trimmed) })
      default: value
      }
    }

    /// The change that brings back what the request said before.
    private func edit() throws -> RequestChange {
      let members = try JSONValue.parse(Array((before ?? "{}").utf8)).object?.members ?? []
      let fields = members.map { member in
        JSONObject.Member(
          key: member.key,
          value: Self.value(member.key, member.value))
      }
      return try RequestChange(ObjectInput(JSONObject(members: fields)))
    }
  }

  let authorID: Int?
  /// Seconds since.
  let age: Double
  let parts: [Part]

  /// Whether to offer it.
  func mayBeTakenBack(by actor: Actor, _ request: RequestFacts) -> Bool {
    guard let person = actor.person, (try? Undo.check(author: authorID, age: age, by: person.id)) != nil else {
      return false
    }
    return parts.allSatisfy { actor.may($0.permission, on: request) }
  }

  /// Kinds that change the request itself. What others a history may hold, e.g. files and comments, stand beside it.
  private static let kinds: [RequestEvent.Kind] = [
    .status, .assignment, .edited, .withdrawn, .confirmation, .merged, .routed,
  ]

  /// By the requests' numbers; without those of which nothing was changed yet, or nothing that staff could take back.
  static func read(of requestIDs: [Int], in transaction: Transaction) async throws -> [Int: LastChange] {
    // Rows of one transaction have one time.
    let rows = try await transaction.query(
      """
      SELECT e.request_id, e.actor_id, extract(epoch FROM clock_timestamp() - e.at)::float8, e.kind, e.visibility,
             e.before, e.after
        FROM request_events e
       WHERE e.request_id = ANY(\(requestIDs)) AND e.kind = ANY(\(kinds.map(\.rawValue))) AND e.at =
         (SELECT l.at FROM request_events l WHERE l.request_id = e.request_id
             AND l.kind = ANY(\(kinds.map(\.rawValue))) ORDER BY l.sequence DESC LIMIT 1)
       ORDER BY e.request_id, e.sequence
      """)
    var changes: [Int: LastChange] = [:]
    for row in rows {
      let part = Part(kind: try row.word(3), visibility: try row.word(4), before: try row.get(5), after: try row.get(6))
      let id: Int = try row.get(0)
      let earlier = changes[id]?.parts ?? []
      changes[id] = LastChange(authorID: try row.get(1), age: try row.get(2), parts: earlier + [part])
    }
    // What rules did is taken back with the change that set them off, by itself only where somebody has asked them.
    return changes.filter { change in
      change.value.parts.allSatisfy { [.status, .assignment, .edited, .routed].contains($0.kind) }
        && (change.value.authorID != nil || change.value.parts.contains { $0.kind != .routed })
    }
  }

  /// - Throws: `undo_not_allowed` unless it is there, the caller's own, and young enough.
  static func require(_ change: LastChange?, by actor: Actor) throws(Problem) -> LastChange {
    do throws(Undo.Refusal) {
      try Undo.check(author: change?.authorID, age: change?.age, by: actor.person?.id ?? 0)
    } catch {
      throw Problem(refusal: error)
    }
    guard let change else { throw Problem(refusal: .nothingToUndo) }
    return change
  }

  /// The request as it stood before, and the rows that say so; the request's row is locked.
  /// - Throws: `forbidden` without the permissions that the change itself needs.
  func statements(on facts: RequestFacts, by actor: Actor) throws -> [SQL] {
    for part in parts { try actor.require(part.permission, on: facts) }
    var assignments: [SQL] = ["version = version + 1"]
    for part in parts { assignments += try part.assignments() }
    // Who works on it is internal: it does not move the date that the public sees.
    if parts.contains(where: { $0.kind != .assignment }) { assignments.append("updated_at = now()") }
    return ["UPDATE requests SET \(assignments.joined(separator: ", ")) WHERE id = \(facts.id)"]
      + parts.map { $0.reversed(of: facts.id, by: actor).insertion }
  }
}

extension Problem {
  fileprivate init(refusal: Undo.Refusal) {
    switch refusal {
    case .nothingToUndo: self.init(.undoNotAllowed, "There is nothing to take back.")
    case .notYours: self.init(.undoNotAllowed, "Somebody else has changed it since.")
    case .tooLate: self.init(.undoNotAllowed, "The time for taking it back is over.")
    }
  }
}

extension WorkflowRoutes {
  static func undo(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let changed = try await context.application.undoChange(
      reference, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: changed)
  }
}
