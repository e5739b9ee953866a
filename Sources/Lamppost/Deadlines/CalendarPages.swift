import Civic
import FoundationEssentials
import HTML
import HTTPServer
import JSON
import Localization

/// The calendars, and one of them as a form.
enum CalendarPages {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let calendars = try await context.application.keepCalendars.list(as: context.actor)
    return Page(
      title: t("Calendars"), width: .wide, isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        <h1>\(t("Calendars"))</h1>
        <p>\(t("When the township works. Targets of categories count by them; nights and days off do not count."))</p>
        <p><a class="button" href="\(Paths.newCalendarPage())">\(t("New calendar"))</a></p>
        \(calendars.isEmpty ? "<p class=\"empty\">\(t("There is no calendar yet. Without one every hour counts."))</p>\n" as HTML
          : table(calendars, t))
        """
    ).response(context)
  }

  private static func table(_ calendars: [KeptCalendar], _ t: Translator) -> HTML {
    """
    <div class="scroll" tabindex="0" role="region" aria-label="\(t("Calendars"))"><table id="calendars" class="rows">
    <thead><tr><th scope="col">\(t("Calendar"))</th><th scope="col" class="number">\(t("Hours a week"))</th>\
    <th scope="col" class="number">\(t("Days off"))</th><th scope="col" class="number">\(t("Categories"))</th>\
    <th scope="col">\(t("State"))</th></tr></thead>
    <tbody>
    \(calendars.map { kept in
      """
      <tr><th scope="row"><a href="\(Paths.calendarPage(kept.slug))">\(kept.name)</a></th>\
      <td class="number" data-label="\(t("Hours a week"))">\(t.number(kept.calendar.weeklyMinutes / 60))</td>\
      <td class="number" data-label="\(t("Days off"))">\(t.number(kept.calendar.holidays.count))</td>\
      <td class="number" data-label="\(t("Categories"))">\(t.number(kept.categories))</td>\
      <td>\(kept.isActive ? t("In use") : t("Not offered"))</td></tr>

      """ as HTML
    })</tbody></table></div>

    """
  }

  static func new(_ request: Request, _ context: Context) async throws -> Response {
    var fields = FormFields(context.t)
    // What most town halls have.
    fields.entered = ["active": ["true"]]
    for day in KeptCalendar.days[1...5] { fields.entered[day] = ["09:00-17:00"] }
    return page(context, nil, fields, nil).response(context)
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      let input = try CalendarInput(ObjectInput(object(form)), changing: nil)
      let added = try await context.application.keepCalendars.add(input, as: context.actor)
      return .redirect(to: Paths.calendarPage(added.slug) + "?done=1")
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      return refused(page(context, nil, FormFields(context.t, form, problem: problem), nil), problem, context)
    }
  }

  static func show(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let kept = try await context.application.keepCalendars.find(slug, as: context.actor)
    var fields = FormFields(context.t)
    fields.entered = [
      "name": [kept.name], "holidays": [kept.calendar.holidays.map(\.words).sorted().joined(separator: "\n")],
      "active": [kept.isActive ? "true" : "false"],
    ]
    for (day, spans) in zip(KeptCalendar.days, kept.calendar.weekly) {
      fields.entered[day] = [spans.map(\.words).joined(separator: ", ")]
    }
    return page(context, kept, fields, AdministrationPage.saved(request, context.t)).response(context)
  }

  static func submit(_ request: Request, _ context: Context, _ slug: String) async throws -> Response {
    let form = try context.postedForm()
    do {
      _ = try await context.application.keepCalendars.change(
        slug, ifMatch: form["version"].flatMap { Int(digits: $0) }, as: context.actor
      ) { try CalendarInput(ObjectInput(object(form)), changing: $0) }
      return .redirect(to: Paths.calendarPage(slug) + "?done=1")
    } catch let problem as Problem
      where problem.code.status == .unprocessableContent || problem.code == .versionMismatch
    {
      let kept = try await context.application.keepCalendars.find(slug, as: context.actor)
      return refused(page(context, kept, FormFields(context.t, form, problem: problem), nil), problem, context)
    }
  }

  private static func refused(_ page: Page, _ problem: Problem, _ context: Context) -> Response {
    var page = page
    page.status = problem.code.status
    return page.response(context)
  }

  /// The form as the API would have been sent it.
  private static func object(_ form: PageForm) -> JSONObject {
    func list(_ name: String, _ isSeparator: (Character) -> Bool) -> JSONValue {
      let parts = (form[name] ?? "").split(whereSeparator: isSeparator).map { String($0).trimmed }
      return .array(parts.filter { !$0.isEmpty }.map(JSONValue.string))
    }
    let days = KeptCalendar.days.map { day in
      JSONObject.Member(key: day, value: list(day) { $0 == "," || $0 == ";" })
    }
    return JSONObject(members: [
      .init(key: "name", value: form["name"].map(JSONValue.string) ?? .null),
      .init(key: "hours", value: .object(JSONObject(members: days))),
      .init(key: "holidays", value: list("holidays") { $0.isNewline || $0 == "," }),
      .init(key: "active", value: .bool(form["active"] == "true")),
    ])
  }

  private static func page(
    _ context: Context, _ kept: KeptCalendar?, _ given: FormFields, _ notice: HTML?
  ) -> Page {
    let t = context.t
    var fields = given
    fields.names = ["hours": "monday"]
    for day in KeptCalendar.days { fields.names["hours." + day] = day }
    var labels = ["name": t("Name"), "holidays": t("Days off"), "active": t("Offered for categories")]
    for (day, name) in zip(KeptCalendar.days, weekdays(t)) { labels[day] = name }
    // The week begins on Monday for who fills it in.
    let week = KeptCalendar.days[1...] + [KeptCalendar.days[0]]
    let title = kept?.name ?? t("New calendar")
    let zone = context.actor.tenant.timeZone.identifier
    return Page(
      title: title, styles: ["targets"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.calendarPages(), t("Calendars")))\
        \(fields.summary { labels[$0] })<h1>\(title)</h1>
        \(notice)\
        \(kept.map { preview($0, context) })\
        <form method="post" action="\(kept.map { Paths.calendarPage($0.slug) } ?? Paths.newCalendarPage())" novalidate \
        data-guard>\(context.hiddenToken)\
        \(kept.map { "<input type=\"hidden\" name=\"version\" value=\"\($0.version)\">" as HTML })
        \(fields.text("name", labels["name"]!, .init(maximumLength: 100)))\
        <h2>\(t("Working hours"))</h2>
        <p class="hint">\(t("From and to, as 09:00-12:00, 13:00-17:00. Empty for a day without work. Work over midnight is two: until 24:00, and from 00:00 of the next day. Time zone: {zone}", ["zone": zone]))</p>
        \(week.map { fields.text($0, labels[$0]!, .init(maximumLength: 200, isOptional: true)) })\
        <h2>\(t("Holidays"))</h2>
        \(fields.textArea("holidays", labels["holidays"]!,
          .init(hint: t("One on each line: 2026-11-26, or 01-01 for the same day of every year."), maximumLength: 8000,
            rows: 8, isOptional: true)))\
        \(fields.checkbox("active", labels["active"]!,
          hint: t("Categories that count by it already go on doing so.")))\
        <button>\(t("Save"))</button>
        </form>
        """)
  }

  private static func weekdays(_ t: Translator) -> [String] {
    [
      t("Sunday"), t("Monday"), t("Tuesday"), t("Wednesday"), t("Thursday"), t("Friday"), t("Saturday"),
    ]
  }

  /// What the saved calendar would make of a report of this moment.
  private static func preview(_ kept: KeptCalendar, _ context: Context) -> HTML {
    let t = context.t
    let clock = ServiceClock(kept.calendar, in: context.actor.tenant.timeZone)
    return """
      <section class="card" id="preview" aria-labelledby="preview-title">
      <h2 id="preview-title">\(t("A report made now would be due"))</h2>
      <ul>
      \([1, 8, 40].map { hours in
        let due = clock.due(after: .now, working: Double(hours) * 3600)
        let target = t.plural("{count} working hour", "{count} working hours", hours)
        return "<li>\(t("{target}: {date}", ["target": target, "date": due.map { t.weekdayAndTime($0) } ?? t("never")]))</li>\n"
          as HTML
      })</ul>
      </section>

      """
  }
}

extension ServiceCalendar {
  /// Of a week without days off.
  var weeklyMinutes: Int { weekly.joined().reduce(0) { $0 + $1.end - $1.start } }
}

extension Translator {
  /// "Friday, November 20, 10:05 PM"
  func weekdayAndTime(_ date: Date) -> String { "\(weekdayAndDate(date)), \(timeOfDay(date))" }
}
