import JSON
import PostgreSQL

/// A text that staff write often.
struct ReplyTemplate: Sendable {
  let id: Int
  let name: String
  let body: String
  /// For which of the three kinds of comment it is meant.
  let visibility: Visibility
  /// Raised by every change.
  let version: Int

  static let columns: SQL = "id, name, body, visibility, version"
  static let columnCount = 5
  static let longestName = 100

  init(_ row: Row) throws {
    id = try row.get(0)
    name = try row.get(1)
    body = try row.get(2)
    visibility = try row.word(3)
    version = try row.get(4)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("name", name)
    json.field("body", body)
    json.field("visibility", visibility.rawValue)
    json.field("version", version)
  }
}

/// What a new template holds, or a change of one: what is left out stays.
struct TemplateInput: Sendable {
  let name: String?
  let body: String?
  let visibility: Visibility?

  /// - Parameter isNew: whether every field must be said.
  init(_ input: ObjectInput, isNew: Bool) throws(Problem) {
    var input = input
    name = isNew || input.has("name") ? input.requiredText("name", maximum: ReplyTemplate.longestName) : nil
    body = isNew || input.has("body") ? input.requiredText("body", maximum: 10_000) : nil
    visibility =
      isNew || input.has("visibility")
      ? input.requiredOption("visibility", Visibility.allCases, name: \.rawValue) : nil
    try input.finish()
  }
}

/// The township's templates: all staff use them, who may keeps them.
struct ReplyTemplates: Sendable {
  let database: Database

  static func query(after last: Int = 0, limit: Int = 500) -> SQL {
    "SELECT \(ReplyTemplate.columns) FROM reply_templates WHERE id > \(last) ORDER BY id LIMIT \(limit)"
  }

  func list(after last: Int, limit: Int, as actor: Actor) async throws -> [ReplyTemplate] {
    try await database.tenant(actor.tenant.id).read(Self.query(after: last, limit: limit)).map(ReplyTemplate.init)
  }

  /// - Throws: `not_found`.
  func find(_ id: Int, as actor: Actor) async throws -> ReplyTemplate {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      "SELECT \(ReplyTemplate.columns) FROM reply_templates WHERE id = \(id)")
    guard let row = rows.first else { throw Problem.notFound }
    return try ReplyTemplate(row)
  }

  func add(_ input: TemplateInput, as actor: Actor) async throws -> ReplyTemplate {
    try await one(as: actor) { transaction in
      try await transaction.query(
        """
        INSERT INTO reply_templates AS t (tenant_id, name, body, visibility)
        VALUES (current_tenant(), \(input.name), \(input.body), \(input.visibility?.rawValue))
        RETURNING \(ReplyTemplate.columns), '{}', \(Self.row)
        """)
    }
  }

  /// - Parameter ifMatch: the version that the change is meant for; nil for any.
  /// - Throws: `not_found`, `version_mismatch`.
  func change(_ id: Int, _ input: TemplateInput, ifMatch: Int?, as actor: Actor) async throws -> ReplyTemplate {
    try await one(as: actor) { transaction in
      let old = try await transaction.query("SELECT version FROM reply_templates WHERE id = \(id) FOR UPDATE")
      if let ifMatch, let row = old.first, try ifMatch != row.get(0, as: Int.self) { throw Problem(.versionMismatch) }
      return try await transaction.query(
        """
        WITH old AS (SELECT \(Self.row) AS row FROM reply_templates t WHERE id = \(id))
        UPDATE reply_templates AS t
           SET name = coalesce(\(input.name), name), body = coalesce(\(input.body), body),
               visibility = coalesce(\(input.visibility?.rawValue), visibility)
          FROM old WHERE id = \(id) RETURNING \(ReplyTemplate.columns), old.row, \(Self.row)
        """)
    }
  }

  /// Takes it away; it can be brought back from what the audit log keeps of it.
  /// - Throws: `not_found`.
  func remove(_ id: Int, as actor: Actor) async throws {
    _ = try await one(as: actor) { transaction in
      try await transaction.query(
        "DELETE FROM reply_templates AS t WHERE id = \(id) RETURNING \(ReplyTemplate.columns), \(Self.row), '{}'")
    }
  }

  /// Brings a removed one back as it was. Of one that is there nothing changes.
  /// - Throws: `not_found`.
  func restore(_ id: Int, as actor: Actor) async throws -> ReplyTemplate {
    try await one(as: actor) { transaction in
      try await transaction.query(
        """
        WITH gone AS (
          SELECT before FROM audit_events
           WHERE subject = \("template \(id)") AND jsonb_typeof(before->'body') = 'string'
             AND jsonb_typeof(after->'body') = 'null'
           ORDER BY id DESC LIMIT 1
        ), back AS (
          INSERT INTO reply_templates AS t (tenant_id, id, name, body, visibility) OVERRIDING SYSTEM VALUE
          SELECT current_tenant(), \(id), before->>'name', before->>'body', before->>'visibility' FROM gone
          ON CONFLICT DO NOTHING RETURNING \(ReplyTemplate.columns), '{}' AS before, \(Self.row) AS after
        )
        SELECT * FROM back
        UNION ALL SELECT \(ReplyTemplate.columns), '{}', '{}' FROM reply_templates WHERE id = \(id) LIMIT 1
        """)
    }
  }

  /// As the audit log keeps it.
  private static let row: SQL = "(to_jsonb(t) - '{tenant_id,id,version}'::text[])::text"

  /// - Parameter statement: gives the template, how it was and how it is.
  private func one(
    as actor: Actor, _ statement: @Sendable (Transaction) async throws -> Rows
  ) async throws -> ReplyTemplate {
    if !actor.may(.manageTemplates) { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      guard let row = try await statement(transaction).first else { throw Problem.notFound }
      let template = try ReplyTemplate(row)
      try await transaction.execute(
        AdministrationEvent.insertion(
          "template \(template.id)", before: try row.get(ReplyTemplate.columnCount),
          after: try row.get(ReplyTemplate.columnCount + 1), by: actor))
      return template
    }
  }
}
