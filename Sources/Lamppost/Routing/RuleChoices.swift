import Civic
import PostgreSQL

/// What a rule can name, for its form and for its words.
struct RuleChoices: Sendable {
  typealias Choice = (value: String, label: String)

  /// Slugs, those of switched off categories too: their reports are still there.
  let categories: [Choice]
  let groups: [Choice]
  /// `layer:slug`
  let areas: [Choice]
  let departments: [Choice]
  /// Everybody on the staff.
  let staff: [StaffMember]

  /// Everybody to whom requests can be given.
  var workers: [Choice] { staff.filter(\.takesRequests).map(Self.choice) }
  var people: [Choice] { staff.map(Self.choice) }

  private static func choice(_ member: StaffMember) -> Choice {
    (String(member.id), member.label)
  }
}

struct ReadRuleChoices: Sendable {
  let database: Database

  func callAsFunction(as actor: Actor) async throws -> RuleChoices {
    try await database.withoutReplica.tenant(actor.tenant.id).read { transaction in
      let results = try await transaction.queryAll([
        "SELECT slug, concat_ws(': ', group_name, name) FROM categories ORDER BY sort, group_name, name, id",
        "SELECT group_name FROM categories WHERE group_name IS NOT NULL GROUP BY 1 ORDER BY 1",
        """
        SELECT layer || ':' || slug, layer || ': ' || name FROM areas
         ORDER BY layer, lpad(substring(slug FROM '[0-9]{1,9}$'), 9, '0') NULLS LAST, name LIMIT 1000
        """,
        "SELECT slug, name FROM departments WHERE active ORDER BY name, id",
        ListStaff.query(),
      ])
      return RuleChoices(
        categories: try results[0].map { (try $0.get(0), try $0.get(1)) },
        groups: try results[1].map { (try $0.get(0), try $0.get(0)) },
        areas: try results[2].map { (try $0.get(0), try $0.get(1)) },
        departments: try results[3].map { (try $0.get(0), try $0.get(1)) },
        staff: try results[4].map(StaffMember.init))
    }
  }
}
