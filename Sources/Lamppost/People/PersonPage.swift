import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// One person: what they are here, to read or to change.
struct PersonPage {
  let person: KeptPerson
  /// Open requests that wait for them.
  let open: Int
  let choices: Choices
  let context: Context
  let fields: FormFields
  /// The version that the form is for: that of what was shown first, until somebody is told of a newer one.
  let version: Int
  let hasSecondFactor: Bool

  typealias Choice = (value: String, label: String)

  struct Choices: Sendable {
    let departments: [Choice]
    let areas: [Choice]
    let categories: [Choice]
  }

  private var t: Translator { context.t }
  private var isOwn: Bool { context.actor.person?.id == person.id }

  static func show(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let person = try await context.application.listPeople.find(id, as: context.actor)
    return try await page(
      person, context, fields(person, context), nil, notice(request, person, context.t)
    ).response(context)
  }

  private static func fields(_ person: KeptPerson, _ context: Context) -> FormFields {
    var fields = FormFields(context.t)
    fields.entered = [
      "name": [person.name], "role": [person.role.rawValue], "active": [person.isActive ? "true" : "false"],
      "departments": person.departments.map(\.word),
    ].merging(LimitFields.entered(areas: person.areas.map(\.word), categories: person.categories.map(\.word))) { $1 }
    return fields
  }

