import Civic
import HTTPServer
import PostgreSQL

/// Gives a request to a person, a department, or both; null takes it from them.
struct AssignRequest: Sendable {
  let database: Database

  /// Who it is to be given to. A field that was not sent stays as it is.
  struct Assignment: Sendable {
    /// A person's id.
    let assignee: Int??
    /// A department's slug.
    let department: String??
  }

  func callAsFunction(
    _ reference: Reference, _ assignment: Assignment, ifMatch: Int?, as actor: Actor
  ) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor, ifMatch: ifMatch) {
        try actor.require(.assign, on: $0.facts)
      }
      let assigneeID = try await Self.person(assignment.assignee, for: request.facts, in: transaction)
      let departmentID = try await Self.department(
        assignment.department, now: request.facts.departmentID, in: transaction)
      let statements = Self.statements(
        request.facts, assigneeID: assigneeID, departmentID: departmentID, as: actor)
      let query = FindRequest.query(reference, as: actor)
      guard let row = try await transaction.change(statements, of: [request.facts.id], reading: query) else {
        throw Problem.notFound
      }
      return try ServiceRequest(row)
    }
  }

  /// The change and its history; the request's row is locked.
  static func statements(_ facts: RequestFacts, assigneeID: Int?, departmentID: Int?, as actor: Actor) -> [SQL] {
    let isAssigned = assigneeID != nil || departmentID != nil
    let status = isAssigned ? actor.tenant.workflow.statusAfterAssignment(from: facts.status) : facts.status
    var statements: [SQL] = [
      """
      UPDATE requests SET assignee_id = \(assigneeID), department_id = \(departmentID), status = \(status.rawValue),
             version = version + 1,
             -- Who works on it is internal: it does not move the date that the public sees.
             updated_at = CASE WHEN status = \(status.rawValue) THEN updated_at ELSE now() END WHERE id = \(facts.id)
      """,
      RequestEvent(
        requestID: facts.id, actorID: actor.person?.id, kind: .assignment, visibility: .internal,
        before: words(facts.assigneeID, facts.departmentID), after: words(assigneeID, departmentID)
      ).insertion,
    ]
    if status != facts.status {
      statements.append(
        RequestEvent(
          requestID: facts.id, actorID: actor.person?.id, kind: .status, visibility: .public,
          before: facts.status.rawValue, after: status.rawValue
        ).insertion)
    }
    return statements
  }

  static func words(_ assignee: Int?, _ department: Int?) -> String? {
    let parts = [assignee.map { "person \($0)" }, department.map { "department \($0)" }].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// What `words` says, read back.
  static func ids(in words: String?) -> (person: Int?, department: Int?) {
    var ids: [Substring: Int] = [:]
    for part in (words ?? "").split(separator: ", ") {
      let pair = part.split(separator: " ")
      if pair.count == 2 { ids[pair[0]] = Int(pair[1]) }
    }
    return (ids["person"], ids["department"])
  }

  /// - Throws: `unknown_person`, also for somebody beyond whose limits the request lies.
  private static func person(_ wanted: Int??, for request: RequestFacts, in transaction: Transaction) async throws
    -> Int?
  {
    guard let wanted else { return request.assigneeID }
    return try await person(wanted, and: ListStaff.covering(requestID: request.id), in: transaction)?.id
  }

  /// Somebody who takes requests, and what they are limited to.
  static func person(
    _ wanted: Int?, and condition: SQL = "true", in transaction: Transaction
  ) async throws -> (id: Int, limits: StaffLimits)? {
    guard let id = wanted else { return nil }
    let roles = Role.allCases.filter(\.takesRequests).map(\.rawValue)
    let rows = try await transaction.query(
      """
      SELECT ARRAY(SELECT l.area_id FROM person_areas l WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id),
             ARRAY(SELECT l.category_id FROM person_categories l WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id)
        FROM people p WHERE p.id = \(id) AND p.active AND p.role = ANY(\(roles)) AND \(condition)
      """)
    guard let row = rows.first else {
      throw Problem.field("assignee", .unknownPerson, "There is no member of staff \(id) who could take it.")
    }
    return (id, StaffLimits(areas: try row.get(0), categories: try row.get(1)))
  }

  static func department(_ wanted: String??, now: Int?, in transaction: Transaction) async throws -> Int? {
    guard let wanted else { return now }
    guard let slug = wanted else { return nil }
    let rows = try await transaction.query("SELECT id FROM departments WHERE slug = \(slug) AND active")
    guard let id = try rows.first?.get(0, as: Int.self) else {
      throw Problem.field("department", .unknownDepartment, "There is no department \"\(slug)\".")
    }
    return id
  }
}

extension AssignRequest.Assignment {
  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    let assignee = input.integer("assignee")
    let department = input.text("department", maximum: 100)
    self.init(
      assignee: input.has("assignee") ? .some(assignee) : nil,
      department: input.has("department") ? .some(department) : nil)
    if self.assignee == nil && self.department == nil {
      input.refuse("assignee", .required, "assignee or department is required")
    }
    try input.finish()
  }
}

extension TriageRoutes {
  static func assign(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let assignment = try AssignRequest.Assignment(try await request.input())
    let changed = try await context.application.assignRequest(
      reference, assignment, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: changed)
  }
}
