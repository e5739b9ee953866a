import Civic
import PostgreSQL

/// Takes back what somebody has just done to many requests: for each the same as `UndoChange`, and for one that was just
/// merged as `UndoMerge`.
struct BulkUndo: Sendable {
  private let last: [Int: LastChange]
  /// By whom each was merged, and how many seconds ago.
  private let merges: [Int: (author: Int, age: Double)]
  /// As the bulk call left them, which is all that is believed of what the caller says.
  private let versions: [Reference: Int]

  init(_ changes: [BulkAction.Change], of ids: [Int], in transaction: Transaction) async throws {
    versions = Dictionary(changes.map { ($0.reference, $0.version) }) { first, _ in first }
    last = try await LastChange.read(of: ids, in: transaction)
    var merges: [Int: (author: Int, age: Double)] = [:]
    for row in try await transaction.query(
      """
      SELECT duplicate_id, actor_id, extract(epoch FROM clock_timestamp() - at)::float8
        FROM merges WHERE duplicate_id = ANY(\(ids)) AND undone_at IS NULL
      """)
    {
      merges[try row.get(0)] = (try row.get(1), try row.get(2))
    }
    self.merges = merges
  }

  func judge(_ target: BulkTarget, as actor: Actor) -> BulkVerdict {
    let facts = target.facts
    guard versions[target.reference] == facts.version else { return .refused(.versionMismatch) }
    do {
      // A merge is never the last change that a single undo knows.
      if last[facts.id] == nil, let merge = merges[facts.id] {
        guard actor.may(.editRequest, on: facts) else { return .refused(.forbidden) }
        try Undo.check(author: merge.author, age: merge.age, by: actor.person?.id ?? 0)
        return .takeApart
      }
      return .change(try LastChange.require(last[facts.id], by: actor).statements(on: facts, by: actor))
    } catch {
      return .refused((error as? Problem)?.code ?? .undoNotAllowed)
    }
  }
}
