import Civic
import PostgreSQL

/// Keeps the township's rules of routing.
struct RoutingRules: Sendable {
  let database: Database

  /// Every rule in its order, also those that are switched off.
  func list(as actor: Actor) async throws -> [KeptRule] {
    try requirePermission(actor)
    return try await tenant(actor).read(KeptRule.all).map(KeptRule.init)
  }

  /// - Throws: `not_found`.
  func find(_ id: Int, as actor: Actor) async throws -> KeptRule {
    try requirePermission(actor)
    guard let row = try await tenant(actor).read(Self.query(id)).first else { throw Problem.notFound }
    return try KeptRule(row)
  }

  /// Adds a rule after all others.
  /// - Throws: `too_many`, and as `change`.
  func add(_ rule: KeptRule, as actor: Actor) async throws -> KeptRule {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      // Two at once shall not both be the last that fits.
      _ = try await transaction.query("SELECT 1 FROM tenants WHERE id = current_tenant() FOR NO KEY UPDATE")
      let (count, last) = try await transaction.query(
        "SELECT count(*), coalesce(max(position), 0) FROM routing_rules WHERE removed_at IS NULL"
      ).first!.decode(Int.self, Int.self)
      guard count < KeptRule.limit else {
        throw Problem.field("name", .tooMany, "There are \(KeptRule.limit) rules. Remove one first.")
      }
      let departmentID = try await Self.check(rule, changing: .blank, in: transaction)
      let values = Self.values(rule, departmentID)
      let rows = try await transaction.query(
        """
        INSERT INTO routing_rules (tenant_id, position, \(values.map(\.column).joined(separator: ", ")))
        VALUES (current_tenant(), \(last + 1), \(values.map(\.value).joined(separator: ", "))) RETURNING id
        """)
      let id: Int = try rows.first!.get(0)
      let kept = try await Self.read(id, in: transaction)
      try await transaction.execute(Self.event(id, before: "{}", after: kept.row, by: actor))
      return kept.rule
    }
  }

  /// - Parameters:
  ///   - ifMatch: the version that the change is meant for; nil for any.
  ///   - change: makes the new values of the old ones, which nobody else changes meanwhile.
  /// - Throws: `not_found`, `version_mismatch`; `unknown_category`, `unknown_department`, `unknown_person` and
  ///   `unknown_option` at the field that names what is not there; and what `change` throws.
  func change(
    _ id: Int, ifMatch: Int?, as actor: Actor, change: @Sendable (KeptRule) throws -> KeptRule
  ) async throws -> KeptRule {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let old = try await Self.lock(id, ifMatch: ifMatch, in: transaction)
      let new = try change(old.rule)
      let departmentID = try await Self.check(new, changing: old.rule, in: transaction)
      let values = Self.values(new, departmentID).map { "\($0.column) = \($0.value)" as SQL }
      try await transaction.execute(
        """
        UPDATE routing_rules SET \(values.joined(separator: ", ")), version = version + 1 WHERE id = \(id)
        """)
      let kept = try await Self.read(id, in: transaction)
      try await transaction.execute(Self.event(id, before: old.row, after: kept.row, by: actor))
      return kept.rule
    }
  }

  /// Puts the rules into an order.
  /// - Parameter ids: every rule once.
  /// - Throws: `conflict` when there are others by now.
  func reorder(_ ids: [Int], as actor: Actor) async throws -> [KeptRule] {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let now = try await transaction.query(
        "SELECT id FROM routing_rules WHERE removed_at IS NULL ORDER BY position, id FOR UPDATE"
      ).map { try $0.get(0, as: Int.self) }
      guard now.sorted() == ids.sorted() else {
        throw Problem(.conflict, "The order must name every rule once. Somebody may have added or removed one.")
      }
      try await transaction.execute(
        """
        UPDATE routing_rules AS r SET position = o.position
          FROM unnest(\(ids)::bigint[]) WITH ORDINALITY AS o (id, position)
         WHERE r.id = o.id AND r.position <> o.position
        """)
      try await transaction.execute(
        AdministrationEvent.insertion("rules", before: Self.order(now), after: Self.order(ids), by: actor))
      return try await transaction.query(KeptRule.all).map(KeptRule.init)
    }
  }

  /// Moves a rule one place up or down; at the end it stays.
  /// - Throws: `not_found`.
  func move(_ id: Int, up: Bool, as actor: Actor) async throws {
    var ids = try await list(as: actor).map(\.id)
    guard let index = ids.firstIndex(of: id) else { throw Problem.notFound }
    let other = up ? index - 1 : index + 1
    guard ids.indices.contains(other) else { return }
    ids.swapAt(index, other)
    _ = try await reorder(ids, as: actor)
  }

  /// Takes a rule away; it can be brought back.
  /// - Throws: `not_found`, `version_mismatch`.
  func remove(_ id: Int, ifMatch: Int?, as actor: Actor) async throws {
    try requirePermission(actor)
    try await tenant(actor).write { transaction in
      let old = try await Self.lock(id, ifMatch: ifMatch, in: transaction)
      try await transaction.execute(
        "UPDATE routing_rules SET removed_at = now(), version = version + 1 WHERE id = \(id)")
      try await transaction.execute(
        AdministrationEvent.insertion(
          "rule \(id)", before: #"{"removed": false}"#, after: #"{"removed": true}"#, by: actor))
      _ = old
    }
  }

  /// Brings a removed rule back to where it stood. Of one that is there nothing changes.
  /// - Throws: `not_found`, `too_many`.
  func restore(_ id: Int, as actor: Actor) async throws -> KeptRule {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let count: Int = try await transaction.query("SELECT count(*) FROM routing_rules WHERE removed_at IS NULL")
        .first!.get(0)
      if count >= KeptRule.limit { throw Problem(.tooMany, "There are \(KeptRule.limit) rules. Remove one first.") }
      let restored = try await transaction.execute(
        """
        UPDATE routing_rules SET removed_at = NULL, version = version + 1 WHERE id = \(id) AND removed_at IS NOT NULL
        """)
      if restored > 0 {
        try await transaction.execute(
          AdministrationEvent.insertion(
            "rule \(id)", before: #"{"removed": true}"#, after: #"{"removed": false}"#, by: actor))
      }
      return try await Self.read(id, in: transaction).rule
    }
  }

  private func requirePermission(_ actor: Actor) throws(Problem) {
    if !actor.may(.manageRules) { throw Problem(.forbidden) }
  }

  private func tenant(_ actor: Actor) -> Database { database.withoutReplica.tenant(actor.tenant.id) }
}

extension RoutingRules {
  private static func query(_ id: Int) -> SQL {
    "SELECT \(KeptRule.columns), \(row) FROM \(KeptRule.source) WHERE rules.id = \(id) AND rules.removed_at IS NULL"
  }

  /// As the history of administration keeps it.
  private static let row: SQL = "(to_jsonb(rules) - 'tenant_id' - 'id' - 'version' - 'position' - 'removed_at')::text"
  private static var rowColumn: Int { KeptRule.columnCount }

  static func read(_ id: Int, in transaction: Transaction) async throws -> (rule: KeptRule, row: String) {
    guard let row = try await transaction.query(query(id)).first else { throw Problem.notFound }
    return (try KeptRule(row), try row.get(rowColumn))
  }

  private static func lock(
    _ id: Int, ifMatch: Int?, in transaction: Transaction
  ) async throws -> (rule: KeptRule, row: String) {
    let rows = try await transaction.query(query(id) + " FOR UPDATE OF rules")
    guard let row = rows.first else { throw Problem.notFound }
    let rule = try KeptRule(row)
    if let ifMatch, ifMatch != rule.version { throw Problem(.versionMismatch) }
    return (rule, try row.get(rowColumn))
  }

  static func event(_ id: Int, before: String, after: String, by actor: Actor) -> SQL {
    AdministrationEvent.insertion("rule \(id)", before: before, after: after, by: actor)
  }

  static func order(_ ids: [Int]) -> String {
    #"{"order": [\#(ids.map(String.init).joined(separator: ", "))]}"#
  }

  static func values(_ rule: KeptRule, _ departmentID: Int?) -> [(column: SQL, value: SQL)] {
    [
      ("name", "\(rule.name)"), ("active", "\(rule.isActive)"), ("stops", "\(rule.stops)"),
      ("categories", "\(rule.categories)"), ("category_groups", "\(rule.groups)"), ("areas", "\(rule.areas)"),
      ("priorities", "\(rule.priorities.map { Int($0.rawValue) })::smallint[]"),
      ("weekdays", "\(rule.weekdays)::smallint[]"), ("from_minute", "\(rule.from?.minutes)::smallint"),
      ("until_minute", "\(rule.until?.minutes)::smallint"), ("anonymous", "\(rule.isAnonymous)"),
      ("has_files", "\(rule.hasFiles)"), ("words", "\(rule.words)"), ("department_id", "\(departmentID)"),
      ("assignee_id", "\(rule.assignee)"), ("priority", "\(rule.priority.map { Int16($0.rawValue) })"),
      ("tags", "\(rule.tags)"), ("notify_role", "\(rule.notifyRole?.rawValue)"),
      ("notify_person_id", "\(rule.notifyPerson)"), ("notify_email", "\(rule.notifyEmail)"),
    ]
  }
}
