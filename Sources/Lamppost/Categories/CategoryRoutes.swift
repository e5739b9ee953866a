import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// The categories that can be reported, with their extra questions.
struct ListCategories: Sendable {
  let database: Database

  struct Item: Sendable {
    let slug: String
    let name: String
    let group: String?
    let description: String
    let priority: Priority
    let attributes: RawJSON
    let isPrivate: Bool
    let resolutionHours: Int?
    /// Told to the reporter once the category is chosen.
    let notice: String
    /// Where it is not empty the category takes no reports: the reporter is told this instead.
    let stopMessage: String
    /// A pictograph, or nothing.
    let icon: String
    /// Other words that people look for it by.
    let keywords: String
    /// Whether the public is told the street block alone.
    let blursLocation: Bool
  }

  func callAsFunction(tenant: Tenant) async throws -> [Item] {
    try await database.tenant(tenant.id).read(
      """
      SELECT slug, name, group_name, description, default_priority, \(KeptQuestion.asked("attributes"))::text, private, resolution_hours,
             notice, stop_message, icon, keywords, blurs_location
        FROM categories WHERE active ORDER BY sort, group_name, name, id
      """
    ).map { row in
      Item(
        slug: try row.get(0), name: try row.get(1), group: try row.get(2), description: try row.get(3),
        priority: Priority(rawValue: try row.get(4)) ?? .medium,
        attributes: RawJSON(unsafeJSON: Array(try row.get(5, as: String.self).utf8)), isPrivate: try row.get(6),
        resolutionHours: try row.get(7), notice: try row.get(8), stopMessage: try row.get(9), icon: try row.get(10),
        keywords: try row.get(11), blursLocation: try row.get(12))
    }
  }
}

enum CategoryRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let categories = try await context.application.listCategories(tenant: context.actor.tenant)
    return .list(categories, nextCursor: nil) { json, category in
      json.field("slug", category.slug)
      json.field("name", category.name)
      json.field("group", category.group)
      json.field("description", category.description)
      json.field("default_priority", category.priority.name)
      json.field("private", category.isPrivate)
      json.field("resolution_hours", category.resolutionHours)
      json.field("attributes", category.attributes)
      json.field("notice", category.notice)
      json.field("stop_message", category.stopMessage)
      json.field("icon", category.icon)
      json.field("keywords", category.keywords)
      json.field("blurs_location", category.blursLocation)
    }
  }
}
