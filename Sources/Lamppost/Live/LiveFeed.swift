import FoundationEssentials
import PostgreSQL

/// Reads one township's news from its history, each row once, in a process that has streams open for it.
///
/// The position is a transaction number: of every transaction below it all rows have been read.
struct LiveFeed: Sendable {
  /// What one reading brought: everything between two positions.
  struct Batch: Sendable {
    let events: [LiveEvent]
    let from: Int
    let to: Int
    /// There was too much to tell one by one: whoever listens looks for themselves.
    var isOverflow = false
  }

  /// More than this at once is not told one by one.
  static let limit = 500
  /// A scan's verdict commits a moment after the time that stands in its row.
  private static let overlap = 30.0

  let tenantID: Int
  private(set) var position: Int?
  private var seen: Set<String> = []
  /// By the database's clock.
  private var judgedSince: Date?

  init(tenantID: Int) { self.tenantID = tenantID }

  /// The number below which every transaction has ended.
  static func position(_ database: Database) async throws -> Int {
    let rows = try await database.read("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    return try rows.first.flatMap { Int(try $0.get(0, as: String.self)) } ?? 0
  }

  mutating func begin(at position: Int) {
    if self.position == nil { self.position = position }
  }

  struct Reading: Sendable {
    let events: [LiveEvent]
    let judged: [LiveEvent]
    let position: Int
    /// Beyond every transaction that has begun.
    let end: Int
    let time: Date
  }

  /// Rows from the position on, with those already read among them, and the position after them: one state of the data.
  func read(_ database: Database) async throws -> Reading {
    let (position, judgedSince) = (position ?? 0, judgedSince)
    return try await database.tenant(tenantID).withoutReplica.read { transaction in
      let results = try await transaction.queryAll([
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text, now()
        """,
        LiveEvent.query(from: position, limit: Self.limit + 1),
        LiveEvent.judged(since: judgedSince, limit: Self.limit),
      ])
      guard let row = results[0].first, let next = Int(try row.get(0, as: String.self)),
        let end = Int(try row.get(1, as: String.self))
      else { throw UnknownWord(column: "pg_current_snapshot") }
      return Reading(
        events: try results[1].map(LiveEvent.init), judged: try results[2].map(LiveEvent.init), position: next,
        end: end,
        time: try row.get(2))
    }
  }

  /// Takes what was read.
  /// - Returns: what of it is new; nil when nothing is.
  mutating func take(_ reading: Reading) -> Batch? {
    guard let from = position else { return nil }
    let isOverflow = reading.events.count > Self.limit
    // After too much, what had begun but not ended by now is left out as well, should somebody keep the position back.
    let to = isOverflow ? reading.end : reading.position
    let all = reading.events + reading.judged
    let new = all.filter { !seen.contains($0.key) }
    seen = Set(all.map(\.key))
    judgedSince = reading.time.addingTimeInterval(-Self.overlap)
    position = to
    if isOverflow { return Batch(events: [], from: from, to: to, isOverflow: true) }
    return new.isEmpty ? nil : Batch(events: new, from: from, to: to)
  }
}
