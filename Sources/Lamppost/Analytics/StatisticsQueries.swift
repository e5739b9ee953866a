import FoundationEssentials
import PostgreSQL

/// The dashboard's statements; each gives one JSON value. They read what is open, what was closed and what came in each
/// from an index of its own.
struct StatisticsQueries: Sendable {
  let scope: StatisticsScope
  let period: ReadStatistics.Period
  let zone: String

  var all: [(name: String, sql: SQL)] {
    [("totals", totals), ("ages", ages), ("areas", areas), ("categories", categories), ("trend", trend)]
  }

  private var open: SQL {
    """
    SELECT r.id, r.category_id, r.created_at, \(TargetCondition.isOverdue) AS is_overdue, r.assignee_id, r.department_id FROM requests r
     WHERE r.closed_at IS NULL AND \(scope.condition)
    """
  }

  /// Reported in the last week.
  private var recent: SQL {
    "SELECT r.id, r.category_id, r.created_at FROM requests r "
      + "WHERE r.created_at > now() - interval '7 days' AND \(scope.condition)"
  }

  private var closed: SQL {
    """
    SELECT r.id, r.category_id, r.created_at, r.closed_at, \(TargetCondition.onTime) AS kept, r.status FROM requests r
     WHERE r.closed_at >= \(period.start) AND r.closed_at < \(period.end) AND \(scope.condition)
    """
  }

  private var created: SQL {
    """
    SELECT r.created_at FROM requests r
     WHERE r.created_at >= \(period.start) AND r.created_at < \(period.end) AND \(scope.condition)
    """
  }

  /// Of `closed`: how long work took that came to its end, and how much of it was on time.
  private static let quality: SQL = """
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', closed_at - created_at) / 3600)
      FILTER (WHERE status IN ('completed', 'closed')))::numeric, 1) AS median_hours,
    round(avg(kept::int) FILTER (WHERE status IN ('completed', 'closed')), 3) AS on_time
    """

  private var totals: SQL {
    """
    SELECT json_build_object(
      'open', o.count, 'overdue', o.overdue, 'unassigned', o.unassigned, 'new_day', n.day, 'new_week', n.week,
      'created', (SELECT count(*) FROM (\(created)) c), 'closed', d.count, 'median_hours', d.median_hours,
      'on_time', d.on_time)::text
      FROM (SELECT count(*), count(*) FILTER (WHERE is_overdue) AS overdue,
                   count(*) FILTER (WHERE assignee_id IS NULL) AS unassigned
              FROM (\(open)) o) o,
           (SELECT count(*) AS week, count(*) FILTER (WHERE created_at > now() - interval '1 day') AS day
              FROM (\(recent)) n) n,
           (SELECT count(*), \(Self.quality) FROM (\(closed)) d) d
    """
  }

  private var ages: SQL {
    """
    SELECT json_agg(json_build_object('from_days', a.first, 'under_days', a.under, 'count', coalesce(n, 0))
                    ORDER BY a.first)::text
      FROM (VALUES (0, 1), (1, 7), (7, 30), (30, 90), (90, 365), (365, NULL)) AS a (first, under)
      LEFT JOIN (SELECT width_bucket(date_part('epoch', now() - created_at) / 86400,
                                     ARRAY[0, 1, 7, 30, 90, 365]::float8[]) AS bucket, count(*) AS n
                   FROM (\(open)) o GROUP BY 1) o
        ON (ARRAY[0, 1, 7, 30, 90, 365])[greatest(o.bucket, 1)] = a.first
    """
  }

  /// One layer: wards where the township has them, else its first.
  private var areas: SQL {
    """
    SELECT json_agg(json_build_object('area', a.layer || ':' || a.slug, 'name', a.name, 'open', coalesce(o.n, 0),
                    'overdue', coalesce(o.overdue, 0), 'new_week', coalesce(n.n, 0))
                    ORDER BY coalesce(o.n, 0) DESC, a.name)::text
      FROM areas a
      LEFT JOIN (SELECT ra.area_id, count(*) AS n, count(*) FILTER (WHERE is_overdue) AS overdue
                   FROM (\(open)) o JOIN request_areas ra ON ra.request_id = o.id AND ra.for_staff GROUP BY 1) o ON o.area_id = a.id
      LEFT JOIN (SELECT ra.area_id, count(*) AS n
                   FROM (\(recent)) n JOIN request_areas ra ON ra.request_id = n.id AND ra.for_staff
                    AND ra.created_at > now() - interval '7 days' GROUP BY 1) n ON n.area_id = a.id
     WHERE a.layer = (SELECT layer FROM areas ORDER BY layer <> 'wards', layer LIMIT 1)
    """
  }

  private var categories: SQL {
    """
    SELECT json_agg(json_build_object('category', c.slug, 'name', c.name, 'open', coalesce(o.n, 0),
                    'overdue', coalesce(o.overdue, 0), 'new_week', coalesce(n.n, 0),
                    'median_hours', d.median_hours, 'on_time', d.on_time)
                    ORDER BY coalesce(o.n, 0) DESC, c.name)::text
      FROM categories c
      LEFT JOIN (SELECT category_id, count(*) AS n, count(*) FILTER (WHERE is_overdue) AS overdue
                   FROM (\(open)) o GROUP BY 1) o ON o.category_id = c.id
      LEFT JOIN (SELECT category_id, count(*) AS n FROM (\(recent)) n GROUP BY 1) n ON n.category_id = c.id
      LEFT JOIN (SELECT category_id, \(Self.quality) FROM (\(closed)) d GROUP BY 1) d ON d.category_id = c.id
     WHERE c.active OR o.n > 0 OR d.category_id IS NOT NULL
    """
  }

  /// By day or week of the township's calendar.
  private var trend: SQL {
    let step: SQL = period.interval == "week" ? "interval '7 days'" : "interval '1 day'"
    // Weeks are counted from the first day, so that none of them is cut short but the last.
    func bucket(_ column: SQL) -> SQL {
      "(\(period.from)::date + ((\(column) AT TIME ZONE \(zone))::date - \(period.from)::date) / \(width) * \(width))"
    }
    return """
      SELECT json_agg(json_build_object('start', b::date::text, 'created', coalesce(c.n, 0), 'closed', coalesce(d.n, 0))
                      ORDER BY b)::text
        FROM generate_series(\(period.from)::date::timestamp, \(period.to)::date::timestamp, \(step)) AS b
        LEFT JOIN (SELECT \(bucket("created_at")) AS start, count(*) AS n FROM (\(created)) c GROUP BY 1) c
          ON c.start = b::date
        LEFT JOIN (SELECT \(bucket("closed_at")) AS start, count(*) AS n FROM (\(closed)) d GROUP BY 1) d
          ON d.start = b::date
      """
  }

  private var width: SQL { period.interval == "week" ? "7" : "1" }
}
