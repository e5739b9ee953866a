import FoundationEssentials

/// Dates and times, in the township's time zone.
extension Translator {
  /// A day: "November 21, 2026".
  public func date(_ date: Date) -> String {
    let parts = parts(date)
    return self("{month} {day}, {year}", ["month": month(parts), "day": "\(parts.day!)", "year": "\(parts.year!)"])
  }

  /// A day with its weekday, without the year: "Tuesday, November 24".
  public func weekdayAndDate(_ date: Date) -> String {
    let parts = parts(date)
    return self(
      "{weekday}, {month} {day}", ["weekday": weekday(parts), "month": month(parts), "day": "\(parts.day!)"])
  }

  /// A day and a time: "November 21, 2026, 2:05 PM".
  public func dateAndTime(_ date: Date) -> String {
    self("{date}, {time}", ["date": self.date(date), "time": timeOfDay(date)])
  }

  /// "2:05 PM", or "14:05" where the language counts to 24.
  public func timeOfDay(_ date: Date) -> String {
    let parts = parts(date)
    let (hour, minute) = (parts.hour!, parts.minute!)
    return self(
      "{hour12}:{minute} {half}",
      [
        "hour12": "\((hour + 11) % 12 + 1)", "hour24": hour < 10 ? "0\(hour)" : "\(hour)",
        "minute": minute < 10 ? "0\(minute)" : "\(minute)", "half": hour < 12 ? "AM" : "PM",
      ])
  }

  /// "5 minutes ago", "in 3 days"; in days beyond 48 hours.
  public func relative(_ date: Date, to now: Date) -> String {
    let seconds = Int(date.timeIntervalSince(now).rounded())
    let (minutes, hours, days) = (abs(seconds) / 60, abs(seconds) / 3600, abs(seconds) / 86_400)
    if minutes == 0 { return seconds <= 0 ? self("just now") : self("in a moment") }
    if seconds < 0 {
      if hours == 0 { return plural("{count} minute ago", "{count} minutes ago", minutes) }
      if hours < 48 { return plural("{count} hour ago", "{count} hours ago", hours) }
      return plural("{count} day ago", "{count} days ago", days)
    }
    if hours == 0 { return plural("in {count} minute", "in {count} minutes", minutes) }
    if hours < 48 { return plural("in {count} hour", "in {count} hours", hours) }
    return plural("in {count} day", "in {count} days", days)
  }

  /// "today", "in 3 days", "3 days ago": by the days of the calendar, as people count them.
  public func relativeDay(_ date: Date, to now: Date) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let from = calendar.startOfDay(for: now)
    let days = calendar.dateComponents([.day], from: from, to: calendar.startOfDay(for: date)).day ?? 0
    switch days {
    case 0: return self("today")
    case 1: return self("tomorrow")
    case -1: return self("yesterday")
    default:
      return days > 0
        ? plural("in {count} day", "in {count} days", days) : plural("{count} day ago", "{count} days ago", -days)
    }
  }

  private func parts(_ date: Date) -> DateComponents {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    return calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
  }

  private func month(_ parts: DateComponents) -> String { self(Self.months[parts.month! - 1]) }

  private func weekday(_ parts: DateComponents) -> String { self(Self.weekdays[parts.weekday! - 1]) }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}
