import Civic
import HTTPServer
import JSON

extension Operation {
  static let bulk = [
    Operation(
      .post, Paths.bulk, "changeMany", .working, "Change many requests at once",
      note: """
        Exactly one of `references` (at most \(BulkSelection.referenceLimit)), `filter` and `polygon`, which `filter` may \
        narrow; at most \(BulkChange.limit) requests. Each is changed by the rules of a single change, with its history; \
        what may not be changed is refused with its reason and stops nobody else. `dry_run` tells what would happen; \
        without an action, what is selected. `undo` takes back what the caller did within the last \(Int(Undo.window)) seconds, where nothing \
        has happened since; it names its requests itself. `duplicate` merges each into one survivor, as a single merge does; \
        the survivor may be among them, and stays as it is. \
        `route` asks the rules of routing anew for what is open and was never \
        assigned by hand. With the `versions` that a dry run told, what somebody has changed since, or has come into the selection since, \
        is refused with `version_mismatch`. A call that broke off goes on where it stopped when it is sent again with its \
        key; a dry run takes no notice of one.
        """,
      parameters: [.idempotencyKey],
      body: .json("BulkCall"), answer: .json(.named("BulkOutcome"), "What was, or would be, done."),
      problems: [
        .unknownOption, .invalidFormat, .outOfRange, .tooMany, .unknownPerson, .unknownDepartment, .unknownCategory,
        .reasonRequired, .noteRequired, .transitionNotAllowed, .unknownRequest, .mergeNotAllowed, .idempotencyConflict,
        .conflict,
      ]),
    Operation(
      .get, Paths.views, "listViews", .working, "The caller's saved views, and those shared by colleagues",
      note: """
        `count` is how many open requests a view finds (of its statuses, where it names some), counted up to \
        \(SavedViews.countLimit).
        """,
      answer: .json(.page(of: .named("SavedView")), "All of them.")),
    Operation(
      .post, Paths.views, "addView", .working, "Keep a filter under a name", body: .json("NewView"),
      answer: .json(.created, .named("SavedView"), "The new view."),
      problems: [.forbidden, .invalidFormat, .tooMany, .conflict]),
    Operation(
      .delete, Paths.view, "deleteView", .working, "Throw a saved view away",
      answer: .json(.named("Empty"), "It is gone."), problems: [.conflict]),
  ]
}

extension Schemas {
  static let bulkInputs: [(name: String, schema: Schema)] = [
    (
      "BulkCall",
      .input([
        .optional(
          "references",
          limited(.list(of: typedReference), BulkSelection.referenceLimit).orNull),
        .optional("filter", Schema.named("BulkFilter").orNull),
        .optional("polygon", Schema.named("SearchPolygon").orNull),
        .optional("action", Schema.named("BulkAction").orNull),
        .optional("dry_run", Schema.boolean.orNull),
        .optional(
          "versions",
          limited(.list(of: .named("BulkChange")), BulkChange.limit).orNull
            .noted("As a dry run told them: what has another version now is not changed.")),
      ])
    ),
    (
      "BulkFilter",
      Schema.input(
        Parameter.filters.map { parameter in
          let form: Schema = if case .array = parameter.schema.form { .text } else { parameter.schema }
          return .optional(parameter.name, form.orNull.noted(parameter.note))
        }
      ).noted("The list's filters by their names.")
    ),
    (
      "SearchPolygon",
      Schema.input([
        .required("type", .words(["Polygon"])),
        .required(
          "coordinates",
          .list(of: .list(of: limited(.list(of: .number), 2)))),
      ]).noted("GeoJSON, of at most \(SearchPolygon.vertexLimit) positions.")
    ),
    (
      "BulkAction",
      .input([
        .required("type", .words(BulkAction.Kind.self)),
        .optional("assignee", Schema.integer(1...).orNull.noted("For assign: a person's number; null takes it away.")),
        .optional("department", optionalText(100).noted("For assign: its slug; null takes it away.")),
        .optional("status", status.orNull.noted("For status.")),
        .optional("reason", optionalText(2000).noted("For status on_hold and rejected.")),
        .optional("note", optionalText(2000).noted("For status: what was done; needed for completed.")),
        .optional("category", optionalText(100).noted("For categorize: its slug.")),
        .optional("priority", priority.orNull.noted("For prioritize.")),
        .optional("of", optionalText(32).noted("For duplicate: the reference of the request that goes on.")),
        .optional("changes", limited(.list(of: .named("BulkChange")), BulkChange.limit).orNull.noted("For undo.")),
      ])
    ),
    ("BulkChange", .input([.required("reference", typedReference), .required("version", .integer(1...))])),
    (
      "NewView",
      .input([
        .required("name", line(100)), .optional("filter", Schema.named("ViewFilter").orNull),
        .optional("shared", Schema.boolean.orNull.noted("Whether all staff see it.")),
      ])
    ),
    (
      "ViewFilter",
      Schema.input(
        (Parameter.filters + [.sort]).map { parameter in
          let form: Schema = if case .array = parameter.schema.form { .text } else { parameter.schema }
          return .optional(parameter.name, form.orNull.noted(parameter.note))
        })
    ),
  ]

  static let bulkOutputs: [(name: String, schema: Schema)] = [
    (
      "BulkOutcome",
      .object([
        .required("dry_run", .boolean), .required("matched", .integer(0...)),
        .required("selected", Schema.list(of: reference).noted("Where no action was asked for.")),
        .required("changed", .object(group)), .required("unchanged", .object(group)),
        .required("refused", .list(of: .object([.required("code", .words(Problem.Code.self))] + group))),
        .required("undo", Schema.list(of: .named("BulkChange")).noted("What `undo` takes as its changes.")),
        .required(
          "versions",
          Schema.list(of: .named("BulkChange")).noted("In a dry run: all that it looked at, as it saw them.")),
        .required(
          "survivor",
          Schema.object([.required("reference", reference), .required("title", .text)]).orNull
            .noted("For duplicate: the request that goes on.")),
      ])
    ),
    (
      "SavedView",
      .object([
        .required("id", uuid), .required("name", .text), .required("filter", .object([])),
        .required("shared", .boolean), .required("own", .boolean), .required("count", .integer(0...)),
      ])
    ),
  ]

  private static let group: [Schema.Field] = [
    .required("count", .integer(0...)), .required("references", .list(of: reference)),
  ]

  private static func limited(_ list: Schema, _ maximum: Int) -> Schema {
    list.restricted("minItems", .integer(maximum == 2 ? 2 : 1)).restricted("maxItems", .integer(maximum))
  }
}
