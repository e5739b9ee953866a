import PostgreSQL

extension Database {
  /// Does something for one township after the other. What the database refuses for one keeps the others from nothing.
  /// - Parameters:
  ///   - only: one township; nil for all.
  ///   - alsoSwitchedOff: whether those that are not served have their turn too.
  ///   - body: gets the township's number.
  /// - Throws: the first refusal, once all have had their turn; at once where the database is away.
  func forEachTownship(
    only: Int? = nil, alsoSwitchedOff: Bool = false, _ body: (Int) async throws -> Void
  ) async throws {
    let rows = try await read(
      """
      SELECT id FROM tenants
       WHERE (deactivated_at IS NULL OR \(alsoSwitchedOff)) AND id = coalesce(\(only)::int, id) ORDER BY id
      """)
    var refusal: DatabaseError?
    for row in rows {
      do { try await body(try row.get(0)) } catch let error as DatabaseError {
        switch error.kind {
        case .server, .timedOut: refusal = refusal ?? error
        default: throw error
        }
      }
    }
    if let refusal { throw refusal }
  }
}
