import FoundationEssentials
import TimeZones

/// Counts working time: when something is due, and how long something took. Times are instants, so an hour that daylight
/// saving leaves out is not worked, and one that exists twice is worked twice where the day's hours reach over it.
public struct ServiceClock: Sendable, Equatable {
  public let calendar: ServiceCalendar
  public let zone: Zone

  public init(_ calendar: ServiceCalendar, in zone: Zone) { (self.calendar, self.zone) = (calendar, zone) }

  /// Counts every hour.
  public static let roundTheClock = ServiceClock(.roundTheClock, in: .gmt)

  /// How far ahead a due time is looked for, in days: twenty years.
  static let horizon = 7305
  /// The years that are counted, 1900 to 2200, in seconds since 1970.
  private static let era = -2_208_988_800.0...7_258_118_400.0

  /// The instant at which `seconds` of working time have passed since `start`.
  /// - Parameter seconds: 0 or more; with 0 it is `start` itself.
  /// - Returns: nil where that much is not worked within twenty years.
  public func due(after start: Date, working seconds: Double) -> Date? {
    if seconds <= 0 { return start }
    let instant = Self.clamped(start)
    var left = seconds
    let first = dayNumber(of: instant)
    // A day earlier: where clocks go back over midnight, yesterday comes again.
    for number in (first - 1)...(first + Self.horizon) {
      for (begin, end) in instants(of: number) where end > instant {
        let from = max(begin, instant)
        if end - from >= left { return Date(timeIntervalSince1970: from + left) }
        left -= end - from
      }
    }
    return nil
  }

  /// Seconds of working time between two instants; 0 where `end` is not after `start`.
  public func workingTime(from start: Date, to end: Date) -> Double {
    let (from, to) = (Self.clamped(start), Self.clamped(end))
    guard from < to else { return 0 }
    var sum = 0.0
    for number in (dayNumber(of: from) - 1)...(dayNumber(of: to) + 1) {
      for (begin, end) in instants(of: number) { sum += max(0, min(end, to) - max(begin, from)) }
    }
    return sum
  }

  /// Whether somebody works at that instant.
  public func isWorking(at date: Date) -> Bool {
    let instant = Self.clamped(date)
    let today = dayNumber(of: instant)
    return (today - 1...today).contains { number in
      instants(of: number).contains { $0.begin <= instant && instant < $0.end }
    }
  }

  /// A due time after the clock stood still. Working time of a pause is added; a pause that began when the time was over
  /// brings nothing back.
  /// - Parameter pauses: in rising order, without overlap.
  /// - Returns: nil where it would lie more than twenty years after.
  public func postponed(_ target: Date, by pauses: [Pause]) -> Date? {
    var target = target
    for pause in pauses where pause.start < target {
      guard let later = due(after: target, working: workingTime(from: pause.start, to: pause.end)) else { return nil }
      target = later
    }
    return target
  }

  /// A time at which the clock stood still.
  public struct Pause: Sendable, Equatable {
    public let start: Date
    public let end: Date

    public init(start: Date, end: Date) { (self.start, self.end) = (start, end) }
  }

  private static func clamped(_ date: Date) -> Double {
    min(max(date.timeIntervalSince1970, era.lowerBound), era.upperBound)
  }

  private func dayNumber(of instant: Double) -> Int {
    let second = Int(instant.rounded(.down))
    let reading = second + zone.offset(at: second)
    return reading >= 0 ? reading / 86_400 : (reading - 86_399) / 86_400
  }

  /// The working spans of a day of the wall clock, as instants.
  private func instants(of number: Int) -> [(begin: Double, end: Double)] {
    calendar.spans(on: CivilDay(number: number)).map { span in
      let midnight = number * 86_400
      return (
        Double(zone.instant(ofWallClock: midnight + span.start * 60)),
        Double(zone.instant(ofWallClock: midnight + span.end * 60))
      )
    }
  }
}
