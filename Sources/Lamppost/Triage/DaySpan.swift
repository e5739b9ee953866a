import FoundationEssentials
import PostgreSQL
import TimeZones

/// Days of the township's calendar, both included: `2026-10-01..2026-10-31`, or one alone.
struct DaySpan: Sendable, Equatable {
  let first: CivilDay
  let last: CivilDay

  /// - Returns: nil for anything else, for days that do not exist, and for a first after the last.
  init?(_ text: String) {
    let days = text.replacing("..", with: "|").split(separator: "|", omittingEmptySubsequences: false).map {
      CivilDay(String($0))
    }
    guard (1...2).contains(days.count), let first = days[0], let last = days.last ?? nil else { return nil }
    self.init(first, last)
  }

  /// - Returns: nil for a first after the last, and for years that the database's calendar is not asked for.
  init?(_ first: CivilDay, _ last: CivilDay) {
    guard first <= last, first.year >= 1900, last.year <= 9000 else { return nil }
    (self.first, self.last) = (first, last)
  }

  /// - Parameter month: `2026-10`
  init?(month: String) {
    guard let first = CivilDay(month + "-01") else { return nil }
    let next =
      first.month == 12
      ? CivilDay(year: first.year + 1, month: 1, day: 1)
      : CivilDay(year: first.year, month: first.month + 1, day: 1)
    self.init(first, CivilDay(number: next.number - 1))
  }

  /// The days that lie in both; nil where there are none.
  func within(_ other: DaySpan) -> DaySpan? { DaySpan(max(first, other.first), min(last, other.last)) }

  /// As addresses hold it.
  var words: String { "\(first)..\(last)" }

  /// The condition that `column`, an instant, lies in these days of the township's time zone.
  func condition(on column: SQL, _ tenant: Tenant) -> SQL {
    let zone = tenant.timeZone.identifier
    func start(of day: CivilDay) -> SQL { "(\(day.description)::date)::timestamp AT TIME ZONE \(zone)" }
    return """
      \(column) >= (\(start(of: first))) AND \(column) < (\(start(of: CivilDay(number: last.number + 1))))
      """
  }
}
