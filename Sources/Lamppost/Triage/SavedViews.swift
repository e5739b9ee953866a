import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// A filter that somebody keeps under a name.
struct SavedView: Sendable {
  let id: UUID
  let name: String
  /// The list's filters by their names, and `sort`.
  let filter: JSONObject
  /// Whether all staff see it.
  let isShared: Bool
  let isOwn: Bool
  /// Open requests that it finds, at most `SavedViews.countLimit`; those of its statuses where it names some.
  var count = 0

  static let columns: SQL = "v.id, v.name, v.filter::text, v.shared, v.owner_id"

  init(_ row: Row, as actor: Actor) throws {
    id = try row.get(0)
    name = try row.get(1)
    filter = try JSONValue.parse(Array(try row.get(2, as: String.self).utf8)).object ?? JSONObject(members: [])
    isShared = try row.get(3)
    isOwn = try row.get(4, as: Int.self) == actor.person?.id
  }

  /// The names that a view may hold.
  static let filterNames = RequestFilter.names.union(["sort"])

  /// As it stands in an address.
  var query: Query {
    Query(filter.members.compactMap { member in member.value.string.map { (member.key, $0) } })
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("id", id.pathComponent)
    json.field("name", name)
    json.field("filter", JSONValue.object(filter))
    json.field("shared", isShared)
    json.field("own", isOwn)
    json.field("count", count)
  }
}

/// What somebody wants to keep.
struct NewView: Sendable {
  let name: String
  let filter: JSONObject
  let isShared: Bool

  init(_ input: ObjectInput, as actor: Actor) throws(Problem) {
    var input = input
    name = input.requiredText("name", maximum: 100)
    let sent = input.value("filter") ?? .object(JSONObject(members: []))
    isShared = input.bool("shared") ?? false
    // It must be one that the list takes.
    _ = try RequestFilter(sent, as: actor, names: SavedView.filterNames)
    filter = JSONObject(
      members: (sent.object?.members ?? []).compactMap { member in
        member.value.filterText(for: member.key).map { .init(key: member.key, value: .string($0)) }
      })
    try input.finish()
  }
}

/// The saved views of a person, and those that colleagues share.
struct SavedViews: Sendable {
  let database: Database

  /// A person's own.
  static let limit = 50
  /// Counting stops here.
  static let countLimit = 1000

  func list(as actor: Actor) async throws -> [SavedView] {
    try await database.withoutReplica.tenant(actor.tenant.id).read { transaction in
      var views = try await transaction.query(
        """
        SELECT \(SavedView.columns) FROM saved_views v WHERE v.owner_id = \(actor.person?.id) OR v.shared
         ORDER BY v.shared, lower(v.name), v.id LIMIT 200
        """
      ).map { try SavedView($0, as: actor) }
      let counts = try await transaction.queryAll(views.map { Self.count($0, as: actor) })
      for index in views.indices { views[index].count = try counts[index].first?.get(0) ?? 0 }
      return views
    }
  }

  /// A view whose filter is not understood any more finds nothing.
  static func count(_ view: SavedView, as actor: Actor) -> SQL {
    guard var filter = try? RequestFilter(view.query, as: actor) else { return "SELECT 0::bigint" }
    filter.sort = .newest
    let open: SQL = filter.statuses.isEmpty ? " AND r.closed_at IS NULL" : ""
    return """
      SELECT count(*) FROM (
        SELECT 1 FROM \(filter.source) WHERE \(filter.conditions(as: actor))\(open) LIMIT \(countLimit)) found
      """
  }

  /// - Throws: `forbidden` for sharing by who may not change requests; `too_many`.
  func add(_ view: NewView, as actor: Actor) async throws -> SavedView {
    if view.isShared && !actor.may(.editRequest) { throw Problem(.forbidden) }
    var json = JSONWriter()
    json.value(JSONValue.object(view.filter))
    let text = String(decoding: json.bytes, as: UTF8.self)
    return try await database.tenant(actor.tenant.id).write { transaction in
      // Two at once shall not both be the fiftieth.
      _ = try await transaction.query("SELECT 1 FROM people WHERE id = \(actor.person?.id) FOR UPDATE")
      let rows = try await transaction.query(
        """
        INSERT INTO saved_views AS v (tenant_id, owner_id, name, filter, shared)
        SELECT current_tenant(), \(actor.person?.id), \(view.name), \(text)::jsonb, \(view.isShared)
         WHERE (SELECT count(*) FROM saved_views WHERE owner_id = \(actor.person?.id)) < \(Self.limit)
        RETURNING \(SavedView.columns)
        """)
      guard let row = rows.first else {
        throw Problem.field("name", .tooMany, "You have \(Self.limit) views. Delete one first.")
      }
      var view = try SavedView(row, as: actor)
      view.count = try await transaction.query(Self.count(view, as: actor)).first?.get(0) ?? 0
      return view
    }
  }

  /// One's own; a shared one also by who manages people.
  /// - Throws: `not_found`.
  func delete(_ id: UUID, as actor: Actor) async throws {
    let isMine: SQL = "owner_id = \(actor.person?.id)"
    let mayDelete: SQL = actor.may(.managePeople) ? "(\(isMine) OR shared)" : isMine
    let rows = try await database.tenant(actor.tenant.id).write(
      "DELETE FROM saved_views WHERE id = \(id) AND \(mayDelete) RETURNING 1")
    if rows.isEmpty { throw Problem.notFound }
  }
}

enum ViewRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    .list(try await context.application.savedViews.list(as: context.actor), nextCursor: nil) { json, view in
      view.write(to: &json)
    }
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let new = try NewView(try await request.input(), as: context.actor)
    let view = try await context.application.savedViews.add(new, as: context.actor)
    return .json(.created) { view.write(to: &$0) }
  }

  static func delete(_ request: Request, _ context: Context, _ id: UUID) async throws -> Response {
    try await context.application.savedViews.delete(id, as: context.actor)
    return .json(.ok) { _ in }
  }
}
