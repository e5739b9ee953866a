import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// Somebody with an account, as whoever keeps the people sees them.
struct KeptPerson: Sendable {
  /// What stands for it in the API, and its name for people.
  typealias Named = (word: String, name: String)

  let id: Int
  let name: String
  let email: String
  let role: Role
  let isActive: Bool
  let departments: [Named]
  /// What they are limited to, `layer:slug`; none for no limit.
  let areas: [Named]
  /// What they are limited to, by slug; none for no limit.
  let categories: [Named]
  let createdAt: Date
  /// Raised by every change, also of what they belong and are limited to.
  let version: Int

  static let columns: SQL = """
    p.id, p.name, p.email, p.role, p.active, \(ListStaff.departments("slug")), \(ListStaff.departments("name")),
    \(areas("a.layer || ':' || a.slug")), \(areas("a.name")), \(categories("c.slug")), \(categories("c.name")), p.created_at,
    p.version
    """

  private static func areas(_ column: SQL) -> SQL {
    """
    ARRAY(SELECT \(column) FROM person_areas l JOIN areas a ON a.tenant_id = l.tenant_id AND a.id = l.area_id
           WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id ORDER BY a.layer, a.name, a.id)
    """
  }

  private static func categories(_ column: SQL) -> SQL {
    """
    ARRAY(SELECT \(column) FROM person_categories l
            JOIN categories c ON c.tenant_id = l.tenant_id AND c.id = l.category_id
           WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id ORDER BY c.name, c.id)
    """
  }

  /// What of them is kept in the history of the administration.
  static let record: SQL = """
    jsonb_build_object('name', p.name, 'role', p.role, 'active', p.active, 'departments', \(ListStaff.departments("slug")),
      'areas', \(areas("a.layer || ':' || a.slug")), 'categories', \(categories("c.slug")))::text
    """

  /// The condition on `people p` of those this caller may read of here: who keeps the people of everybody, others of
  /// staff. What is left of a deleted account is nobody.
  static func visible(to actor: Actor) -> SQL {
    let wanted: SQL = actor.may(.managePeople) ? "true" : "p.role <> 'citizen'"
    return "(p.email NOT LIKE 'former-%@invalid' OR p.active) AND \(wanted)"
  }

  init(_ row: Row) throws {
    func named(_ column: Int) throws -> [Named] {
      Array(zip(try row.get(column, as: [String].self), try row.get(column + 1, as: [String].self)))
    }
    id = try row.get(0)
    name = try row.get(1)
    email = try row.get(2)
    role = try row.word(3)
    isActive = try row.get(4)
    departments = try named(5)
    areas = try named(7)
    categories = try named(9)
    createdAt = try row.get(11)
    version = try row.get(12)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("name", name)
    json.field("email", email)
    json.field("role", role.rawValue)
    json.field("active", isActive)
    json.array("departments", departments.map(\.word))
    json.array("areas", areas.map(\.word))
    json.array("categories", categories.map(\.word))
    json.field("created_at", createdAt)
    json.field("version", version)
  }
}

/// Reads the people of a township, for who keeps them.
struct ListPeople: Sendable {
  let database: Database

  struct Filter: Sendable {
    /// Part of a name or an address.
    var text: String?
    var roles: [Role] = []
    var isActive: Bool?
    /// A department's slug.
    var department: String?
  }

  /// - Parameter limit: 1 to 201.
  /// - Throws: `forbidden`.
  func callAsFunction(_ filter: Filter, after last: Int, limit: Int, as actor: Actor) async throws -> [KeptPerson] {
    guard actor.may(.readPeople) else { throw Problem(.forbidden) }
    var conditions: [SQL] = [KeptPerson.visible(to: actor), "p.id > \(last)"]
    if let text = filter.text {
      conditions.append("strpos(lower(p.name || ' ' || p.email), lower(\(text))) > 0")
    }
    if !filter.roles.isEmpty { conditions.append("p.role = ANY(\(filter.roles.map(\.rawValue)))") }
    if let isActive = filter.isActive { conditions.append("p.active = \(isActive)") }
    if let department = filter.department {
      conditions.append(
        """
        EXISTS (SELECT 1 FROM department_members m
                  JOIN departments d ON d.tenant_id = m.tenant_id AND d.id = m.department_id
                 WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id AND d.slug = \(department))
        """)
    }
    return try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT \(KeptPerson.columns) FROM people p WHERE \(conditions.joined(separator: " AND "))
       ORDER BY p.id LIMIT \(limit)
      """
    ).map(KeptPerson.init)
  }

  /// - Throws: `forbidden`, `not_found`.
  func find(_ id: Int, as actor: Actor) async throws -> KeptPerson {
    guard actor.may(.readPeople) else { throw Problem(.forbidden) }
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(KeptPerson.columns) FROM people p WHERE p.id = \(id) AND \(KeptPerson.visible(to: actor))")
    guard let row = rows.first else { throw Problem.notFound }
    return try KeptPerson(row)
  }

  /// Open requests that wait for one person.
  func openRequests(of id: Int, as actor: Actor) async throws -> Int {
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT count(*) FROM requests r WHERE r.assignee_id = \(id) AND r.closed_at IS NULL AND \(actor.visibleRequests)
      """)
    return try rows.first?.get(0) ?? 0
  }
}
