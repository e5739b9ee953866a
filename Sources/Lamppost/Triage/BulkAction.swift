import Civic
import JSON

/// What a bulk call does to each request: the very changes that can be made one by one.
enum BulkAction: Sendable {
  case assign(AssignRequest.Assignment)
  case status(Status, reason: String?, note: String?)
  case categorize(String)
  case prioritize(Priority)
  /// Makes each a duplicate of this one, or of what this one is a duplicate of itself.
  case duplicate(of: Reference)
  /// Asks the rules of routing anew.
  case route
  /// Takes back what the caller has just done, where nothing has happened since.
  case undo([Change])

  /// A request as a bulk call left it.
  struct Change: Sendable {
    let reference: Reference
    let version: Int
  }

  enum Kind: String, CaseIterable, Sendable { case assign, status, categorize, prioritize, duplicate, route, undo }

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
      case .duplicate: return MergeRoutes.survivor(&input).map { .duplicate(of: $0) }
      case .route: return .route
      case .undo: return Self.changes("changes", &input).map { .undo($0) }
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

  /// Requests with a version of each; nil where something is wrong with them, which `input` then knows.
  static func changes(_ name: String, _ input: inout ObjectInput) -> [Change]? {
    guard let list = input.value(name)?.array, !list.isEmpty else {
      input.refuse(name, .required, "a list of requests with their versions is required")
      return nil
    }
    if list.count > BulkChange.limit {
      input.refuse(name, .tooMany, "must not be more than \(BulkChange.limit)")
      return nil
    }
    let changes = list.compactMap { entry -> Change? in
      guard let reference = entry["reference"]?.string.flatMap({ Reference($0) }),
        let version = entry["version"]?.integer
      else { return nil }
      return Change(reference: reference, version: version)
    }
    if changes.count < list.count {
      input.refuse(name, .invalidFormat, "each must have a reference and a version")
      return nil
    }
    return changes
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

extension Problem {
  /// The same of a field that lies within another.
  func inside(_ field: String) -> Problem {
    var problem = self
    problem.errors = errors.map { .init(field: "\(field).\($0.field)", code: $0.code, message: $0.message) }
    return problem
  }
}
