import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// Map and queue side by side: what staff do first thing in the morning.
enum TriagePage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let query = try TriageQuery(request.query, as: context.actor)
    async let choices = context.application.readTriage(as: context.actor)
    async let views = context.application.savedViews.list(as: context.actor)
    let page = try await requests(query, context)
    return TriageLayout(context: context, query: query, choices: try await choices, views: try await views, queue: page)
      .page.response(context)
  }

  static let pageLength = 50

  /// A cursor that does not fit begins at the beginning.
  private static func requests(_ query: TriageQuery, _ context: Context) async throws -> ListRequests.Page {
    let (list, filter) = ("triage\n" + query.parameters.listName, query.filter)
    let actor = context.actor
    do {
      return try await context.application.listRequests(
        filter, list: list, cursor: query.cursor, limit: pageLength, as: actor)
    } catch let problem as Problem where problem.code == .invalidCursor {
      return try await context.application.listRequests(filter, list: list, cursor: nil, limit: pageLength, as: actor)
    }
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    switch form["step"] {
    case "save-view": return try await saveView(form, context)
    case "delete-view": return try await deleteView(form, context)
    default: return try await TriageBulkPage(form: form, context: context).respond()
    }
  }

  /// The page's filter as its forms carry it along.
  static func query(of form: PageForm, _ context: Context) throws(Problem) -> TriageQuery {
    let query = (try? Query(parsing: Array((form["query"] ?? "").utf8))) ?? Query()
    return try TriageQuery(query, as: context.actor)
  }

  private static func saveView(_ form: PageForm, _ context: Context) async throws -> Response {
    let query = try query(of: form, context)
    let view = try NewView(
      ObjectInput(
        JSONObject(members: [
          .init(key: "name", value: .string(form["name"] ?? "")), .init(key: "filter", value: .object(query.object)),
          .init(key: "shared", value: .bool(form["shared"] == "true")),
        ])), as: context.actor)
    _ = try await context.application.savedViews.add(view, as: context.actor)
    return .redirect(to: query.link)
  }

  private static func deleteView(_ form: PageForm, _ context: Context) async throws -> Response {
    guard let id = form["view"].flatMap(UUID.init(pathComponent:)) else { throw Problem.notFound }
    try await context.application.savedViews.delete(id, as: context.actor)
    return .redirect(to: try query(of: form, context).link)
  }
}

/// The page put together; its parts stand in files of their own.
struct TriageLayout {
  let context: Context
  let query: TriageQuery
  let choices: TriageChoices
  let views: [SavedView]
  let queue: ListRequests.Page

  var t: Translator { context.t }
  var actor: Actor { context.actor }

  /// Whether the caller's role changes anything, be it what is assigned to them.
  func mayEver(_ permission: Permission) -> Bool {
    actor.person.map { permission.scope(for: $0.role) != .none } ?? false
  }

  var page: Page {
    Page(
      title: t("Triage"), width: .full, styles: ["map", "staff"], scripts: ["staff"], messages: Self.messages,
      isPrivate: true,
      main: """
        <div id="triage" class="triage" data-open="\(TriageQuery.openWord)" \
        data-may="\(mayEver(.changeStatus) ? "change" : "read")" \
        data-layers="\(Set(choices.areas.map { String($0.value.prefix { $0 != ":" }) }).sorted().joined(separator: " "))">
        <div class="triage-head">
        <h1>\(t("Triage"))</h1>
        \(context.actor.isLimited ? "<span class=\"muted small\" id=\"limits\">\(t("Within your areas and categories"))</span>\n" as HTML : nil)\
        \(context.actor.may(.reportForOthers) ? "<a class=\"small\" href=\"\(Paths.report())?who=caller\">\(t("Log a report for a caller"))</a>\n" as HTML : nil)\
        <span id="live-status" class="muted small" aria-live="off"></span>
        <span class="hints muted small"><kbd>?</kbd> \(t("Keyboard shortcuts"))</span>
        </div>
        \(filters)
        <div class="triage-body" id="triage-body">
        \(side)
        <section class="triage-queue" id="queue-panel" aria-label="\(t("Requests"))">
        <form method="post" action="\(Paths.triage())" id="queue-form">\(context.hiddenToken)
        <input type="hidden" name="query" value="\(query.parameters.encoded)">
        \(queueList)\(bulkFields)</form>
        </section>
        <section class="triage-map" id="map-panel" aria-label="\(t("Map"))" hidden></section>
        </div>
        </div>
        """)
  }

