import Civic
import FoundationEssentials
import PostgreSQL

/// What a bulk call did, or would do.
struct BulkOutcome: Sendable {
  var isDryRun: Bool
  /// Every request that was selected, where nothing was to be done with them.
  var selected: [Reference] = []
  /// With the version that each has now; in a dry run the one it has.
  var changed: [BulkAction.Change] = []
  var unchanged: [Reference] = []
  var refused: [(code: Problem.Code, references: [Reference])] = []

  /// How many requests it was about.
  var matched: Int {
    selected.count + changed.count + unchanged.count + refused.reduce(0) { $0 + $1.references.count }
  }

  mutating func refuse(_ references: [Reference], _ code: Problem.Code) {
    if references.isEmpty { return }
    if let index = refused.firstIndex(where: { $0.code == code }) {
      refused[index].references += references
    } else {
      refused.append((code, references))
    }
  }
}

/// Changes many requests at once, each by the rules of a single change, with its history; in batches, so that nobody who
/// works on one of them waits for the others.
struct BulkChange: Sendable {
  let database: Database

  /// Requests of one call.
  static let limit = 5000
  /// Requests of one transaction.
  private static let batch = 100

  /// - Parameter action: nil, in a dry run alone, tells what is selected.
  /// - Throws: `too_many`; `unknown_person`, `unknown_department`, `unknown_category`, `reason_required`, `note_required`;
  ///   `invalid_format` for a polygon that crosses itself.
  func callAsFunction(
    _ selection: BulkSelection, _ action: BulkAction?, isDryRun: Bool, as actor: Actor
  ) async throws -> BulkOutcome {
    if !isDryRun { try action?.requireWords() }
    let ids = try await ids(selection, as: actor)
    var outcome = BulkOutcome(isDryRun: isDryRun)
    var start = 0
    // A dry run changes nothing: one look at all of them.
    let size = isDryRun ? Self.limit : Self.batch
    repeat {
      let batch = Array(ids[start..<min(start + size, ids.count)])
      do {
        try await run(batch, action, isDryRun, &outcome, as: actor)
      } catch {
        // What is committed is told; what is not is told, too.
        guard start > 0, !(error is Problem) else { throw error }
        let left = try? await references(Array(ids[start...]), as: actor)
        outcome.refuse(left ?? [], Problem.of(error).problem.code)
        break
      }
      start += size
    } while start < ids.count
    if case .references(let wanted) = selection {
      let found = Set(outcome.everyReference)
      outcome.refuse(wanted.filter { !found.contains($0) }, .notFound)
    }
    return outcome
  }

  private func run(
    _ ids: [Int], _ action: BulkAction?, _ isDryRun: Bool, _ outcome: inout BulkOutcome, as actor: Actor
  ) async throws {
    let tenant = database.withoutReplica.tenant(actor.tenant.id)
    let before = outcome
    if isDryRun {
      outcome = try await tenant.read { transaction in
        try await Self.judge(ids, action, before, lock: "", in: transaction, as: actor).outcome
      }
    } else {
      outcome = try await tenant.write { transaction in
        let (outcome, statements) = try await Self.judge(
          ids, action, before, lock: " FOR UPDATE OF r", in: transaction, as: actor)
        try await transaction.change(statements, of: ids)
        return outcome
      }
    }
  }

  /// Every rule, request by request; the statements that make it so.
  private static func judge(
    _ ids: [Int], _ action: BulkAction?, _ before: BulkOutcome, lock: SQL, in transaction: Transaction, as actor: Actor
  ) async throws -> (outcome: BulkOutcome, statements: [SQL]) {
    let targets = try await transaction.query(BulkTarget.query(ids, as: actor) + lock).map(BulkTarget.init)
    var outcome = before
    guard let action else {
      outcome.selected += targets.map(\.reference)
      return (outcome, [])
    }
    let verdict: (BulkTarget) -> BulkVerdict
    if case .undo(let changes) = action {
      let undo = try await BulkUndo(changes, of: ids, in: transaction)
      verdict = { undo.judge($0, as: actor) }
    } else {
      guard let ready = try await ReadyBulkAction(action, in: transaction) else { return (outcome, []) }
      verdict = { ready.judge($0, as: actor) }
    }
    var statements: [SQL] = []
    for target in targets {
      switch verdict(target) {
      case .unchanged: outcome.unchanged.append(target.reference)
      case .refused(let code): outcome.refuse([target.reference], code)
      case .change(let list):
        let version = target.facts.version + (outcome.isDryRun ? 0 : 1)
        outcome.changed.append(.init(reference: target.reference, version: version))
        statements += list
      }
    }
    return (outcome, statements)
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

  private func references(_ ids: [Int], as actor: Actor) async throws -> [Reference] {
    try await database.tenant(actor.tenant.id).read(BulkTarget.query(ids, as: actor)).map {
      try BulkTarget($0).reference
    }
  }
}

extension BulkOutcome {
  fileprivate var everyReference: [Reference] {
    selected + changed.map(\.reference) + unchanged + refused.flatMap(\.references)
  }
}
