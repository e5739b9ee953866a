import Civic
import HTTPServer

extension Operation {
  /// What decides where requests go, and the areas that it goes by.
  static let routing = rules + areas

  private static let rules = [
    Operation(
      .get, Paths.rules, "listRules", .administration, "The rules of routing, in their order",
      note: """
        A new report is looked at by each active rule in turn. Department, assignee and priority are each what the first \
        rule that holds says of them; tags add up; whoever the rules name is told by mail. A rule with `stop` is the last \
        one that is looked at once it holds. When staff or the reporter change category or place of a request that nobody \
        has assigned by hand, the rules give it its department and assignee anew and add their tags.
        """,
      answer: .json(.page(of: .named("Rule")), "All rules, those that are switched off too.")),
    Operation(
      .post, Paths.rules, "addRule", .administration, "Add a rule after all others", body: .json("NewRule"),
      answer: .rule(.created, "The new rule."), problems: refusals + [.tooMany]),
    Operation(
      .get, Paths.rule, "readRule", .administration, "One rule", answer: .rule(.ok, "The rule.")),
    Operation(
      .patch, Paths.rule, "changeRule", .administration, "Change a rule",
      note: "What is left out stays, within `when` and `then` too.", parameters: [.ifMatch], body: .json("RuleChange"),
      answer: .rule(.ok, "The rule as it is now."), problems: refusals + [.versionMismatch, .tooMany]),
    Operation(
      .delete, Paths.rule, "removeRule", .administration, "Remove a rule", parameters: [.ifMatch],
      answer: .json(.named("Empty"), "It is gone."), problems: [.versionMismatch]),
    Operation(
      .post, Paths.ruleRestoration, "restoreRule", .administration, "Bring a removed rule back",
      answer: .rule(.ok, "The rule, at its old place."), problems: [.tooMany]),
    Operation(
      .post, Paths.ruleOrder, "orderRules", .administration, "Put the rules into an order", body: .json("RuleOrder"),
      answer: .json(.page(of: .named("Rule")), "All rules as they stand now."), problems: [.tooMany, .conflict]),
    Operation(
      .post, Paths.ruleDryRun, "tryRule", .administration, "What a rule would have done to the latest reports",
      note: "Nothing is changed. Each request is looked at as it stands now, with the time at which it came.",
      body: .json("RuleTrial"), answer: .json(.named("RuleTrialOutcome"), "What would have been."),
      problems: refusals + [.tooMany]),
  ]

  private static let refusals: [Problem.Code] = [
    .outOfRange, .invalidFormat, .unknownOption, .unknownCategory, .unknownArea, .unknownDepartment, .unknownPerson,
  ]
}

extension Answer {
  fileprivate static func rule(_ status: HTTPStatus, _ note: String) -> Answer {
    .json(status, .named("Rule"), note, headers: [("ETag", "The version in quotes, for If-Match.")])
  }
}

extension Schemas {
  static let routing: [(name: String, schema: Schema)] = rules + areas

  private static let rules: [(name: String, schema: Schema)] = [
    ("NewRule", .input([.required("name", line(KeptRule.longestName))] + ruleFields)),
    ("RuleChange", .input([.optional("name", line(KeptRule.longestName))] + ruleFields)),
    ("RuleOrder", .input([.required("rules", list(Schema.integer(1...), 1000).noted("Every rule's number, once."))])),
    (
      "RuleTrial",
      .input([
        .optional("id", Schema.integer(1...).orNull.noted("Of the rule that it changes; else it comes last.")),
        .required("rule", Schema.named("RuleChange").noted("A new one says its name, too.")),
        .optional("limit", Schema.integer(1...TryRule.limit).orNull.noted("Reports to look at; 1000 unless said.")),
      ])
    ),
    ("RuleConditions", .input(conditions)), ("RuleOutcome", .input(outcome)),
    (
      "Rule",
      .object([
        .required("id", .integer(1...)), .required("version", .integer(1...)), .required("name", .text),
        .required("active", .boolean), .required("stop", .boolean),
        .required("when", .object(conditions.map { .required($0.name, $0.schema) })),
        .required("then", .object(outcome.map { .required($0.name, $0.schema) })),
        .required(
          "broken",
          Schema.list(of: .words(KeptRule.Broken.self)).noted(
            "Fields that name who or what is no more. Their part of the rule is passed over.")),
      ])
    ),
    (
      "RuleTrialOutcome",
      .object([
        .required("examined", .integer(0...)),
        .required("matched", Schema.integer(0...).noted("For which the rule would have held.")),
        .required("stopped_before", Schema.integer(0...).noted("For which a rule before it would have stopped.")),
        .required(
          "other_department",
          Schema.integer(0...).noted("Of the matched: which have another department than they would have got.")),
        .required(
          "matches",
          Schema.list(
            of: .object([
              .required("reference", reference), .required("title", .text), .required("category_name", .text),
              .required("created_at", .time), .required("department", Schema.text.orNull),
              .required("would_be", Schema.text.orNull.noted("The department it would have got.")),
            ])
          ).noted("The latest \(TryRule.shown).")),
      ])
    ),
  ]

  private static let ruleFields: [Schema.Field] = [
    .optional("active", Schema.boolean.orNull),
    .optional("stop", Schema.boolean.orNull.noted("No later rule is looked at once this one holds.")),
    .optional("when", Schema.named("RuleConditions").orNull.noted("All must hold; what is left out asks nothing.")),
    .optional("then", Schema.named("RuleOutcome").orNull),
  ]

  private static func list(_ schema: Schema, _ maximum: Int) -> Schema {
    Schema(.array(of: schema), [("maxItems", .integer(maximum))])
  }

  private static func words(_ maximum: Int) -> Schema {
    list(.text(0...maximum, pattern: "^[^\\u0000]*$"), KeptRule.listLimit).orNull
  }

  static let tags = list(.text(0...Tag.longest, pattern: "^[^,\\u0000]*$"), Tag.limit).orNull

  private static let clock = Schema.matching("^(([01][0-9]|2[0-3]):[0-5][0-9])?$")

  private static let conditions: [Schema.Field] = [
    .optional("categories", words(100).noted("Slugs.")),
    .optional("groups", words(100).noted("Groups of categories; with `categories`, either is enough.")),
    .optional(
      "areas",
      list(.text(3...200, pattern: "^[^:\\u0000]+:[^:\\u0000]+$"), KeptRule.listLimit).orNull.noted("layer:slug")),
    .optional("priorities", list(priority, KeptRule.listLimit).orNull),
    .optional("weekdays", list(.integer(1...7), KeptRule.listLimit).orNull.noted("1 is Monday.")),
    .optional("from", clock.orNull.noted("On the township's clock; empty for none.")),
    .optional(
      "until", clock.orNull.noted("Not included; before `from` it is of the next day. 24:00 is the day's end.")),
    .optional("anonymous", Schema.boolean.orNull), .optional("has_files", Schema.boolean.orNull),
    .optional("words", words(100).noted("One of them stands in title or description.")),
  ]

  private static let outcome: [Schema.Field] = [
    .optional("department", optionalText(100).noted("A slug.")),
    .optional("assignee", Schema.integer(1...).orNull.noted("A person's number.")),
    .optional("priority", priority.orNull), .optional("tags", tags),
    .optional(
      "notify_role", Schema.words(Role.allCases.filter(\.isStaff).map(\.rawValue)).orNull.noted("Told by mail.")),
    .optional("notify_person", Schema.integer(1...).orNull.noted("Told by mail.")),
    .optional("notify_email", mailAddress.orNull.noted("Told by mail.")),
  ]
}