  static func submit(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let form = try context.postedForm()
    let person = try await context.application.listPeople.find(id, as: context.actor)
    if let action = form["action"].flatMap(RestoreAccessSection.Action.init) {
      guard let link = try await RestoreAccessSection.submit(action, id, request, context) else {
        return .redirect(to: Paths.adminPerson(id) + "?done=1")
      }
      // Not after a redirect: the link is shown this once.
      let notice = RestoreAccessSection.shown(link, person, context.t)
      return try await page(person, context, fields(person, context), nil, notice).response(context)
    }
    do {
      let change = try PersonChange(ObjectInput(object(form, of: person)))
      let now = try await context.application.changePerson(id, change, ifMatch: form.shownVersion, as: context.actor)
      let done = now.isActive == person.isActive ? "1" : now.isActive ? "reactivated" : "deactivated"
      return .redirect(to: Paths.adminPerson(id) + "?done=\(done)")
    } catch let problem as Problem where [409, 412, 422].contains(problem.code.status.code) {
      // Sent once more, it is meant for what stands there now.
      let now = try await context.application.listPeople.find(id, as: context.actor)
      let isLate = problem.code == .versionMismatch
      var shown = try await page(
        now, context, FormFields(context.t, form, problem: isLate ? nil : problem), isLate ? nil : form.shownVersion,
        isLate ? AdministrationPage.overtaken(Paths.adminPerson(id), context.t) : nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func notice(_ request: Request, _ person: KeptPerson, _ t: Translator) -> HTML? {
    let sentence: String? =
      switch request.query["done"] {
      case "deactivated": t("{name} is deactivated: signed out everywhere.", ["name": person.name])
      case "reactivated": t("{name} is active again.", ["name": person.name])
      default: nil
      }
    guard let sentence else { return AdministrationPage.saved(request, t) }
    return "<div class=\"notice good\" role=\"status\" tabindex=\"-1\" autofocus id=\"done\"><p>\(sentence)</p></div>\n"
  }

  /// As the API would have been sent it. A form without a role is one's own, which has none.
  private static func object(_ form: PageForm, of person: KeptPerson) throws(Problem) -> JSONObject {
    var members = form.object(texts: ["name"]).members
    if let role = form["role"] { members.append(.init(key: "role", value: .string(role))) }
    if let active = form["active"] { members.append(.init(key: "active", value: .bool(active == "true"))) }
    members.append(.init(key: "departments", value: .array(form.values("departments").map(JSONValue.string))))
    members += try LimitFields.members(
      form, areas: person.areas.map(\.word), categories: person.categories.map(\.word))
    return JSONObject(members: members)
  }

  private static func page(
    _ person: KeptPerson, _ context: Context, _ fields: FormFields, _ version: Int?, _ notice: HTML?
  ) async throws -> Page {
    let application = context.application
    let open = try await application.listPeople.openRequests(of: person.id, as: context.actor)
    let choices = try await choices(context, of: person)
    let page = PersonPage(
      person: person, open: open, choices: choices, context: context, fields: fields,
      version: version ?? person.version,
      hasSecondFactor: try await application.secondFactors.isOn(for: person.id, tenant: context.actor.tenant))
    return Page(title: person.name, styles: ["account"], isPrivate: true, main: page.main(notice))
  }

  /// - Parameter person: whose own departments, areas and categories are offered although they are not active, or are
  ///   too many to be listed: what is not offered could not be kept.
  static func choices(_ context: Context, of person: KeptPerson? = nil) async throws -> Choices {
    let application = context.application
    let departments = try await application.departments.list(as: context.actor).filter(\.isActive)
    let areas = try await application.listAreas.names(tenant: context.actor.tenant)
    let categories = try await application.listCategories(tenant: context.actor.tenant)
    return Choices(
      departments: choices(departments.map { ($0.slug, $0.name) }, and: person?.departments),
      areas: choices(areas.map { ("\($0.layer):\($0.slug)", $0.name) }, and: person?.areas),
      categories: choices(categories.map { ($0.slug, $0.name) }, and: person?.categories))
  }

  private static func choices(_ offered: [Choice], and own: [KeptPerson.Named]?) -> [Choice] {
    let known = Set(offered.map(\.value))
    return offered + (own ?? []).filter { !known.contains($0.word) }.map { ($0.word, $0.name) }
  }

  private func main(_ notice: HTML?) -> HTML {
    let labels = labels
    return """
      \(AdministrationPage.back(Paths.adminPeople(), t("People")))\
      \(fields.summary { labels[$0] })<h1>\(person.name)</h1>
      \(notice)\(waiting)\
      <dl class="facts card">
      <dt>\(t("Email address"))</dt><dd>\(person.email)</dd>
      <dt>\(t("Role"))</dt><dd>\(person.role.title(t)) <span class="muted">\(person.role.explanation(t))</span></dd>
      <dt>\(t("Departments"))</dt><dd>\(list(person.departments, t("None")))</dd>
      <dt>\(t("Limited to"))</dt><dd>\(list(person.areas + person.categories, t("No limit")))</dd>
      <dt>\(t("Access"))</dt><dd>\(person.isActive ? t("Active") : t("Deactivated"))</dd>
      </dl>
      \(mayChange ? form(labels) : nil)\
      \(mayChange && !isOwn && person.isActive ? restoring : nil)
      """
  }

  /// Operators are changed by operators alone.
  private var mayChange: Bool {
    context.actor.may(.managePeople) && (person.role != .operator || context.actor.may(.manageTenants))
  }

  private var restoring: HTML {
    RestoreAccessSection(person: person, hasSecondFactor: hasSecondFactor, context: context).html
  }

  private func list(_ things: [KeptPerson.Named], _ none: String) -> String {
    things.isEmpty ? none : things.map(\.name).joined(separator: ", ")
  }

  private var waiting: HTML? {
    if open == 0 { return nil }
    let count = t.plural(
      "{count} open request is assigned to {name}.", "{count} open requests are assigned to {name}.", open,
      ["name": person.name])
    let canWork = person.isActive && person.role.takesRequests
    let advice: HTML? =
      canWork ? nil : " \(t("Hand them over: {name} cannot work on them any more.", ["name": person.name]))"
    let queue = Paths.triage() + "?" + Query([("assignee", "\(person.id)")]).encoded
    return """
      <p class="notice\(canWork ? nil : " warn" as HTML)" id="open">\(count)\(advice) \
      <a href="\(queue)">\(t("Show them"))</a></p>

      """
  }

  private var labels: [String: String] {
    [
      "name": t("Name"), "role": t("Role"), "active": t("Access"), "departments": t("Departments"),
    ].merging(LimitFields.labels(t)) { $1 }
  }

  private func form(_ labels: [String: String]) -> HTML {
    let canBeLimited = Role.allCases.filter(\.canBeLimited).map { $0.title(t) }.joined(separator: ", ")
    return """
      <section class="card" aria-labelledby="change-title"><h2 id="change-title">\(t("Change"))</h2>
      <form method="post" action="\(Paths.adminPerson(person.id))" novalidate data-guard>\(context.hiddenToken)\
      <input type="hidden" name="version" value="\(version)">
      \(fields.text("name", labels["name"]!, .init(maximumLength: 200)))\
      \(isOwn ? "<p class=\"hint\">\(t("Nobody changes their own role or access: ask another administrator."))</p>\n" : standing(labels))\
      \(choices.departments.isEmpty ? nil : fields.checkboxes("departments", labels["departments"]!, choices.departments))\
      <details\(person.areas.isEmpty && person.categories.isEmpty && fields.errors.isEmpty ? nil : " open" as HTML)>\
      <summary>\(t("Limits"))</summary>
      <p class="hint">\(t("Who is limited works within what is checked, and beyond it sees what everybody sees. For: {roles}.", ["roles": canBeLimited]))</p>
      \(LimitFields(fields: fields).html(choices))\
      </details>
      <button>\(t("Save"))</button>
      </form></section>
      """
  }

  private func standing(_ labels: [String: String]) -> HTML {
    let given = [Role.citizen] + Staffing.rolesToGive(by: context.actor.person?.role ?? .citizen)
    let roles = given.contains(person.role) ? given : given + [person.role]
    return """
      \(fields.select("role", labels["role"]!, roles.map { ($0.rawValue, $0.title(t)) }))\
      \(Role.legend(roles, t))\
      \(fields.radios("active", labels["active"]!, [
        ("true", t("Active")),
        ("false", t("Deactivated: signed out everywhere at once, cannot sign in, is offered for nothing")),
      ]))
      """
  }
}
