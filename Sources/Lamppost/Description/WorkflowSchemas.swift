import Civic
import JSON
import Localization

/// The forms of what a township makes of the workflow.
extension Schemas {
  static let workflow = Schema.object([
    .required("closes_after_days", Schema.integer(1...365).orNull.noted("null: never.")),
    .required("version", .integer(1...)),
    .required(
      "statuses",
      .list(
        of: .object([
          .required("status", status), .required("active", .boolean), .required("optional", .boolean),
          .required("names", Schema.object([]).noted("The township's own words by language code.")),
        ]))),
  ])

  static let workflowChange = Schema.input([
    .optional("closes_after_days", Schema.integer(1...365).orNull.noted("null never closes what is completed.")),
    .optional(
      "statuses",
      Schema.list(
        of: .input([
          .required("status", status), .optional("active", Schema.boolean.orNull),
          .optional(
            "names",
            Schema.input(
              Language.allCases.map { .optional($0.rawValue, optionalText(WorkflowSettings.longestName)) }
            ).orNull.noted("What is left out of them is said as usual.")),
        ])
      ).restricted("maxItems", .integer(Status.allCases.count)).orNull.noted("Those that are left out stay.")),
  ])

  static let merge = Schema.input([.required("of", typedReference.noted("The request that goes on."))])

  static let mergePreview = Schema.object([
    .required("duplicate", reference),
    .required("survivor", reference.noted("`of`, or what that is a duplicate of.")),
    .required("distance", Schema.number.orNull.noted("Metres between them.")),
    .required(
      "moves",
      .object(["comments", "files", "supporters", "followers"].map { .required($0, .integer(0...)) })),
    .required(
      "stays",
      Schema.object(["comments", "files"].map { .required($0, .integer(0...)) })
        .noted("What somebody could read at the survivor who could not before.")),
  ])

  static let mergedRequest = Schema.object([
    .required("reference", reference), .required("title", .text), .required("merged_at", .time),
  ])
}
