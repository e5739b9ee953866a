import Civic
import JSON
import PostgreSQL

/// What of a person is to become different; nil stays.
struct PersonChange: Sendable {
  let name: String?
  let role: Role?
  let isActive: Bool?
  /// By slug.
  let departments: [String]?
  /// `layer:slug`
  let areas: [String]?
  /// By slug.
  let categories: [String]?

  static let listLimit = 200

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    name = input.has("name") ? input.requiredText("name", maximum: 200) : nil
    role = input.option("role", Role.allCases, name: \.rawValue)
    isActive = input.bool("active")
    departments = input.words("departments", limit: Self.listLimit)
    areas = input.words("areas", limit: Self.listLimit)
    categories = input.words("categories", limit: Self.listLimit)
    try input.finish()
  }
}

extension ObjectInput {
  /// A list of short texts, each once; nil where it is missing, null or wrong.
  mutating func words(_ key: String, limit: Int) -> [String]? {
    guard let value = value(key) else { return nil }
    guard let list = value.array, list.allSatisfy({ $0.string != nil }) else {
      refuse(key, .wrongType, "must be a list of texts")
      return nil
    }
    var words: [String] = []
    for word in list.compactMap(\.string) where !words.contains(word) { words.append(word) }
    if words.count > limit {
      refuse(key, .tooMany, "must not be more than \(limit)")
      return nil
    }
    if words.contains(where: { $0.unicodeScalars.contains { $0.value == 0 } }) {
      refuse(key, .invalidText, "must not contain the NUL character")
      return nil
    }
    return words
  }
}

/// Changes what somebody is in the township: role, name, departments, limits, and whether they may come in at all.
struct ChangePerson: Sendable {
  let database: Database

  /// - Parameter ifMatch: the version that the change is meant for; nil for any.
  /// - Throws: `forbidden`, `not_found`, `version_mismatch`, `own_account`, `last_administrator`, `unknown_department`,
  ///   `unknown_area`, `unknown_category`, `limits_not_allowed`, `address_not_shown`.
  func callAsFunction(
    _ id: Int, _ change: PersonChange, ifMatch: Int? = nil, as actor: Actor
  ) async throws -> KeptPerson {
    guard let me = actor.person, actor.may(.managePeople) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      let people = try await Standings.lock([id, me.id], in: transaction)
      let before = try await transaction.query(
        "SELECT \(KeptPerson.record), p.version, p.address_shown FROM people p WHERE p.id = \(id) AND \(KeptPerson.visible(to: actor))"
      )
      guard let row = before.first, let old = people[id] else { throw Problem.notFound }
      if let ifMatch, try ifMatch != row.get(1, as: Int.self) { throw Problem(.versionMismatch) }
      let new = Staffing.Standing(change.role ?? old.role, isActive: change.isActive ?? old.isActive)
      try people.check(id, becomes: new, by: me.id)
      // A stranger may have registered the address of somebody who is to work here.
      if new.role.isStaff, try !row.get(2, as: Bool.self) {
        throw Problem.field("role", .addressNotShown, Problem.Code.addressNotShown.title)
      }
      for statement in try await Self.statements(id, change, from: old, to: new, in: transaction) {
        try await transaction.execute(statement)
      }
      let results = try await transaction.queryAll([
        "SELECT \(KeptPerson.record) FROM people p WHERE p.id = \(id)",
        "SELECT \(KeptPerson.columns) FROM people p WHERE p.id = \(id)",
      ])
      guard let record = results[0].first, let changed = results[1].first else { throw Problem.notFound }
      let kind: AuditEvent.Kind =
        old.isActive == new.isActive ? .changed : new.isActive ? .reactivated : .deactivated
      try await transaction.execute(
        AuditEvent.change(
          AuditEvent.about(person: id), before: try row.get(0), after: try record.get(0), by: me.id, kind: kind))
      return try KeptPerson(changed)
    }
  }

  private static func statements(
    _ id: Int, _ change: PersonChange, from old: Staffing.Standing, to new: Staffing.Standing,
    in transaction: Transaction
  ) async throws -> [SQL] {
    // Whoever is no longer of the staff belongs to no department; whoever keeps the people cannot be limited.
    let departments = new.role.isStaff ? change.departments : []
    let areas = new.role.canBeLimited ? change.areas : []
    let categories = new.role.canBeLimited ? change.categories : []
    if !new.role.canBeLimited {
      if change.areas?.isEmpty == false { throw Self.unlimited("areas", new.role) }
      if change.categories?.isEmpty == false { throw Self.unlimited("categories", new.role) }
    }
    // A raised epoch ends every session and token at once.
    var statements: [SQL] = [
      """
      UPDATE people SET name = coalesce(\(change.name), name), role = \(new.role.rawValue), active = \(new.isActive),
             epoch = epoch + \(old.isActive && !new.isActive ? 1 : 0)
       WHERE id = \(id)
      """
    ]
    if let departments {
      statements += Membership.departments.statements(id, try await transaction.departments(departments))
    }
    if let areas { statements += Membership.areas.statements(id, try await transaction.areas(areas)) }
    if let categories {
      statements += Membership.categories.statements(id, try await transaction.categories(categories))
    }
    return statements
  }

  static func unlimited(_ field: String, _ role: Role) -> Problem {
    .field(field, .limitsNotAllowed, "Nobody who is \(role.rawValue) can be limited.")
  }
}

