import Civic
import FoundationEssentials
import PostgreSQL

/// Looks for targets that come near or were missed, and tells those who can do something: a row of the history, a mail,
/// and whoever has the request open sees it at once. Each alert is told once, however often this runs and wherever.
struct WatchDeadlines: Sendable {
  /// Of the worker.
  let database: Database

  /// Requests of one transaction.
  static let batch = 100

  /// What was told, by alert.
  typealias Tally = [DeadlineAlert: Int]

  /// - Parameters:
  ///   - time: what is taken for now; nil for the clock's own.
  ///   - tenantID: nil for every township. Those that are switched off are told of everything once they are on again.
  func callAsFunction(at time: Date? = nil, tenantID: Int? = nil) async throws -> Tally {
    var tally: Tally = [:]
    try await database.forEachTownship(only: tenantID) { id in
      try await settle(id)
      try await watch(id, at: time ?? .now, &tally)
    }
    return tally
  }

  /// What some change has left unsettled.
  private func settle(_ tenantID: Int) async throws {
    var count = Self.batch
    while count == Self.batch {
      count = try await database.tenant(tenantID).write { transaction in
        let rows = try await transaction.query(SettleDeadlines.leftovers(limit: Self.batch))
        _ = try await transaction.queryAll(try rows.flatMap(SettleDeadlines.statements))
        return rows.count
      }
    }
  }

  private func watch(_ tenantID: Int, at now: Date, _ tally: inout Tally) async throws {
    var count = Self.batch
    while count == Self.batch {
      let (found, told) = try await database.tenant(tenantID).write { transaction in
        let rows = try await transaction.query(Self.query(at: now))
        let (statements, told) = try Self.statements(rows, at: now)
        _ = try await transaction.queryAll(statements)
        return (rows.count, told)
      }
      count = found
      for alert in told { tally[alert, default: 0] += 1 }
    }
  }

  /// Those whose moment has come, in the order of the index that holds nothing else.
  static func query(at now: Date) -> SQL {
    """
    \(WatchedRequest.selection)
     WHERE r.watch_at <= \(now) AND r.watch_at IS NOT NULL AND r.closed_at IS NULL AND r.held_since IS NULL
     ORDER BY r.watch_at LIMIT \(batch) FOR UPDATE OF r SKIP LOCKED
    """
  }

  private static func statements(_ rows: Rows, at now: Date) throws -> (statements: [SQL], told: [DeadlineAlert]) {
    var statements: [SQL] = []
    var alerts: [(request: Int, alert: DeadlineAlert)] = []
    for row in rows {
      let request = try WatchedRequest(row)
      let watch = request.current(at: now).watch
      let due = watch.due(at: now, alerted: request.alerted)
      // A warning that comes too late for itself counts as told with what it warned of.
      let told = request.alerted.union(due).union(due.compactMap(\.warning))
      let words = told.map(\.rawValue).sorted()
      statements.append(
        """
        UPDATE requests SET alerted = \(words), watch_at = \(watch.next(alerted: told))
         WHERE id = \(request.id)
        """)
      for alert in due {
        alerts.append((request.id, alert))
        statements.append(
          RequestEvent(
            requestID: request.id, actorID: nil, kind: alert.isBreach ? .escalation : .warning, visibility: .internal,
            after: alert.rawValue
          ).insertion)
      }
    }
    if !alerts.isEmpty { statements += AlertedPeople.insertions(alerts, run: UUID()) }
    return (statements, alerts.map(\.alert))
  }
}

/// Who hears of an alert.
enum AlertedPeople {
  /// One row for each alert and person, and a job for each person.
  ///
  /// A warning goes to who works on it: the person, else their department, else the role that hears of missed targets.
  /// A missed target goes to that role: the category's, else the township's; where nobody has either, to the
  /// administrators.
  /// - Parameter run: what is told together, in one mail a person.
  static func insertions(_ alerts: [(request: Int, alert: DeadlineAlert)], run: UUID) -> [SQL] {
    let workers = Role.allCases.filter(\.takesRequests).map(\.rawValue)
    return [
      """
      INSERT INTO deadline_alerts (tenant_id, run, person_id, request_id, alert)
      SELECT current_tenant(), \(run), c.person_id, c.request_id, c.alert
        FROM (SELECT c.*, min(nearness) OVER (PARTITION BY request_id, alert) AS nearest
                FROM (SELECT a.request_id, a.alert, p.id AS person_id,
                             CASE WHEN NOT a.breach AND p.id = r.assignee_id THEN 1
                                  WHEN NOT a.breach AND r.assignee_id IS NULL AND \(membership) THEN 2
                                  WHEN p.role = k.escalation_role THEN 3
                                  WHEN p.role = t.escalation_role THEN 4
                                  WHEN p.role = 'administrator' THEN 5 END AS nearness
                        FROM unnest(\(alerts.map(\.request)), \(alerts.map(\.alert.rawValue)),
                                    \(alerts.map(\.alert.isBreach))) AS a (request_id, alert, breach)
                        JOIN requests r ON r.tenant_id = current_tenant() AND r.id = a.request_id
                        JOIN tenants t ON t.id = r.tenant_id
                        JOIN categories k ON k.tenant_id = r.tenant_id AND k.id = r.category_id
                        JOIN people p ON p.tenant_id = r.tenant_id AND p.active AND p.role = ANY(\(workers))
                              AND \(ListStaff.isWithinLimits)) c
               WHERE nearness IS NOT NULL) c
       WHERE c.nearness = c.nearest
      ON CONFLICT DO NOTHING
      """,
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      SELECT DISTINCT tenant_id, \(JobKind.sendDeadlineAlerts.rawValue), run || ' ' || person_id
        FROM deadline_alerts WHERE run = \(run)
      ON CONFLICT DO NOTHING
      """,
    ]
  }

  /// The condition that `people p` belongs to the department of `requests r`.
  private static let membership: SQL = """
    EXISTS (SELECT 1 FROM department_members m
             WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id AND m.department_id = r.department_id)
    """
}
