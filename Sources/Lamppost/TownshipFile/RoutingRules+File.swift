import PostgreSQL

extension RoutingRules {
  /// Adds a rule after all others, or changes one, as a configuration file says.
  /// - Parameter old: nil for a new one.
  /// - Throws: as `change`.
  static func put(
    _ rule: KeptRule, changing old: KeptRule?, by actor: Actor, in transaction: Transaction
  ) async throws {
    let departmentID = try await check(rule, changing: old ?? .blank, in: transaction)
    let values = Self.values(rule, departmentID)
    if let old {
      if rule == old { return }
      let before = try await read(old.id, in: transaction).row
      let changes = values.map { "\($0.column) = \($0.value)" as SQL }
      try await transaction.execute(
        "UPDATE routing_rules SET \(changes.joined(separator: ", ")), version = version + 1 WHERE id = \(old.id)")
      let after = try await read(old.id, in: transaction).row
      try await transaction.execute(event(old.id, before: before, after: after, by: actor))
    } else {
      let rows = try await transaction.query(
        """
        INSERT INTO routing_rules (tenant_id, position, \(values.map(\.column).joined(separator: ", ")))
        VALUES (current_tenant(), (SELECT coalesce(max(position), 0) + 1 FROM routing_rules),
                \(values.map(\.value).joined(separator: ", ")))
        RETURNING id
        """)
      guard let id = try rows.first?.get(0, as: Int.self) else { throw Problem.notFound }
      let after = try await read(id, in: transaction).row
      try await transaction.execute(event(id, before: "{}", after: after, by: actor))
    }
  }

  /// - Parameter ids: every rule once.
  static func putInOrder(_ ids: [Int], now: [Int], by actor: Actor, in transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE routing_rules AS r SET position = o.position
        FROM unnest(\(ids)::bigint[]) WITH ORDINALITY AS o (id, position)
       WHERE r.id = o.id AND r.position <> o.position
      """)
    try await transaction.execute(
      AdministrationEvent.insertion("rules", before: order(now), after: order(ids), by: actor))
  }
}
