import HTML
import HTTPServer
import JSON
import Localization

/// What a new township is made with and an old one is changed by, as a form.
struct TownshipForm {
  let context: Context
  var fields: FormFields

  private var t: Translator { context.t }

  init(_ context: Context, _ fields: FormFields) {
    (self.context, self.fields) = (context, fields)
    self.fields.names = ["administrator.name": "administrator_name", "administrator.email": "administrator_email"]
  }

  /// Known to every script that draws a township; larger files are cut by whoever made them.
  private static let largestBoundary = 8 << 20

  var labels: [String: String] {
    [
      "name": t("Name"), "slug": t("Short name"), "hosts": t("Hosts"), "time_zone": t("Time zone"),
      "language": t("Language of its pages"), "search_language": t("Language of the reports"),
      "boundary": t("Boundary as a GeoJSON file"), "bbox": t("Boundary as a box"),
      "categories": t("Categories to begin with"), "administrator_name": t("Administrator’s name"),
      "administrator_email": t("Administrator’s email address"),
    ]
  }

  var summary: HTML? { fields.summary { labels[$0] } }

  var name: HTML {
    fields.text(
      "name", labels["name"]!, .init(hint: t("As it stands above each page and in mails."), maximumLength: 200))
  }

  var slug: HTML {
    fields.text(
      "slug", labels["slug"]!,
      .init(hint: t("Small letters, digits and hyphens, e.g. springfield. It stays as it is."), maximumLength: 63))
  }

  var hosts: HTML {
    fields.textArea(
      "hosts", labels["hosts"]!,
      .init(
        hint: t("One on each line, e.g. report.springfield.gov. They must lead to this server: see docs/townships.md."),
        maximumLength: 5000, rows: 3))
  }

  /// Who is to keep it.
  func administrator(isOptional: Bool) -> HTML {
    """
    \(fields.text("administrator_name", labels["administrator_name"]!,
      .init(autocomplete: "off", maximumLength: 200, isOptional: isOptional)))\
    \(fields.text("administrator_email", labels["administrator_email"]!,
      .init(type: "email", autocomplete: "off", inputMode: "email", maximumLength: 254, isOptional: isOptional)))
    """
  }

  /// Language, dictionary and time zone.
  var speech: HTML {
    """
    \(fields.select("language", labels["language"]!, Language.allCases.map { ($0.rawValue, $0.name) },
      .init(hint: t("For readers whose browser asks for another one than these."))))\
    \(fields.select("search_language", labels["search_language"]!,
      [("", t("As the pages"))] + SearchLanguage.all.map { ($0, $0) },
      .init(hint: t("What people write is searched by its rules, from then on."), isOptional: true)))\
    \(fields.text("time_zone", labels["time_zone"]!,
      .init(hint: t("E.g. America/New_York or Europe/Paris."), maximumLength: 64)))
    """
  }

  /// - Parameter mayRemove: whether there is a boundary that can be taken away.
  func boundary(mayRemove: Bool) -> HTML {
    """
    \(fields.file("boundary", labels["boundary"]!, accept: ".geojson,.json,application/geo+json",
      .init(hint: t("Polygons in degrees (WGS 84). Reports outside are refused. Without a boundary there is no limit."),
        isOptional: true)))\
    \(fields.text("bbox", labels["bbox"]!,
      .init(hint: t("In place of a file: west, south, east and north in degrees, e.g. -71.2,42.2,-70.9,42.4"),
        maximumLength: 200, isOptional: true)))\
    \(mayRemove ? fields.checkbox("removes_boundary", t("Take the boundary away")) : nil)
    """
  }

  // MARK: Reading

  /// What the form says of an administrator; nothing where both fields are empty.
  static func administrator(_ form: PageForm) -> JSONObject {
    JSONObject(
      members: ["name", "email"].compactMap { key in
        form["administrator_" + key].map { JSONObject.Member(key: key, value: .string($0)) }
      })
  }

  /// The form as the API would have been sent it.
  /// - Parameters:
  ///   - texts: fields besides those of every township.
  ///   - withAdministrator: whether it may name who is to keep it.
  /// - Throws: `too_large`, and `malformed_json` at the boundary's field.
  static func object(
    _ form: PageForm, _ texts: [String], _ context: Context, withAdministrator: Bool = false
  ) throws -> JSONObject {
    var members = (["name", "time_zone", "language", "search_language"] + texts).compactMap { name in
      form[name].map { JSONObject.Member(key: name, value: .string($0)) }
    }
    let hosts = (form["hosts"] ?? "").split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
    members.append(.init(key: "hosts", value: .array(hosts.map(JSONValue.string))))
    if withAdministrator, case let administrator = administrator(form), !administrator.members.isEmpty {
      members.append(.init(key: "administrator", value: .object(administrator)))
    }
    for name in ["name", "time_zone", "language"] where form[name] == nil {
      members.append(.init(key: name, value: .null))
    }
    if let file = form.files.first {
      let bytes = try context.application.quarantine.take(file, upTo: largestBoundary)
      context.application.quarantine.discard(Array(form.files.dropFirst()))
      guard let json = try? JSONValue.parse(bytes, limits: .init(bytes: largestBoundary)) else {
        throw Problem.field("boundary", .invalidFormat, "is no JSON")
      }
      members.append(.init(key: "boundary", value: json))
    } else if let box = form["bbox"] {
      members.append(.init(key: "bbox", value: .string(String(box.filter { $0 != " " }))))
    } else if form["removes_boundary"] == "true" {
      members.append(.init(key: "boundary", value: .null))
    }
    return JSONObject(members: members)
  }
}
