import Civic
import FoundationEssentials
import Localization
import PostgreSQL
import Synchronization
import TimeZones

/// A township, as far as every call needs it.
struct Tenant: Sendable, Equatable {
  let id: Int
  let slug: String
  let name: String
  /// Where there is little room; nil for the name itself.
  let shortName: String?
  /// Its colours, and the name of the style sheet that is made of them; nil where it wears Lamppost's own.
  let theme: Theme
  let themeName: ThemeName?
  /// What stands above its pages in place of Lamppost's lamp.
  let logo: WornLogo?
  /// Whether its name stands beside the logo.
  let showsName: Bool
  /// Dictionary of full-text search, e.g. `english`.
  let searchLanguage: String
  /// Of pages, for readers whose browser asks for no language of ours.
  let language: Language
  /// Whether it is served at all.
  let isActive: Bool
  let publishesAtOnce: Bool
  let timeZone: Zone
  /// What to call in danger, e.g. `911`.
  let emergencyNumber: String
  /// Where questions about privacy and accessibility go.
  let contactEmail: String?
  let workflowSettings: WorkflowSettings
  /// Roles that have to have a second factor.
  let secondFactorRoles: Set<Role>
  /// What a map shows at first; nil where nothing is known of the township's place.
  let bounds: BoundingBox?

  static let columns: SQL =
    """
    slug, name, search_language::text, publishes_at_once, time_zone, emergency_number, contact_email, \(extent),
    statuses::text, closes_after_days, language, deactivated_at IS NULL, second_factor_roles,
    short_name, brand_colour, accent_colour, \(WornLogo.column), shows_name
    """

  /// The numbers of those that are switched off, for roles that see every township.
  static let off: SQL = "SELECT t.id FROM tenants t WHERE t.deactivated_at IS NOT NULL"

  /// Of the boundary, else of the areas, else of the streets.
  private static let extent: SQL = """
    (SELECT concat_ws(',', ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)) FROM (SELECT coalesce(
      Box2D(tenants.boundary::geometry), (SELECT ST_Extent(boundary) FROM areas),
      (SELECT ST_Extent(line) FROM streets))) AS extents (e))
    """

  init(id: Int, _ row: Row) throws {
    self.id = id
    slug = try row.get(0)
    name = try row.get(1)
    searchLanguage = try row.get(2)
    publishesAtOnce = try row.get(3)
    timeZone = Zone.named(try row.get(4)) ?? .gmt
    emergencyNumber = try row.get(5)
    contactEmail = try row.get(6)
    bounds = BoundingBox(try row.get(7))
    workflowSettings = WorkflowSettings(statuses: try row.get(8), closesAfterDays: try row.get(9))
    language = Language(rawValue: try row.get(10)) ?? .english
    isActive = try row.get(11)
    secondFactorRoles = Set(try row.get(12, as: [String].self).compactMap(Role.init(rawValue:)))
    shortName = try row.get(13)
    theme = Theme(
      brand: try row.get(14, as: String?.self).flatMap(Colour.init),
      accent: try row.get(15, as: String?.self).flatMap(Colour.init))
    themeName = ThemeName(theme)
    logo = WornLogo(try row.get(16))
    showsName = try row.get(17)
  }

  var workflow: Workflow { workflowSettings.workflow }

  /// No township: its number is nobody's.
  static let none = Tenant()

  private init() {
    (id, slug, name, searchLanguage, publishesAtOnce) = (0, "", "", "simple", false)
    (language, isActive) = (.english, true)
    (timeZone, emergencyNumber, contactEmail, bounds) = (.gmt, "", nil, nil)
    workflowSettings = WorkflowSettings()
    secondFactorRoles = []
    (shortName, theme, themeName) = (nil, Theme(brand: nil, accent: nil), nil)
    (logo, showsName) = (nil, true)
  }
}

/// Finds the township by host name and remembers it for a few seconds, so that no call pays a round trip for it.
final class TenantDirectory: Sendable {
  private struct Entry {
    let tenant: Tenant?
    let readAt: ContinuousClock.Instant
  }

  private let database: Database
  private let entries = Mutex<[String: Entry]>([:])
  private static let lifetime = Duration.seconds(5)
  /// Host names are the caller's to choose: the memory is emptied rather than let grow.
  private static let limit = 10_000

  init(database: Database) { self.database = database }

  /// - Throws: `not_found` when no township answers to the name.
  func tenant(host: String) async throws -> Tenant {
    // A full stop at the end names the same host.
    let host = host.hasSuffix(".") ? String(host.dropLast()) : host
    if let entry = entries.withLock({ $0[host] }), entry.readAt.duration(to: .now) < Self.lifetime {
      guard let tenant = entry.tenant else { throw Self.unknown }
      return tenant
    }
    let tenant = try await read(host: host)
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeAll() }
      entries[host] = Entry(tenant: tenant, readAt: .now)
    }
    guard let tenant else { throw Self.unknown }
    return tenant
  }

  /// After a change: the next call reads the township anew.
  func forget(_ tenantID: Int) {
    entries.withLock { entries in entries = entries.filter { $0.value.tenant?.id != tenantID } }
  }

  /// After a township was made: a host that had none may be its.
  func forgetAll() { entries.withLock { $0.removeAll() } }

  private static var unknown: Problem { Problem(.notFound, "No township answers at this address.") }

  private func read(host: String) async throws -> Tenant? {
    guard let id = try await database.read("SELECT tenant_by_host(\(host))").first?.get(0, as: Int?.self) else {
      return nil
    }
    return try await database.tenant(id).read("SELECT \(Tenant.columns) FROM tenants WHERE id = \(id)").first.map {
      try Tenant(id: id, $0)
    }
  }
}

extension Database {
  /// The database as one township may see it: row-level security shows nothing else.
  func tenant(_ id: Int) -> Database { setting("app.tenant", to: String(id)) }
}
