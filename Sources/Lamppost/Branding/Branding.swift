import Civic
import JSON

/// How a township shows itself: its name, its colours, its logo.
struct Branding: Sendable {
  /// As it stands above each page and in mails.
  let name: String
  /// Where there is little room, as on the start screen of a phone; nil for the name itself.
  let shortName: String?
  /// As they were chosen: what pages wear of them is the theme's to say.
  let theme: Theme
  /// Whether the name stands beside the logo: some logos hold it already.
  let showsName: Bool
  /// The logo that is to be worn; nil where it stays as it is.
  let choice: LogoChoice?

  enum LogoChoice: Sendable {
    case bare
    case kept(AttachmentID)
  }

  static let longestName = 200
  static let longestShortName = 30

  init(_ tenant: Tenant) {
    (name, shortName, theme) = (tenant.name, tenant.shortName, tenant.theme)
    (showsName, choice) = (tenant.showsName, nil)
  }

  /// Reads a change of `old`; what is left out stays as it is, and null takes away.
  init(_ input: inout ObjectInput, changing old: Branding) {
    name = input.has("name") ? input.requiredText("name", maximum: Self.longestName) : old.name
    shortName = input.has("short_name") ? input.text("short_name", maximum: Self.longestShortName) : old.shortName
    theme = Theme(
      brand: input.has("brand_colour") ? input.colour("brand_colour") : old.theme.brand,
      accent: input.has("accent_colour") ? input.colour("accent_colour") : old.theme.accent)
    showsName = input.bool("shows_name") ?? old.showsName
    choice = input.has("logo") ? input.logo("logo") : nil
  }

  /// As the configuration file holds it.
  func write(to json: inout JSONObjectWriter) {
    json.field("name", name)
    json.field("short_name", shortName)
    json.field("brand_colour", theme.brand?.description)
    json.field("accent_colour", theme.accent?.description)
    json.field("shows_name", showsName)
  }

  /// With what pages wear of it.
  func writeWorn(_ logo: WornLogo?, to json: inout JSONObjectWriter) {
    write(to: &json)
    json.field("logo", logo?.id.pathComponent)
    json.field("logo_address", logo.map { Paths.logo($0.digest) })
    json.field("accent_by_day", theme.day["--link"]?.description)
    json.field("accent_by_night", theme.night["--link"]?.description)
    json.field("style_sheet", ThemeName(theme).map { Paths.theme($0) })
  }
}

extension ObjectInput {
  /// A logo's id, or null for none.
  fileprivate mutating func logo(_ key: String) -> Branding.LogoChoice? {
    guard let value = value(key) else { return .bare }
    guard let text = value.string else {
      refuse(key, .wrongType, "must be a text")
      return nil
    }
    guard let id = AttachmentID(pathComponent: text) else {
      refuse(key, .invalidFormat, "must be the id of a logo")
      return nil
    }
    return .kept(id)
  }

  /// A colour as style sheets write it, `#1b6ac9`; nil where it is missing, null or wrong.
  mutating func colour(_ key: String) -> Colour? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else {
      refuse(key, .wrongType, "must be a text")
      return nil
    }
    guard let colour = Colour(text) else {
      refuse(key, .invalidFormat, "must be a colour of six hexadecimal digits, e.g. #1b6ac9")
      return nil
    }
    return colour
  }
}
