import Civic
import JSON
import PostgreSQL

/// A colleague, as every member of staff may know of them.
struct StaffMember: Sendable {
  let id: Int
  let name: String
  let role: Role
  /// By name.
  let departments: [(slug: String, name: String)]

  init(_ row: Row) throws {
    id = try row.get(0)
    name = try row.get(1)
    role = try row.word(2)
    departments = Array(zip(try row.get(3, as: [String].self), try row.get(4, as: [String].self)))
  }

  /// As it stands in a list to choose from: "Ana Ruiz (Roads, Parks)".
  var label: String {
    departments.isEmpty ? name : "\(name) (\(departments.map(\.name).joined(separator: ", ")))"
  }

  /// Whether requests can be given to them.
  var takesRequests: Bool { role.takesRequests }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("name", name)
    json.field("role", role.rawValue)
    json.array("departments", departments.map(\.slug))
  }
}

/// The members of staff of a township, by name.
struct ListStaff: Sendable {
  let database: Database

  /// - Parameters:
  ///   - text: what a name or one of its words begins with; nil for all.
  ///   - limit: 1 to 201.
  func callAsFunction(beginning text: String?, after last: Int, limit: Int, as actor: Actor) async throws
    -> [StaffMember]
  {
    try await database.tenant(actor.tenant.id).read(
      Self.query(matching: text, and: "p.id > \(last)", order: "p.id", limit: limit)
    ).map(StaffMember.init)
  }

  /// The condition on `people p` that a request lies within their limits: who could not see it cannot be given it.
  static func covering(requestID: Int) -> SQL {
    """
    EXISTS (SELECT 1 FROM requests r WHERE r.tenant_id = p.tenant_id AND r.id = \(requestID) AND \(isWithinLimits))
    """
  }

  /// The condition that `requests r` lies within the limits of `people p`.
  static let isWithinLimits: SQL = """
    ((NOT EXISTS (SELECT 1 FROM person_categories l WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id)
      OR EXISTS (SELECT 1 FROM person_categories l
                  WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id AND l.category_id = r.category_id))
     AND (NOT EXISTS (SELECT 1 FROM person_areas l WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id)
      OR EXISTS (SELECT 1 FROM person_areas l
                   JOIN request_areas ra ON ra.tenant_id = l.tenant_id AND ra.area_id = l.area_id AND ra.for_staff
                  WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id AND ra.request_id = r.id
                    AND ra.created_at = r.created_at)))
    """

  /// A column of the departments of `people p`, as an array in the order of their names.
  static func departments(_ column: SQL) -> SQL {
    """
    ARRAY(SELECT d.\(column) FROM department_members m
            JOIN departments d ON d.tenant_id = m.tenant_id AND d.id = m.department_id
           WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id ORDER BY d.name, d.id)
    """
  }

  static func query(
    matching text: String? = nil, and condition: SQL = "true", order: SQL = "p.name, p.id", limit: Int = 1000
  ) -> SQL {
    // Lower case on both sides; a name's later words count, too: one calls a colleague by either.
    let match: SQL =
      text.map { text in
        "starts_with(lower(p.name), lower(\(text))) OR strpos(lower(p.name), ' ' || lower(\(text))) > 0"
      } ?? "true"
    return """
      SELECT p.id, p.name, p.role, \(Self.departments("slug")), \(Self.departments("name"))
        FROM people p
       WHERE p.active AND p.role <> 'citizen' AND (\(match)) AND \(condition) ORDER BY \(order) LIMIT \(limit)
      """
  }
}
