import HTML
import HTTPServer
import Localization

/// What a browser is shown when a call fails: the same sentence, and the same short id, as the API and the log have.
enum ErrorPage {
  /// - Parameter context: nil where the call failed before the township was known.
  static func response(_ problem: Problem, requestID: String, _ context: Context?) -> Response {
    var response =
      context.map {
        problem.code == .townshipInactive ? closed($0) : page(problem, requestID, $0).response($0)
      } ?? plain(problem, requestID)
    response.headers["Cache-Control"] = "no-store"
    if let retryAfter = problem.retryAfter { response.headers["Retry-After"] = String(retryAfter) }
    return response
  }

  private static func page(_ problem: Problem, _ requestID: String, _ context: Context) -> Page {
    let t = context.t
    let title = heading(problem.code, t)
    return Page(
      title: title, status: problem.code.status, isPrivate: true,
      main: """
        <h1>\(title)</h1>
        <p>\(problem.code == .unauthenticated && context.hasEnded ? SignInPage.ended(t) : advice(problem, t))</p>
        <p><a href="\(Paths.home())">\(t("Go to the start page"))</a></p>
        <p class="hint">\(t("If you write to us about this, name this number: {id}", ["id": requestID]))</p>
        """)
  }

  private static func heading(_ code: Problem.Code, _ t: Translator) -> String {
    switch code.status.code {
    case 404: t("Page not found")
    case 410: t("This has been removed")
    case 403: t("You may not do this")
    case 401: t("Sign in first")
    case 412: t("Somebody was faster")
    case 413: t("That is too large")
    case 429: t("Please wait a little")
    case 503, 507: t("Not available at the moment")
    case 500...599: t("Something went wrong")
    default: t("That did not work")
    }
  }

  private static func advice(_ problem: Problem, _ t: Translator) -> String {
    switch problem.code {
    case .notFound: t("Check the address. The report may also be one that only some people may see.")
    case .csrf: t("Your session has changed since the page was opened. Go back, reload the page and send it again.")
    case .versionMismatch: t("Somebody else changed this in the meantime. Reload the page to see how it stands now.")
    case .rateLimited: t("Too many calls came from here. Wait a minute and send it again.")
    case .unavailable, .noRoom: t("Nothing was lost. Please try again in a minute.")
    case .internalError: t("The mistake is on our side and has been noted.")
    // Details are in English alone.
    default: t.language == .english ? problem.detail ?? problem.code.title : t(problem.code.title)
    }
  }

  /// Of a township that is switched off: no way on leads anywhere, so none is shown.
  private static func closed(_ context: Context) -> Response {
    let (t, tenant) = (context.t, context.actor.tenant)
    let contact = tenant.contactEmail.map { email in
      "<p>\(t("Questions:")) <a href=\"mailto:\(email)\">\(email)</a></p>\n" as HTML
    }
    let page: HTML = """
      <!doctype html>
      <html lang="\(context.language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(t("Switched off")) · \(tenant.name)</title>
      <meta name="color-scheme" content="light dark">
      <meta name="robots" content="noindex">
      <link rel="stylesheet" href="\(context.application.assets.link("app.css"))">
      \(tenant.themeName.map { "<link rel=\"stylesheet\" href=\"\(Paths.theme($0))\">" as HTML })
      </head>
      <body class="column">
      <main id="main">
      <h1>\(t("{township} takes no reports here at the moment", ["township": tenant.name]))</h1>
      <p>\(t("The service of this township is switched off. What was reported is kept."))</p>
      \(contact)<p>\(t("In danger? Call {number}.", ["number": tenant.emergencyNumber]))</p>
      </main>
      </body>
      </html>

      """
    var response = Response(
      Problem.Code.townshipInactive.status, contentType: "text/html; charset=utf-8", bytes: page.bytes)
    response.headers["Content-Security-Policy"] = """
      default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'
      """
    return response
  }

  /// Without township, style and language: one of them may be what failed.
  private static func plain(_ problem: Problem, _ requestID: String) -> Response {
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(problem.code.title)</title></head>
      <body><main><h1>\(problem.code.title)</h1><p>\(problem.detail ?? "Please try again in a minute.")</p>
      <p>\(requestID)</p></main></body>
      </html>

      """
    return Response(problem.code.status, contentType: "text/html; charset=utf-8", bytes: page.bytes)
  }
}
