import HTML
import HTTPServer

/// The township's start page: report, or look.
enum HomePage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    return Page(
      title: t("Report a problem"), width: .wide,
      main: """
        <div class="hero">
        <h1>\(t("Something broken in the street?"))</h1>
        <p class="lead">\(t("Tell {township} where it is. It takes a minute, with or without your name.",
          ["township": context.actor.tenant.name]))</p>
        <p class="cluster"><a class="button call" href="\(Paths.report())">\(t("Report a problem"))</a> \
        <a class="button quiet" href="\(Paths.mapPage())">\(t("See what is reported"))</a></p>
        <p><a href="\(Paths.findReport())">\(t("Reported already? Find your report"))</a></p>
        </div>
        """
    ).response(context)
  }
}
