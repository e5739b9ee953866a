import Civic
import HTML
import HTTPServer
import Localization

/// Where the link of an invitation leads: a name, a password, and one is in.
enum InvitePage {
  /// Mail programs fetch it to look for malware: it changes nothing by itself.
  static func show(_ request: Request, _ context: Context, _ text: String) async throws -> Response {
    guard let (token, opened) = try await find(text, context) else { return unknown(context).response(context) }
    var fields = FormFields(context.t)
    fields.entered["name"] = [opened.invitation.name]
    return page(opened, token, context, fields).response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ text: String) async throws -> Response {
    let form = try context.postedForm()
    guard let (token, opened) = try await find(text, context) else { return unknown(context).response(context) }
    do {
      try await context.limitReports()
      var input = ObjectInput(form, ["name"], secrets: ["password"])
      let name = input.requiredText("name", maximum: 200)
      let password = opened.hasAccount ? nil : input.newPassword("password")
      if password?.isEmpty == true && input.errors.isEmpty { input.refuse("password", .required, "is required") }
      try input.finish()
      let application = context.application
      let account = try await application.acceptInvitation(token, name: name, password: password, as: context.actor)
      let session = try await application.sessions.create(
        personID: account.person.id, epoch: account.epoch, tenant: context.actor.tenant, browser: request.browser)
      // Whoever sat here before is signed out: their session is not the new one's.
      if let old = context.session { try await application.sessions.end(old, tenant: context.actor.tenant) }
      var response = Response.redirect(to: Paths.triage())
      response.headers.add("Set-Cookie", SessionStore.cookie(session))
      return response
    } catch let problem as Problem where [409, 422, 429].contains(problem.code.status.code) {
      var shown = page(opened, token, context, FormFields(context.t, form, problem: problem))
      shown.status = problem.code.status
      return shown.response(context)
    } catch let problem as Problem where problem.code == .notFound {
      return unknown(context).response(context)
    }
  }

  private static func find(
    _ text: String, _ context: Context
  ) async throws -> (InvitationToken, AcceptInvitation.Opened)? {
    guard let token = InvitationToken(pathComponent: text) else { return nil }
    do {
      return (token, try await context.application.acceptInvitation.find(token, context.actor.tenant))
    } catch let problem as Problem where problem.code == .notFound { return nil }
  }

  /// Unknown, used, withdrawn, replaced, run out: which of them is nobody's business.
  private static func unknown(_ context: Context) -> Page {
    let t = context.t
    return Page(
      title: t("This link is not good any more"), status: .notFound, isPrivate: true,
      main: """
        <h1>\(t("This link is not good any more"))</h1>
        <p>\(t("An invitation is good once, and for {days} days. Ask whoever invited you for a new one.",
          ["days": t.number(Invitation.days)]))</p>
        <p><a href="\(Paths.signIn())">\(t("Sign in"))</a></p>
        """)
  }

  /// For password managers: whose password it is.
  private static func username(_ email: String) -> HTML {
    "<input type=\"email\" name=\"email\" autocomplete=\"username\" value=\"\(email)\" readonly hidden>\n"
  }

  private static func page(
    _ opened: AcceptInvitation.Opened, _ token: InvitationToken, _ context: Context, _ fields: FormFields
  ) -> Page {
    let t = context.t
    let invitation = opened.invitation
    let labels = ["name": t("Your name"), "password": t("Password")]
    let path = Paths.invitePage(token.pathComponent)
    let isThem = context.actor.person?.email == invitation.email
    let form: HTML = """
      <form method="post" action="\(path)" novalidate>\(context.hiddenToken)
      \(fields.text("name", labels["name"]!, .init(autocomplete: "name", maximumLength: 200)))\
      \(opened.hasAccount ? nil : username(invitation.email))\
      \(opened.hasAccount ? nil : AccountForms.newPassword(fields, "password", labels["password"]!))\
      <button class="call">\(t("Accept"))</button>
      </form>
      """
    let signIn: HTML = """
      <p>\(t("There is an account with this address already. Sign in with it to accept."))</p>
      <p><a class="button call" href="\(Paths.signIn())?\(Query([("next", path)]).encoded)">\(t("Sign in"))</a></p>
      """
    // A link to signing in would lead who is signed in straight back here.
    let leave: HTML = """
      <p>\(t("There is an account with this address already. You are signed in with another one, {address}: sign out, then sign in with that of the invitation.", ["address": context.actor.person?.email ?? ""]))</p>
      <form method="post" action="\(Paths.signOut())">\(context.hiddenToken)\
      <input type="hidden" name="next" value="\(path)"><button class="call">\(t("Sign out"))</button></form>
      """
    let way = !opened.hasAccount || isThem ? form : context.actor.person == nil ? signIn : leave
    return Page(
      title: t("Work with us"), messages: AccountForms.messages, isPrivate: true,
      main: """
        \(fields.summary { labels[$0] })<h1>\(t("Work with us in {township}", ["township": context.actor.tenant.name]))</h1>
        <dl class="facts card" id="invitation">
        <dt>\(t("Email address"))</dt><dd>\(invitation.email)</dd>
        <dt>\(t("Role"))</dt><dd>\(invitation.role.title(t)) <span class="muted">\(invitation.role.explanation(t))</span></dd>
        \(invitation.department.map { "<dt>\(t("Department"))</dt><dd>\($0.name)</dd>\n" as HTML })</dl>
        \(way)
        """)
  }
}