/// A table that says what somebody belongs to or is limited to.
struct Membership: Sendable {
  private let table: SQL
  private let column: SQL

  static let departments = Membership(table: "department_members", column: "department_id")
  static let areas = Membership(table: "person_areas", column: "area_id")
  static let categories = Membership(table: "person_categories", column: "category_id")

  /// Makes the rows of a person those of these numbers.
  func statements(_ person: Int, _ ids: [Int]) -> [SQL] {
    [
      "DELETE FROM \(table) WHERE person_id = \(person) AND \(column) <> ALL(\(ids)::int[])",
      """
      INSERT INTO \(table) (tenant_id, person_id, \(column))
      SELECT current_tenant(), \(person), id FROM unnest(\(ids)::int[]) AS id ON CONFLICT DO NOTHING
      """,
    ]
  }
}

extension Transaction {
  /// The numbers of departments by slug; one that is not used any more can still be somebody's.
  /// - Throws: `unknown_department`.
  func departments(_ slugs: [String], field: String = "departments") async throws -> [Int] {
    try await ids("SELECT id, slug FROM departments WHERE slug = ANY(\(slugs))", slugs) { slug in
      .field(field, .unknownDepartment, "There is no department \"\(slug)\".")
    }
  }

  /// The numbers of areas by `layer:slug`.
  /// - Throws: `unknown_area`.
  func areas(_ names: [String]) async throws -> [Int] {
    try await ids("SELECT id, layer || ':' || slug FROM areas WHERE layer || ':' || slug = ANY(\(names))", names) {
      name in
      .field("areas", .unknownArea, "There is no area \"\(name)\".")
    }
  }

  /// The numbers of categories by slug.
  /// - Throws: `unknown_category`.
  func categories(_ slugs: [String]) async throws -> [Int] {
    try await ids("SELECT id, slug FROM categories WHERE slug = ANY(\(slugs))", slugs) { slug in
      .field("categories", .unknownCategory, "There is no category \"\(slug)\".")
    }
  }

  private func ids(_ query: SQL, _ words: [String], unknown: (String) -> Problem) async throws -> [Int] {
    if words.isEmpty { return [] }
    var known: [String: Int] = [:]
    for row in try await self.query(query) { known[try row.get(1)] = try row.get(0) }
    return try words.map { word in
      guard let id = known[word] else { throw unknown(word) }
      return id
    }
  }
}

/// The people whom the rules of roles ask about, locked: of two administrators who take the role from each other at the
/// same moment the second finds it taken.
struct Standings: Sendable {
  private let byID: [Int: Staffing.Standing]

  static func lock(_ ids: [Int], in transaction: Transaction) async throws -> Standings {
    let rows = try await transaction.query(
      """
      SELECT id, role, active FROM people
       WHERE id = ANY(\(ids)) OR (active AND role = \(Role.administrator.rawValue)) ORDER BY id FOR UPDATE
      """)
    var byID: [Int: Staffing.Standing] = [:]
    for row in rows { byID[try row.get(0)] = Staffing.Standing(try row.word(1), isActive: try row.get(2)) }
    return Standings(byID: byID)
  }

  subscript(_ id: Int) -> Staffing.Standing? { byID[id] }

  private func otherAdministrators(than id: Int) -> Int {
    byID.count { $0.key != id && $0.value == .init(.administrator) }
  }

  /// - Throws: `last_administrator`.
  func checkLeaving(_ id: Int) throws(Problem) {
    guard let standing = byID[id] else { throw Problem(.forbidden) }
    do throws(Staffing.Refusal) {
      try Staffing.checkLeaving(standing, otherAdministrators: otherAdministrators(than: id))
    } catch { throw Problem(.lastAdministrator) }
  }

  /// - Throws: `forbidden`; `own_account`; `conflict` for an account that nobody may come in with.
  func checkRestoring(_ id: Int, by actorID: Int) throws(Problem) {
    guard let standing = byID[id], let me = byID[actorID], me.isActive else { throw Problem(.forbidden) }
    do throws(Staffing.Refusal) {
      try Staffing.checkRestoring(accountOf: standing.role, isOwn: id == actorID, by: me.role)
    } catch {
      throw error == .ownAccount ? .field("", .ownAccount, Problem.Code.ownAccount.title) : Problem(.forbidden)
    }
    if !standing.isActive { throw Problem(.conflict, "This account is deactivated.") }
  }

  /// - Throws: `forbidden`, `own_account`, `last_administrator`.
  func check(_ id: Int, becomes new: Staffing.Standing, by actorID: Int) throws(Problem) {
    guard let old = byID[id], let me = byID[actorID], me.isActive else { throw Problem(.forbidden) }
    let others = otherAdministrators(than: id)
    do throws(Staffing.Refusal) {
      try Staffing.check(from: old, to: new, isOwn: id == actorID, by: me.role, otherAdministrators: others)
    } catch {
      switch error {
      case .forbidden: throw Problem(.forbidden)
      case .ownAccount:
        throw .field(old.role == new.role ? "active" : "role", .ownAccount, Problem.Code.ownAccount.title)
      case .lastAdministrator: throw Problem(.lastAdministrator)
      }
    }
  }
}
