import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// Keeps the township's calendars. One that is not used any more is deactivated: categories that count by it go on.
struct KeepCalendars: Sendable {
  let database: Database

  static let limit = 100

  func list(as actor: Actor) async throws -> [KeptCalendar] {
    try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(KeptCalendar.columns) FROM calendars k ORDER BY k.name, k.id LIMIT \(Self.limit)"
    ).map(KeptCalendar.init)
  }

  /// - Throws: `not_found`.
  func find(_ slug: String, as actor: Actor) async throws -> KeptCalendar {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(Self.query(slug))
    guard let row = rows.first else { throw Problem.notFound }
    return try KeptCalendar(row)
  }

  private static func query(_ slug: String) -> SQL {
    "SELECT \(KeptCalendar.columns) FROM calendars k WHERE k.slug = \(slug)"
  }

  private static let row: SQL = "to_jsonb(k) - 'tenant_id' - 'id' - 'version'"

  /// - Throws: `too_many`. Where a name is taken the slug gets a number.
  func add(_ input: CalendarInput, as actor: Actor) async throws -> KeptCalendar {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      let count: Int = try await transaction.query("SELECT count(*) FROM calendars").first?.get(0) ?? 0
      if count >= Self.limit { throw Problem.field("name", .tooMany, "There are \(Self.limit) calendars already.") }
      let (hours, holidays) = Self.stored(input.calendar)
      let rows = try await transaction.query(
        """
        INSERT INTO calendars AS k (tenant_id, slug, name, hours, holidays, active)
        SELECT current_tenant(),
               (SELECT s FROM (SELECT \(input.slug) || CASE WHEN n = 1 THEN '' ELSE '-' || n END AS s, n
                                 FROM generate_series(1, 200) AS n) names
                 WHERE NOT EXISTS (SELECT 1 FROM calendars o WHERE o.slug = s) ORDER BY n LIMIT 1),
               \(input.name), \(hours)::jsonb, \(holidays), \(input.isActive)
        ON CONFLICT (tenant_id, slug) DO NOTHING
        RETURNING slug, (SELECT jsonb_object_agg(key, NULL) FROM jsonb_object_keys(\(Self.row)) AS key)::text,
                  (\(Self.row))::text
        """)
      guard let row = rows.first else { throw Problem(.conflict) }
      let slug: String = try row.get(0)
      let added = try await transaction.queryAll([
        AdministrationEvent.insertion("calendar \(slug)", before: try row.get(1), after: try row.get(2), by: actor),
        Self.query(slug),
      ])
      guard let stored = added.last?.first else { throw Problem.notFound }
      return try KeptCalendar(stored)
    }
  }

  /// - Parameters:
  ///   - change: makes the new values of the old ones, which nobody else changes meanwhile.
  ///   - ifMatch: the version that the caller saw.
  /// - Throws: `not_found`, `version_mismatch`, and what `change` throws.
  func change(
    _ slug: String, ifMatch: Int?, as actor: Actor, _ change: @Sendable (KeptCalendar) throws -> CalendarInput
  ) async throws -> KeptCalendar {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      let before = try await transaction.query(
        "SELECT \(KeptCalendar.columns), (\(Self.row))::text FROM calendars k WHERE k.slug = \(slug) FOR UPDATE OF k")
      guard let row = before.first else { throw Problem.notFound }
      let old = try KeptCalendar(row)
      if let ifMatch, ifMatch != old.version { throw Problem(.versionMismatch) }
      let new = try change(old)
      let (hours, holidays) = Self.stored(new.calendar)
      let after = try await transaction.query(
        """
        UPDATE calendars AS k SET name = \(new.name), hours = \(hours)::jsonb, holidays = \(holidays),
               active = \(new.isActive), version = version + 1
         WHERE k.slug = \(slug) RETURNING (\(Self.row))::text
        """)
      guard let stored = after.first else { throw Problem.notFound }
      let read = try await transaction.queryAll([
        AdministrationEvent.insertion("calendar \(slug)", before: try row.get(6), after: try stored.get(0), by: actor),
        Self.query(slug),
      ])
      guard let now = read.last?.first else { throw Problem.notFound }
      return try KeptCalendar(now)
    }
  }

  static func stored(_ calendar: ServiceCalendar) -> (hours: String, holidays: [String]) {
    let days = calendar.weekly.map { spans in
      JSONValue.array(spans.map { .array([.integer($0.start), .integer($0.end)]) })
    }
    var json = JSONWriter()
    json.value(JSONValue.array(days))
    return (String(decoding: json.bytes, as: UTF8.self), calendar.holidays.map(\.words).sorted())
  }
}

/// Calendars, by API.
enum CalendarRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let calendars = try await context.application.keepCalendars.list(as: context.actor)
    return .list(calendars, nextCursor: nil) { $1.write(to: &$0, zone: context.actor.tenant.timeZone) }
  }

  static func read(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let kept = try await context.application.keepCalendars.find(slug, as: context.actor)
    return .json(.ok) { kept.write(to: &$0, zone: context.actor.tenant.timeZone) }
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let input = try CalendarInput(try await request.input(), changing: nil)
    let added = try await context.application.keepCalendars.add(input, as: context.actor)
    return .json(.created) { added.write(to: &$0, zone: context.actor.tenant.timeZone) }
  }

  static func change(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let input = try await request.input()
    let changed = try await context.application.keepCalendars.change(
      slug, ifMatch: try request.ifMatch(), as: context.actor
    ) { try CalendarInput(input, changing: $0) }
    return .json(.ok) { changed.write(to: &$0, zone: context.actor.tenant.timeZone) }
  }
}
