import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// What becomes of one request.
enum BulkVerdict: Sendable {
  /// By these statements.
  case change([SQL])
  /// By becoming a duplicate of another, or by being none any more: more than statements of its own.
  case merge(into: Reference)
  case takeApart
  case unchanged
  case refused(Problem.Code)
}

/// A bulk action with everything looked up that is the same for each request.
enum ReadyBulkAction: Sendable {
  case assign(assignee: Int??, limits: StaffLimits, department: Int??)
  case status(Status, reason: String?, note: String?)
  case edit(RequestChange, [SQL], isPrivate: Bool)
  case merge(BulkSurvivor)

  /// - Throws: `unknown_person`, `unknown_department`, `unknown_category`; as `BulkSurvivor`.
  init?(_ action: BulkAction, in transaction: Transaction, as actor: Actor) async throws {
    do {
      switch action {
      case .assign(let wanted):
        let person =
          if let assignee = wanted.assignee { try await AssignRequest.person(assignee, in: transaction) } else {
            nil as (id: Int, limits: StaffLimits)?
          }
        let department: Int?? =
          wanted.department == nil
          ? nil : .some(try await AssignRequest.department(wanted.department, now: nil, in: transaction))
        self = .assign(
          assignee: wanted.assignee.map { _ in person?.id }, limits: person?.limits ?? .none, department: department)
      case .status(let status, let reason, let note): self = .status(status, reason: reason, note: note)
      case .categorize(let slug):
        let change = try RequestChange(ObjectInput(JSONObject(members: [.init(key: "category", value: .string(slug))])))
        let rows = try await transaction.query("SELECT private FROM categories WHERE slug = \(slug) AND active")
        self = .edit(
          change, try await EditRequest.assignments(change, in: transaction),
          isPrivate: try rows.first?.get(0) ?? false)
      case .prioritize(let priority):
        let change = try RequestChange(
          ObjectInput(JSONObject(members: [.init(key: "priority", value: .string(priority.name))])))
        self = .edit(change, try await EditRequest.assignments(change, in: transaction), isPrivate: false)
      case .duplicate(let of): self = .merge(try await BulkSurvivor(of, in: transaction, as: actor))
      case .route, .undo: return nil
      }
    } catch let problem as Problem {
      throw problem.inside("action")
    }
  }

  /// Words are asked for once, of the whole call; a dry run looks at what it is about before they are written.
  private static let unsaid = "-"

  func judge(_ target: BulkTarget, as actor: Actor) -> BulkVerdict {
    let facts = target.facts
    switch self {
    case .merge(let survivor): return survivor.judge(target, as: actor)
    case .assign(let assignee, let limits, let department):
      guard actor.may(.assign, on: facts) else { return .refused(.forbidden) }
      guard limits.cover(category: target.categoryID, areas: target.areaIDs) else { return .refused(.unknownPerson) }
      let (person, office) = (assignee ?? facts.assigneeID, department ?? facts.departmentID)
      if person == facts.assigneeID && office == facts.departmentID { return .unchanged }
      return .change(AssignRequest.statements(facts, assigneeID: person, departmentID: office, as: actor))
    case .status(let status, let reason, let note):
      guard actor.may(.changeStatus, on: facts) else { return .refused(.forbidden) }
      if facts.status == status { return .unchanged }
      if target.isMerged { return .refused(.transitionNotAllowed) }
      do throws(Workflow.Refusal) {
        let evidence = Workflow.Evidence(
          reason: reason ?? Self.unsaid, note: note ?? Self.unsaid, needsProof: target.lacksProof)
        try actor.tenant.workflow.check(from: facts.status, to: status, evidence)
      } catch {
        return .refused(Problem(refusal: error, from: facts.status, to: status).code)
      }
      return .change(ChangeStatus.statements(facts, to: status, reason: reason, note: note, as: actor))
    case .edit(let change, let assignments, let isPrivate):
      guard actor.may(.editRequest, on: facts) else { return .refused(.forbidden) }
      if (change.category ?? target.category) == target.category
        && (change.priority ?? target.priority) == target.priority
      {
        return .unchanged
      }
      // As for a single change: what staff have hidden stays so.
      let hides = isPrivate && target.visibility == "public"
      return .change(
        EditRequest.statements(
          facts, assignments,
          before: [
            ("category", change.category.map { _ in target.category }),
            ("priority", change.priority.map { _ in target.priority.name }),
            ("visibility", hides ? target.visibility : nil),
          ],
          after: [
            ("category", change.category), ("priority", change.priority?.name), ("visibility", hides ? "private" : nil),
          ], as: actor))
    }
  }
}
