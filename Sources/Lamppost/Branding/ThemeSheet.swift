import Civic
import Credentials
import HTTPServer

/// What a township's style sheet is called: its two colours and a digest of what stands in it, `12233f-0b57a4-3fa85f64`.
/// The sheet is made of its name, so that it may be kept for ever, is the same for whoever asks, and needs no database.
struct ThemeName: PathParameter, Equatable {
  let theme: Theme
  private let digest: String

  /// nil for a township that wears Lamppost's own.
  init?(_ theme: Theme) {
    if theme == Theme(brand: nil, accent: nil) { return nil }
    self.theme = theme
    digest = ThemeSheet(theme: theme).digest
  }

  /// The digest is the reader's: another release may have made another sheet of the same colours.
  init?(pathComponent: String) {
    let parts = pathComponent.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts[2].utf8.count == ThemeSheet.digestLength else { return nil }
    let colours = parts[..<2].map { $0 == Self.own ? nil : Colour($0) }
    theme = Theme(brand: colours[0], accent: colours[1])
    digest = parts[2]
    // One name a sheet: no capitals, no word that is no colour.
    guard theme != Theme(brand: nil, accent: nil), self.pathComponent == pathComponent else { return nil }
  }

  var pathComponent: String { "\(Self.word(theme.brand))-\(Self.word(theme.accent))-\(digest)" }

  /// Whether this release makes the very sheet that the name was given to.
  var isCurrent: Bool { ThemeSheet(theme: theme).digest == digest }

  /// For a colour that is Lamppost's own.
  private static let own = "own"

  private static func word(_ colour: Colour?) -> String { colour.map { String($0.description.dropFirst()) } ?? own }
}

/// A township's colours as a style sheet: custom properties alone, after those of `app.css`.
struct ThemeSheet {
  let theme: Theme

  static let digestLength = 8

  var digest: String { String(SHA256Digest(hashing: text).hex.prefix(Self.digestLength)) }

  var text: String {
    """
    :root{\(Self.declarations(theme.day))}
    @media screen and (prefers-color-scheme:dark){:root{\(Self.declarations(theme.night))}}

    """
  }

  private static func declarations(_ properties: [String: Colour]) -> String {
    var list = properties.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
    // What is pressed becomes brighter under the pointer, but where white stands on it.
    if let text = properties["--on-action"] { list.append("--brightness:\(text == .white ? "0.9" : "1.12")") }
    return list.joined(separator: ";")
  }
}

enum ThemeRoutes {
  static func sheet(_ request: Request, _ context: Context, _ name: ThemeName) async throws -> Response {
    var response = Response(
      .ok, contentType: "text/css; charset=utf-8", bytes: Array(ThemeSheet(theme: name.theme).text.utf8))
    response.headers["Cache-Control"] = name.isCurrent ? "public, max-age=31536000, immutable" : "no-store"
    return response
  }
}
