import FoundationEssentials
import JSON
import PostgreSQL

/// How the township keeps what it promised, in figures: of one category, department or month, or of all.
struct Compliance: Sendable {
  struct Figures: Sendable {
    /// Slug, or `2026-11`; nil for all, and for requests of no department.
    let key: String?
    let name: String?
    /// Brought to their end in the period.
    let closed: Int
    /// Of those, with a target.
    let withTarget: Int
    let onTime: Int
    /// From report to completion.
    let medianHours: Double?
    /// Open now, their target passed; of a month those whose target fell in it.
    let overdue: Int
    /// First answered in the period, where an answer was promised by some time.
    let answered: Int
    let answeredOnTime: Int

    var late: Int { withTarget - onTime }
    var answeredLate: Int { answered - answeredOnTime }
    /// 0 to 1.
    var share: Double? { withTarget == 0 ? nil : Double(onTime) / Double(withTarget) }
    var answeredShare: Double? { answered == 0 ? nil : Double(answeredOnTime) / Double(answered) }
  }

  let period: ReadStatistics.Period
  let total: Figures
  let categories: [Figures]
  let departments: [Figures]
  let months: [Figures]

  func write(to json: inout JSONObjectWriter) {
    json.field("from", period.from)
    json.field("to", period.to)
    json.field("start", period.start)
    json.field("end", period.end)
    json.object("total") { total.write(to: &$0) }
    json.array("categories") { array in
      for figures in categories { array.object { figures.write(to: &$0, key: "category") } }
    }
    json.array("departments") { array in
      for figures in departments { array.object { figures.write(to: &$0, key: "department") } }
    }
    json.array("months") { array in
      for figures in months { array.object { figures.write(to: &$0, key: "month", isNamed: false) } }
    }
  }
}

extension Compliance.Figures {
  fileprivate func write(to json: inout JSONObjectWriter, key name: String, isNamed: Bool = true) {
    json.field(name, key)
    if isNamed { json.field("name", self.name) }
    write(to: &json)
  }

  fileprivate func write(to json: inout JSONObjectWriter) {
    json.field("closed", closed)
    json.field("with_target", withTarget)
    json.field("on_time", onTime)
    json.field("late", late)
    json.field("on_time_share", share)
    json.field("median_hours", medianHours)
    json.field("overdue", overdue)
    json.field("answered", answered)
    json.field("answered_on_time", answeredOnTime)
  }
}

/// Reads the report: one statement, from the indexes of what was closed, what is open and what was answered.
struct ReadCompliance: Sendable {
  let database: Database

  /// - Throws: `invalid_parameter`.
  func callAsFunction(_ scope: StatisticsScope, as actor: Actor) async throws -> Compliance {
    let scope = scope.seen(by: actor)
    // A transaction: what takes long must not stand before other reads.
    return try await database.tenant(actor.tenant.id).read { transaction in
      let period = try await ReadStatistics.period(scope, actor.tenant, in: transaction)
      let rows = try await transaction.query(
        Self.query(scope, period, zone: actor.tenant.timeZone.identifier))
      var groups: [Int: [Compliance.Figures]] = [:]
      for row in rows { groups[try row.get(0), default: []].append(try Compliance.Figures(row)) }
      guard let total = groups[Self.all]?.first else { throw UnknownWord(column: "compliance") }
      return Compliance(
        period: period, total: total, categories: groups[Self.category] ?? [],
        departments: groups[Self.department] ?? [], months: (groups[Self.month] ?? []).filter { $0.key != nil })
    }
  }

  /// What GROUPING says of each set: a bit for each column that is summed over.
  private static let (category, department, month, all) = (0b011, 0b101, 0b110, 0b111)

  private static func query(_ scope: StatisticsScope, _ period: ReadStatistics.Period, zone: String) -> SQL {
    let (start, end) = (period.start, period.end)
    func month(_ column: SQL) -> SQL { "to_char(\(column) AT TIME ZONE \(zone), 'YYYY-MM')" }
    return """
      WITH facts AS (
        SELECT r.category_id, r.department_id, \(month("r.closed_at")) AS month, 'closed' AS kind,
               \(TargetCondition.onTime) AS on_time, date_part('epoch', r.closed_at - r.created_at) / 3600 AS hours
          FROM requests r
         WHERE r.closed_at >= \(start) AND r.closed_at < \(end) AND r.status IN ('completed', 'closed')
           AND \(scope.condition)
        UNION ALL
        SELECT r.category_id, r.department_id, \(month("r.expected_by")), 'overdue', NULL, NULL
          FROM requests r WHERE r.closed_at IS NULL AND \(TargetCondition.isOverdue) AND \(scope.condition)
        UNION ALL
        SELECT r.category_id, r.department_id, \(month("r.first_responded_at")), 'answered',
               \(TargetCondition.answeredOnTime), NULL
          FROM requests r
         WHERE r.first_responded_at >= \(start) AND r.first_responded_at < \(end) AND r.respond_by IS NOT NULL
           AND \(scope.condition)
      ), sums AS (
        SELECT GROUPING(category_id, department_id, month) AS level, category_id, department_id, month,
               count(*) FILTER (WHERE kind = 'closed') AS closed,
               count(*) FILTER (WHERE kind = 'closed' AND on_time IS NOT NULL) AS with_target,
               count(*) FILTER (WHERE kind = 'closed' AND on_time) AS on_time,
               round((percentile_cont(0.5) WITHIN GROUP (ORDER BY hours))::numeric, 1)::float8 AS median_hours,
               count(*) FILTER (WHERE kind = 'overdue') AS overdue,
               count(*) FILTER (WHERE kind = 'answered') AS answered,
               count(*) FILTER (WHERE kind = 'answered' AND on_time) AS answered_on_time
          FROM facts GROUP BY GROUPING SETS ((category_id), (department_id), (month), ())
      )
      SELECT s.level, coalesce(c.slug, d.slug, s.month), coalesce(c.name, d.name), s.closed, s.with_target, s.on_time,
             s.median_hours, s.overdue, s.answered, s.answered_on_time
        FROM sums s
        LEFT JOIN categories c ON c.id = s.category_id LEFT JOIN departments d ON d.id = s.department_id
       ORDER BY s.level, CASE WHEN s.month IS NOT NULL THEN s.month END, s.closed DESC, 3
      """
  }
}

extension Compliance.Figures {
  fileprivate init(_ row: Row) throws {
    key = try row.get(1)
    name = try row.get(2)
    closed = try row.get(3)
    withTarget = try row.get(4)
    onTime = try row.get(5)
    medianHours = try row.get(6)
    overdue = try row.get(7)
    answered = try row.get(8)
    answeredOnTime = try row.get(9)
  }
}
