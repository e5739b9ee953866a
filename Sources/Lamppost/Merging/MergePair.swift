import Civic
import PostgreSQL

/// The two requests of a merge, as whoever merges sees them.
struct MergePair: Sendable {
  let duplicate: ServiceRequest
  let survivor: ServiceRequest
  let sides: (duplicate: Merging.Side, survivor: Merging.Side)
  /// Metres between them; nil where a place is unknown.
  let distance: Double?

  /// Something was merged between looking and locking: look again.
  struct Moved: Error {}

  /// Finds both; a survivor that is a duplicate itself stands for its own survivor.
  /// - Parameter lock: whether both are locked until the transaction ends, the older one first, so that two opposite
  ///   merges at once follow one another.
  /// - Throws: `not_found`, `gone`, `unknown_request`, `forbidden`; `Moved`.
  static func find(
    _ reference: Reference, into other: Reference, lock: Bool, in transaction: Transaction, as actor: Actor
  ) async throws -> MergePair {
    let duplicateID = try await id(reference, in: transaction, as: actor)
    guard let row = try await transaction.query(head(of: other, as: actor)).first else {
      throw Problem.field("of", .unknownRequest, "There is no request \(other) here.")
    }
    let survivorID: Int = try row.get(0)
    let ids = [duplicateID, survivorID]
    let rows = try await transaction.query(
      """
      SELECT \(ServiceRequest.columns(for: actor))
        FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE r.id = ANY(\(ids)) AND \(actor.visibleRequests) ORDER BY r.id\(lock ? " FOR UPDATE OF r" as SQL : "")
      """
    ).map(ServiceRequest.init)
    guard let duplicate = rows.first(where: { $0.facts.id == duplicateID }) else { throw Problem.notFound }
    guard let survivor = rows.first(where: { $0.facts.id == survivorID }) else {
      throw Problem.field("of", .unknownRequest, "The request that \(other) is a duplicate of is not to be seen.")
    }
    for side in [duplicate, survivor] { try actor.require(.editRequest, on: side.facts) }
    return try await pair(duplicate, survivor, in: transaction)
  }

  /// With what a statement of its own reads once the rows are locked.
  private static func pair(
    _ duplicate: ServiceRequest, _ survivor: ServiceRequest, in transaction: Transaction
  ) async throws -> MergePair {
    let ids = [duplicate.facts.id, survivor.facts.id]
    var sides: [Int: Merging.Side] = [:]
    for row in try await transaction.query(
      """
      SELECT r.id, r.status, r.duplicate_of IS NOT NULL,
             r.visibility = 'public' AND \(ServiceRequest.isExact), r.category_id
        FROM requests r WHERE r.id = ANY(\(ids))
      """)
    {
      let id: Int = try row.get(0)
      sides[id] = Merging.Side(
        id: id, status: try row.word(1), isMerged: try row.get(2), isOpen: try row.get(3), category: try row.get(4))
    }
    guard let first = sides[ids[0]], let second = sides[ids[1]] else { throw Problem.notFound }
    if second.isMerged { throw Moved() }
    let distance = try await transaction.query(
      """
      SELECT ST_Distance(a.location, b.location) FROM requests a, requests b
       WHERE a.id = \(ids[0]) AND b.id = \(ids[1])
      """
    ).first?.get(0, as: Double?.self)
    return MergePair(duplicate: duplicate, survivor: survivor, sides: (first, second), distance: distance ?? nil)
  }

  private static func id(_ reference: Reference, in transaction: Transaction, as actor: Actor) async throws -> Int {
    let rows = try await transaction.query(
      "SELECT r.id FROM requests r WHERE r.reference = \(reference.stored) AND \(actor.visibleRequests)")
    if let id = try rows.first?.get(0, as: Int.self) { return id }
    let removed = try await transaction.query(
      "SELECT 1 FROM requests r WHERE r.reference = \(reference.stored) AND r.visibility = 'removed'")
    throw removed.isEmpty ? Problem.notFound : Problem(.gone)
  }

  /// The request that a chain of duplicates ends at.
  static func head(of reference: Reference, as actor: Actor) -> SQL {
    """
    WITH RECURSIVE chain AS (
      SELECT r.id, r.duplicate_of FROM requests r
       WHERE r.reference = \(reference.stored) AND \(actor.visibleRequests)
      UNION
      SELECT n.id, n.duplicate_of FROM chain JOIN requests n ON n.id = chain.duplicate_of)
    SELECT id FROM chain WHERE duplicate_of IS NULL
    """
  }

  /// - Throws: `merge_not_allowed`, `transition_not_allowed`.
  func check(_ workflow: Workflow) throws(Problem) {
    do throws(Merging.Refusal) {
      try Merging.check(sides.duplicate, into: sides.survivor, workflow)
    } catch {
      throw problem(error)
    }
  }

  private func problem(_ refusal: Merging.Refusal) -> Problem {
    switch refusal {
    case .itself:
      .field("of", .mergeNotAllowed, "A request is no duplicate of itself, nor of one of its own duplicates.")
    case .alreadyMerged:
      .field("of", .mergeNotAllowed, "\(duplicate.reference) was merged already: take that back first.")
    case .survivorEnded(let status):
      .field("of", .mergeNotAllowed, "\(survivor.reference) is \(status.rawValue): nothing is merged into it.")
    case .status(let refusal): Problem(refusal: refusal, from: duplicate.facts.status, to: .duplicate)
    }
  }

  /// Whether everybody may be led from the one to the other.
  var isOpen: Bool { sides.duplicate.isOpen && sides.survivor.isOpen }

  /// Visibilities of comments and files that go along.
  var moving: [String] {
    let audiences: [(Visibility, Merging.Audience)] = [
      (.public, .everyone), (.internal, .staff), (.private, .reporter),
    ]
    return audiences.filter { Merging.moves($0.1, from: sides.duplicate, to: sides.survivor) }.map(\.0.rawValue)
  }
}
