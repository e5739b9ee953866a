import Civic
import PostgreSQL

/// Takes a merge back: everything that it moved goes back, and nothing else. What was added to the survivor since stays.
struct UndoMerge: Sendable {
  let database: Database

  /// - Parameter ifMatch: the version of the duplicate that the caller saw.
  /// - Returns: what was the duplicate.
  /// - Throws: `not_found`, `gone`, `forbidden`, `merge_not_allowed` where it was not merged, `version_mismatch`,
  ///   `conflict`.
  func callAsFunction(_ reference: Reference, ifMatch: Int?, as actor: Actor) async throws -> ServiceRequest {
    for _ in 0..<3 {
      do {
        return try await database.tenant(actor.tenant.id).write { transaction in
          try await Self.undo(reference, ifMatch: ifMatch, in: transaction, as: actor)
        }
      } catch is MergePair.Moved {
        continue
      }
    }
    throw Problem(.conflict)
  }

  /// The same within a transaction of many.
  /// - Throws: `MergePair.Moved` too.
  static func undo(
    _ reference: Reference, ifMatch: Int?, in transaction: Transaction, as actor: Actor
  ) async throws -> ServiceRequest {
    let chain = try await chain(of: reference, in: transaction)
    // In one order, as merging does; where there is no such request, its own lock says which of the reasons it is.
    _ = try await transaction.query("SELECT 1 FROM requests WHERE id = ANY(\(chain)) ORDER BY id FOR UPDATE")
    let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
    try actor.require(.editRequest, on: request.facts)
    guard try await Self.chain(of: reference, in: transaction) == chain else { throw MergePair.Moved() }
    let merges = try await transaction.query(
      """
      SELECT m.id, m.status, s.reference FROM merges m
        JOIN requests s ON s.tenant_id = m.tenant_id AND s.id = m.survivor_id
       WHERE m.duplicate_id = \(request.facts.id) AND m.undone_at IS NULL
      """)
    guard let merge = merges.first, let survivor = Reference(stored: try merge.get(2)) else {
      throw Problem(.mergeNotAllowed, "\(reference) was not merged.")
    }
    if let ifMatch, ifMatch != request.facts.version { throw Problem(.versionMismatch) }
    // It loses what the duplicate brought.
    try actor.require(.editRequest, on: try await LockedRequest.lock(survivor, in: transaction, as: actor).facts)
    let id: Int = try merge.get(0)
    let status: Status = try merge.word(1)
    let others = chain.filter { $0 != request.facts.id }
    let statements =
      MergedParts.returning(id, to: request.facts.id, from: others)
      + changes(merge: id, request.facts.id, to: status, others, by: actor)
      + events(request, survivor, survivorID: chain[1], to: status, by: actor)
      + [FindRequest.query(reference, as: actor)]
    guard let row = try await transaction.queryAll(statements).last?.first else { throw Problem.notFound }
    return try ServiceRequest(row)
  }

  /// The request itself, what it was merged into, and what that was merged into.
  private static func chain(of reference: Reference, in transaction: Transaction) async throws -> [Int] {
    try await transaction.query(
      """
      WITH RECURSIVE chain AS (
        SELECT id, duplicate_of, 1 AS place FROM requests WHERE reference = \(reference.stored)
        UNION
        SELECT n.id, n.duplicate_of, place + 1 FROM chain JOIN requests n ON n.id = chain.duplicate_of)
      SELECT id FROM chain ORDER BY place
      """
    ).map { try $0.get(0) }
  }

  private static func changes(merge: Int, _ id: Int, to status: Status, _ others: [Int], by actor: Actor) -> [SQL] {
    [
      "UPDATE merges SET undone_at = now(), undone_by = \(actor.person?.id) WHERE id = \(merge)",
      """
      UPDATE requests SET status = \(status.rawValue), duplicate_of = NULL, \(MergeRequests.recount(id)),
             closed_at = (SELECT m.closed_at FROM merges m WHERE m.tenant_id = requests.tenant_id AND m.id = \(merge)),
             updated_at = now() WHERE id = \(id)
      """,
    ] + others.map { "UPDATE requests SET \(MergeRequests.recount($0)) WHERE id = \($0)" }
  }

  private static func events(
    _ request: ServiceRequest, _ survivor: Reference, survivorID: Int, to status: Status, by actor: Actor
  ) -> [SQL] {
    var events: [RequestEvent] = []
    if status != request.facts.status {
      events.append(
        RequestEvent(
          requestID: request.facts.id, actorID: actor.person?.id, kind: .status, visibility: .public,
          before: request.facts.status.rawValue, after: status.rawValue))
    }
    events.append(
      RequestEvent(
        requestID: request.facts.id, actorID: actor.person?.id, kind: .merged, visibility: .internal,
        before: MergedParts.into(survivor)))
    events.append(
      RequestEvent(
        requestID: survivorID, actorID: actor.person?.id, kind: .merged, visibility: .internal,
        before: MergedParts.from(request.reference)))
    return events.map(\.insertion)
  }
}
