import Civic
import PostgreSQL

/// What the triage page offers to choose from.
struct TriageChoices: Sendable {
  typealias Choice = (value: String, label: String)

  let categories: [Choice]
  let departments: [Choice]
  let staff: [StaffMember]
  /// By layer.
  let areas: [Choice]
}

/// Reads everything of the triage page but its queue, in one go.
struct ReadTriage: Sendable {
  let database: Database

  func callAsFunction(as actor: Actor) async throws -> TriageChoices {
    try await database.tenant(actor.tenant.id).read { transaction in
      let results = try await transaction.queryAll([
        "SELECT slug, name FROM categories WHERE active ORDER BY sort, group_name, name, id",
        "SELECT slug, name FROM departments WHERE active ORDER BY name, id",
        ListStaff.query(),
        "SELECT layer || ':' || slug, name FROM areas ORDER BY layer, length(name), name",
      ])
      return TriageChoices(
        categories: try results[0].map { (try $0.get(0), try $0.get(1)) },
        departments: try results[1].map { (try $0.get(0), try $0.get(1)) },
        staff: try results[2].map(StaffMember.init),
        areas: try results[3].map { (try $0.get(0), try $0.get(1)) })
    }
  }
}
