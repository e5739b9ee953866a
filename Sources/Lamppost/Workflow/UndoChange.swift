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
      let change = try await LastChange.read(of: request.facts.id, in: transaction)
      do throws(Undo.Refusal) {
        try Undo.check(author: change?.authorID, age: change?.age, by: actor.person?.id ?? 0)
      } catch {
        throw Problem(refusal: error)
      }
      var statements: [SQL] = []
      for part in change?.parts ?? [] {
        try actor.require(part.permission, on: request.facts)
        statements += try await Self.statements(part, of: request, in: transaction)
        statements.append(part.reversed(of: request, by: actor).insertion)
      }
      statements.append("UPDATE requests SET version = version + 1 WHERE id = \(request.facts.id)")
      statements.append(FindRequest.query(reference, as: actor))
      guard let row = try await transaction.queryAll(statements).last?.first else { throw Problem.notFound }
      return try ServiceRequest(row)
    }
  }

  private static func statements(
    _ part: LastChange.Part, of request: ServiceRequest, in transaction: Transaction
  ) async throws -> [SQL] {
    let id = request.facts.id
    switch part.kind {
    case .status:
      guard let status = part.before.flatMap(Status.init(rawValue:)) else { throw UnknownWord(column: "before") }
      // An end that comes back has the time at which it was reached.
      let ended: SQL = """
        coalesce(closed_at, (SELECT max(e.at) FROM request_events e
          WHERE e.request_id = \(id) AND e.kind = 'status' AND e.after = \(status.rawValue)), now())
        """
      return [
        """
        UPDATE requests SET status = \(status.rawValue), updated_at = now(),
               closed_at = \(status.isEnded ? ended : "NULL") WHERE id = \(id)
        """
      ]
    case .assignment:
      let (person, department) = AssignRequest.ids(in: part.before)
      return ["UPDATE requests SET assignee_id = \(person), department_id = \(department) WHERE id = \(id)"]
    default:
      let assignments = try await EditRequest.assignments(try part.edit(), in: transaction)
      return [
        "UPDATE requests SET \(assignments.joined(separator: ", ")), updated_at = now() WHERE id = \(id)"
      ]
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
    func reversed(of request: ServiceRequest, by actor: Actor) -> RequestEvent {
      RequestEvent(
        requestID: request.facts.id, actorID: actor.person?.id, kind: kind, visibility: visibility, before: after,
        after: before)
    }

    /// The change that brings back what the request said before.
    func edit() throws -> RequestChange {
      let members = try JSONValue.parse(Array((before ?? "{}").utf8)).object?.members ?? []
      let fields = members.map { member in
        JSONObject.Member(
          key: member.key,
          value: member.key == "location" ? Location(words: member.value.string ?? "").json : member.value)
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
  private static let kinds: [RequestEvent.Kind] = [.status, .assignment, .edited, .withdrawn, .confirmation]

  /// nil where nothing was changed yet, or what was is not for staff to take back.
  static func read(of requestID: Int, in transaction: Transaction) async throws -> LastChange? {
    // Rows of one transaction have one time.
    let rows = try await transaction.query(
      """
      SELECT kind, visibility, before, after, actor_id, extract(epoch FROM clock_timestamp() - at)::float8
        FROM request_events
       WHERE request_id = \(requestID) AND kind = ANY(\(kinds.map(\.rawValue))) AND at =
         (SELECT at FROM request_events WHERE request_id = \(requestID) AND kind = ANY(\(kinds.map(\.rawValue)))
           ORDER BY sequence DESC LIMIT 1)
       ORDER BY sequence
      """)
    guard let first = rows.first else { return nil }
    let parts = try rows.map { row in
      Part(kind: try row.word(0), visibility: try row.word(1), before: try row.get(2), after: try row.get(3))
    }
    guard parts.allSatisfy({ [.status, .assignment, .edited].contains($0.kind) }) else { return nil }
    return LastChange(authorID: try first.get(4), age: try first.get(5), parts: parts)
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
