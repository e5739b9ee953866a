/// A transaction while its closure runs: one statement at a time. Used after its end, or by two tasks at once, it
/// throws `.misuse`.
public struct Transaction: Sendable {
  let server: Server
  let id: Lease.ID

  /// One statement, one round trip; the first carries BEGIN and the session settings with it.
  public func query(_ sql: SQL) async throws -> Rows {
    try await server.run(.statements(id, [Statement(sql)]))[0]
  }

  /// - Returns: how many rows the statement inserted, updated or deleted.
  @discardableResult
  public func execute(_ sql: SQL) async throws -> Int {
    try await query(sql).affected
  }

  /// All statements in one round trip, in order; after the first that fails none is run.
  public func queryAll(_ statements: [SQL]) async throws -> [Rows] {
    guard !statements.isEmpty else { return [] }
    return try await server.run(.statements(id, statements.map { sql throws(DatabaseError) in try Statement(sql) }))
  }

  func commit() async throws {
    _ = try await server.finish(.end(id, commit: true))
  }

  /// What went wrong in the transaction first, as far as the server knows.
  func rollback() async -> DatabaseError? {
    do {
      _ = try await server.finish(.end(id, commit: false))
      return nil
    } catch {
      return error as? DatabaseError
    }
  }
}
