import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import TimeZones

/// A calendar as whoever keeps it sees it.
struct KeptCalendar: Sendable {
  let slug: String
  let name: String
  let calendar: ServiceCalendar
  let isActive: Bool
  let version: Int
  /// Categories that count by it.
  let categories: Int

  static let columns: SQL = """
    k.slug, k.name, jsonb_build_array(k.hours, to_jsonb(k.holidays))::text, k.active, k.version,
    (SELECT count(*) FROM categories c WHERE c.tenant_id = k.tenant_id AND c.calendar_id = k.id)
    """

  /// The API's names of the days, from Sunday on.
  static let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

  init(_ row: Row) throws {
    slug = try row.get(0)
    name = try row.get(1)
    calendar = try ServiceCalendar(stored: row.get(2))
    isActive = try row.get(3)
    version = try row.get(4)
    categories = try row.get(5)
  }

  func write(to json: inout JSONObjectWriter, zone: Zone) {
    json.field("slug", slug)
    json.field("name", name)
    json.field("time_zone", zone.identifier)
    json.object("hours") { hours in
      for (day, spans) in zip(Self.days, calendar.weekly) { hours.array(day, spans.map(\.words)) }
    }
    json.array("holidays", calendar.holidays.map(\.words).sorted())
    json.field("active", isActive)
    json.field("version", version)
    json.field("categories", categories)
  }
}

extension ServiceCalendar.Span {
  /// `09:00-17:30`; a day ends at `24:00`. nil for anything else.
  init?(words: some StringProtocol) {
    let parts = words.split(separator: "-", omittingEmptySubsequences: false).map { Self.minutes(String($0).trimmed) }
    guard parts.count == 2, let start = parts[0], let end = parts[1] else { return nil }
    self.init(start: start, end: end)
  }

  /// `9:00` and `09:00`.
  private static func minutes(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), hour < 24 && minute < 60 || hour == 24 && minute == 0
    else { return nil }
    return hour * 60 + minute
  }

  var words: String {
    func time(_ minutes: Int) -> String {
      let (hour, minute) = (minutes / 60, minutes % 60)
      return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
    return "\(time(start))-\(time(end))"
  }
}

/// What a new calendar holds, or a change of one: what is left out stays.
struct CalendarInput: Sendable {
  let slug: String
  let name: String
  let calendar: ServiceCalendar
  let isActive: Bool

  /// - Parameter old: nil for a new one.
  /// - Throws: everything that is wrong with it.
  init(_ input: ObjectInput, changing old: KeptCalendar?) throws(Problem) {
    var input = input
    self.init(reading: &input, changing: old)
    try input.finish()
  }

  /// - Parameter input: gathers everything that is wrong.
  init(reading input: inout ObjectInput, changing old: KeptCalendar?) {
    name = old == nil || input.has("name") ? input.requiredText("name", maximum: 100) : old?.name ?? ""
    // Room for a number, should the name be taken.
    slug = old?.slug ?? Slug.of(name, limit: 90)
    let weekly = old == nil || input.has("hours") ? Self.hours(&input) : old?.calendar.weekly
    let holidays = input.has("holidays") ? Self.holidays(&input) : old?.calendar.holidays ?? []
    isActive = input.bool("active") ?? old?.isActive ?? true
    var calendar = ServiceCalendar.roundTheClock
    if let weekly, let holidays {
      do throws(ServiceCalendar.Refusal) {
        calendar = try ServiceCalendar(weekly: weekly, holidays: holidays)
      } catch {
        input.refuse(error == .tooMany && holidays.count > 100 ? "holidays" : "hours", .init(error), error.sentence)
      }
    }
    self.calendar = calendar
  }

  private static func hours(_ input: inout ObjectInput) -> [[ServiceCalendar.Span]]? {
    var weekly: [[ServiceCalendar.Span]] = []
    if input.value("hours") == nil {
      input.refuse("hours", .required, "is required")
      return nil
    }
    let days: Bool? = input.nested("hours") { input in
      for day in KeptCalendar.days { weekly.append(spans(day, &input) ?? []) }
      return input.errors.isEmpty ? true : nil
    }
    return days == nil ? nil : weekly
  }

  private static func spans(_ day: String, _ input: inout ObjectInput) -> [ServiceCalendar.Span]? {
    guard let value = input.value(day) else { return [] }
    guard let list = value.array else {
      input.refuse(day, .wrongType, "must be a list of texts as 09:00-17:00")
      return nil
    }
    let spans = list.prefix(20).compactMap { $0.string.flatMap { ServiceCalendar.Span(words: $0) } }
    if spans.count < list.count { input.refuse(day, .invalidFormat, "must be a list of texts as 09:00-17:00") }
    return spans
  }

  private static func holidays(_ input: inout ObjectInput) -> Set<ServiceCalendar.Holiday>? {
    guard let value = input.value("holidays") else { return [] }
    guard let list = value.array else {
      input.refuse("holidays", .wrongType, "must be a list of days")
      return nil
    }
    if list.count > ServiceCalendar.holidayLimit {
      input.refuse("holidays", .tooMany, "must not be more than \(ServiceCalendar.holidayLimit)")
      return nil
    }
    let days = list.compactMap { $0.string.flatMap(ServiceCalendar.Holiday.init(words:)) }
    if days.count < list.count {
      input.refuse("holidays", .invalidFormat, "must be days as 2026-11-26, or 01-01 for each year's")
      return nil
    }
    return Set(days)
  }
}

extension Problem.Code {
  init(_ refusal: ServiceCalendar.Refusal) {
    switch refusal {
    case .noHours: self = .noHours
    case .badSpan: self = .badSpan
    case .overlap: self = .overlappingHours
    case .tooMany: self = .tooMany
    }
  }
}

extension ServiceCalendar.Refusal {
  var sentence: String {
    switch self {
    case .noHours: "must hold working hours on some day"
    case .badSpan: "must end after they begin, on the same day"
    case .overlap: "must not overlap"
    case .tooMany: "must not be more than \(ServiceCalendar.spansOfDay) a day"
    }
  }
}
