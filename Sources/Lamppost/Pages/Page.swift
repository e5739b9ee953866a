import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// One page: what stands between header and footer, and what it needs besides.
///
///     Page(title: t("Sign in"), main: "<h1>…</h1>").response(context)
struct Page {
  /// How wide the content may become.
  enum Width: String {
    /// A column for reading and for forms.
    case column
    case wide
    /// The whole window, for maps; without a footer.
    case full
  }

  /// Without the township's name, which follows it.
  var title: String
  var status = HTTPStatus.ok
  var width = Width.column
  /// Names of styles and scripts in `Client/`, without their endings: `map` for `Client/styles/map.css`.
  var styles: [String] = []
  var scripts: [String] = []
  /// The English of what the scripts say (`t("…")` in TypeScript): given to them in the reader's language.
  var messages: [String] = []
  /// More for the page's head: what other sites show of it.
  var head: HTML?
  /// Whether a script may open a map on it, and loads what that needs.
  var mayOpenMap = false
  /// Whether something on it is the reader's own, so that search engines shall leave it alone.
  var isPrivate = false
  var main: HTML

  func response(_ context: Context) -> Response {
    var response = Response(status, contentType: "text/html; charset=utf-8", bytes: html(context).bytes)
    response.headers["Content-Security-Policy"] = policy(context.application.map)
    response.headers["Content-Language"] = context.language.rawValue
    // Other languages, other people: a page is kept by nobody.
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
  }

  /// Whether there is a map on it, or may be.
  private var hasMap: Bool { mayOpenMap || styles.contains("map") }

  /// No inline script or style, nothing from elsewhere but a map's tiles. `blob:` shows photos before they are sent,
  /// `data:` is Leaflet's empty picture.
  private func policy(_ map: MapConfiguration) -> String {
    let tiles = hasMap ? map.tileOrigin.map { " " + $0 } ?? "" : ""
    return """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:\(tiles); connect-src 'self'; \
      manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
      """
  }

  private func html(_ context: Context) -> HTML {
    let t = context.t
    let assets = context.application.assets
    let tenant = context.actor.tenant
    return """
      <!doctype html>
      <html lang="\(context.language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title) · \(tenant.name)</title>
      <meta name="color-scheme" content="light dark">
      <meta name="theme-color" content="\((tenant.theme.brand ?? Theme.ownBrand).description)">
      \(isPrivate ? "<meta name=\"robots\" content=\"noindex\">\n" as HTML : nil)\(head)\
      \(hasMap ? context.application.map.settings(for: tenant) : nil)\
      <link rel="icon" href="\(assets.link("icon.svg"))" type="image/svg+xml">
      <link rel="apple-touch-icon" href="\(assets.link("apple-touch-icon.png"))">
      <link rel="manifest" href="\(Paths.manifest())">
      <link rel="stylesheet" href="\(assets.link("app.css"))">
      \(styles.map { "<link rel=\"stylesheet\" href=\"\(assets.link($0 + ".css"))\">\n" as HTML })\
      \(tenant.themeName.map { "<link rel=\"stylesheet\" href=\"\(Paths.theme($0))\">\n" as HTML })\
      <script type="module" src="\(assets.link("app.js"))"></script>
      \(scripts.map { "<script type=\"module\" src=\"\(assets.link($0 + ".js"))\"></script>\n" as HTML })\
      </head>
      <body class="\(width.rawValue)">
      <a class="skip" href="#main">\(t("Skip to main content"))</a>
      \(Navigation(context: context).header)\
      <main id="main" tabindex="-1">
      \(main)
      </main>
      \(width == .full ? nil : Navigation(context: context).footer)\
      <div id="announcer" class="visually-hidden" role="status" aria-live="polite"></div>
      \(Self.script(messages + OfflinePage.messages + (hasMap ? MapConfiguration.messages : []), t))\
      </body>
      </html>

      """
  }

  /// A block of data, not of code: the policy lets no inline script run. `<` is written so that no text ends the block.
  private static func script(_ messages: [String], _ t: Translator) -> HTML? {
    if messages.isEmpty || t.language == .english { return nil }
    var json = JSONWriter()
    json.object { for message in messages { $0.field(message, t(message)) } }
    let text = String(decoding: json.bytes, as: UTF8.self).replacing("<", with: "\\u003c")
    return "<script type=\"application/json\" id=\"messages\">\(HTML(unsafeHTML: text))</script>\n"
  }
}