  /// The saved views.
  private var side: HTML {
    """
    <aside class="triage-views" id="views-panel" aria-labelledby="views-title">
    <h2 id="views-title">\(t("Views"))</h2>
    <ul id="views" class="views">
    \(viewLink(TriageQuery.link(Query()), t("All open requests"), isHere: query.parameters.isEmpty))\
    \(viewLink(TriageQuery.link(Query([("assignee", "me")])), t("Assigned to me"), isHere: isHere(["assignee": "me"])))\
    \(viewLink(
      TriageQuery.link(Query([("assignee", "none")])), t("Nobody assigned"), isHere: isHere(["assignee": "none"])))\
    \(viewLink(
      TriageQuery.link(Query([("overdue", "true")])), t("Overdue"), isHere: isHere(["overdue": "true"])))\
    \(viewLink(
      TriageQuery.link(Query([("due_within", "72")])), t("Due within 3 days"), isHere: isHere(["due_within": "72"])))\
    \(views.map(savedView))</ul>
    <details class="save-view" id="save-view"><summary>\(t("Save this filter as a view"))</summary>
    <form method="post" action="\(Paths.triage())">\(context.hiddenToken)
    <input type="hidden" name="query" value="\(query.parameters.encoded)">
    <div class="field"><label for="view-name">\(t("Name of the view"))</label>
    <input id="view-name" name="name" required maxlength="100" autocomplete="off"></div>
    \(actor.may(.editRequest)
      ? """
      <div class="field choice"><input type="checkbox" id="view-shared" name="shared" value="true"> \
      <label for="view-shared">\(t("All staff see it"))</label></div>

      """ as HTML : nil)<button class="small" name="step" value="save-view">\(t("Save the view"))</button>
    </form></details>
    </aside>

    """
  }

  private func isHere(_ parameters: [String: String]) -> Bool {
    query.parameters.names.count == parameters.count && parameters.allSatisfy { query[$0.key] == $0.value }
  }

  private func viewLink(_ link: String, _ label: String, isHere: Bool) -> HTML {
    """
    <li><a href="\(link)"\(isHere ? " aria-current=\"true\"" as HTML : nil)>\(label)</a></li>

    """
  }

  private func savedView(_ view: SavedView) -> HTML {
    let isHere = view.query == Query(query.object.members.map { ($0.key, $0.value.string ?? "") })
    let count = view.count >= SavedViews.countLimit ? "\(t.number(SavedViews.countLimit))+" : t.number(view.count)
    let mayDelete = view.isOwn || actor.may(.managePeople)
    return """
      <li><a href="\(TriageQuery.link(view.query))"\(isHere ? " aria-current=\"true\"" as HTML : nil)>\(view.name) \
      \(view.isShared ? "<span class=\"muted small\">\(t("shared"))</span>" as HTML : nil)</a>\
      <span class="count" title="\(t("Open requests"))">\(count)<span class="visually-hidden"> \(t("open requests"))\
      </span></span>\(mayDelete
        ? """
        <form method="post" action="\(Paths.triage())">\(context.hiddenToken)<input type="hidden" name="query" \
        value="\(query.parameters.encoded)"><input type="hidden" name="view" value="\(view.id.pathComponent)">\
        <button class="link" name="step" value="delete-view" aria-label="\(t("Delete the view {name}", ["name": view.name]))">\
        ×</button></form>
        """ as HTML : nil)</li>

      """
  }
}
