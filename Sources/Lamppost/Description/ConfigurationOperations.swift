import HTTPServer

extension Operation {
  static let configuration = [
    Operation(
      .get, Paths.configuration, "exportConfiguration", .administration, "The township's configuration as one file",
      note: "Settings, categories with their questions, and whatever else administrators set up. No people.",
      answer: .json(.named("ConfigurationFile"), "The file.")),
    Operation(
      .post, Paths.configuration, "importConfiguration", .administration, "Bring a configuration file in",
      note: """
        All of it or nothing. Things are told apart by `slug`, templates and rules by `name`. What the file does not \
        speak of stays, and so does a member that is left out; nothing is deactivated by being left out. Brought in \
        again, a file changes nothing. What is wrong is told with its path, e.g. `categories.3.name`. A file may hold \
        8 MiB.
        """,
      parameters: [
        .query("dry_run", .words(["true", "false"]), "Only tell what would change.")
      ], body: .json("ConfigurationFile"), answer: .json(.named("ConfigurationOutcome"), "What changed, or would."),
      problems: [
        .outOfRange, .unknownOption, .invalidFormat, .nameTaken, .tooMany, .unknownDepartment, .unknownCalendar,
        .unknownCategory, .unknownArea, .notOptional, .noHours, .badSpan, .overlappingHours,
      ]),
  ]
}

extension Schemas {
  static let configuration: [(name: String, schema: Schema)] = [
    (
      "ConfigurationFile",
      .input([mark] + sections)
    ),
    (
      "ConfigurationOutcome",
      .object([
        .required("dry_run", .boolean),
        .required("sections", .object(counts)),
        .required(
          "changes",
          Schema.list(
            of: .object([
              .required("section", .words(TownshipConfiguration.Section.self)), .required("name", .text),
              .required("change", .words(["added", "changed"])),
            ])
          ).noted("The first \(ConfigurationOutcome.shown).")),
      ])
    ),
  ]

  private static let mark: Schema.Field = .required(
    TownshipConfiguration.mark,
    Schema.integer(TownshipConfiguration.version...TownshipConfiguration.version).noted("Of the file's form."))

  private static let sections: [Schema.Field] = TownshipConfiguration.Section.allCases.map { section in
    let entry: Schema = .object([])
    return .optional(section.rawValue, (section.isSingle ? entry : .list(of: entry)).orNull)
  }

  private static let counts: [Schema.Field] = TownshipConfiguration.Section.allCases.map { section in
    .required(
      section.rawValue, .object(["added", "changed", "unchanged"].map { .required($0, .integer(0...)) }))
  }
}
