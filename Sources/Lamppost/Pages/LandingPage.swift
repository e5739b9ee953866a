import HTML
import HTTPServer

/// What stands at the address itself: the township's name and where the API is.
enum LandingPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let name = context.actor.tenant.name
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(name): report a problem</title>
      <link rel="stylesheet" href="\(Paths.style())">
      </head>
      <body>
      <header>
      <h1>\(name)</h1>
      <p>Report what is broken in the street, and follow it until it is mended.</p>
      </header>
      <main>
      <h2>For programs</h2>
      <p>Everything can be done by the <a href="\(Paths.api())">API</a>: report, find, and work on requests.</p>
      <nav aria-label="Open data"><ul>
      <li><a href="\(Paths.requests())">Reports (JSON)</a></li>
      <li><a href="\(Paths.categories())">Categories (JSON)</a></li>
      <li><a href="\(Paths.areas())">Areas (GeoJSON)</a></li>
      </ul></nav>
      </main>
      </body>
      </html>

      """
    var response = Response(.ok, contentType: "text/html; charset=utf-8", text: page.rendered)
    response.headers["Content-Security-Policy"] =
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    return response
  }
}
