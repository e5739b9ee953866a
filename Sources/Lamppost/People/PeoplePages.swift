import Civic
import HTML
import HTTPServer
import Localization

extension Role {
  func title(_ t: Translator) -> String {
    switch self {
    case .citizen: t("Citizen")
    case .viewer: t("Viewer")
    case .agent: t("Agent")
    case .crew: t("Crew")
    case .manager: t("Manager")
    case .administrator: t("Administrator")
    case .operator: t("Operator")
    }
  }

  /// What it is for, in a sentence.
  func explanation(_ t: Translator) -> String {
    switch self {
    case .citizen: t("Reports and follows. Sees nothing internal.")
    case .viewer: t("Reads what staff read except reporters' contact details. Changes nothing.")
    case .agent: t("Help desk: logs reports for callers, updates, assigns.")
    case .crew: t("Works on what is assigned to them or to their department.")
    case .manager: t("Oversees requests and staff.")
    case .administrator: t("Keeps people, departments, categories and settings.")
    case .operator: t("Runs the installation with all its townships.")
    }
  }
}

extension Role {
  /// What each is for, below the field where one is chosen.
  static func legend(_ roles: [Role], _ t: Translator) -> HTML {
    """
    <details class="field"><summary>\(t("What the roles may do"))</summary>
    <dl class="facts">
    \(roles.map { "<dt>\($0.title(t))</dt><dd>\($0.explanation(t))</dd>\n" as HTML })</dl></details>

    """
  }
}

/// The people of the township as a list to search.
enum PeoplePages {
  static let pageSize = 50

  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    var query = request.query.withoutEmpty
    // Without a word the list is about who works here.
    let isUnfiltered = query["role"] == nil && query["q"] == nil
    let roles = Role.allCases.filter { $0.isStaff || context.actor.may(.managePeople) }
    if isUnfiltered { query = Query(query.map { $0 } + [("role", staff)]) }
    let filter = try ListPeople.Filter(query)
    let page = try context.page(of: "people page \(filter)", request)
    let people = try await context.application.listPeople(
      filter, after: page.last, limit: pageSize + 1, as: context.actor)
    let next = people.count > pageSize ? people[pageSize - 1].id : nil
    return Page(
      title: t("People"), width: .wide, styles: ["account"], isPrivate: true,
      main: """
        \(back(context))<h1>\(t("People"))</h1>
        \(tabs(context))\(search(request.query.withoutEmpty, roles, t))\
        \(people.isEmpty ? "<p class=\"empty card\">\(t("Nobody is found by this."))</p>\n" as HTML : table(people.prefix(pageSize), t))\
        \(next.map { "<p><a href=\"\(following(request, page.cursor(at: $0)))\">\(t("Next page"))</a></p>" as HTML })
        """
    ).response(context)
  }

  private static let staff = Role.allCases.filter(\.isStaff).map(\.rawValue).joined(separator: ",")

  private static func following(_ request: Request, _ cursor: String) -> String {
    let kept = request.query.withoutEmpty.map { $0 }.filter { $0.name != "cursor" }
    return Paths.adminPeople() + "?" + Query(kept + [(name: "cursor", value: cursor)]).encoded
  }

  private static func search(_ query: Query, _ roles: [Role], _ t: Translator) -> HTML {
    """
    <form method="get" action="\(Paths.adminPeople())" class="search-row" role="search">
    <div class="field"><label for="q">\(t("Name or email address"))</label>
    <input id="q" name="q" type="search" maxlength="200" value="\(query["q"] ?? "")"></div>
    <div class="field"><label for="role">\(t("Role"))</label>
    <select id="role" name="role"><option value="">\(t("All who work here"))</option>
    \(roles.map { role in
      """
      <option value="\(role.rawValue)"\(query["role"] == role.rawValue ? " selected" as HTML : nil)>\(role.title(t))</option>

      """ as HTML
    })</select></div>
    <div class="field"><label for="active">\(t("Access"))</label>
    <select id="active" name="active"><option value="">\(t("Any"))</option>
    \([("true", t("Active")), ("false", t("Deactivated"))].map { value, label in
      """
      <option value="\(value)"\(query["active"] == value ? " selected" as HTML : nil)>\(label)</option>

      """ as HTML
    })</select></div>
    <div class="field"><button>\(t("Search"))</button></div>
    </form>

    """
  }

  private static func table(_ people: ArraySlice<KeptPerson>, _ t: Translator) -> HTML {
    """
    <div class="scroll" tabindex="0" role="region" aria-label="\(t("People"))"><table id="people" class="rows">
    <thead><tr><th scope="col">\(t("Name"))</th><th scope="col">\(t("Email address"))</th><th scope="col">\(t("Role"))</th>\
    <th scope="col">\(t("Departments"))</th><th scope="col">\(t("Limited to"))</th><th scope="col">\(t("Access"))</th></tr>\
    </thead>
    <tbody>
    \(people.map { person in
      """
      <tr><th scope="row"><a href="\(Paths.adminPerson(person.id))">\(person.name)</a></th><td>\(person.email)</td>\
      <td data-label="\(t("Role"))">\(person.role.title(t))</td>\
      <td data-label="\(t("Departments"))">\(person.departments.map(\.name).joined(separator: ", "))</td>\
      <td data-label="\(t("Limited to"))">\((person.areas + person.categories).map(\.name).joined(separator: ", "))</td>\
      <td data-label="\(t("Access"))">\(person.isActive ? t("Active") : t("Deactivated"))</td></tr>

      """ as HTML
    })</tbody></table></div>

    """
  }

  /// The way up, for those who may go there.
  static func back(_ context: Context) -> HTML? {
    context.actor.may(.manageCategories)
      ? AdministrationPage.back(Paths.administration(), context.t("Administration")) : nil
  }

  /// The pages about people, beside each other.
  static func tabs(_ context: Context) -> HTML {
    let t = context.t
    var tabs = [(Paths.adminPeople(), t("People")), (Paths.adminDepartments(), t("Departments"))]
    if context.actor.may(.managePeople) { tabs.append((Paths.adminInvitations(), t("Invitations"))) }
    return """
      <nav class="tabs" aria-label="\(t("People and departments"))"><ul>
      \(tabs.map { path, label in
        let isHere = context.target.prefix { $0 != "?" } == path
        return "<li><a href=\"\(path)\"\(isHere ? " aria-current=\"page\"" as HTML : nil)>\(label)</a></li>\n" as HTML
      })</ul></nav>

      """
  }
}
