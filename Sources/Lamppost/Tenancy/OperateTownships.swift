import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// What the operator of the installation does with its townships. The database asks again, in each function, whether the
/// person is an operator: see the migration.
struct OperateTownships: Sendable {
  let database: Database
  let tenants: TenantDirectory
  /// Whether an invitation's link can be mailed.
  let sendsMail: Bool

  /// Townships by slug.
  /// - Parameters:
  ///   - word: looked for in slug, name and hosts; nil for all.
  ///   - last: the slug after which to go on.
  ///   - limit: 1 or more.
  func list(matching word: String?, after last: String?, limit: Int, as actor: Actor) async throws -> [KeptTownship] {
    let operatorID = try operatorID(actor)
    return try await home(actor).withoutReplica.read(
      """
      SELECT \(KeptTownship.columns)
        FROM operator_townships(\(operatorID), \(word), \(last), NULL, \(limit))
      """
    ).map(KeptTownship.init)
  }

  /// - Throws: `not_found`.
  func find(_ slug: String, as actor: Actor) async throws -> KeptTownship {
    let rows = try await home(actor).withoutReplica.read(Self.one(slug, operatorID: try operatorID(actor)))
    guard let row = rows.first else { throw Problem.notFound }
    return try KeptTownship(row)
  }

  private static func one(_ slug: String, operatorID: Int) -> SQL {
    "SELECT \(KeptTownship.columns) FROM operator_townships(\(operatorID), NULL, NULL, \(slug), 1)"
  }

  /// Makes a township, and asks its first administrator where somebody is named.
  /// - Parameter host: the one the operator came by: it stays their own township's should that have none yet.
  /// - Throws: `slug_taken`, `host_taken`, `invalid_format` for a boundary without a surface.
  func create(
    _ new: NewTownship, comingBy host: HostName, as actor: Actor
  ) async throws -> (KeptTownship, AskedAdministrator?) {
    let operatorID = try operatorID(actor)
    let input = new.input
    let made = try await refusing {
      try await home(actor).write { transaction in
        let made = try await transaction.query(
          """
          SELECT operator_create_township(
            \(operatorID), \(host.description), \(new.slug), \(input.name), \(input.hosts?.map(\.description)),
            \(input.timeZone), \(input.language?.rawValue), \(input.searchLanguage),
            \((input.boundary ?? nil)?.geometries))
          """)
        guard let id = try made.first?.get(0, as: Int.self) else { throw Problem.notFound }
        if new.hasStarterCategories, let language = input.language {
          try await Self.within(id, transaction, home: actor.tenant.id) {
            _ = try await transaction.queryAll(StarterCategories.insertions(language))
          }
        }
        let township = try await Self.read(new.slug, operatorID, transaction)
        try await Self.record(
          .tenantCreated, new.slug, id, before: "{}", after: Self.named(township), in: transaction, by: actor)
        guard let administrator = new.administrator else { return (township, AskedAdministrator?.none) }
        return (township, try await ask(administrator, for: township, in: transaction, by: actor))
      }
    }
    tenants.forgetAll()
    return made
  }

