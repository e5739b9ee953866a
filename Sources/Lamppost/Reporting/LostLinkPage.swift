import Civic
import HTML
import HTTPServer
import Localization

/// For whoever has lost the link to their report: by the address that they left, or the reference.
enum LostLinkPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response { page(context) }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      let typed = form["contact"] ?? ""
      if typed.isEmpty { throw Problem.field("contact", .required, "is required") }
      // Somebody who has the code after all.
      if typed.count > 20, let code = TrackingCode(typed) { return .redirect(to: Paths.trackPage(code.text)) }
      let subject: LostLink.Subject
      if let reference = Reference(typed) {
        subject = .reference(reference.stored)
      } else if typed.utf8.count <= 254, typed.canBeMailed {
        subject = .address(typed.lowercased())
      } else {
        throw Problem.field("contact", .invalidFormat, "must be an email address or a reference")
      }
      try await context.limitMail(to: subject.words)
      try await context.application.lostLink(subject, language: context.language, as: context.actor)
    } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
      return page(context, form: form, problem: problem)
    }
    return asked(context)
  }

  /// The same for an address that is known and one that is not.
  private static func asked(_ context: Context) -> Response {
    let t = context.t
    return Page(
      title: t("Look into your mail"), isPrivate: true,
      main: """
        <h1>\(t("Look into your mail"))</h1>
        <p class="notice good" role="status">\(t("If a report was sent with this address or reference and an address was left with it, a mail with the link is on its way there."))</p>
        <p>\(t("If nothing has come after some minutes, look into your spam folder. For a report that was sent anonymously there is no address: only the link itself opens it."))</p>
        <p><a href="\(Paths.home())">\(t("Start page"))</a></p>
        """
    ).response(context)
  }

  private static func page(_ context: Context, form: PageForm? = nil, problem: Problem? = nil) -> Response {
    let t = context.t
    let fields = FormFields(t, form, problem: problem)
    let label = t("Email address or reference")
    let main: HTML =
      context.application.sendsMail
      ? """
      \(fields.summary { $0 == "contact" ? label : nil })<h1>\(t("Get the link to your report again"))</h1>
      <p>\(t("You have lost the link to your report? If you left an email address with it, we send you a new link."))</p>
      <form method="post" action="\(Paths.lostLink())" novalidate>\(context.hiddenToken)
      \(fields.text(
        "contact", label,
        .init(
          hint: t("The address that you gave with the report, or the report’s reference, for example 7Q4K-2M9P."),
          autocomplete: "email", maximumLength: 254)))\
      <button>\(t("Send me the link"))</button>
      </form>
      """
      : """
      <h1>\(t("Get the link to your report again"))</h1>
      <p class="notice">\(t("No mail is sent from here, so a lost link cannot be sent again."))</p>
      \(context.actor.tenant.contactEmail.map {
        "<p>\(t("Please write to:")) <a href=\"mailto:\($0)\">\($0)</a></p>\n" as HTML
      })
      """
    return Page(title: t("Get the link to your report again"), status: problem?.code.status ?? .ok, main: main)
      .response(context)
  }
}
