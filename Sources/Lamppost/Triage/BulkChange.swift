import Civic
import Credentials
import PostgreSQL

/// Changes many requests at once, each by the rules of a single change, with its history; in batches, so that nobody who
/// works on one of them waits for the others.
struct BulkChange: Sendable {
  let database: Database
  let secret: Secret
  let ruleBook: RuleBook

  /// Requests of one call.
  static let limit = 5000

  /// - Parameters:
  ///   - call: without an action, which only a dry run may be, it tells what is selected.
  ///   - claim: of the call's `Idempotency-Key`; a dry run takes no notice of it.
  /// - Throws: `too_many`; `unknown_person`, `unknown_department`, `unknown_category`, `reason_required`, `note_required`,
  ///   `unknown_request`, `merge_not_allowed`; `invalid_format` for a polygon that crosses itself;
  ///   `idempotency_conflict`.
  func callAsFunction(
    _ call: BulkCall, claim: IdempotencyClaim? = nil, as actor: Actor
  ) async throws -> BulkOutcome {
    if !call.isDryRun { try call.action?.requireWords() }
    let claim = call.isDryRun ? nil : claim
    let earlier = try await progress(of: claim, as: actor)
    var progress = BulkProgress([], isDryRun: call.isDryRun)
    if let earlier { progress = earlier } else { progress.remaining = try await ids(call.selection, as: actor) }
    while earlier == nil || !progress.remaining.isEmpty {
      do {
        progress = try await run(call, claim, progress, as: actor)
      } catch {
        // What is committed is told; what is not is told, too. Sent again with its key, the call goes on from there.
        if progress.outcome.matched == 0 { throw error }
        let left = try? await references(progress.remaining, as: actor)
        progress.outcome.refuse(left ?? [], Problem.of(error).problem.code)
        break
      }
      if progress.remaining.isEmpty { break }
    }
    progress.outcome.refuseMissing(call)
    return progress.outcome
  }

  /// How far the same call had come when it was sent before.
  private func progress(of claim: IdempotencyClaim?, as actor: Actor) async throws -> BulkProgress? {
    guard let claim else { return nil }
    return try await database.withoutReplica.tenant(actor.tenant.id).read { try await claim.earlier(in: $0) }
      .map { try BulkProgress(stored: $0) }
  }

  /// One batch, as far as nobody else has done it under the same key.
  private func run(
    _ call: BulkCall, _ claim: IdempotencyClaim?, _ before: BulkProgress, as actor: Actor
  ) async throws -> BulkProgress {
    let tenant = database.withoutReplica.tenant(actor.tenant.id)
    if call.isDryRun {
      // Changes nothing: one look at all of them.
      return try await tenant.read { transaction in
        var batch = BulkBatch(call: call, progress: before, size: Self.limit, ruleBook: ruleBook, actor: actor)
        try await batch.judge(in: transaction)
        return batch.progress
      }
    }
    for _ in 0..<3 {
      do {
        return try await tenant.write { transaction in
          var progress = before
          if let claim, let stored = try await claim.take(in: transaction) {
            progress = try BulkProgress(stored: stored)
            if progress.remaining.isEmpty { return progress }
          }
          var batch = BulkBatch(call: call, progress: progress, size: call.batch, ruleBook: ruleBook, actor: actor)
          try await batch.change(secret, in: transaction)
          if let claim { _ = try await transaction.query(claim.keep(batch.progress.bytes)) }
          return batch.progress
        }
      } catch is MergePair.Moved {
        continue
      }
    }
    throw Problem(.conflict)
  }

  /// In rising order, which is the order of locking.
  private func ids(_ selection: BulkSelection, as actor: Actor) async throws -> [Int] {
    let tenant = database.withoutReplica.tenant(actor.tenant.id)
    if case .polygon(let polygon, _) = selection { try await polygon.requireValid(in: tenant) }
    var rows = try await tenant.read(selection.query(limit: Self.limit, as: actor))
    // What the list finds by misspelt words is what is meant here.
    if rows.isEmpty && selection.text != nil {
      rows = try await tenant.forMisspeltWords.read(selection.query(limit: Self.limit, .misspelt, as: actor))
    }
    if rows.count > Self.limit {
      throw Problem.field(
        "filter", .tooMany, "More than \(Self.limit) requests match: narrow the selection, or take it in parts.")
    }
    return try rows.map { try $0.get(0, as: Int.self) }.sorted()
  }

  /// Those of these that the caller sees, in the order of their numbers.
  func titles(of references: [Reference], as actor: Actor) async throws -> [(reference: Reference, title: String)] {
    let ids = try await ids(.references(references), as: actor)
    return try await database.tenant(actor.tenant.id).read(BulkTarget.query(ids, as: actor)).map {
      let target = try BulkTarget($0)
      return (target.reference, target.title)
    }
  }

  private func references(_ ids: [Int], as actor: Actor) async throws -> [Reference] {
    try await database.tenant(actor.tenant.id).read(BulkTarget.query(ids, as: actor)).map {
      try BulkTarget($0).reference
    }
  }
}

extension BulkCall {
  /// Requests of one transaction. Merging asks several times for each, and holds the survivor as long.
  fileprivate var batch: Int {
    if case .duplicate = action { 20 } else { 100 }
  }
}

extension BulkOutcome {
  /// What was named, or previewed, and is not there any more.
  fileprivate mutating func refuseMissing(_ call: BulkCall) {
    let found = Set(everyReference)
    if case .references(let wanted) = call.selection {
      refuse(wanted.filter { !found.contains($0) }, .notFound)
    } else if let versions = call.versions {
      refuse(versions.keys.filter { !found.contains($0) }.sorted { $0.stored < $1.stored }, .versionMismatch)
    }
  }
}
