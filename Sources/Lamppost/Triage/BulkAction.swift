import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// What a bulk call does to each request: the very changes that can be made one by one.
enum BulkAction: Sendable {
  case assign(AssignRequest.Assignment)
  case status(Status, reason: String?, note: String?)
  case categorize(String)
  case prioritize(Priority)
  /// Takes back what the caller has just done, where nothing has happened since.
  case undo([Change])

  /// A request as a bulk call left it.
  struct Change: Sendable {
    let reference: Reference
    let version: Int
  }

  enum Kind: String, CaseIterable, Sendable { case assign, status, categorize, prioritize, undo }

  /// - Returns: nil where there is none, or something is wrong with it, which `input` then knows.
  init?(_ input: inout ObjectInput) {
    let action: BulkAction? = input.nested("action") { input in
      let type = input.requiredOption("type", Kind.allCases, name: \.rawValue)
      // Of a kind that is not known nothing more can be said.
      if !input.errors.isEmpty { return nil }
      switch type {
      case .assign: return Self.assign(&input)
      case .status:
        return .status(
          input.requiredOption("status", Status.allCases, name: \.rawValue),
          reason: input.text("reason", maximum: 2000), note: input.text("note", maximum: 2000))
      case .categorize: return .categorize(input.requiredText("category", maximum: 100))
      case .prioritize: return .prioritize(input.requiredOption("priority", Priority.allCases, name: \.name))
      case .undo: return Self.undo(&input)
      }
    }
    guard let action else { return nil }
    self = action
  }

  private static func assign(_ input: inout ObjectInput) -> BulkAction {
    let assignee = input.integer("assignee")
    let department = input.text("department", maximum: 100)
    if !input.has("assignee") && !input.has("department") {
      input.refuse("assignee", .required, "assignee or department is required")
    }
    return .assign(
      AssignRequest.Assignment(
        assignee: input.has("assignee") ? .some(assignee) : nil,
        department: input.has("department") ? .some(department) : nil))
  }

  private static func undo(_ input: inout ObjectInput) -> BulkAction? {
    guard let list = input.value("changes")?.array, !list.isEmpty else {
      input.refuse("changes", .required, "a list of changes is required")
      return nil
    }
    if list.count > BulkChange.limit {
      input.refuse("changes", .tooMany, "must not be more than \(BulkChange.limit)")
      return nil
    }
    let changes = list.compactMap { entry -> Change? in
      guard let reference = entry["reference"]?.string.flatMap({ Reference($0) }),
        let version = entry["version"]?.integer
      else { return nil }
      return Change(reference: reference, version: version)
    }
    if changes.count < list.count {
      input.refuse("changes", .invalidFormat, "each must have a reference and a version")
      return nil
    }
    return .undo(changes)
  }

  /// What must be said with it does not depend on the request.
  /// - Throws: `reason_required`, `note_required`.
  func requireWords() throws(Problem) {
    guard case .status(let status, let reason, let note) = self else { return }
    do throws(Workflow.Refusal) {
      // Whether a photo is needed is the category's to say.
      try Workflow.check(Workflow.needs(of: status), .init(reason: reason, note: note))
    } catch {
      throw Problem(refusal: error, to: status).inside("action")
    }
  }
}

/// What the rules of bulk changes need to know of a request.
struct BulkTarget: Sendable {
  let facts: RequestFacts
  let reference: Reference
  let category: String
  let priority: Priority
  let visibility: String
  /// Whether the category asks for a photo of what was done, and there is none.
  let lacksProof: Bool
  let isMerged: Bool
  /// The numbers of its category and of the areas that it lies in.
  let categoryID: Int
  let areaIDs: [Int]

  /// Those with these numbers, in one order, so that two bulk calls never wait for each other in a circle.
  static func query(_ ids: [Int], as actor: Actor) -> SQL {
    """
    SELECT r.id, r.reference, r.status, r.version, r.reporter_id, r.assignee_id, r.department_id, c.slug, r.priority,
           r.visibility, c.requires_proof AND NOT \(Proof.exists),
           r.duplicate_of IS NOT NULL, r.category_id,
           ARRAY(SELECT ra.area_id FROM request_areas ra
                  WHERE ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND ra.for_staff)
      FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE r.id = ANY(\(ids)) AND \(actor.visibleRequests) ORDER BY r.id
    """
  }

  init(_ row: Row) throws {
    facts = RequestFacts(
      id: try row.get(0), status: try row.word(2), version: try row.get(3), reporterID: try row.get(4),
      assigneeID: try row.get(5), departmentID: try row.get(6))
    guard let reference = Reference(stored: try row.get(1)) else { throw UnknownWord(column: "reference") }
    self.reference = reference
    category = try row.get(7)
    guard let priority = Priority(rawValue: try row.get(8)) else { throw UnknownWord(column: "priority") }
    self.priority = priority
    visibility = try row.get(9)
    lacksProof = try row.get(10)
    isMerged = try row.get(11)
    categoryID = try row.get(12)
    areaIDs = try row.get(13)
  }
}

/// What becomes of one request.
enum BulkVerdict: Sendable {
  /// By these statements.
  case change([SQL])
  case unchanged
  case refused(Problem.Code)
}

/// A bulk action with everything looked up that is the same for each request.
enum ReadyBulkAction: Sendable {
  case assign(assignee: Int??, limits: StaffLimits, department: Int??)
  case status(Status, reason: String?, note: String?)
  case edit(RequestChange, [SQL], isPrivate: Bool)

  /// - Throws: `unknown_person`, `unknown_department`, `unknown_category`.
  init?(_ action: BulkAction, in transaction: Transaction) async throws {
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
      case .undo: return nil
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

extension Problem {
  /// The same of a field that lies within another.
  func inside(_ field: String) -> Problem {
    var problem = self
    problem.errors = errors.map { .init(field: "\(field).\($0.field)", code: $0.code, message: $0.message) }
    return problem
  }
}
