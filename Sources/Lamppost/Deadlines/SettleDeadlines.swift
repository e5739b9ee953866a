import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import TimeZones

/// Brings a request's targets in line with its category, its priority and the times at which its clock stood still. The
/// database marks what needs it, whoever made the change; see `requests_clock` in the migrations.
enum SettleDeadlines {
  /// What is marked of these requests, locked by who changed them.
  static func query(_ ids: [Int]) -> SQL {
    "\(WatchedRequest.selection) WHERE r.unsettled IS NOT NULL AND r.id = ANY(\(ids))"
  }

  /// What is marked of a township, left by a change whose maker did not settle it.
  static func leftovers(limit: Int) -> SQL {
    "\(WatchedRequest.selection) WHERE r.unsettled IS NOT NULL ORDER BY r.id LIMIT \(limit) FOR UPDATE OF r SKIP LOCKED"
  }

  /// The statements that settle one row of `query`. Another category or priority that makes another date is told by the
  /// history; what time on hold moves, the history's own rows tell.
  static func statements(_ row: Row) throws -> [SQL] {
    let marked = try WatchedRequest(row)
    let change: String = try row.get(1)
    let deadlines = marked.settled(because: change)
    var list: [SQL] = [
      "UPDATE requests SET \(deadlines.assignments.joined(separator: ", ")) WHERE id = \(marked.id)"
    ]
    let (before, after) = (marked.expectedBy.map(RFC3339.format), deadlines.dates.expectedBy.map(RFC3339.format))
    if change != "stops" && before != after {
      list.append(
        RequestEvent(
          requestID: marked.id, actorID: nil, kind: .target, visibility: .internal, before: before, after: after
        ).insertion)
    }
    return list
  }
}

/// A request's targets with everything they come from.
struct WatchedRequest: Sendable {
  let id: Int
  let createdAt: Date
  let priority: Priority
  let expectedBy: Date?
  let promisedBy: Date?
  let respondBy: Date?
  let isAnswered: Bool
  let alerted: Set<DeadlineAlert>
  let now: Date
  let stops: [ServiceClock.Pause]
  let terms: ServiceTerms
  /// The target that came from elsewhere for this category and this priority; nil for one that did not.
  let givenBy: Date?

  /// Of `requests r`, for `init(_:)`; the second column says why it is to be settled.
  static let selection: SQL = """
    SELECT r.id, r.unsettled, r.created_at, r.priority, r.expected_by, r.promised_by, r.respond_by,
           r.first_responded_at IS NOT NULL, r.alerted, now(),
           ARRAY(SELECT lower(s) FROM unnest(r.stops) s ORDER BY s), ARRAY(SELECT upper(s) FROM unnest(r.stops) s ORDER BY s),
           (SELECT z.time_zone FROM tenants z WHERE z.id = r.tenant_id),
           CASE WHEN r.given_category_id = r.category_id AND r.given_priority = r.priority THEN r.given_by END,
           \(ServiceTerms.columns)
      FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
    """

  init(_ row: Row) throws {
    id = try row.get(0)
    createdAt = try row.get(2)
    guard let priority = Priority(rawValue: try row.get(3)) else { throw UnknownWord(column: "priority") }
    self.priority = priority
    expectedBy = try row.get(4)
    promisedBy = try row.get(5)
    respondBy = try row.get(6)
    isAnswered = try row.get(7)
    alerted = Set(try row.get(8, as: [String].self).compactMap(DeadlineAlert.init(rawValue:)))
    now = try row.get(9)
    stops = zip(try row.get(10, as: [Date].self), try row.get(11, as: [Date].self)).map {
      ServiceClock.Pause(start: $0, end: $1)
    }
    givenBy = try row.get(13)
    terms = try ServiceTerms(row, from: 14, zone: Zone.named(try row.get(12)) ?? .gmt)
  }

  /// The targets as they are to be.
  /// - Parameter change: `category` and `priority` make them anew: the new category's promise holds, also in place of a
  ///   target that came from elsewhere, which holds again once the request is back where it came with. A priority leaves
  ///   the target of a category that knows none. `stops` moves them.
  func settled(because change: String) -> Deadlines {
    var promised = ServiceDates(respondBy: respondBy, expectedBy: promisedBy ?? expectedBy)
    if change == "category" || change == "priority" && !terms.targets.byPriority.isEmpty {
      promised = terms.targets.dates(for: priority, madeAt: createdAt, on: terms.clock)
      if let givenBy { promised.expectedBy = givenBy }
    }
    return deadlines(promised, at: now)
  }

  /// The targets as they are.
  func current(at now: Date) -> Deadlines {
    deadlines(ServiceDates(respondBy: respondBy, expectedBy: promisedBy ?? expectedBy), at: now)
  }

  private func deadlines(_ promised: ServiceDates, at now: Date) -> Deadlines {
    terms.deadlines(
      promised, for: priority, madeAt: createdAt, stops: stops, isAnswered: isAnswered, alerted: alerted, now: now)
  }
}

extension Transaction {
  /// Runs changes of requests, settles their targets, and reads them back: one round trip where no target moves, else two.
  /// - Returns: the row that `query` gives.
  func change(_ statements: [SQL], of ids: [Int], reading query: SQL) async throws -> Row? {
    let results = try await queryAll(statements + [SettleDeadlines.query(ids), query])
    let marked = results[statements.count]
    if marked.isEmpty { return results.last?.first }
    return try await queryAll(try marked.flatMap(SettleDeadlines.statements) + [query]).last?.first
  }

  /// The same for many, of which nothing is read.
  func change(_ statements: [SQL], of ids: [Int]) async throws {
    let results = try await queryAll(statements + [SettleDeadlines.query(ids)])
    if let marked = results.last { _ = try await queryAll(try marked.flatMap(SettleDeadlines.statements)) }
  }
}
