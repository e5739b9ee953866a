import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import TimeZones

/// What a category promises, and on which clock, as the database keeps it.
struct ServiceTerms: Sendable {
  let targets: ServiceTargets
  /// The category's calendar in the township's time zone; every hour counts where it has none.
  let clock: ServiceClock
  /// Share of a target's time after which staff are warned, 0 to 1.
  let warningShare: Double

  /// Of `categories c`, for `init(_:from:)`.
  static let columns: SQL = """
    c.targets::text, c.resolution_hours,
    (SELECT jsonb_build_array(k.hours, to_jsonb(k.holidays))::text FROM calendars k
      WHERE k.tenant_id = c.tenant_id AND k.id = c.calendar_id),
    (SELECT t.warning_percent::int FROM tenants t WHERE t.id = c.tenant_id)
    """
  static let columnCount = 4

  init(_ row: Row, from index: Int, zone: Zone) throws {
    targets = ServiceTargets(
      byPriority: try ServiceTargets.stored(row.get(index)), resolutionHours: try row.get(index + 1))
    let stored: String? = try row.get(index + 2)
    clock = try stored.map { ServiceClock(try ServiceCalendar(stored: $0), in: zone) } ?? .roundTheClock
    warningShare = Double(try row.get(index + 3, as: Int.self)) / 100
  }

  init(targets: ServiceTargets, clock: ServiceClock, warningShare: Double = 0.8) {
    (self.targets, self.clock, self.warningShare) = (targets, clock, warningShare)
  }

  /// The clock on which the resolution's target runs: plain hours are counted round the clock.
  private func resolutionClock(_ priority: Priority) -> ServiceClock {
    targets.byPriority[priority]?.resolution == nil && targets.resolutionHours != nil ? .roundTheClock : clock
  }

  /// The targets of a request that is made now.
  func deadlines(for priority: Priority, madeAt start: Date) -> Deadlines {
    let dates = targets.dates(for: priority, madeAt: start, on: clock)
    return deadlines(dates, for: priority, madeAt: start, stops: [], isAnswered: false, alerted: [], now: start)
  }

  /// What becomes of targets when the clock stood still meanwhile.
  /// - Parameters:
  ///   - promised: without the stops.
  ///   - alerted: what staff were told before.
  func deadlines(
    _ promised: ServiceDates, for priority: Priority, madeAt start: Date, stops: [ServiceClock.Pause],
    isAnswered: Bool, alerted: Set<DeadlineAlert>, now: Date
  ) -> Deadlines {
    let clock = resolutionClock(priority)
    var dates = promised
    dates.expectedBy = promised.expectedBy.flatMap { clock.postponed($0, by: stops) }
    var warnings = ServiceDates()
    warnings.respondBy = promised.respondBy.flatMap { warning(of: $0, madeAt: start, on: self.clock) }
    warnings.expectedBy = promised.expectedBy.flatMap { warning(of: $0, madeAt: start, on: clock) }
      .flatMap { clock.postponed($0, by: stops) }
    let watch = DeadlineWatch(dates, warnings: warnings, isAnswered: isAnswered)
    let remaining = watch.remaining(of: alerted, at: now)
    return Deadlines(
      dates: dates, promisedBy: stops.isEmpty ? nil : promised.expectedBy, watch: watch, alerted: remaining,
      watchAt: watch.next(alerted: remaining))
  }

  /// The moment at which the warning's share of the working time is over.
  private func warning(of target: Date, madeAt start: Date, on clock: ServiceClock) -> Date? {
    clock.due(after: start, working: clock.workingTime(from: start, to: target) * warningShare)
  }
}

/// A request's targets, and when staff are to be told of them.
struct Deadlines: Sendable {
  let dates: ServiceDates
  /// The target before any stop moved it.
  let promisedBy: Date?
  let watch: DeadlineWatch
  let alerted: Set<DeadlineAlert>
  let watchAt: Date?

  /// The assignments of an UPDATE of `requests`.
  var assignments: [SQL] {
    [
      "respond_by = \(dates.respondBy)", "expected_by = \(dates.expectedBy)", "promised_by = \(promisedBy)",
      "watch_at = \(watchAt)", "alerted = \(alerted.map(\.rawValue).sorted())", "unsettled = NULL",
    ]
  }
}

extension ServiceTargets {
  /// `{"high": {"first_response": 30, "resolution": 480}}`; what is not understood promises nothing.
  static func stored(_ text: String) throws -> [Priority: Target] {
    // Most categories have none.
    if text == "{}" { return [:] }
    var targets: [Priority: Target] = [:]
    for member in try JSONValue.parse(Array(text.utf8)).object?.members ?? [] {
      guard let priority = Priority(name: member.key) else { continue }
      targets[priority] = Target(
        firstResponse: member.value["first_response"]?.integer, resolution: member.value["resolution"]?.integer)
    }
    return targets
  }

  /// The same as text.
  static func stored(_ targets: [Priority: Target]) -> String {
    var json = JSONWriter()
    json.value(Self.json(targets))
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// As the API gives it.
  static func json(_ targets: [Priority: Target]) -> JSONValue {
    let members = Priority.allCases.compactMap { priority -> JSONObject.Member? in
      guard let target = targets[priority], target != Target() else { return nil }
      let fields = [("first_response", target.firstResponse), ("resolution", target.resolution)]
      return JSONObject.Member(
        key: priority.name,
        value: .object(
          JSONObject(
            members: fields.compactMap { name, minutes in minutes.map { .init(key: name, value: .integer($0)) } })
        ))
    }
    return .object(JSONObject(members: members))
  }
}

extension ServiceCalendar {
  /// `[hours, holidays]` as the table keeps them.
  init(stored text: String) throws {
    let parts = try JSONValue.parse(Array(text.utf8)).array ?? []
    guard parts.count == 2 else { throw UnknownWord(column: "calendars") }
    let weekly = (parts[0].array ?? []).map { day in
      (day.array ?? []).compactMap { span -> Span? in
        let minutes = (span.array ?? []).compactMap(\.integer)
        return minutes.count == 2 ? Span(start: minutes[0], end: minutes[1]) : nil
      }
    }
    try self.init(
      weekly: weekly, holidays: Set((parts[1].array ?? []).compactMap { $0.string.flatMap(Holiday.init(words:)) }))
  }
}

extension ServiceCalendar.Holiday {
  /// `2026-11-26`, or `01-01` for each year's; nil for anything else.
  init?(words: String) {
    if let day = CivilDay(words) {
      self = .once(day)
    } else if words.utf8.count == 5, let day = CivilDay("2024-" + words) {
      self = .yearly(month: day.month, day: day.day)
    } else {
      return nil
    }
  }

  var words: String {
    switch self {
    case .once(let day): day.description
    case .yearly(let month, let day): String(CivilDay(year: 2024, month: month, day: day).description.dropFirst(5))
    }
  }
}
