import Civic
import FoundationEssentials
import PostgreSQL
import TimeZones

/// What a rule would have done to the latest reports, told before it is saved. Nothing is changed.
struct TryRule: Sendable {
  let database: Database

  /// Reports that are looked at, at most.
  static let limit = 1000
  /// Of those for which it would have held, told one by one.
  static let shown = 20

  struct Outcome: Sendable {
    struct Match: Sendable {
      let reference: Reference
      let title: String
      let category: String
      let createdAt: Date
      /// Slugs: what it has, and what it would have got.
      let department: String?
      let wouldBe: String?
    }

    /// Reports that were looked at.
    var examined = 0
    /// Those for which the rule would have held.
    var matched = 0
    /// Those for which it would have held, had no rule before it stopped.
    var stoppedBefore = 0
    /// Of the matched: those that have another department now than all rules together would have given them.
    var otherDepartment = 0
    /// The latest that matched.
    var matches: [Match] = []
  }

  /// - Parameters:
  ///   - rule: as it would be saved; with its number where it is there already, else it comes last. Whether it is switched
  ///     on does not matter.
  ///   - limit: 1 to 1,000.
  /// - Throws: what `RoutingRules.change` throws for a rule that names what is not there.
  func callAsFunction(_ rule: KeptRule, limit: Int, as actor: Actor) async throws -> Outcome {
    guard actor.may(.manageRules) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).read { transaction in
      let kept = try await transaction.query(KeptRule.all).map(KeptRule.init)
      let old = kept.first { $0.id == rule.id } ?? .blank
      let departmentID = try await RoutingRules.check(rule, changing: old, in: transaction)
      let tried = rule.rule(departmentID: .some(departmentID))
      var rules = kept.filter { $0.isActive || $0.id == rule.id }.map { $0.id == rule.id ? tried : $0.rule() }
      if !kept.contains(where: { $0.id == rule.id }) { rules.append(tried) }
      let departments = try await transaction.query("SELECT id, slug FROM departments")
        .reduce(into: [Int: String]()) { $0[try $1.get(0)] = try $1.get(1) }
      let needsText = rules.contains { !$0.conditions.words.isEmpty }
      var outcome = Outcome()
      for row in try await transaction.query(Self.query(limit: limit, withText: needsText, as: actor)) {
        let report = try Report(row, actor.tenant.timeZone)
        outcome.examined += 1
        let routing = Routing(report.facts, by: rules)
        guard routing.holds(rule.id) else {
          if tried.conditions.hold(for: report.facts) { outcome.stoppedBefore += 1 }
          continue
        }
        outcome.matched += 1
        let wouldBe = routing.department ?? report.categoryDepartment
        if wouldBe != report.department { outcome.otherDepartment += 1 }
        if outcome.matches.count < Self.shown {
          outcome.matches.append(
            .init(
              reference: report.reference, title: report.facts.title, category: report.categoryName,
              createdAt: report.createdAt, department: report.department.flatMap { departments[$0] },
              wouldBe: wouldBe.flatMap { departments[$0] }))
        }
      }
      return outcome
    }
  }

  /// One of the latest reports, as it stands now.
  private struct Report {
    let reference: Reference
    let createdAt: Date
    let department: Int?
    let categoryDepartment: Int?
    let categoryName: String
    let facts: RoutedReport

    init(_ row: Row, _ timeZone: Zone) throws {
      guard let reference = Reference(stored: try row.get(0)) else { throw UnknownWord(column: "reference") }
      self.reference = reference
      createdAt = try row.get(1)
      department = try row.get(2)
      categoryDepartment = try row.get(3)
      categoryName = try row.get(4)
      facts = RoutedReport(
        category: try row.get(5), group: try row.get(6), areas: Set(try row.get(7, as: [String].self)),
        priority: Priority(rawValue: try row.get(8)) ?? .medium, moment: WeekMoment(createdAt, timeZone),
        isAnonymous: try row.get(9), hasFiles: try row.get(10), title: try row.get(11), description: try row.get(12))
    }
  }

  static func query(limit: Int, withText: Bool, as actor: Actor) -> SQL {
    """
    SELECT r.reference, r.created_at, r.department_id, c.department_id, c.name, c.slug, c.group_name,
           ARRAY(SELECT a.layer || ':' || a.slug FROM request_areas ra
             JOIN areas a ON a.tenant_id = ra.tenant_id AND a.id = ra.area_id
            WHERE ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND ra.for_staff),
           r.priority, r.anonymous,
           EXISTS (SELECT 1 FROM attachments f WHERE f.tenant_id = r.tenant_id AND f.request_id = r.id),
           r.title, \(withText ? "r.description" as SQL : "''::text")
      FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE \(actor.visibleRequests)
     ORDER BY r.created_at DESC, r.id DESC LIMIT \(limit)
    """
  }
}
