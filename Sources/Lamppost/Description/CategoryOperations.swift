import Civic
import HTTPServer

extension Operation {
  static let administration = categories + configuration + settings + branding

  static let categories = [
    Operation(
      .post, Paths.categories, "addCategory", .administration, "Add a category",
      note: """
        After all others of the form. Without a `slug` one is made of the name. Categories are never deleted: `active: \
        false` takes one out of the form, and its requests stay.
        """, body: .json("NewCategory"), answer: .category(.created, "The new category."),
      problems: refusals),
    Operation(
      .get, Paths.category, "readCategory", .administration, "A category as administrators keep it",
      answer: .category(.ok, "The category, with questions that are asked no more.")),
    Operation(
      .patch, Paths.category, "changeCategory", .administration, "Change a category",
      note: """
        What is left out stays. `attributes` is the whole list of questions, told apart by `key`: one that is not in it is \
        gone, or, where requests answered it, kept with `retired: true` and asked no more. Who changed what is kept.
        """, parameters: [.ifMatch], body: .json("CategoryChange"),
      answer: .category(.ok, "The category as it is now."), problems: refusals + [.versionMismatch]),
    Operation(
      .get, Paths.categoryOrder, "listKeptCategories", .administration,
      "Every category in the order of the form, as administrators keep it",
      answer: .json(.page(of: .named("KeptCategory")), "Those that are not offered, too.")),
    Operation(
      .post, Paths.categoryOrder, "orderCategories", .administration, "Put the categories into an order",
      note: "Those of a group stand together in the form, where the first of them stands.",
      body: .json("CategoryOrder"),
      answer: .json(.page(of: .named("KeptCategory")), "All categories as they stand now."),
      problems: [.tooMany, .conflict]),
  ]

  private static let refusals: [Problem.Code] = [
    .outOfRange, .unknownOption, .invalidFormat, .nameTaken, .tooMany, .unknownDepartment,
    .unknownCalendar,
  ]
}

extension Answer {
  fileprivate static func category(_ status: HTTPStatus, _ note: String) -> Answer {
    .json(status, .named("KeptCategory"), note, headers: [("ETag", "The version in quotes, for If-Match.")])
  }
}

extension Schemas {
  static let categories: [(name: String, schema: Schema)] = [
    (
      "NewCategory",
      .input(
        [
          .required("name", line(100)),
          .optional("slug", Schema.text(1...100, pattern: "^[a-z0-9][a-z0-9-]*$").orNull.noted("It stays for ever.")),
        ] + categoryFields)
    ),
    ("CategoryChange", .input([.optional("name", line(100))] + categoryFields)),
    (
      "CategoryOrder",
      .input([.required("categories", Schema.list(of: .text(0...100)).noted("Every category's slug, once."))])
    ),
    ("QuestionInput", .input(questionFields)),
    (
      "KeptCategory",
      .object([
        .required("slug", .text), .required("version", .integer(1...)), .required("name", .text),
        .required("group", Schema.text.orNull), .required("icon", .text), .required("keywords", .text),
        .required("description", .text), .required("notice", .text), .required("stop_message", .text),
        .required("default_priority", priority), .required("resolution_hours", Schema.integer(1...).orNull),
        .required("calendar", Schema.text.orNull), .required("targets", .named("Targets")),
        .required(
          "escalation_role",
          Schema.words(DeadlineSettings.roles.map(\.rawValue)).orNull.noted("null: as in the township.")),
        .required("active", .boolean), .required("blurs_location", .boolean), .required("requires_proof", .boolean),
        .required("anonymize_after_days", Schema.integer(1...).orNull),
        .required("delete_after_days", Schema.integer(1...).orNull),
        .required("private", .boolean), .required("department", Schema.text.orNull.noted("Its slug.")),
        .required("attributes", .list(of: .named("KeptQuestion"))),
      ])
    ),
    (
      "KeptQuestion",
      .object([
        .required("key", .text), .required("label", .text), .required("type", .words(KeptQuestion.Kind.self)),
        .required("required", .boolean), .optional("options", .list(of: .init(.anything))),
        .optional("min", .number), .optional("max", .number), .optional("max_length", .integer(1...)),
        .optional("retired", Schema.boolean.noted("Asked no more; requests answered it.")),
      ])
    ),
  ]

  private static let categoryFields: [Schema.Field] = [
    .optional("group", optionalText(100)), .optional("icon", optionalText(8)),
    .optional("keywords", optionalText(500)), .optional("description", optionalText(1000)),
    .optional("notice", optionalText(1000)), .optional("stop_message", optionalText(1000)),
    .optional("default_priority", priority.orNull), .optional("resolution_hours", Schema.integer(1...87_600).orNull),
    .optional(
      "calendar", optionalText(100).noted("The slug of a calendar that is offered; without one every hour counts.")),
    .optional("targets", Schema.named("TargetsInput").orNull.noted("Takes the place of all targets that were there.")),
    .optional(
      "escalation_role",
      Schema.words(DeadlineSettings.roles.map(\.rawValue)).orNull.noted(
        "Who hears of a target that was missed; null for whom the settings of the township name.")),
    .optional("active", Schema.boolean.orNull),
    .optional("blurs_location", Schema.boolean.orNull.noted("The public is told the block of some 200 m alone.")),
    .optional("anonymize_after_days", Schema.integer(1...36_500).orNull.noted("Days after its end; null for never.")),
    .optional("delete_after_days", Schema.integer(1...36_500).orNull.noted("Not before it is made anonymous.")),
    .optional("requires_proof", Schema.boolean.orNull.noted("Whether completing needs a photo by staff.")),
    .optional(
      "private",
      Schema.boolean.orNull.noted("Its requests are never public. Those that were public become private, for good.")),
    .optional("department", optionalText(100).noted("Where new requests go, by slug.")),
    .optional(
      "attributes",
      Schema(.array(of: .named("QuestionInput")), [("maxItems", .integer(KeptQuestion.limit))]).orNull.noted(
        "The questions, each key once.")),
  ]

  private static let option: Schema = .text(1...KeptQuestion.longestOption, pattern: "^[^\\u0000]*$")

  private static let questionFields: [Schema.Field] = [
    .optional(
      "key",
      Schema.text(1...KeptQuestion.longestKey, pattern: "^[A-Za-z0-9_-]+$").orNull.noted(
        "What answers are kept by; made of the label where it is missing.")),
    .required("label", line(KeptQuestion.longestLabel)), .required("type", .words(KeptQuestion.Kind.self)),
    .optional("required", Schema.boolean.orNull),
    .optional(
      "options",
      Schema(
        .array(
          of: .init(.oneOf([option, .input([.required("key", option), .optional("label", option.orNull)])]))),
        [("minItems", .integer(1)), ("maxItems", .integer(KeptQuestion.optionLimit))]
      ).noted("For choice and choices alone, which need them: keys, or keys with what is shown for them.")),
    .optional("min", Schema.number(KeptQuestion.numbers).orNull.noted("For number alone.")),
    .optional("max", Schema.number(KeptQuestion.numbers).orNull.noted("For number alone.")),
    .optional("max_length", Schema.integer(1...KeptQuestion.longestAnswer).orNull.noted("For text alone.")),
    .optional("retired", Schema.boolean.orNull.noted("Asked no more.")),
  ]
}
