import Credentials
import HTML
import HTTPServer

/// Deleting one's account in a browser: first what it means, then the password.
enum DeletionPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    page(context).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    let form = try context.postedForm()
    do {
      var input = ObjectInput(form, [], secrets: ["password"])
      let password = input.secretText("password", maximum: PasswordHasher.longestPassword)
      try input.finish()
      try await context.application.deleteAccount(person, password: password, in: context)
    } catch let problem as Problem where [409, 422, 429].contains(problem.code.status.code) {
      var shown = page(context, problem: problem)
      shown.status = problem.code.status
      return shown.response(context)
    }
    var response = goodbye(context)
    response.headers.add("Set-Cookie", SessionStore.expiredCookie)
    return response
  }

  private static func page(_ context: Context, problem: Problem? = nil) -> Page {
    let t = context.t
    let fields = FormFields(t, nil, problem: problem)
    let label = t("Password")
    let consequences = [
      t("You are signed out everywhere and cannot sign in again."),
      t(
        "Your reports stay, without your name and your contact details. You can no longer answer questions about them."),
      t("What you wrote stays and is shown as from a former user."),
      t("Your name, your email address and your password are erased at once."),
    ]
    return Page(
      title: t("Delete your account"), messages: AccountForms.messages, isPrivate: true,
      main: """
        \(fields.summary { $0 == "password" ? label : nil })\
        <h1>\(t("Delete your account"))</h1>
        <div class="notice danger"><p><strong>\(t("This cannot be undone."))</strong></p>
        <ul>
        \(consequences.map { "<li>\($0)</li>\n" as HTML })</ul></div>
        <p><a href="\(Paths.export())" download>\(t("Download my data"))</a> \(t("first, if you want to keep a copy."))</p>
        <form method="post" action="\(Paths.accountDeletion())" novalidate>\(context.hiddenToken)
        \(fields.text("password", label, .init(type: "password", autocomplete: "current-password")))\
        <p class="cluster"><button class="danger">\(t("Delete my account for good"))</button> \
        <a class="button quiet" href="\(Paths.accountSettings())">\(t("Keep my account"))</a></p>
        </form>
        """)
  }

  private static func goodbye(_ context: Context) -> Response {
    let t = context.t
    var stranger = context
    (stranger.actor, stranger.session) = (Actor(tenant: context.actor.tenant), nil)
    return Page(
      title: t("Your account has been deleted"), isPrivate: true,
      main: """
        <h1>\(t("Your account has been deleted"))</h1>
        <p>\(t("Thank you for what you reported. You can go on reporting without an account."))</p>
        <p><a class="button" href="\(Paths.home())">\(t("Go to the start page"))</a></p>
        """
    ).response(stranger)
  }
}
