import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// A category as whoever keeps it sees it.
struct KeptCategory: Sendable {
  let slug: String
  let name: String
  let group: String?
  let icon: String
  let keywords: String
  let description: String
  let notice: String
  let stopMessage: String
  let defaultPriority: Priority
  let resolutionHours: Int?
  /// Slug of the calendar that targets are counted by; nil where every hour counts.
  let calendar: String?
  let targets: [Priority: ServiceTargets.Target]
  let isActive: Bool
  /// Whether the public is told the street block of its requests alone.
  let blursLocation: Bool
  /// Whether completing needs a photo of what was done.
  let requiresProof: Bool

  static let columns: SQL = """
    slug, name, group_name, icon, keywords, description, notice, stop_message, default_priority, resolution_hours, active,
    blurs_location, requires_proof,
    (SELECT k.slug FROM calendars k WHERE k.tenant_id = current_tenant() AND k.id = calendar_id), targets::text
    """
  static let columnCount = 15

  init(_ row: Row) throws {
    slug = try row.get(0)
    name = try row.get(1)
    group = try row.get(2)
    icon = try row.get(3)
    keywords = try row.get(4)
    description = try row.get(5)
    notice = try row.get(6)
    stopMessage = try row.get(7)
    defaultPriority = Priority(rawValue: try row.get(8)) ?? .medium
    resolutionHours = try row.get(9)
    isActive = try row.get(10)
    blursLocation = try row.get(11)
    requiresProof = try row.get(12)
    calendar = try row.get(13)
    targets = try ServiceTargets.stored(row.get(14))
  }

  /// Reads a change of `old`; what is left out stays as it is.
  init(_ input: inout ObjectInput, changing old: KeptCategory) {
    func optional(_ key: String, _ maximum: Int, _ old: String) -> String {
      input.has(key) ? input.text(key, maximum: maximum) ?? "" : old
    }
    slug = old.slug
    name = input.has("name") ? input.requiredText("name", maximum: 100) : old.name
    group = input.has("group") ? input.text("group", maximum: 100) : old.group
    icon = optional("icon", 8, old.icon)
    keywords = optional("keywords", 500, old.keywords)
    description = optional("description", 1000, old.description)
    notice = optional("notice", 1000, old.notice)
    stopMessage = optional("stop_message", 1000, old.stopMessage)
    defaultPriority = input.option("default_priority", Priority.allCases, name: \.name) ?? old.defaultPriority
    calendar = input.has("calendar") ? input.text("calendar", maximum: 100) : old.calendar
    targets = input.has("targets") ? ServiceTargets.read(&input) : old.targets
    resolutionHours = input.has("resolution_hours") ? input.integer("resolution_hours") : old.resolutionHours
    if let hours = resolutionHours, !(1...87_600).contains(hours) {
      input.refuse("resolution_hours", .outOfRange, "must be from 1 to 87,600")
    }
    isActive = input.bool("active") ?? old.isActive
    blursLocation = input.bool("blurs_location") ?? old.blursLocation
    requiresProof = input.bool("requires_proof") ?? old.requiresProof
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("slug", slug)
    json.field("name", name)
    json.field("group", group)
    json.field("icon", icon)
    json.field("keywords", keywords)
    json.field("description", description)
    json.field("notice", notice)
    json.field("stop_message", stopMessage)
    json.field("default_priority", defaultPriority.name)
    json.field("resolution_hours", resolutionHours)
    json.field("calendar", calendar)
    json.field("targets", ServiceTargets.json(targets))
    json.field("active", isActive)
    json.field("blurs_location", blursLocation)
    json.field("requires_proof", requiresProof)
  }
}

/// Keeps the township's categories.
struct ChangeCategory: Sendable {
  let database: Database

  /// Every category, those that take no reports any more included.
  func list(as actor: Actor) async throws -> [KeptCategory] {
    try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(KeptCategory.columns) FROM categories ORDER BY sort, group_name, name, id"
    ).map(KeptCategory.init)
  }

  /// - Throws: `not_found`.
  func find(_ slug: String, as actor: Actor) async throws -> KeptCategory {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(KeptCategory.columns) FROM categories WHERE slug = \(slug)")
    guard let row = rows.first else { throw Problem.notFound }
    return try KeptCategory(row)
  }

  /// - Parameter change: makes the new values of the old ones, which nobody else changes meanwhile.
  /// - Throws: `not_found`, and what `change` throws.
  func callAsFunction(
    _ slug: String, as actor: Actor, change: @Sendable (KeptCategory) throws -> KeptCategory
  ) async throws -> KeptCategory {
    guard actor.may(.manageCategories) else { throw Problem(.forbidden) }
    let row: SQL = "to_jsonb(row) - 'tenant_id' - 'id'"
    return try await database.tenant(actor.tenant.id).write { transaction in
      let before = try await transaction.query(
        "SELECT \(KeptCategory.columns), (\(row))::text FROM categories AS row WHERE slug = \(slug) FOR UPDATE")
      guard let old = before.first else { throw Problem.notFound }
      let new = try change(try KeptCategory(old))
      try await Self.checkCalendar(of: new, changing: try KeptCategory(old), in: transaction)
      let after = try await transaction.query(
        """
        UPDATE categories AS row
           SET name = \(new.name), group_name = \(new.group), icon = \(new.icon), keywords = \(new.keywords),
               description = \(new.description), notice = \(new.notice), stop_message = \(new.stopMessage),
               default_priority = \(Int16(new.defaultPriority.rawValue)), resolution_hours = \(new.resolutionHours),
               calendar_id = (SELECT k.id FROM calendars k WHERE k.slug = \(new.calendar)),
               targets = \(ServiceTargets.stored(new.targets))::jsonb,
               active = \(new.isActive), blurs_location = \(new.blursLocation), requires_proof = \(new.requiresProof)
         WHERE slug = \(slug) RETURNING (\(row))::text
        """)
      guard let stored = after.first else { throw Problem.notFound }
      try await transaction.execute(
        AdministrationEvent.insertion(
          "category \(slug)", before: try old.get(KeptCategory.columnCount), after: try stored.get(0), by: actor))
      if new.blursLocation != (try KeptCategory(old)).blursLocation {
        for statement in BlurCategory.insertions(slug) { try await transaction.execute(statement) }
      }
      return new
    }
  }

  /// - Throws: `unknown_calendar` for one that is not offered, unless the category has it already.
  private static func checkCalendar(
    of new: KeptCategory, changing old: KeptCategory, in transaction: Transaction
  ) async throws {
    guard let slug = new.calendar, slug != old.calendar else { return }
    if try await transaction.query("SELECT 1 FROM calendars WHERE slug = \(slug) AND active").isEmpty {
      throw Problem.field("calendar", .unknownCalendar, "There is no calendar \"\(slug)\" to choose.")
    }
  }

  /// What the category promises, for a look at what that comes to.
  func terms(_ slug: String, as actor: Actor) async throws -> ServiceTerms {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(ServiceTerms.columns) FROM categories c WHERE c.slug = \(slug)")
    guard let row = rows.first else { throw Problem.notFound }
    return try ServiceTerms(row, from: 0, zone: actor.tenant.timeZone)
  }
}
