import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// The open invitations, and the form that makes one.
enum InvitationPages {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    try await page(context, blank(context.t), AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let invitations = context.application.invitations
    if form["action"] == "withdraw" {
      guard let id = form["invitation"].flatMap({ Int(digits: $0) }) else { throw Problem.notFound }
      try await invitations.withdraw(id, as: context.actor)
      return .redirect(to: Paths.adminInvitations() + "?done=1")
    }
    do {
      let new = try NewInvitation(ObjectInput(try object(form)), by: context.person().role)
      let (invitation, token) = try await invitations.add(new, language: context.language, as: context.actor)
      let link = request.origin + Paths.invitePage(token.pathComponent)
      // Not after a redirect: the link is shown this once.
      return try await page(context, blank(context.t), sent(invitation, link, context)).response(context)
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      var shown = try await page(context, FormFields(context.t, form, problem: problem), nil)
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func blank(_ t: Translator) -> FormFields {
    var fields = FormFields(t)
    fields.entered = LimitFields.entered(areas: [], categories: [])
    return fields
  }

  private static func object(_ form: PageForm) throws(Problem) -> JSONObject {
    let texts = form.object(texts: ["email", "name", "role", "department"]).members
    return JSONObject(members: texts + (try LimitFields.members(form)))
  }

  /// - Parameter before: what was done besides.
  static func sent(
    _ invitation: Invitation, _ link: String, _ context: Context, before: String? = nil
  ) -> HTML {
    let t = context.t
    let mailed =
      context.application.sendsMail
      ? t("A mail with a link is on its way to {email}.", ["email": invitation.email])
      : t("No mail is sent from here: pass the link on yourself.")
    return """
      <div class="notice good" role="status" id="invited" tabindex="-1" autofocus>
      \(before.map { "<p>\($0)</p>\n" as HTML })<p><strong>\(t("{name} is invited.", ["name": invitation.name]))</strong> \(mailed)</p>
      <p>\(t("This link is shown once. It is good until {date}, for one person.", ["date": t.weekdayAndDate(invitation.expiresAt)]))</p>
      <p><code id="invitation-link">\(link)</code></p>
      <p><button type="button" class="quiet small" data-copy="\(link)" hidden>\(t("Copy the link"))</button></p>
      </div>

      """
  }

  private static func page(_ context: Context, _ fields: FormFields, _ notice: HTML?) async throws -> Page {
    let t = context.t
    let labels = [
      "email": t("Email address"), "name": t("Name"), "role": t("Role"), "department": t("Department"),
    ].merging(LimitFields.labels(t)) { $1 }
    let application = context.application
    let open = try await application.invitations.list(as: context.actor)
    let choices = try await PersonPage.choices(context)
    let roles = Staffing.rolesToGive(by: context.actor.person?.role ?? .citizen)
    let limits: HTML = """
      <details\(fields.errors.isEmpty ? nil : " open" as HTML)><summary>\(t("Limits"))</summary>
      \(LimitFields(fields: fields).html(choices))\
      </details>

      """
    return Page(
      title: t("Invitations"), styles: ["account"], isPrivate: true,
      main: """
        \(PeoplePages.back(context))\(fields.summary { labels[$0] })<h1>\(t("Invitations"))</h1>
        \(notice)\(PeoplePages.tabs(context))\
        <section class="card" aria-labelledby="invite-title"><h2 id="invite-title">\(t("Invite somebody"))</h2>
        <form method="post" action="\(Paths.adminInvitations())" novalidate data-guard>\(context.hiddenToken)
        \(fields.text("email", labels["email"]!, .init(type: "email", autocomplete: "off", inputMode: "email", maximumLength: 254)))\
        \(fields.text("name", labels["name"]!, .init(autocomplete: "off", maximumLength: 200)))\
        \(fields.select("role", labels["role"]!, roles.map { ($0.rawValue, $0.title(t)) }))\
        \(Role.legend(roles, t))\
        \(fields.select("department", labels["department"]!, [(value: "", label: t("None"))] + choices.departments, .init(isOptional: true)))\
        \(choices.areas.isEmpty && choices.categories.isEmpty ? nil : limits)\
        <button>\(t("Invite"))</button></form></section>
        <section class="card" aria-labelledby="open-title"><h2 id="open-title">\(t("Not answered yet"))</h2>
        \(open.isEmpty ? "<p class=\"muted\">\(t("Nobody is invited at the moment."))</p>\n" as HTML : """
          <ul class="sessions" id="invitations">
          \(open.map { row($0, context) })</ul>

          """)</section>
        """)
  }

  private static func row(_ invitation: Invitation, _ context: Context) -> HTML {
    let t = context.t
    let state =
      invitation.expiresAt < .now
      ? t("has run out") : t("good until {date}", ["date": t.weekdayAndDate(invitation.expiresAt)])
    let again: HTML = [
      ("email", invitation.email), ("name", invitation.name), ("role", invitation.role.rawValue),
      ("department", invitation.department?.slug ?? ""),
    ].map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">" as HTML }.joined()
    let limits: HTML =
      invitation.areas.map { "<input type=\"hidden\" name=\"areas\" value=\"\($0)\">" as HTML }.joined()
      + invitation.categories.map { "<input type=\"hidden\" name=\"categories\" value=\"\($0)\">" as HTML }.joined()
    return """
      <li><span>\(invitation.name) <span class="muted">\(invitation.email) · \(invitation.role.title(t)) · \(state)</span></span>
      <span class="cluster">
      <form method="post" action="\(Paths.adminInvitations())">\(context.hiddenToken)\(again)\(limits)\
      <button class="quiet">\(t("Send again"))<span class="visually-hidden"> \(invitation.name)</span></button></form>
      <form method="post" action="\(Paths.adminInvitations())">\(context.hiddenToken)\
      <input type="hidden" name="action" value="withdraw"><input type="hidden" name="invitation" value="\(invitation.id)">\
      <button class="quiet">\(t("Withdraw"))<span class="visually-hidden"> \(invitation.name)</span></button></form>
      </span></li>

      """
  }
}
