import Civic
import JSON
import PostgreSQL

/// A department of the township.
struct Department: Sendable {
  let id: Int
  let slug: String
  let name: String
  let isActive: Bool
  let members: Int
  /// Open requests that wait in it, as far as the caller sees them.
  let openRequests: Int
  /// Raised by every change of its name or of whether it is active.
  let version: Int

  static func columns(as actor: Actor) -> SQL {
    """
    d.id, d.slug, d.name, d.active,
    (SELECT count(*) FROM department_members m JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
      WHERE m.tenant_id = d.tenant_id AND m.department_id = d.id AND p.active),
    (SELECT count(*) FROM requests r
      WHERE r.tenant_id = d.tenant_id AND r.department_id = d.id AND r.closed_at IS NULL AND \(actor.visibleRequests)),
    d.version
    """
  }

  init(_ row: Row) throws {
    id = try row.get(0)
    slug = try row.get(1)
    name = try row.get(2)
    isActive = try row.get(3)
    members = try row.get(4)
    openRequests = try row.get(5)
    version = try row.get(6)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("slug", slug)
    json.field("name", name)
    json.field("active", isActive)
    json.field("members", members)
    json.field("open_requests", openRequests)
    json.field("version", version)
  }
}

/// The township's departments: never deleted, since requests and their history refer to them.
struct Departments: Sendable {
  let database: Database

  static let longestName = 100

  /// - Parameter limit: 1 to 201.
  func list(after last: Int = 0, limit: Int = 200, as actor: Actor) async throws -> [Department] {
    try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT \(Department.columns(as: actor)) FROM departments d WHERE d.id > \(last) ORDER BY d.id LIMIT \(limit)
      """
    ).map(Department.init)
  }

  /// The department and its members, by name.
  /// - Throws: `not_found`.
  func find(_ slug: String, as actor: Actor) async throws -> (department: Department, members: [StaffMember]) {
    try await database.withoutReplica.tenant(actor.tenant.id).read { transaction in
      let rows = try await transaction.query(
        "SELECT \(Department.columns(as: actor)) FROM departments d WHERE d.slug = \(slug)")
      guard let department = try rows.first.map(Department.init) else { throw Problem.notFound }
      let isMember: SQL = """
        EXISTS (SELECT 1 FROM department_members m
                 WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id AND m.department_id = \(department.id))
        """
      return (department, try await transaction.query(ListStaff.query(and: isMember)).map(StaffMember.init))
    }
  }

  /// - Throws: `forbidden`, `name_taken`.
  func add(name: String, as actor: Actor) async throws -> Department {
    try await keep(Slug.of(name), as: actor) { transaction, slug in
      let rows = try await transaction.query(
        """
        INSERT INTO departments (tenant_id, slug, name) VALUES (current_tenant(), \(slug), \(name))
        ON CONFLICT DO NOTHING RETURNING 1
        """)
      if rows.isEmpty { throw Problem.field("name", .nameTaken, "There is a department \"\(slug)\" already.") }
    }
  }

  /// - Parameters:
  ///   - name: nil stays.
  ///   - isActive: nil stays. One that is not active takes no requests any more; those it has stay to be handed over.
  ///   - ifMatch: the version that the change is meant for; nil for any.
  /// - Throws: `forbidden`, `not_found`, `version_mismatch`.
  func change(
    _ slug: String, name: String?, isActive: Bool?, ifMatch: Int?, as actor: Actor
  ) async throws -> Department {
    try await keep(slug, ifMatch: ifMatch, as: actor) { transaction, slug in
      try await transaction.execute(
        """
        UPDATE departments SET name = coalesce(\(name), name), active = coalesce(\(isActive), active)
         WHERE slug = \(slug)
        """)
    }
  }

  /// Makes a change and keeps who made it.
  private func keep(
    _ slug: String, ifMatch: Int? = nil, as actor: Actor,
    _ change: @Sendable (Transaction, String) async throws -> Void
  ) async throws -> Department {
    guard actor.may(.managePeople) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      let record: SQL = "jsonb_build_object('name', name, 'active', active)::text"
      let before = try await transaction.query(
        "SELECT \(record), version FROM departments WHERE slug = \(slug) FOR UPDATE")
      if let ifMatch, let old = before.first, try ifMatch != old.get(1, as: Int.self) {
        throw Problem(.versionMismatch)
      }
      try await change(transaction, slug)
      let after = try await transaction.queryAll([
        "SELECT \(record) FROM departments WHERE slug = \(slug)",
        "SELECT \(Department.columns(as: actor)) FROM departments d WHERE d.slug = \(slug)",
      ])
      guard let new = after[0].first, let row = after[1].first else { throw Problem.notFound }
      try await transaction.execute(
        AdministrationEvent.insertion(
          "department \(slug)", before: try before.first?.get(0) ?? #"{"name": null, "active": null}"#,
          after: try new.get(0), by: actor))
      return try Department(row)
    }
  }

  /// - Parameter isMember: whether they shall be.
  /// - Throws: `forbidden`, `not_found`, `unknown_person`.
  func set(_ personID: Int, isMember: Bool, of slug: String, as actor: Actor) async throws {
    guard let me = actor.person, actor.may(.managePeople) else { throw Problem(.forbidden) }
    try await database.tenant(actor.tenant.id).write { transaction in
      let standings = try await Standings.lock([personID, me.id], in: transaction)
      let people = try await transaction.query(
        "SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(personID) AND p.role <> 'citizen' FOR UPDATE")
      let departments = try await transaction.query("SELECT id FROM departments WHERE slug = \(slug)")
      guard let department = departments.first else { throw Problem.notFound }
      guard let before = people.first else {
        throw Problem.field("person", .unknownPerson, "There is no member of staff \(personID).")
      }
      // Their standing stays, but of an operator nothing is for administrators to change.
      if let standing = standings[personID] { try standings.check(personID, becomes: standing, by: me.id) }
      let departmentID: Int = try department.get(0)
      try await transaction.execute(
        isMember
          ? """
          INSERT INTO department_members (tenant_id, person_id, department_id)
          VALUES (current_tenant(), \(personID), \(departmentID)) ON CONFLICT DO NOTHING
          """
          : "DELETE FROM department_members WHERE person_id = \(personID) AND department_id = \(departmentID)")
      let after = try await transaction.query("SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(personID)")
      guard let after = after.first else { throw Problem.notFound }
      try await transaction.execute(
        AdministrationEvent.insertion(
          "person \(personID)", before: try before.get(0), after: try after.get(0), by: actor))
    }
  }
}