  /// The record of a new township. Its text is JSON.
  private static func named(_ township: KeptTownship) -> String {
    var json = JSONWriter()
    json.object { record in
      record.field("name", township.name)
      record.array("hosts", township.hosts)
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// Changes a township, switches it off or on again.
  /// - Parameter host: the one the operator came by, which they must not take from under their feet.
  /// - Throws: `not_found`, `own_township`, `host_taken`, `invalid_format` for a boundary without a surface.
  func change(
    _ slug: String, _ input: TownshipInput, comingBy host: HostName, as actor: Actor
  ) async throws -> KeptTownship {
    let operatorID = try operatorID(actor)
    if slug == actor.tenant.slug {
      if input.isActive == false { throw Problem(.ownTownship) }
      if let hosts = input.hosts, !hosts.contains(host) {
        throw Problem.field("hosts", .ownTownship, "must keep \(host), by which you came")
      }
    }
    let township = try await refusing {
      try await home(actor).write { transaction in
        let changed = try await transaction.query(
          """
          SELECT before, after, id FROM operator_change_township(
            \(operatorID), \(slug), \(input.name), \(input.hosts?.map(\.description)), \(input.timeZone),
            \(input.language?.rawValue), \(input.searchLanguage), \(input.boundary != nil),
            \((input.boundary ?? nil)?.geometries), \(input.isActive))
          """)
        guard let row = changed.first else { throw Problem.notFound }
        try await Self.record(
          .tenantChanged, slug, try row.get(2), before: try row.get(0), after: try row.get(1), in: transaction,
          by: actor)
        return try await Self.read(slug, operatorID, transaction)
      }
    }
    // Its name, its hosts, whether it is served: other processes know of it within a few seconds.
    tenants.forgetAll()
    return township
  }

  /// In the audit log of the operator's own township with who it was, and in that of the township itself without: the
  /// operator is none of its people.
  private static func record(
    _ kind: AuditEvent.Kind, _ slug: String, _ id: Int, before: String, after: String, in transaction: Transaction,
    by actor: Actor
  ) async throws {
    func change(by actorID: Int?) -> SQL {
      AuditEvent.change("township \(slug)", before: before, after: after, by: actorID, kind: kind)
    }
    try await transaction.execute(change(by: actor.person?.id))
    if id == actor.tenant.id { return }
    try await within(id, transaction, home: actor.tenant.id) { try await transaction.execute(change(by: nil)) }
  }

  static func read(_ slug: String, _ operatorID: Int, _ transaction: Transaction) async throws -> KeptTownship {
    guard let row = try await transaction.query(one(slug, operatorID: operatorID)).first else { throw Problem.notFound }
    return try KeptTownship(row)
  }

  /// Runs `body` with the transaction in another township, and brings it home again.
  static func within(
    _ id: Int, _ transaction: Transaction, home: Int, _ body: () async throws -> Void
  ) async throws {
    _ = try await transaction.query("SELECT set_config('app.tenant', \(String(id)), true)")
    try await body()
    _ = try await transaction.query("SELECT set_config('app.tenant', \(String(home)), true)")
  }

  func home(_ actor: Actor) -> Database { database.tenant(actor.tenant.id) }

  func operatorID(_ actor: Actor) throws(Problem) -> Int {
    guard let person = actor.person, actor.may(.manageTenants) else { throw Problem(.forbidden) }
    return person.id
  }

  /// What only the database can know of, as what a caller is told.
  private func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as DatabaseError {
      switch error.constraint {
      case "tenants_slug_key": throw Problem.field("slug", .slugTaken, "Another township has this short name.")
      case "tenant_hosts_pkey": throw Problem.field("hosts", .hostTaken, "Another township answers to this host name.")
      case "tenants_boundary_surface":
        throw Problem.field("boundary", .invalidFormat, "The boundary has no surface.")
      default: throw error
      }
    }
  }
}

/// A township that is to be made.
struct NewTownship: Sendable {
  /// Short, for addresses and commands: a-z, 0-9 and hyphens.
  let slug: String
  let input: TownshipInput
  /// Whether it begins with the common categories, or with none.
  let hasStarterCategories: Bool
  /// Who is asked to keep it; nil for nobody yet.
  let administrator: NewAdministrator?

  /// Reads it; what is wrong is gathered in `input`.
  init(_ input: inout ObjectInput) {
    slug = input.requiredText("slug", maximum: 63)
    if !slug.isEmpty && !slug.isSlug {
      input.refuse("slug", .invalidFormat, "must be made of a-z, 0-9 and hyphens")
    }
    self.input = TownshipInput(&input, isNew: true)
    hasStarterCategories = input.option("categories", ["starter", "none"], name: \.self) != "none"
    administrator = input.nested("administrator") { NewAdministrator(&$0) }
  }
}

extension String {
  /// As the table of townships demands it.
  var isSlug: Bool {
    utf8.first != UInt8(ascii: "-")
      && utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
  }
}
