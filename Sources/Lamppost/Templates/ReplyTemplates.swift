import JSON
import PostgreSQL

/// A text that staff write often.
struct ReplyTemplate: Sendable {
  let id: Int
  let name: String
  let body: String
  /// For which of the three kinds of comment it is meant.
  let visibility: Visibility

  static let columns: SQL = "id, name, body, visibility"
  static let longestName = 100

  init(_ row: Row) throws {
    id = try row.get(0)
    name = try row.get(1)
    body = try row.get(2)
    visibility = try row.word(3)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id)
    json.field("name", name)
    json.field("body", body)
    json.field("visibility", visibility.rawValue)
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

/// The township's templates: all staff use them, who may keeps them. Who may is asked by the route: no request is concerned.
struct ReplyTemplates: Sendable {
  let database: Database

  static func query(after last: Int = 0, limit: Int = 500) -> SQL {
    "SELECT \(ReplyTemplate.columns) FROM reply_templates WHERE id > \(last) ORDER BY id LIMIT \(limit)"
  }

  func list(after last: Int, limit: Int, as actor: Actor) async throws -> [ReplyTemplate] {
    try await database.tenant(actor.tenant.id).read(Self.query(after: last, limit: limit)).map(ReplyTemplate.init)
  }

  func add(_ input: TemplateInput, as actor: Actor) async throws -> ReplyTemplate {
    try await one(
      """
      INSERT INTO reply_templates (tenant_id, name, body, visibility)
      VALUES (current_tenant(), \(input.name), \(input.body), \(input.visibility?.rawValue))
      RETURNING \(ReplyTemplate.columns)
      """, as: actor)
  }

  /// - Throws: `not_found`.
  func change(_ id: Int, _ input: TemplateInput, as actor: Actor) async throws -> ReplyTemplate {
    try await one(
      """
      UPDATE reply_templates
         SET name = coalesce(\(input.name), name), body = coalesce(\(input.body), body),
             visibility = coalesce(\(input.visibility?.rawValue), visibility)
       WHERE id = \(id) RETURNING \(ReplyTemplate.columns)
      """, as: actor)
  }

  /// - Throws: `not_found`.
  func remove(_ id: Int, as actor: Actor) async throws {
    _ = try await one("DELETE FROM reply_templates WHERE id = \(id) RETURNING \(ReplyTemplate.columns)", as: actor)
  }

  private func one(_ statement: SQL, as actor: Actor) async throws -> ReplyTemplate {
    if !actor.may(.manageTemplates) { throw Problem(.forbidden) }
    guard let row = try await database.tenant(actor.tenant.id).write(statement).first else { throw Problem.notFound }
    return try ReplyTemplate(row)
  }
}
