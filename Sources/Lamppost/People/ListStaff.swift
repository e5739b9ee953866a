import Civic
import JSON
import PostgreSQL

/// A colleague, as every member of staff may know of them.
struct StaffMember: Sendable {
  let id: Int
  let name: String
  let role: Role
  /// Its slug and its name.
  let department: (slug: String, name: String)?

  init(_ row: Row) throws {
    id = try row.get(0)
    name = try row.get(1)
    role = try row.word(2)
    department = try row.get(3, as: String?.self).map { ($0, try row.get(4)) }
  }

  /// Whether requests can be given to them.
  var takesRequests: Bool { role.takesRequests }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("name", name)
    json.field("role", role.rawValue)
    json.field("department", department?.slug)
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

  static func query(
    matching text: String? = nil, and condition: SQL = "true", order: SQL = "p.name, p.id", limit: Int = 1000
  ) -> SQL {
    // Lower case on both sides; a name's later words count, too: one calls a colleague by either.
    let match: SQL =
      text.map { text in
        "starts_with(lower(p.name), lower(\(text))) OR strpos(lower(p.name), ' ' || lower(\(text))) > 0"
      } ?? "true"
    return """
      SELECT p.id, p.name, p.role, d.slug, d.name
        FROM people p LEFT JOIN departments d ON d.tenant_id = p.tenant_id AND d.id = p.department_id
       WHERE p.active AND p.role <> 'citizen' AND (\(match)) AND \(condition) ORDER BY \(order) LIMIT \(limit)
      """
  }
}
