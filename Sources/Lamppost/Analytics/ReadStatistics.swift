import FoundationEssentials
import JSON
import PostgreSQL
import Redis

/// Reads the dashboard's figures, and keeps them for some seconds in Redis: a town hall full of dashboards costs one
/// reading. Without Redis each is read anew.
struct ReadStatistics: Sendable {
  let database: Database
  let redis: Redis

  /// Seconds.
  static let kept = 20

  /// - Throws: `invalid_parameter`.
  func callAsFunction(_ scope: StatisticsScope, as actor: Actor) async throws -> Statistics {
    let scope = scope.seen(by: actor)
    let key = "statistics:3:\(actor.tenant.id):\(scope.name)"
    if let bytes = try? await redis.command("GET", key).bytes, let kept = Statistics(bytes) { return kept }
    let bytes = try await read(scope, actor.tenant)
    guard let statistics = Statistics(bytes) else { throw UnknownWord(column: "statistics") }
    _ = try? await redis.command("SET", key, bytes, "EX", Self.kept)
    return statistics
  }

  private func read(_ scope: StatisticsScope, _ tenant: Tenant) async throws -> [UInt8] {
    // A transaction: what takes long must not stand before other reads.
    try await database.tenant(tenant.id).read { transaction in
      let period = try await Self.period(scope, tenant, in: transaction)
      let queries = StatisticsQueries(scope: scope, period: period, zone: tenant.timeZone.identifier)
      let parts = try await transaction.queryAll(queries.all.map(\.sql))
      var json = JSONWriter(capacity: 16 << 10)
      json.object { statistics in
        statistics.field("from", period.from)
        statistics.field("to", period.to)
        statistics.field("start", period.start)
        statistics.field("end", period.end)
        statistics.field("interval", period.interval)
        for (part, rows) in zip(queries.all, parts) {
          let text = (try? rows.first?.get(0, as: String?.self)) ?? nil
          statistics.field(part.name, RawJSON(unsafeJSON: Array((text ?? "[]").utf8)))
        }
      }
      return json.bytes
    }
  }

  struct Period: Sendable {
    let from: String
    let to: String
    let start: Date
    /// The first instant after it.
    let end: Date
    let interval: String
  }

  /// The days asked for, by default the last 90, in the township's calendar.
  static func period(
    _ scope: StatisticsScope, _ tenant: Tenant, in transaction: Transaction
  ) async throws -> Period {
    let zone = tenant.timeZone.identifier
    let rows = try await transaction.query(
      """
      WITH days AS (
        SELECT coalesce(\(scope.to)::date, greatest(\(scope.from)::date, (now() AT TIME ZONE \(zone))::date)) AS last
      ), period AS (SELECT coalesce(\(scope.from)::date, last - 89) AS first, last FROM days)
      SELECT first::text, last::text, first::timestamp AT TIME ZONE \(zone), (last + 1)::timestamp AT TIME ZONE \(zone),
             last - first + 1 FROM period
      """)
    guard let row = rows.first else { throw UnknownWord(column: "period") }
    let days: Int = try Int(row.get(4, as: Int32.self))
    if days > StatisticsScope.daysLimit {
      throw Problem.parameter("from", "must be at most \(StatisticsScope.daysLimit) days before to")
    }
    return Period(
      from: try row.get(0), to: try row.get(1), start: try row.get(2), end: try row.get(3),
      interval: days > 62 ? "week" : "day")
  }
}
