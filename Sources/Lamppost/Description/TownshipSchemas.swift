import Civic
import JSON
import Localization

/// What operators send and see.
extension Schemas {
  static let townshipForms: [(name: String, schema: Schema)] = [
    (
      "NewTownship",
      .input(
        [
          .required("slug", .text(1...63, pattern: "^[a-z0-9][a-z0-9-]*$").noted("Short, for addresses and commands.")),
          .optional(
            "categories",
            Schema.words(["starter", "none"]).orNull.noted("A set of common categories to begin with, unless none.")),
          .optional(
            "administrator", Schema.named("NewAdministrator").orNull.noted("Who is asked to keep it, by invitation.")),
        ]
          + townshipFields.map { field in
            ["name", "hosts", "time_zone", "language"].contains(field.name)
              ? .required(field.name, field.schema) : .optional(field.name, field.schema.orNull)
          })
    ),
    (
      "TownshipChange",
      .input(
        townshipFields.map { field in
          let mayBeNull = ["search_language", "boundary", "bbox"].contains(field.name)
          return .optional(field.name, mayBeNull ? field.schema.orNull : field.schema)
        } + [.optional("active", Schema.boolean.orNull.noted("false switches it off."))])
    ),
    (
      "NewAdministrator",
      .input([.required("email", mailAddress), .required("name", line(200))])
    ),
    ("Township", .object(township)),
    (
      "MadeTownship",
      .object(
        township + [
          .required(
            "invitation", Schema.named("SentInvitation").orNull.noted("Of its administrator, where one was named."))
        ])
    ),
  ]

  private static let township: [Schema.Field] = [
    .required("slug", .text), .required("name", .text), .required("hosts", .list(of: .text)),
    .required("time_zone", .text), .required("language", .words(Language.self)),
    .required("search_language", .text), .required("active", .boolean), .required("created_at", .time),
    .required("bbox", Schema.text.orNull.noted("What the boundary reaches: west,south,east,north.")),
    .required("requests", .integer(0...)), .required("open_requests", .integer(0...)),
    .required("staff", .integer(0...)),
  ]

  private static let townshipFields: [(name: String, schema: Schema)] = [
    ("name", line(200)),
    (
      "hosts",
      Schema.list(of: .matching("^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\\.[a-z]{2,20}){1,3}$"))
        .restricted("minItems", .integer(1)).restricted("maxItems", .integer(TownshipInput.mostHosts))
        .noted("Names by which browsers ask, without port. Other scripts are written in ASCII (xn--…).")
    ),
    ("time_zone", Schema.matching("^(UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$").noted("Any of the IANA's names.")),
    ("language", Schema.words(Language.self).noted("Of pages, where a browser asks for none of ours.")),
    ("search_language", Schema.words(SearchLanguage.all).noted("Follows the language unless it is said.")),
    (
      "boundary",
      Schema.object([.required("type", .words(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]))])
        .noted("GeoJSON of Polygons and MultiPolygons; reports outside of it are refused. null stands for no limit.")
    ),
    ("bbox", Schema.text(7...200).noted("In place of boundary: west,south,east,north in degrees.")),
  ]
}
