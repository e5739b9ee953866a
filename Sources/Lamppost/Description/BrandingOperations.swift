import HTTPServer

extension Operation {
  static let branding = [
    Operation(
      .get, Paths.branding, "readBranding", .administration, "How the township shows itself",
      answer: .json(.named("Branding"), "Its name, its colours and the logo that is worn.")),
    Operation(
      .patch, Paths.branding, "changeBranding", .administration, "Change how the township shows itself",
      note: """
        What is left out stays. An accent that cannot be read on every ground of the pages is darkened by day and \
        lightened by night until it can: `accent_by_day` and `accent_by_night` tell what is worn. Text on the band is \
        black or white, whichever can be read. Other processes know of it within a few seconds.
        """, body: .json("BrandingChange"),
      answer: .json(.named("Branding"), "What stands there now."),
      problems: [.invalidFormat, .unknownOption]),
    Operation(
      .get, Paths.logos, "listLogos", .administration, "Logos that were sent",
      answer: .json(.page(of: .named("Logo")), "The newest first; older ones are forgotten.")),
    Operation(
      .post, Paths.logos, "addLogo", .administration, "Send a logo",
      note: """
        An image of at most \(Logo.mostBytes) bytes. It is scanned and drawn anew, at most \(Logo.edge) pixels wide or \
        high, before anybody sees it; then it is worn by itself, unless another one was chosen meanwhile. `logo: null` \
        takes it down, the id of an earlier one brings that back (`changeBranding`).
        """,
      body: RequestBody(contents: [("multipart/form-data", .input([.required("file", .file)]))]),
      answer: .json(.accepted, .named("Logo"), "The file waits for the scanner."),
      problems: [.malformedMultipart, .tooManyFiles, .noRoom]),
    Operation(
      .get, Paths.keptLogo, "readLogo", .administration, "What became of a logo",
      answer: .json(.named("Logo"), "Its state.")),
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
        .optional(
          "shows_name",
          Schema.boolean.orNull.noted("Whether the name stands beside the logo, which may hold it already.")),
        .optional("logo", uuid.orNull.noted("A logo that is clean; null takes down what is worn.")),
      ])
    ),
    (
      "Logo",
      .object([
        .required("id", uuid), .required("state", .words(AttachmentState.self)), .required("worn", .boolean),
        .required("file_name", Schema.text.orNull), .required("media_type", Schema.text.orNull),
        .required("bytes", Schema.integer(1...).orNull), .required("width", Schema.integer(1...).orNull),
        .required("height", Schema.integer(1...).orNull),
        .required("reason", Schema.words(Logo.reasons).orNull.noted("Why it was not taken.")),
        .required("signature", Schema.text.orNull.noted("What the scanner found.")), .required("created_at", .time),
        .required("address", Schema.text.orNull.noted("Where the picture is, once it is clean.")),
      ])
    ),
    (
      "Branding",
      .object([
        .required("name", .text), .required("short_name", Schema.text.orNull),
        .required("brand_colour", worn.orNull), .required("accent_colour", worn.orNull),
        .required("shows_name", .boolean), .required("logo", uuid.orNull),
        .required("logo_address", Schema.text.orNull.noted("Where the picture is.")),
        .required("accent_by_day", worn.orNull.noted("As it is worn on light pages.")),
        .required("accent_by_night", worn.orNull.noted("As it is worn on dark pages.")),
        .required("style_sheet", Schema.text.orNull.noted("The address of the colours as a style sheet.")),
      ])
    ),
  ]

  private static let colour = Schema.matching("^#?[0-9A-Fa-f]{6}$")
  private static let worn = Schema.matching("^#[0-9a-f]{6}$")
}
