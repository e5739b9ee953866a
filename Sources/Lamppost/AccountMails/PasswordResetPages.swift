import HTML
import HTTPServer
import Localization

/// For whoever has forgotten their password.
enum ForgotPasswordPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response { page(context) }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      var input = form.input(["email"])
      let email = input.mailAddress("email")
      try input.finish()
      try await context.askForPasswordReset(email, language: context.language)
    } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
      return page(context, form: form, problem: problem)
    }
    return asked(context)
  }

  /// The same for an address that has an account and one that has none.
  private static func asked(_ context: Context) -> Response {
    let t = context.t
    return Page(
      title: t("Look into your mail"), isPrivate: true,
      main: """
        <h1>\(t("Look into your mail"))</h1>
        <p class="notice good" role="status">\(t("If there is an account with this address, a mail with a link to a new password is on its way there."))</p>
        <p>\(t("The link is good for an hour. If nothing has come after some minutes, look into your spam folder."))</p>
        <p><a href="\(Paths.signIn())">\(t("Back to signing in"))</a></p>
        """
    ).response(context)
  }

  private static func page(_ context: Context, form: PageForm? = nil, problem: Problem? = nil) -> Response {
    let t = context.t
    let fields = FormFields(t, form, problem: problem)
    let label = t("Email address")
    let title = t("Forgot your password?")
    let main: HTML =
      context.application.sendsMail
      ? """
      \(fields.summary { $0 == "email" ? label : nil })<h1>\(title)</h1>
      <p>\(t("Give the address of your account, and we send a link by which you choose a new password."))</p>
      <form method="post" action="\(Paths.forgotPassword())" novalidate>\(context.hiddenToken)
      \(fields.text("email", label, .init(type: "email", autocomplete: "username", inputMode: "email", maximumLength: 254)))\
      <button>\(t("Send me a link"))</button>
      </form>
      <p class="aside"><a href="\(Paths.signIn())">\(t("Back to signing in"))</a></p>
      """
      : """
      <h1>\(title)</h1>
      <p class="notice">\(t("No mail is sent from here. Ask an administrator of your township for a new password."))</p>
      """
    return Page(title: title, status: problem?.code.status ?? .ok, isPrivate: true, main: main).response(context)
  }
}

/// Where the mail's link leads.
enum ResetPasswordPage {
  static func show(_ request: Request, _ context: Context, _ link: AccountLink) async throws -> Response {
    do {
      let target = try await context.application.resetPassword.find(link, tenant: context.actor.tenant)
      return page(context, link, target.person)
    } catch let problem as Problem where problem.code == .linkExpired {
      return ExpiredLinkPage.response(context, again: Paths.forgotPassword())
    }
  }

  static func submit(_ request: Request, _ context: Context, _ link: AccountLink) async throws -> Response {
    let form = try context.postedForm()
    do {
      let person = try await context.application.resetPassword.find(link, tenant: context.actor.tenant).person
      do {
        var input = ObjectInput(form, [], secrets: ["password"])
        let password = input.newPassword("password")
        try input.finish()
        _ = try await context.setPassword(by: link, to: password, language: context.language)
      } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
        return page(context, link, person, form: form, problem: problem)
      }
    } catch let problem as Problem where problem.code == .linkExpired {
      return ExpiredLinkPage.response(context, again: Paths.forgotPassword())
    }
    return .redirect(to: Paths.signIn() + "?done=password")
  }

  private static func page(
    _ context: Context, _ link: AccountLink, _ person: Actor.Person, form: PageForm? = nil, problem: Problem? = nil
  ) -> Response {
    let t = context.t
    let fields = FormFields(t, form, problem: problem)
    let label = t("New password")
    return Page(
      title: t("Choose a new password"), status: problem?.code.status ?? .ok, messages: AccountForms.messages,
      isPrivate: true,
      main: """
        \(fields.summary { $0 == "password" ? label : nil })<h1>\(t("Choose a new password"))</h1>
        <p>\(t("For the account {address}. You are then signed out everywhere.", ["address": person.email]))</p>
        <form method="post" action="\(Paths.resetPassword(link))" novalidate>\(context.hiddenToken)
        <input type="hidden" autocomplete="username" value="\(person.email)">
        \(AccountForms.newPassword(fields, "password", label))\
        <button>\(t("Save password"))</button>
        </form>
        """
    ).response(context)
  }
}

/// What the link of an old mail leads to.
enum ExpiredLinkPage {
  /// - Parameter again: where another one is asked for.
  static func response(_ context: Context, again: String) -> Response {
    let t = context.t
    return Page(
      title: t("This link is no longer good"), status: .gone, isPrivate: true,
      main: """
        <h1>\(t("This link is no longer good"))</h1>
        <p>\(t("It has been used already, a newer one has taken its place, or its hour is over."))</p>
        <p><a class="button" href="\(again)">\(t("Ask for another"))</a></p>
        """
    ).response(context)
  }
}
