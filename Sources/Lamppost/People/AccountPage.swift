import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// What one has reported, newest first.
enum AccountPage {
  private static let pageSize = 20

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let person = try context.person()
    let t = context.t
    let filter = try RequestFilter(Query([("mine", "true")]), as: context.actor.beyondLimits)
    let reports = try await context.application.listRequests(
      filter, list: "me", cursor: request.query["cursor"], limit: pageSize, as: context.actor.beyondLimits)
    let isFirst = request.query["cursor"] == nil
    let supported = isFirst ? try await context.application.listSupported(as: context.actor.beyondLimits) : []
    let followed = isFirst ? try await context.application.listFollowed(as: context.actor.beyondLimits) : []
    return Page(
      title: t("Your reports"), styles: ["account"], isPrivate: true,
      main: """
        \(AccountTabs(context: context).html)\
        <h1>\(t("Your reports"))</h1>
        \(request.query["welcome"] == nil ? nil : welcome(person, t))\
        \(reports.items.isEmpty ? empty(t) : list(reports, t))
        \(section(supported, t("Problems you have too"), id: "my-supported", t))\
        \(section(followed, t("Reports you follow"), id: "my-followed", t))
        """
    ).response(context)
  }

  private static func welcome(_ person: Actor.Person, _ t: Translator) -> HTML {
    Notice.done(t("Welcome, {name}. Your account is ready.", ["name": person.name]))
  }

  private static func empty(_ t: Translator) -> HTML {
    """
    <div class="card empty"><p>\(t("You have not reported anything yet."))</p>
    <p><a class="button call" href="\(Paths.report())">\(t("Report a problem"))</a></p></div>
    """
  }

  private static func list(_ page: ListRequests.Page, _ t: Translator) -> HTML {
    """
    <ul class="reports" id="my-reports">
    \(page.items.map { row($0.request, t) })</ul>
    \(page.nextCursor.map { cursor in
      """
      <p><a class="button quiet" rel="next" href="\(Paths.account())?\(Query([("cursor", cursor)]).encoded)">\
      \(t("Older reports"))</a></p>
      """ as HTML
    })
    """
  }

  private static func section(_ requests: [ServiceRequest], _ title: String, id: String, _ t: Translator) -> HTML? {
    if requests.isEmpty { return nil }
    return """
      <h2>\(title)</h2>
      <ul class="reports" id="\(id)">
      \(requests.map { row($0, t, "h3") })</ul>

      """
  }

  private static func row(_ request: ServiceRequest, _ t: Translator, _ level: HTML = "h2") -> HTML {
    """
    <li class="card">
    <\(level)><a href="\(Paths.requestPage(request.reference))">\(request.title)</a></\(level)>
    <p class="cluster">\(request.facts.status.plainBadge(t)) <span class="muted">\(request.categoryName)</span></p>
    <p class="muted small"><span class="code">\(request.reference.description)</span> · \(When(request.createdAt, t).html)\
    \(request.address.map { " · \($0)" as HTML })</p>
    </li>

    """
  }
}

/// The way between the pages about one's account.
struct AccountTabs {
  let context: Context

  var html: HTML {
    let t = context.t
    let tabs = [
      (Paths.account(), t("Your reports")), (Paths.accountSettings(), t("Account settings")),
      (Paths.accountSecurity(), t("Security")),
    ]
    let here = context.target.prefix { $0 != "?" }
    return """
      <nav class="tabs" aria-label="\(t("Your account"))"><ul>
      \(tabs.map { path, label in
        "<li><a href=\"\(path)\"\(here == path ? " aria-current=\"page\"" as HTML : nil)>\(label)</a></li>\n" as HTML
      })</ul></nav>

      """
  }
}

/// A time as people say it, with the exact one beneath; `Client/pages/app.ts` keeps it fresh.
struct When {
  let date: Date
  let t: Translator

  init(_ date: Date, _ t: Translator) { (self.date, self.t) = (date, t) }

  var html: HTML {
    """
    <time datetime="\(RFC3339.format(date))" title="\(t.dateAndTime(date))" data-relative>\
    \(t.relative(date, to: .now))</time>
    """
  }
}
