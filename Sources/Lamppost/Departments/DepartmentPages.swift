import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// The departments, and one of them with its members.
enum DepartmentPages {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    try await list(context, FormFields(context.t), AdministrationPage.saved(request, context.t))
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      var input = ObjectInput(form.object(texts: ["name"]))
      let name = input.requiredText("name", maximum: Departments.longestName)
      try input.finish()
      let department = try await context.application.departments.add(name: name, as: context.actor)
      return .redirect(to: Paths.adminDepartment(department.slug) + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      return try await list(context, FormFields(context.t, form, problem: problem), nil, status: problem.code.status)
    }
  }

  private static func list(
    _ context: Context, _ fields: FormFields, _ notice: HTML?, status: HTTPStatus = .ok
  ) async throws -> Response {
    let t = context.t
    let departments = try await context.application.departments.list(as: context.actor)
    let label = t("Name of the department")
    let adding: HTML = """
      <section class="card" aria-labelledby="add-title"><h2 id="add-title">\(t("Add a department"))</h2>
      <form method="post" action="\(Paths.adminDepartments())" novalidate data-guard>\(context.hiddenToken)
      \(fields.text("name", label, .init(maximumLength: Departments.longestName)))\
      <button>\(t("Add"))</button></form></section>
      """
    return Page(
      title: t("Departments"), status: status, width: .wide, styles: ["account"], isPrivate: true,
      main: """
        \(PeoplePages.back(context))\(fields.summary { $0 == "name" ? label : nil })<h1>\(t("Departments"))</h1>
        \(notice)\(PeoplePages.tabs(context))\
        \(departments.isEmpty ? "<p class=\"empty card\">\(t("There are no departments yet."))</p>\n" as HTML : """
          <div class="scroll" tabindex="0" role="region" aria-label="\(t("Departments"))"><table id="departments" class="rows">
          <thead><tr><th scope="col">\(t("Department"))</th><th scope="col" class="number">\(t("Members"))</th>\
          <th scope="col" class="number">\(t("Open requests"))</th><th scope="col">\(t("State"))</th></tr></thead>
          <tbody>
          \(departments.map { row($0, t) })</tbody></table></div>

          """)\(context.actor.may(.managePeople) ? adding : nil)
        """
    ).response(context)
  }

  private static func row(_ department: Department, _ t: Translator) -> HTML {
    """
    <tr><th scope="row"><a href="\(Paths.adminDepartment(department.slug))">\(department.name)</a></th>\
    <td class="number" data-label="\(t("Members"))">\(t.number(department.members))</td>\
    <td class="number" data-label="\(t("Open requests"))">\(open(department, t))</td>\
    <td data-label="\(t("State"))">\(department.isActive ? t("Active") : t("Not active"))</td></tr>

    """
  }

  private static func open(_ department: Department, _ t: Translator) -> HTML {
    if department.openRequests == 0 { return "0" }
    return "<a href=\"\(queue(of: department))\">\(t.number(department.openRequests))</a>"
  }

  private static func queue(of department: Department) -> String {
    Paths.triage() + "?" + Query([("department", department.slug)]).encoded
  }

  static func show(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let (department, members) = try await context.application.departments.find(slug, as: context.actor)
    var fields = FormFields(context.t)
    fields.entered = ["name": [department.name], "active": [department.isActive ? "true" : "false"]]
    return try await page(
      department, members, context, fields, AdministrationPage.saved(request, context.t)
    ).response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let form = try context.postedForm()
    let departments = context.application.departments
    do {
      switch form["action"] {
      case "add", "remove":
        guard let person = form["person"].flatMap({ Int(digits: $0) }) else {
          throw Problem.field("person", .required, "is required")
        }
        try await departments.set(person, isMember: form["action"] == "add", of: slug, as: context.actor)
      default:
        let (name, isActive) = try DepartmentRoutes.read(ObjectInput(form.object(texts: ["name"], flags: ["active"])))
        _ = try await departments.change(
          slug, name: name, isActive: isActive, ifMatch: form.shownVersion, as: context.actor)
      }
      return .redirect(to: Paths.adminDepartment(slug) + "?done=1")
    } catch let problem as Problem where [412, 422].contains(problem.code.status.code) {
      let (department, members) = try await departments.find(slug, as: context.actor)
      let isLate = problem.code == .versionMismatch
      var shown = try await page(
        department, members, context, FormFields(context.t, form, problem: isLate ? nil : problem),
        // Sent once more, it is meant for what stands there now.
        isLate ? AdministrationPage.overtaken(Paths.adminDepartment(slug), context.t) : nil,
        version: isLate ? nil : form.shownVersion)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(
    _ department: Department, _ members: [StaffMember], _ context: Context, _ fields: FormFields, _ notice: HTML?,
    version: Int? = nil
  ) async throws -> Page {
    let t = context.t
    let labels = ["name": t("Name of the department"), "active": t("Whether it takes requests"), "person": t("Member")]
    let mayChange = context.actor.may(.managePeople)
    let others =
      mayChange
      ? try await context.application.listStaff(beginning: nil, after: 0, limit: 1000, as: context.actor)
        .filter { person in !members.contains { $0.id == person.id } } : []
    return Page(
      title: department.name, styles: ["account"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.adminDepartments(), t("Departments")))\
        \(fields.summary { labels[$0] })<h1>\(department.name)</h1>
        \(notice)\(waiting(department, t))\
        <section class="card" aria-labelledby="members-title"><h2 id="members-title">\(t("Members"))</h2>
        \(members.isEmpty ? "<p class=\"muted\">\(t("Nobody belongs to it yet."))</p>\n" as HTML : """
          <ul class="sessions" id="members">
          \(members.map { member($0, department, context) })</ul>

          """)\(mayChange ? addMember(department, others, context, fields, labels["person"]!) : nil)</section>
        \(mayChange ? settings(department, version, context, fields, labels) : nil)
        """)
  }

  private static func waiting(_ department: Department, _ t: Translator) -> HTML? {
    if department.openRequests == 0 { return nil }
    let count = t.plural(
      "{count} open request waits in this department.", "{count} open requests wait in this department.",
      department.openRequests)
    let advice: HTML? = department.isActive ? nil : " \(t("Hand them over: nothing new comes here any more."))"
    return """
      <p class="notice\(department.isActive ? nil : " warn" as HTML)" id="open">\(count)\(advice) \
      <a href="\(queue(of: department))">\(t("Show them"))</a></p>

      """
  }

  private static func member(_ person: StaffMember, _ department: Department, _ context: Context) -> HTML {
    let t = context.t
    let removal: HTML = """
      <form method="post" action="\(Paths.adminDepartment(department.slug))">\(context.hiddenToken)\
      <input type="hidden" name="action" value="remove"><input type="hidden" name="person" value="\(person.id)">\
      <button class="quiet">\(t("Remove"))<span class="visually-hidden"> \(person.name)</span></button></form>
      """
    return """
      <li><span><a href="\(Paths.adminPerson(person.id))">\(person.name)</a> \
      <span class="muted">\(person.role.title(t))</span></span>\(context.actor.may(.managePeople) ? removal : nil)</li>

      """
  }

  private static func addMember(
    _ department: Department, _ others: [StaffMember], _ context: Context, _ fields: FormFields, _ label: String
  ) -> HTML? {
    if others.isEmpty { return nil }
    let t = context.t
    let choices = [(value: "", label: t("Choose somebody"))] + others.map { (value: "\($0.id)", label: $0.label) }
    return """
      <form method="post" action="\(Paths.adminDepartment(department.slug))" novalidate>\(context.hiddenToken)
      <input type="hidden" name="action" value="add">
      \(fields.select("person", label, choices))<button>\(t("Add to the department"))</button></form>

      """
  }

  private static func settings(
    _ department: Department, _ version: Int?, _ context: Context, _ fields: FormFields, _ labels: [String: String]
  ) -> HTML {
    let t = context.t
    return """
      <section class="card" aria-labelledby="change-title"><h2 id="change-title">\(t("Change the department"))</h2>
      <form method="post" action="\(Paths.adminDepartment(department.slug))" novalidate data-guard>\(context.hiddenToken)
      <input type="hidden" name="action" value="change">\
      <input type="hidden" name="version" value="\(version ?? department.version)">
      \(fields.text("name", labels["name"]!, .init(maximumLength: Departments.longestName)))\
      \(fields.radios("active", labels["active"]!,
        [("true", t("Active")), ("false", t("Not active: it is offered no more, and its history stays"))]))\
      <button>\(t("Save"))</button></form></section>
      """
  }
}
