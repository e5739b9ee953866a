import Civic
import HTTPServer

extension Operation {
  static let deadlines = [
    Operation(
      .get, Paths.complianceReport, "readCompliance", .working, "How the township keeps what it promised",
      note: """
        Counts what was completed or closed in the period, what was first answered in it, and what is open and overdue \
        now; of a month, what is overdue since a target in it.
        """,
      parameters: statisticsScope, answer: .json(.named("Compliance"), "The figures.")),
    Operation(
      .get, Paths.deadlineSettings, "readDeadlineSettings", .administration,
      "When targets are warned of, and who hears",
      answer: .versioned("DeadlineSettings", "The settings.")),
    Operation(
      .patch, Paths.deadlineSettings, "changeDeadlineSettings", .administration,
      "Change when targets are warned of, and who hears", note: "What is left out stays.",
      parameters: [.ifMatch], body: .json("DeadlineSettingsChange"),
      answer: .versioned("DeadlineSettings", "The settings as they are now."),
      problems: [.outOfRange, .unknownOption, .versionMismatch]),
    Operation(
      .get, Paths.calendars, "listCalendars", .administration, "The calendars that targets are counted by",
      answer: .json(.page(of: .named("Calendar")), "All calendars, those that are not offered too.")),
    Operation(
      .post, Paths.calendars, "addCalendar", .administration, "Add a calendar", body: .json("NewCalendar"),
      answer: .json(.created, .named("Calendar"), "The new calendar."), problems: refusals + [.conflict]),
    Operation(
      .get, Paths.calendar, "readCalendar", .administration, "One calendar",
      answer: .json(.named("Calendar"), "The calendar.")),
    Operation(
      .patch, Paths.calendar, "changeCalendar", .administration, "Change a calendar, or take it out of use",
      note: """
        What is left out stays. Requests that are there keep their targets. `active: false` offers it no more; categories \
        that count by it go on.
        """,
      parameters: [.ifMatch], body: .json("CalendarChange"),
      answer: .json(.named("Calendar"), "The calendar as it is now."), problems: refusals + [.versionMismatch]),
  ]

  private static let refusals: [Problem.Code] = [.noHours, .badSpan, .overlappingHours, .tooMany, .invalidFormat]
}

extension Schemas {
  private static let span = Schema.matching("^([01]?[0-9]|2[0-3]):[0-5][0-9]-(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)$")

  private static let holiday = Schema.matching(
    "^((19|20|21)[0-9]{2}-)?(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")

  private static let hoursInput = Schema.input(
    KeptCalendar.days.map { day in
      .optional(
        day,
        Schema(.array(of: span), [("maxItems", .integer(ServiceCalendar.spansOfDay))]).orNull
          .noted("Spans as 09:00-12:00; none for a day off."))
    })

  private static func calendarInput(isNew: Bool) -> [Schema.Field] {
    let hours = hoursInput.noted(
      "On the clock of the township. Work over midnight is two spans, to 24:00 and from 00:00.")
    return [
      isNew ? .required("name", line(100)) : .optional("name", line(100)),
      isNew ? .required("hours", hours) : .optional("hours", hours),
      .optional(
        "holidays",
        Schema(.array(of: holiday), [("maxItems", .integer(ServiceCalendar.holidayLimit))]).orNull
          .noted("Days off: 2026-11-26, or 01-01 for the same day of every year.")),
      .optional("active", Schema.boolean.orNull.noted("Whether categories can choose it.")),
    ]
  }

  static let deadlineInputs: [(name: String, schema: Schema)] = [
    ("NewCalendar", .input(calendarInput(isNew: true))), ("CalendarChange", .input(calendarInput(isNew: false))),
    (
      "DeadlineSettingsChange",
      .input([
        .optional("warning_percent", Schema.integer(1...99).orNull), .optional("escalation_role", roles.orNull),
      ])
    ),
    (
      "TargetsInput",
      .input(
        Priority.allCases.map { priority in
          .optional(
            priority.name,
            Schema.input([
              .optional("first_response", minutes.orNull.noted("Working minutes to the first answer.")),
              .optional("resolution", minutes.orNull.noted("Working minutes until it is done.")),
            ]).orNull)
        })
    ),
  ]

  private static let roles = Schema.words(DeadlineSettings.roles.map(\.rawValue))
  private static let minutes = Schema.integer(ServiceTargets.range)

  static let deadlineOutputs: [(name: String, schema: Schema)] = [
    (
      "Calendar",
      .object([
        .required("slug", .text), .required("name", .text), .required("time_zone", .text),
        .required("hours", .object(KeptCalendar.days.map { .required($0, .list(of: .text)) })),
        .required("holidays", .list(of: .text)), .required("active", .boolean), .required("version", .integer(1...)),
        .required("categories", Schema.integer(0...).noted("How many count by it.")),
      ])
    ),
    (
      "DeadlineSettings",
      .object([
        .required("warning_percent", Schema.integer(1...99).noted("Of a target's time.")),
        .required("escalation_role", roles.noted("Who hears of a target that was missed.")),
        .required("version", .integer(1...)),
      ])
    ),
    (
      "Targets",
      .object(
        Priority.allCases.map { priority in
          .optional(
            priority.name, .object([.optional("first_response", minutes), .optional("resolution", minutes)]))
        })
    ),
    (
      "Compliance",
      .object([
        .required("from", .text), .required("to", .text), .required("start", .time), .required("end", .time),
        .required("total", .object(figures)),
        .required("categories", rows("category", isNamed: true)),
        .required("departments", rows("department", isNamed: true)),
        .required("months", rows("month", isNamed: false)),
      ])
    ),
  ]

  private static func rows(_ key: String, isNamed: Bool) -> Schema {
    let name: [Schema.Field] = isNamed ? [.required("name", Schema.text.orNull)] : []
    return .list(of: .object([.required(key, Schema.text.orNull)] + name + figures))
  }

  private static let figures: [Schema.Field] = [
    .required("closed", Schema.integer(0...).noted("Completed or closed in the period.")),
    .required("with_target", .integer(0...)), .required("on_time", .integer(0...)), .required("late", .integer(0...)),
    .required("on_time_share", Schema.number(0...1).orNull),
    .required("median_hours", Schema.number.orNull.noted("From report to completion.")),
    .required("overdue", Schema.integer(0...).noted("Open now, and the target has passed.")),
    .required("answered", Schema.integer(0...).noted("First answered in the period, where an answer was promised.")),
    .required("answered_on_time", .integer(0...)),
  ]
}
