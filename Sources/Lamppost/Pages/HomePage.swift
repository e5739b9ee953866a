import HTML
import HTTPServer
import Localization

/// The township's start page: report, look, and see that something is done.
enum HomePage {
  private static let shown = 6

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let application = context.application
    // What a stranger may see, whoever looks.
    let anybody = Actor(tenant: context.actor.tenant)
    async let latest = application.listRequests(
      RequestFilter(Query(), as: anybody), list: "home", cursor: nil, limit: shown, as: anybody)
    async let figures = application.publicFigures(tenant: context.actor.tenant)
    async let categories = application.listCategories(tenant: context.actor.tenant)
    let list = ResultList(t: context.t, icons: ResultList.icons(try await categories))
    return page(context, try await figures, list, try await latest).response(context)
  }

  private static func page(
    _ context: Context, _ figures: PublicFigures.Figures, _ list: ResultList, _ latest: ListRequests.Page
  ) -> Page {
    let t = context.t
    return Page(
      title: t("Report a problem"), width: .wide, styles: ["home"],
      main: """
        <div class="hero">
        <h1>\(t("Something broken in the street?"))</h1>
        <p class="lead">\(t("Tell {township} where it is. It takes a minute, with or without your name.",
          ["township": context.actor.tenant.name]))</p>
        <p class="cluster"><a class="button call" href="\(Paths.report())">\(t("Report a problem"))</a> \
        <a class="button quiet" href="\(Paths.mapPage())">\(t("See what is reported"))</a></p>
        <p><a href="\(Paths.findReport())">\(t("Reported already? Find your report"))</a></p>
        </div>
        <form class="home-search" method="get" action="\(Paths.mapPage())" role="search">
        <label for="field-q">\(t("Search the reports"))</label>
        <div class="home-search-line"><input type="search" id="field-q" name="q" maxlength="200" enterkeyhint="search"> \
        <button>\(t("Search"))</button></div>
        </form>
        \(Self.figures(figures, t))\(recent(list, latest, t))
        """)
  }

  private static func figures(_ figures: PublicFigures.Figures, _ t: Translator) -> HTML? {
    if figures.open == 0 && figures.mended == 0 { return nil }
    let (open, mended) = (t.number(figures.open), t.number(figures.mended))
    return """
      <ul class="home-figures">
      <li><strong>\(open)</strong> \(t.plural("report is open now", "reports are open now", figures.open))</li>
      <li><strong>\(mended)</strong> \(t.plural(
        "was mended in the last 30 days", "were mended in the last 30 days", figures.mended))</li>
      </ul>

      """
  }

  private static func recent(_ list: ResultList, _ latest: ListRequests.Page, _ t: Translator) -> HTML? {
    if latest.items.isEmpty { return nil }
    return """
      <h2>\(t("Reported lately"))</h2>
      <ol class="results home-results">
      \(latest.items.map { list.item($0.request, isOnMap: false) })</ol>
      <p><a href="\(Paths.mapPage())">\(t("All reports, on a map and as a list"))</a></p>
      """
  }
}
