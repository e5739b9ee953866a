import Civic
import HTML
import HTTPServer
import Localization

/// The way back to a report for who has its reference or its tracking code at hand, on paper or in their head.
enum FindReportPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    page(context).response(context)
  }

  /// Posted, so that a code stands in no address but its own page's.
  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    guard let typed = form["code"] else {
      return page(context, form: form, problem: .field("code", .required, "is required")).response(context)
    }
    // Somebody may have copied the whole link.
    let last = typed.split(separator: "/").last.map { String($0.prefix { $0 != "?" && $0 != "#" }) } ?? typed
    if let code = TrackingCode(last),
      try await code.requestID(in: context.application.database, tenant: context.actor.tenant) != nil
    {
      return .redirect(to: Paths.trackPage(code.text))
    }
    if let reference = Reference(last) {
      do {
        _ = try await context.application.findRequest(reference, as: context.actor).get()
        return .redirect(to: Paths.requestPage(reference))
      } catch let problem as Problem where problem.code == .notFound {}
    }
    return page(context, form: form, problem: .field("code", .notFound, "opens nothing")).response(context)
  }

  private static func page(_ context: Context, form: PageForm? = nil, problem: Problem? = nil) -> Page {
    let t = context.t
    let fields = FormFields(t, form, problem: problem)
    let label = t("Reference or tracking code")
    let hint = t(
      "The reference has 8 letters and digits, for example 7Q4K-2M9P. The tracking code is the end of the link that you were given; it also opens a report that is not public."
    )
    return Page(
      title: t("Find your report"), status: problem == nil ? .ok : .unprocessableContent,
      main: """
        \(fields.summary { $0 == "code" ? label : nil })<h1>\(t("Find your report"))</h1>
        <form method="post" action="\(Paths.findReport())" novalidate>\(context.hiddenToken)
        \(fields.text("code", label, .init(hint: hint, autocomplete: "off", maximumLength: 300)))\
        <p><button>\(t("Find"))</button></p>
        </form>
        <p><a href="\(Paths.lostLink())">\(t("I have lost the link: mail it to me"))</a></p>
        <p><a href="\(Paths.mapPage())">\(t("Look on the map instead"))</a></p>
        """)
  }
}
