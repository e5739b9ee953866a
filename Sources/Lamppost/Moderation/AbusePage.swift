import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// The form on which anybody points out what should not stand there.
enum AbusePage {
  static func show(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    var fields = FormFields(context.t)
    for name in ["comment", "attachment"] { fields.entered[name] = request.query[name].map { [$0] } }
    return try await page(context, reference, fields).response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let form = try context.postedForm()
    do {
      let report = try ReportAbuse.Input(
        ObjectInput(form.object(texts: ["reason", "text", "attachment"], numbers: ["comment"])))
      try await context.limitReports()
      try await context.application.reportAbuse(report, on: reference, as: context.actor)
      return .redirect(to: Paths.requestPage(reference) + "?done=flagged")
    } catch let problem as Problem where [422, 429].contains(problem.code.status.code) {
      var shown = try await page(context, reference, FormFields(context.t, form, problem: problem))
      shown.status = problem.code.status
      return shown.response(context)
    }
  }

  private static func page(_ context: Context, _ reference: Reference, _ fields: FormFields) async throws -> Page {
    let t = context.t
    // Whoever may not know of the request is told nothing here either.
    let found = try await context.application.findRequest(reference, as: Actor(tenant: context.actor.tenant)).get()
    let labels = ["reason": t("What is wrong with it?"), "text": t("In your own words")]
    let what =
      !fields.value("comment").isEmpty
      ? t("An update of the report “{title}”", ["title": found.title])
      : !fields.value("attachment").isEmpty
        ? t("A photo of the report “{title}”", ["title": found.title])
        : t("The report “{title}”", ["title": found.title])
    return Page(
      title: t("Point out abuse"), isPrivate: true,
      main: """
        <p><a href="\(Paths.requestPage(reference))">\(t("Back to the report"))</a></p>
        \(fields.summary { labels[$0] })<h1>\(t("Point out abuse"))</h1>
        <p><strong>\(what)</strong></p>
        <p>\(t("Staff look at it and decide whether it stays. We keep nothing about you but what you write here, and your account where you are signed in."))</p>
        <form method="post" action="\(Paths.abusePage(reference))" novalidate>\(context.hiddenToken)
        <input type="hidden" name="comment" value="\(fields.value("comment"))">\
        <input type="hidden" name="attachment" value="\(fields.value("attachment"))">
        \(fields.radios("reason", labels["reason"]!, AbuseReason.allCases.map { ($0.rawValue, $0.title(t)) }))\
        \(fields.textArea("text", labels["text"]!, .init(maximumLength: 1000, rows: 3, isOptional: true, isSpellchecked: true)))\
        <button>\(t("Send to staff"))</button>
        </form>
        """)
  }
}

extension PersonalDetail.Kind {
  func title(_ t: Translator) -> String {
    switch self {
    case .telephone: t("Looks like a telephone number")
    case .email: t("Looks like an email address")
    case .plate: t("Looks like a number plate")
    }
  }
}

extension AbuseReason {
  func title(_ t: Translator) -> String {
    switch self {
    case .personal: t("It tells who somebody is")
    case .offensive: t("It insults or threatens")
    case .spam: t("It is advertising or nonsense")
    case .wrong: t("It is not true")
    case .other: t("Something else")
    }
  }
}
