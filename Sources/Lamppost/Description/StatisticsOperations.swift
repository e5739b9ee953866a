import HTTPServer

extension Operation {
  static let statistics = [
    Operation(
      .get, Paths.statistics, "readStatistics", .working, "How the township does, in figures",
      note: "At most \(ReadStatistics.kept) seconds old.",
      parameters: statisticsScope, answer: .json(.named("Statistics"), "The figures."))
  ]

  static let statisticsScope: [Parameter] = [
    .query("area", .matching("^[^:\\u0000]+:[^:\\u0000]+$"), "layer:slug, e.g. wards:ward-17"),
    .query("category", .text(1...100), "A category by slug."),
    .query("from", Schemas.day, "The first day of the period; 89 days before the last unless said."),
    .query("to", Schemas.day, "The last day of the period; today unless said."),
  ]
}

extension Schemas {
  /// A day of the township's calendar.
  static let day = Schema.matching("^(19|[2-8][0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")

  private static let count = Schema.integer(0...)
  private static let hours = Schema.number.orNull.noted("From report to completion, in hours; the median.")
  private static let share = Schema.number(0...1).orNull.noted("Completed by the target date.")

  static let statistics: Schema = .object([
    .required("from", .text), .required("to", .text), .required("start", .time),
    .required("end", Schema.time.noted("The first instant after the period.")),
    .required("interval", .words(["day", "week"])),
    .required(
      "totals",
      .object(
        ["open", "overdue", "unassigned", "new_day", "new_week", "created", "closed"].map { .required($0, count) } + [
          .required("median_hours", hours), .required("on_time", share),
        ])),
    .required(
      "ages",
      .list(
        of: .object([
          .required("from_days", count), .required("under_days", count.orNull), .required("count", count),
        ]))),
    .required(
      "areas",
      .list(
        of: .object([
          .required("area", .text), .required("name", .text), .required("open", count), .required("overdue", count),
          .required("new_week", count),
        ]))),
    .required(
      "categories",
      .list(
        of: .object([
          .required("category", .text), .required("name", .text), .required("open", count),
          .required("overdue", count), .required("new_week", count), .required("median_hours", hours),
          .required("on_time", share),
        ]))),
    .required(
      "trend",
      .list(of: .object([.required("start", .text), .required("created", count), .required("closed", count)]))),
  ])
}
