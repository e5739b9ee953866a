import Civic
import Credentials
import PostgreSQL

/// Makes a request a duplicate of another: its supporters, followers, photos and comments go along, as far as nobody can
/// read there what they could not read before. What moved is written down, so that it can be taken back.
struct MergeRequests: Sendable {
  let database: Database
  let secret: Secret

  /// - Parameters:
  ///   - ifMatch: the version of the duplicate that the caller saw.
  ///   - survivorVersion: the same of the survivor, where the caller looked at it too.
  /// - Returns: the duplicate.
  /// - Throws: `not_found`, `gone`, `forbidden`, `unknown_request`, `merge_not_allowed`, `transition_not_allowed`,
  ///   `version_mismatch`, `conflict`.
  func callAsFunction(
    _ reference: Reference, into other: Reference, ifMatch: Int?, survivorVersion: Int? = nil, as actor: Actor
  ) async throws -> ServiceRequest {
    for _ in 0..<3 {
      do {
        return try await database.tenant(actor.tenant.id).write { transaction in
          try await Self.merge(
            reference, into: other, ifMatch: ifMatch, survivorVersion: survivorVersion, secret, in: transaction,
            as: actor)
        }
      } catch is MergePair.Moved {
        continue
      }
    }
    throw Problem(.conflict)
  }

  /// The same within a transaction of many; a problem leaves everything as it was.
  /// - Throws: `MergePair.Moved` too.
  static func merge(
    _ reference: Reference, into other: Reference, ifMatch: Int?, survivorVersion: Int? = nil,
    _ secret: Secret, in transaction: Transaction, as actor: Actor
  ) async throws -> ServiceRequest {
    let pair = try await MergePair.find(reference, into: other, lock: true, in: transaction, as: actor)
    try pair.check(actor.tenant.workflow)
    if let ifMatch, ifMatch != pair.duplicate.facts.version { throw Problem(.versionMismatch) }
    if let survivorVersion, survivorVersion != pair.survivor.facts.version { throw Problem(.versionMismatch) }
    return try await merge(pair, secret, in: transaction, by: actor)
  }

  private static func merge(
    _ pair: MergePair, _ secret: Secret, in transaction: Transaction, by actor: Actor
  ) async throws -> ServiceRequest {
    let (duplicate, survivor) = (pair.duplicate, pair.survivor)
    let rows = try await transaction.query(
      """
      INSERT INTO merges (tenant_id, duplicate_id, survivor_id, actor_id, status, closed_at)
      SELECT current_tenant(), id, \(survivor.facts.id), \(actor.person?.id), status, closed_at
        FROM requests WHERE id = \(duplicate.facts.id) RETURNING id
      """)
    guard let merge = try rows.first?.get(0, as: Int.self) else { throw Problem.notFound }
    let statements =
      try await MergedGuests.statements(
        of: duplicate.facts.id, into: survivor.facts.id, GuestSeal(secret), in: transaction)
      + MergedParts.moving(pair, merge: merge) + changes(pair) + events(pair, by: actor)
      + [FindRequest.query(duplicate.reference, as: actor)]
    guard let row = try await transaction.queryAll(statements).last?.first else { throw Problem.notFound }
    return try ServiceRequest(row)
  }

  private static func changes(_ pair: MergePair) -> [SQL] {
    let (duplicate, survivor) = (pair.duplicate.facts.id, pair.survivor.facts.id)
    // The public sees that something moved only where it did so before its eyes.
    let isSeen = pair.isOpen
    return [
      """
      UPDATE requests SET status = 'duplicate', duplicate_of = \(survivor), closed_at = coalesce(closed_at, now()),
             \(recount(duplicate)), updated_at = now() WHERE id = \(duplicate)
      """,
      """
      UPDATE requests SET \(recount(survivor)), updated_at = \(isSeen ? "now()" as SQL : "updated_at")
       WHERE id = \(survivor)
      """,
    ]
  }

  /// What follows from other rows: how many have the problem too, and the words by which it is found.
  static func recount(_ id: Int) -> SQL {
    """
    version = version + 1, search_public = search_public,
    supporters = \(SupportRequest.count(id))
    """
  }

  private static func events(_ pair: MergePair, by actor: Actor) -> [SQL] {
    let (duplicate, survivor) = (pair.duplicate, pair.survivor)
    var events: [RequestEvent] = []
    if duplicate.facts.status != .duplicate {
      events.append(
        RequestEvent(
          requestID: duplicate.facts.id, actorID: actor.person?.id, kind: .status, visibility: .public,
          before: duplicate.facts.status.rawValue, after: Status.duplicate.rawValue))
    }
    events.append(
      RequestEvent(
        requestID: duplicate.facts.id, actorID: actor.person?.id, kind: .merged, visibility: .internal,
        after: MergedParts.into(survivor.reference)))
    events.append(
      RequestEvent(
        requestID: survivor.facts.id, actorID: actor.person?.id, kind: .merged, visibility: .internal,
        after: MergedParts.from(duplicate.reference)))
    return events.map(\.insertion)
  }
}
