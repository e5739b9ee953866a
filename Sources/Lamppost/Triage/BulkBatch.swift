import Civic
import Credentials
import PostgreSQL

/// The next requests of a bulk call: judged, and changed in the transaction that judged them.
struct BulkBatch {
  let call: BulkCall
  private(set) var progress: BulkProgress
  private let ids: [Int]
  private let ruleBook: RuleBook
  private let actor: Actor

  init(call: BulkCall, progress: BulkProgress, size: Int, ruleBook: RuleBook, actor: Actor) {
    (self.call, self.progress, self.ruleBook, self.actor) = (call, progress, ruleBook, actor)
    ids = Array(progress.remaining.prefix(size))
  }

  /// What would be done.
  mutating func judge(in transaction: Transaction) async throws {
    for (target, verdict) in try await verdicts(lock: "", in: transaction) {
      progress.outcome.seen.append(.init(reference: target.reference, version: target.facts.version))
      switch verdict {
      case nil: progress.outcome.selected.append(target.reference)
      case .change, .merge, .takeApart: note(target, version: target.facts.version)
      case .unchanged: progress.outcome.unchanged.append(target.reference)
      case .refused(let code): progress.outcome.refuse([target.reference], code)
      }
    }
    progress.remaining.removeFirst(ids.count)
  }

  /// Does it.
  /// - Throws: `MergePair.Moved` where something was merged between looking and locking.
  mutating func change(_ secret: Secret, in transaction: Transaction) async throws {
    var statements: [SQL] = []
    try await lockChains(in: transaction)
    for (target, verdict) in try await verdicts(lock: " FOR UPDATE OF r", in: transaction) {
      switch verdict {
      case .change(let list) where isAsSeen(target):
        note(target, version: target.facts.version + 1)
        statements += list
      case .merge(let survivor) where isAsSeen(target):
        note(
          target,
          try await Self.attempt {
            try await MergeRequests.merge(
              target.reference, into: survivor, ifMatch: nil, secret, in: transaction, as: actor)
          })
      case .takeApart where isAsSeen(target):
        note(
          target,
          try await Self.attempt {
            try await UndoMerge.undo(target.reference, ifMatch: nil, in: transaction, as: actor)
          })
      case .change, .merge, .takeApart: progress.outcome.refuse([target.reference], .versionMismatch)
      case .unchanged, nil: progress.outcome.unchanged.append(target.reference)
      case .refused(let code): progress.outcome.refuse([target.reference], code)
      }
    }
    try await transaction.change(statements, of: ids)
    progress.remaining.removeFirst(ids.count)
  }

  private mutating func note(_ target: BulkTarget, version: Int) {
    progress.outcome.changed.append(.init(reference: target.reference, version: version))
  }

  private mutating func note(_ target: BulkTarget, _ result: Result<ServiceRequest, Problem>) {
    switch result {
    case .success(let request): note(target, version: request.facts.version)
    case .failure(let problem): progress.outcome.refuse([target.reference], problem.code)
    }
  }

  /// A problem of one, which has changed nothing, stops nobody else.
  private static func attempt(
    _ change: () async throws -> ServiceRequest
  ) async throws -> Result<ServiceRequest, Problem> {
    do {
      return .success(try await change())
    } catch let problem as Problem {
      return .failure(problem)
    }
  }

  /// Whether it stands as the preview saw it, where there was one.
  private func isAsSeen(_ target: BulkTarget) -> Bool {
    call.versions.map { $0[target.reference] == target.facts.version } ?? true
  }

  /// Every rule, request by request; nil where there is nothing to be done.
  private mutating func verdicts(
    lock: SQL, in transaction: Transaction
  ) async throws -> [(BulkTarget, BulkVerdict?)] {
    let targets = try await transaction.query(BulkTarget.query(ids, as: actor) + lock).map(BulkTarget.init)
    switch call.action {
    case nil: return targets.map { ($0, nil) }
    case .undo(let changes):
      let undo = try await BulkUndo(changes, of: ids, in: transaction)
      return targets.map { ($0, undo.judge($0, as: actor)) }
    case .route:
      let routed = try await Rerouting.asked(for: ids, by: ruleBook, as: actor, in: transaction)
      return targets.map { target in
        guard actor.may(.assign, on: target.facts) else { return (target, .refused(.forbidden)) }
        return (target, routed[target.facts.id].map(BulkVerdict.change) ?? .unchanged)
      }
    case let action?:
      guard let ready = try await ReadyBulkAction(action, in: transaction, as: actor) else { return [] }
      if case .merge(let survivor) = ready { progress.outcome.survivor = (survivor.reference, survivor.title) }
      return targets.map { ($0, ready.judge($0, as: actor)) }
    }
  }

  /// A merge, and its undoing, change other requests than the selected: all are locked in one order before anything is.
  private func lockChains(in transaction: Transaction) async throws {
    let others: [String]
    switch call.action {
    case .duplicate(let survivor): others = [survivor.stored]
    case .undo: others = []
    default: return
    }
    _ = try await transaction.query(
      """
      WITH RECURSIVE chain AS (
        SELECT id, duplicate_of FROM requests WHERE id = ANY(\(ids)) OR reference = ANY(\(others))
        UNION
        SELECT n.id, n.duplicate_of FROM chain JOIN requests n ON n.id = chain.duplicate_of)
      SELECT 1 FROM requests WHERE id IN (SELECT id FROM chain) ORDER BY id FOR UPDATE
      """)
  }
}
