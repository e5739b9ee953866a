import Civic
import FoundationEssentials
import PostgreSQL

/// Keeps the township's categories: never deleted, since requests and their history refer to them.
struct ChangeCategory: Sendable {
  let database: Database

  /// Every category in the order of the form, those that take no reports any more included.
  func list(as actor: Actor) async throws -> [KeptCategory] {
    try requirePermission(actor)
    return try await tenant(actor).read(KeptCategory.all).map(KeptCategory.init)
  }

  /// - Throws: `not_found`.
  func find(_ slug: String, as actor: Actor) async throws -> KeptCategory {
    try requirePermission(actor)
    let rows = try await tenant(actor).read(
      "SELECT \(KeptCategory.columns) FROM categories AS kept WHERE kept.slug = \(slug)")
    guard let row = rows.first else { throw Problem.notFound }
    return try KeptCategory(row)
  }

  /// Adds a category after all others of the form.
  /// - Throws: `name_taken`, `too_many`, `unknown_department`.
  func add(_ category: KeptCategory, as actor: Actor) async throws -> KeptCategory {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let (count, last) = try await transaction.query("SELECT count(*), coalesce(max(sort), 0) FROM categories")
        .first!.decode(Int.self, Int.self)
      if count >= KeptCategory.limit {
        throw Problem.field("name", .tooMany, "There are \(KeptCategory.limit) categories.")
      }
      return try await Self.insert(category, sort: last == 0 ? 0 : last + 1, by: actor, in: transaction)
    }
  }

  /// - Parameters:
  ///   - ifMatch: the version that the change is meant for; nil for any.
  ///   - change: makes the new values of the old ones, which nobody else changes meanwhile.
  /// - Throws: `not_found`, `version_mismatch`, `unknown_department`, and what `change` throws.
  func callAsFunction(
    _ slug: String, ifMatch: Int? = nil, as actor: Actor, change: @Sendable (KeptCategory) throws -> KeptCategory
  ) async throws -> KeptCategory {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let before = try await transaction.query(
        "SELECT \(KeptCategory.columns) FROM categories AS kept WHERE kept.slug = \(slug) FOR UPDATE")
      guard let old = try before.first.map(KeptCategory.init) else { throw Problem.notFound }
      if let ifMatch, ifMatch != old.version { throw Problem(.versionMismatch) }
      return try await Self.update(old, to: try change(old), by: actor, in: transaction)
    }
  }

  /// What the category promises, for a look at what that comes to.
  func terms(_ slug: String, as actor: Actor) async throws -> ServiceTerms {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(ServiceTerms.columns) FROM categories c WHERE c.slug = \(slug)")
    guard let row = rows.first else { throw Problem.notFound }
    return try ServiceTerms(row, from: 0, zone: actor.tenant.timeZone)
  }

  /// Puts the categories into an order.
  /// - Parameter slugs: every category once.
  /// - Throws: `conflict` when there are others by now.
  func reorder(_ slugs: [String], as actor: Actor) async throws -> [KeptCategory] {
    try await reorder(as: actor) { now throws(Problem) in
      guard now.map(\.slug).sorted() == slugs.sorted() else {
        throw Problem(.conflict, "The order must name every category once. Somebody may have added one.")
      }
      return slugs
    }
  }

  /// Moves a category within its group, or the whole group of a category, by one place.
  /// - Throws: `not_found`.
  func move(
    _ slug: String, _ direction: CategoryOrder.Direction, withGroup: Bool, as actor: Actor
  ) async throws {
    _ = try await reorder(as: actor) { now throws(Problem) in
      var order = CategoryOrder(now)
      guard withGroup ? order.moveGroup(of: slug, direction) : order.move(slug, direction) else {
        throw Problem.notFound
      }
      return order.slugs
    }
  }

  private func reorder(
    as actor: Actor, _ order: @Sendable ([CategoryOrder.Entry]) throws -> [String]
  ) async throws -> [KeptCategory] {
    try requirePermission(actor)
    return try await tenant(actor).write { transaction in
      let now = try await transaction.query(
        "SELECT slug, group_name FROM categories ORDER BY sort, group_name, name, id FOR UPDATE"
      ).map { CategoryOrder.Entry(slug: try $0.get(0), group: try $0.get(1)) }
      let slugs = try order(now)
      if slugs != now.map(\.slug) {
        try await Self.putInOrder(slugs, now: now.map(\.slug), by: actor, in: transaction)
      }
      return try await transaction.query(KeptCategory.all).map(KeptCategory.init)
    }
  }

  /// - Parameter slugs: every category once.
  static func putInOrder(
    _ slugs: [String], now: [String], by actor: Actor, in transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE categories AS c SET sort = o.position
        FROM unnest(\(slugs)::text[]) WITH ORDINALITY AS o (slug, position)
       WHERE c.slug = o.slug AND c.sort <> o.position
      """)
    try await transaction.execute(
      AdministrationEvent.insertion("categories", before: order(now), after: order(slugs), by: actor))
  }

  private static func order(_ slugs: [String]) -> String {
    #"{"order": [\#(slugs.map { "\"\($0)\"" }.joined(separator: ", "))]}"#
  }

  private func requirePermission(_ actor: Actor) throws(Problem) {
    if !actor.may(.manageCategories) { throw Problem(.forbidden) }
  }

  private func tenant(_ actor: Actor) -> Database { database.withoutReplica.tenant(actor.tenant.id) }
}

extension ChangeCategory {
  /// As the audit log keeps it.
  private static let record: SQL = "(to_jsonb(kept) - '{tenant_id,id,version,sort}'::text[])::text"

  /// - Throws: `name_taken`, `unknown_department`.
  static func insert(
    _ category: KeptCategory, sort: Int, by actor: Actor, in transaction: Transaction
  ) async throws -> KeptCategory {
    let values = try await Self.values(category, changing: .blank, in: transaction)
    let rows = try await transaction.query(
      """
      INSERT INTO categories AS kept (tenant_id, slug, sort, \(values.map(\.column).joined(separator: ", ")))
      VALUES (current_tenant(), \(category.slug), \(sort), \(values.map(\.value).joined(separator: ", ")))
      ON CONFLICT (tenant_id, slug) DO NOTHING RETURNING \(KeptCategory.columns), \(record)
      """)
    guard let row = rows.first else {
      let field = category.slug == Slug.of(category.name) ? "name" : "slug"
      throw Problem.field(field, .nameTaken, "There is a category \"\(category.slug)\" already.")
    }
    try await transaction.execute(
      AdministrationEvent.insertion(
        "category \(category.slug)", before: "{}", after: try row.get(KeptCategory.columnCount), by: actor))
    return try KeptCategory(row)
  }

  /// Changes a locked row; what changes nothing makes no version.
  /// - Throws: `unknown_department`.
  static func update(
    _ old: KeptCategory, to wished: KeptCategory, by actor: Actor, in transaction: Transaction
  ) async throws -> KeptCategory {
    let new = try await keepingAnswered(old, wished, in: transaction)
    if new == old { return old }
    let values = try await Self.values(new, changing: old, in: transaction).map { "\($0.column) = \($0.value)" as SQL }
    let before = try await transaction.query("SELECT \(record) FROM categories AS kept WHERE slug = \(old.slug)")
    let after = try await transaction.query(
      """
      UPDATE categories AS kept SET \(values.joined(separator: ", ")), version = version + 1 WHERE slug = \(old.slug)
      RETURNING \(KeptCategory.columns), \(record)
      """)
    guard let was = before.first, let row = after.first else { throw Problem.notFound }
    try await transaction.execute(
      AdministrationEvent.insertion(
        "category \(old.slug)", before: try was.get(0), after: try row.get(KeptCategory.columnCount), by: actor))
    if new.blursLocation != old.blursLocation || new.isPrivate && !old.isPrivate {
      for statement in BlurCategory.insertions(old.slug) { try await transaction.execute(statement) }
    }
    return try KeptCategory(row)
  }

  /// Questions that are gone, and that requests answered, stay with their words and are asked no more.
  private static func keepingAnswered(
    _ old: KeptCategory, _ new: KeptCategory, in transaction: Transaction
  ) async throws -> KeptCategory {
    let gone = old.questions.filter { question in !new.questions.contains { $0.key == question.key } }
    if gone.isEmpty { return new }
    let answered = try await transaction.query(
      """
      SELECT key FROM unnest(\(gone.map(\.key))::text[]) AS key
       WHERE EXISTS (SELECT 1 FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
                      WHERE c.slug = \(old.slug) AND r.attributes ? key)
      """
    ).map { try $0.get(0, as: String.self) }
    var kept = new
    for var question in gone where answered.contains(question.key) {
      question.isRetired = true
      kept.questions.append(question)
    }
    return kept
  }

  private static func values(
    _ category: KeptCategory, changing old: KeptCategory, in transaction: Transaction
  ) async throws -> [(column: SQL, value: SQL)] {
    var departmentID: Int?
    if let department = category.department {
      // One that takes nothing any more may stay where it is named already.
      departmentID = try await transaction.query(
        "SELECT id FROM departments WHERE slug = \(department) AND (active OR \(department == old.department))"
      ).first?.get(0)
      if departmentID == nil {
        throw Problem.field("department", .unknownDepartment, "There is no department \"\(department)\".")
      }
    }
    var calendarID: Int?
    if let calendar = category.calendar {
      calendarID = try await transaction.query(
        "SELECT id FROM calendars WHERE slug = \(calendar) AND (active OR \(calendar == old.calendar))"
      ).first?.get(0)
      if calendarID == nil {
        throw Problem.field("calendar", .unknownCalendar, "There is no calendar \"\(calendar)\" to choose.")
      }
    }
    return [
      ("calendar_id", "\(calendarID)"), ("targets", "\(ServiceTargets.stored(category.targets))::jsonb"),
      ("escalation_role", "\(category.escalationRole?.rawValue)"),
      ("name", "\(category.name)"), ("group_name", "\(category.group)"), ("icon", "\(category.icon)"),
      ("keywords", "\(category.keywords)"), ("description", "\(category.description)"),
      ("notice", "\(category.notice)"), ("stop_message", "\(category.stopMessage)"),
      ("default_priority", "\(Int16(category.defaultPriority.rawValue))"),
      ("resolution_hours", "\(category.resolutionHours)"), ("active", "\(category.isActive)"),
      ("blurs_location", "\(category.blursLocation)"), ("requires_proof", "\(category.requiresProof)"),
      ("private", "\(category.isPrivate)"), ("anonymize_after_days", "\(category.anonymizeAfterDays)"),
      ("delete_after_days", "\(category.deleteAfterDays)"), ("department_id", "\(departmentID)"),
      ("attributes", "\(KeptQuestion.column(category.questions))::jsonb"),
    ]
  }
}
