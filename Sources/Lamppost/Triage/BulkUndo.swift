import Civic
import PostgreSQL

/// Takes back what somebody has just done to many requests: for each the same as `UndoChange`.
struct BulkUndo: Sendable {
  private let last: [Int: LastChange]
  /// As the bulk call left them, which is all that is believed of what the caller says.
  private let versions: [Reference: Int]

  init(_ changes: [BulkAction.Change], of ids: [Int], in transaction: Transaction) async throws {
    versions = Dictionary(changes.map { ($0.reference, $0.version) }) { first, _ in first }
    last = try await LastChange.read(of: ids, in: transaction)
  }

  func judge(_ target: BulkTarget, as actor: Actor) -> BulkVerdict {
    let facts = target.facts
    guard versions[target.reference] == facts.version else { return .refused(.versionMismatch) }
    do {
      return .change(try LastChange.require(last[facts.id], by: actor).statements(on: facts, by: actor))
    } catch {
      return .refused((error as? Problem)?.code ?? .undoNotAllowed)
    }
  }
}
