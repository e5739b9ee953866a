import Civic
import HTML
import HTTPServer
import Localization

/// The forms by which a reporter corrects or withdraws a report within a quarter of an hour.
struct ChangeForms {
  private let view: RequestView
  private let reader: RequestReader
  private let context: Context

  init(_ view: RequestView, _ reader: RequestReader, _ context: Context) {
    (self.view, self.reader, self.context) = (view, reader, context)
  }

  private var t: Translator { context.t }
  private var request: ServiceRequest { view.request }

  private var hidden: HTML {
    "\(context.hiddenToken)<input type=\"hidden\" name=\"version\" value=\"\(request.facts.version)\">"
  }

  func editing(_ form: PageForm? = nil, problem: Problem? = nil) async throws -> Page {
    let categories = try await context.application.listCategories(tenant: context.actor.tenant)
    // The report's own category stays, also where it is no longer offered.
    let choices =
      categories.filter { $0.stopMessage.isEmpty || $0.slug == request.category }.map {
        (value: $0.slug, label: $0.name)
      }
    let own =
      choices.contains { $0.value == request.category } ? [] : [(value: request.category, label: request.categoryName)]
    var fields = FormFields(t, form, problem: problem)
    if form == nil {
      fields.entered = [
        "title": [request.title], "description": [request.description], "category": [request.category],
        "address": [request.address ?? ""],
      ]
    }
    let labels = [
      "title": t("Title"), "description": t("Description"), "category": t("Category"),
      "address": t("Address or place"),
    ]
    let end = t.timeOfDay(request.createdAt.addingTimeInterval(EditRequest.window))
    return Page(
      title: t("Correct your report"), status: problem?.code.status ?? .ok, isPrivate: true,
      main: """
        \(fields.summary { labels[$0] })<h1>\(t("Correct your report"))</h1>
        <p>\(t("You can change it until {time}.", ["time": end]))</p>
        <form method="post" action="\(reader.edit)" novalidate>\(hidden)
        \(fields.text("title", labels["title"]!, .init(maximumLength: 200, isSpellchecked: true)))\
        \(fields.textArea("description", labels["description"]!, .init(
            maximumLength: 10_000, isOptional: true, isSpellchecked: true)))\
        \(fields.select("category", labels["category"]!, own + choices))\
        \(fields.text("address", labels["address"]!, .init(maximumLength: 500, isOptional: true)))\
        <p class="cluster"><button>\(t("Save changes"))</button> \
        <a href="\(reader.page)">\(t("Cancel"))</a></p>
        </form>
        """)
  }

  func withdrawing(problem: Problem? = nil) -> Page {
    Page(
      title: t("Withdraw your report"), status: problem?.code.status ?? .ok, isPrivate: true,
      main: """
        \(FormFields(t, nil, problem: problem).summary { _ in nil })<h1>\(t("Withdraw your report?"))</h1>
        <p><strong>\(request.title)</strong></p>
        <p>\(t("Staff will not act on it. This cannot be undone, but you can report the problem again."))</p>
        <form method="post" action="\(reader.withdrawal)">\(hidden)
        <p class="cluster"><button class="danger">\(t("Withdraw the report"))</button> \
        <a href="\(reader.page)">\(t("Keep it"))</a></p>
        </form>
        """)
  }

  /// The quarter of an hour is over, or the request is.
  func tooLate(_ status: HTTPStatus = .ok) -> Page {
    let reason =
      request.facts.status.isEnded
      ? t("The report has come to its end.")
      : t("A report can be changed for 15 minutes after it was sent. Staff may be working from it by now.")
    return Page(
      title: t("This can no longer be changed"), status: status, isPrivate: true,
      main: """
        <h1>\(t("This can no longer be changed"))</h1>
        <p>\(reason)</p>
        <p>\(t("If something in it is wrong, write to staff: they can still correct it."))</p>
        <p class="cluster"><a class="button" href="\(reader.page)#thread">\(t("Write to staff"))</a> \
        <a href="\(reader.page)">\(t("Back to your report"))</a></p>
        """)
  }
}
