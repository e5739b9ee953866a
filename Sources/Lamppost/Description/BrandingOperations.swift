import HTTPServer

extension Operation {
  static let branding = [
    Operation(
      .get, Paths.branding, "readBranding", .administration, "How the township shows itself",
      answer: .json(.named("Branding"), "Its name and its colours.")),
    Operation(
      .patch, Paths.branding, "changeBranding", .administration, "Change how the township shows itself",
      note: """
        What is left out stays. An accent that cannot be read on every ground of the pages is darkened by day and \
        lightened by night until it can: `accent_by_day` and `accent_by_night` tell what is worn. Text on the band is \
        black or white, whichever can be read. Other processes know of it within a few seconds.
        """, body: .json("BrandingChange"),
      answer: .json(.named("Branding"), "What stands there now."), problems: [.invalidFormat]),
  ]
}

extension Schemas {
  static let branding: [(name: String, schema: Schema)] = [
    (
      "BrandingChange",
      .input([
        .optional("name", line(Branding.longestName)),
        .optional(
          "short_name",
          optionalText(Branding.longestShortName).noted(
            "Where there is little room, as on the start screen of a phone.")),
        .optional("brand_colour", colour.orNull.noted("Of the band above each page; null for Lamppost's own.")),
        .optional("accent_colour", colour.orNull.noted("Of links and buttons; null for Lamppost's own.")),
      ])
    ),
    (
      "Branding",
      .object([
        .required("name", .text), .required("short_name", Schema.text.orNull),
        .required("brand_colour", worn.orNull), .required("accent_colour", worn.orNull),
        .required("accent_by_day", worn.orNull.noted("As it is worn on light pages.")),
        .required("accent_by_night", worn.orNull.noted("As it is worn on dark pages.")),
        .required("style_sheet", Schema.text.orNull.noted("The address of the colours as a style sheet.")),
      ])
    ),
  ]

  private static let colour = Schema.matching("^#?[0-9A-Fa-f]{6}$")
  private static let worn = Schema.matching("^#[0-9a-f]{6}$")
}
