import Civic
import PostgreSQL

/// The one request that goes on when many are made its duplicates.
struct BulkSurvivor: Sendable {
  let id: Int
  let reference: Reference
  let title: String
  private let side: Merging.Side

  /// - Throws: `unknown_request`, `forbidden`; `merge_not_allowed` where nothing is merged into it.
  init(_ reference: Reference, in transaction: Transaction, as actor: Actor) async throws {
    guard let head = try await transaction.query(MergePair.head(of: reference, as: actor)).first else {
      throw Problem.field("of", .unknownRequest, "There is no request \(reference) here.")
    }
    let rows = try await transaction.query(BulkTarget.query([try head.get(0)], as: actor))
    guard let target = try rows.first.map(BulkTarget.init) else {
      throw Problem.field("of", .unknownRequest, "The request that \(reference) is a duplicate of is not to be seen.")
    }
    try actor.require(.editRequest, on: target.facts)
    (id, self.reference, title, side) = (target.facts.id, target.reference, target.title, target.side)
    if [.withdrawn, .duplicate].contains(side.status) {
      throw Problem.field(
        "of", .mergeNotAllowed, "\(target.reference) is \(side.status.rawValue): nothing is merged into it.")
    }
  }

  /// As a single merge judges it; the survivor, and what was merged into it before, stay as they are.
  func judge(_ target: BulkTarget, as actor: Actor) -> BulkVerdict {
    if target.facts.id == id || target.duplicateOf == id { return .unchanged }
    guard actor.may(.editRequest, on: target.facts) else { return .refused(.forbidden) }
    do throws(Merging.Refusal) {
      try Merging.check(target.side, into: side, actor.tenant.workflow)
    } catch {
      if case .status(let refusal) = error {
        return .refused(Problem(refusal: refusal, from: target.facts.status, to: .duplicate).code)
      }
      return .refused(.mergeNotAllowed)
    }
    return .merge(into: reference)
  }
}

extension BulkTarget {
  /// Who reads it is asked when it moves.
  fileprivate var side: Merging.Side {
    Merging.Side(id: facts.id, status: facts.status, isMerged: isMerged, isOpen: false, category: 0)
  }
}
