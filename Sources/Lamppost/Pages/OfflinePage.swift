import Civic
import HTML
import HTTPServer
import JSON

/// What the service worker shows in place of a page that cannot be fetched.
enum OfflinePage {
  /// The English of what `Client/lib/offline.ts` says, on every page.
  static let messages = [
    "Reports from this device", "“{title}” could not be sent: {reason}", "Throw it away",
    "“{title}” is kept on this device with its photos. It is sent by itself as soon as there is a connection.",
    "“{title}” was sent. Its number is {reference}.", "Open the report and keep its link", "Do not show this again",
  ]

  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    return Page(
      title: t("No connection"), isPrivate: true,
      main: """
        <h1>\(t("No connection"))</h1>
        <p>\(t("This page needs a connection. You can still write a report: it is sent when you are back online."))</p>
        <p><a class="button call" href="\(Paths.report())">\(t("Report a problem"))</a></p>
        <p>\(t("In danger? Call {number}.", ["number": context.actor.tenant.emergencyNumber]))</p>
        """
    ).response(context)
  }
}

/// Makes the pages an app that can be put on the start screen (https://www.w3.org/TR/appmanifest/).
enum AppManifest {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let (t, assets, tenant) = (context.t, context.application.assets, context.actor.tenant)
    let colour = (tenant.theme.brand ?? Theme.ownBrand).description
    let icons = [
      ("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"),
      ("icon-maskable-512.png", "512x512", "maskable"),
    ]
    var response = Response.json(.ok) { json in
      json.field("id", Paths.home())
      json.field("name", tenant.name)
      json.field("short_name", tenant.shortName ?? tenant.name)
      json.field("description", t("Report what is broken in the street, and follow it until it is mended."))
      json.field("lang", context.language.rawValue)
      json.field("start_url", Paths.home())
      json.field("scope", "/")
      json.field("display", "standalone")
      json.field("background_color", colour)
      json.field("theme_color", colour)
      json.array("icons") { list in
        for (name, sizes, purpose) in icons {
          list.object { icon in
            icon.field("src", assets.link(name))
            icon.field("sizes", sizes)
            icon.field("type", "image/png")
            icon.field("purpose", purpose)
          }
        }
      }
      json.array("shortcuts") { list in
        list.object { shortcut in
          shortcut.field("name", t("Report a problem"))
          shortcut.field("url", Paths.report())
        }
      }
    }
    response.headers["Content-Type"] = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
  }
}
