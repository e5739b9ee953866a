import Civic
import PostgreSQL

extension RoutingRules {
  /// Asks whether everything is there that a rule names, all of it in one question. What it named before may be gone:
  /// a rule that is broken can still be renamed or switched off.
  /// - Returns: the department's number.
  /// - Throws: what is not there, each at its field.
  static func check(_ rule: KeptRule, changing old: KeptRule, in transaction: Transaction) async throws -> Int? {
    let workers = Role.allCases.filter(\.takesRequests).map(\.rawValue)
    let categories = rule.categories.filter { !old.categories.contains($0) }
    let groups = rule.groups.filter { !old.groups.contains($0) }
    let areas = rule.areas.filter { !old.areas.contains($0) }
    let rows = try await transaction.query(
      """
      SELECT (SELECT id FROM departments WHERE slug = \(rule.department) AND active),
             EXISTS (SELECT 1 FROM people WHERE id = \(rule.assignee) AND active AND role = ANY(\(workers))),
             \(rule.assignee)::bigint IS NULL OR (\(KeptRule.sees("\(rule.assignee)::bigint", "\(rule.categories)::text[]", "\(rule.groups)::text[]", "\(rule.areas)::text[]"))),
             EXISTS (SELECT 1 FROM people WHERE id = \(rule.notifyPerson) AND active AND role <> \(Role.citizen.rawValue)),
             ARRAY(SELECT given FROM unnest(\(categories)) AS given
                    WHERE NOT EXISTS (SELECT 1 FROM categories c WHERE c.slug = given)),
             ARRAY(SELECT given FROM unnest(\(groups)) AS given
                    WHERE NOT EXISTS (SELECT 1 FROM categories c WHERE c.group_name = given)),
             ARRAY(SELECT given FROM unnest(\(areas)) AS given
                    WHERE NOT EXISTS (SELECT 1 FROM areas a WHERE a.layer || ':' || a.slug = given))
      """)
    guard let row = rows.first else { return nil }
    let departmentID: Int? = try row.get(0)
    var errors: [Problem.FieldError] = []
    func refuse(_ field: KeptRule.Broken, _ code: Problem.Code, _ message: String) {
      errors.append(.init(field: field.rawValue, code: code, message: message))
    }
    for name in try row.get(4, as: [String].self) {
      refuse(.categories, .unknownCategory, "There is no category \"\(name)\".")
    }
    for name in try row.get(5, as: [String].self) {
      refuse(.groups, .unknownOption, "There is no group of categories \"\(name)\".")
    }
    for name in try row.get(6, as: [String].self) { refuse(.areas, .unknownArea, "There is no area \"\(name)\".") }
    let isOldDepartment = rule.department == old.department
    if let department = rule.department, departmentID == nil, !isOldDepartment {
      refuse(.department, .unknownDepartment, "There is no department \"\(department)\".")
    }
    if let assignee = rule.assignee, try !row.get(1), assignee != old.assignee {
      refuse(.assignee, .unknownPerson, "There is no member of staff \(assignee) who could take it.")
    } else if let assignee = rule.assignee, try !row.get(2), !old.isBlind(to: rule) {
      refuse(
        .assignee, .unknownPerson,
        "Member of staff \(assignee) is limited to other areas or categories, and could see nothing of what this rule holds for."
      )
    }
    if let person = rule.notifyPerson, try !row.get(3), person != old.notifyPerson {
      refuse(.notifyPerson, .unknownPerson, "There is no member of staff \(person).")
    }
    if !errors.isEmpty { throw Problem.fields(errors) }
    return departmentID ?? (isOldDepartment ? old.departmentID : nil)
  }
}

extension KeptRule {
  /// Whether this rule, with the same person and for the same reports, was in vain already: it can still be renamed.
  fileprivate func isBlind(to rule: KeptRule) -> Bool {
    isBroken(.assignee) && assignee == rule.assignee && categories == rule.categories && groups == rule.groups
      && areas == rule.areas
  }
}
