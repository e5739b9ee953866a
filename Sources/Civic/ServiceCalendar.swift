import TimeZones

/// When a township works: hours of each weekday and days off, on the wall clock of its time zone.
public struct ServiceCalendar: Sendable, Equatable {
  /// Working time of one day, in minutes after midnight. What lasts over midnight is two spans, one to 24:00 and one from
  /// 0:00.
  public struct Span: Sendable, Equatable, Comparable {
    public let start: Int
    public let end: Int

    public init(start: Int, end: Int) { (self.start, self.end) = (start, end) }

    public static func < (left: Span, right: Span) -> Bool { (left.start, left.end) < (right.start, right.end) }
  }

  /// A day off.
  public enum Holiday: Sendable, Hashable {
    case once(CivilDay)
    /// The same date of every year. February 29 is one in leap years alone.
    case yearly(month: Int, day: Int)
  }

  /// Why a calendar is refused; the raw value is the API's error code.
  public enum Refusal: String, Error, Sendable, Equatable {
    /// No weekday has hours: nothing would ever be due.
    case noHours = "no_hours"
    /// A span that is empty, runs backwards or leaves the day.
    case badSpan = "bad_span"
    case overlap = "overlapping_hours"
    case tooMany = "too_many"
  }

  public static let spansOfDay = 6
  public static let holidayLimit = 500

  /// Seven days from Sunday on, each in rising order.
  public let weekly: [[Span]]
  public let holidays: Set<Holiday>

  /// - Parameter weekly: seven days from Sunday on, in any order within a day.
  public init(weekly: [[Span]], holidays: Set<Holiday> = []) throws(Refusal) {
    guard weekly.count == 7, weekly.allSatisfy({ $0.count <= Self.spansOfDay }), holidays.count <= Self.holidayLimit
    else { throw .tooMany }
    let sorted = weekly.map { $0.sorted() }
    for day in sorted {
      guard day.allSatisfy({ $0.start >= 0 && $0.start < $0.end && $0.end <= 1440 }) else { throw .badSpan }
      guard zip(day, day.dropFirst()).allSatisfy({ $0.end <= $1.start }) else { throw .overlap }
    }
    guard sorted.contains(where: { !$0.isEmpty }) else { throw .noHours }
    (self.weekly, self.holidays) = (sorted, holidays)
  }

  private init(roundTheClock: Void) {
    weekly = Array(repeating: [Span(start: 0, end: 1440)], count: 7)
    holidays = []
  }

  /// Every hour of every day.
  public static let roundTheClock = ServiceCalendar(roundTheClock: ())

  /// The working time of one day.
  public func spans(on day: CivilDay) -> [Span] {
    let isOff =
      !holidays.isEmpty
      && (holidays.contains(.once(day)) || holidays.contains(.yearly(month: day.month, day: day.day)))
    return isOff ? [] : weekly[day.weekday]
  }
}
