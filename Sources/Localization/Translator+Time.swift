import FoundationEssentials

/// Dates and times, in the township's time zone.
extension Translator {
  /// A day: "November 21, 2026".
  public func date(_ date: Date) -> String { self.date(LocalTime(date, timeZone)) }

  private func date(_ time: LocalTime) -> String {
    self("{month} {day}, {year}", ["month": month(time), "day": day(time), "year": "\(time.year)"])
  }

  /// A day with its weekday, without the year: "Tuesday, November 24".
  public func weekdayAndDate(_ date: Date) -> String {
    let time = LocalTime(date, timeZone)
    return self(
      "{weekday}, {month} {day}", ["weekday": weekday(time), "month": month(time), "day": day(time)])
  }

  /// A day and a time: "November 21, 2026, 2:05 PM".
  public func dateAndTime(_ date: Date) -> String {
    let time = LocalTime(date, timeZone)
    return self("{date}, {time}", ["date": self.date(time), "time": timeOfDay(time)])
  }

  /// "2:05 PM", or "14:05" where the language counts to 24.
  public func timeOfDay(_ date: Date) -> String { timeOfDay(LocalTime(date, timeZone)) }

  private func timeOfDay(_ time: LocalTime) -> String {
    let (hour, minute) = (time.hour, time.minute)
    return self(
      "{hour12}:{minute} {half}",
      [
        "hour12": "\((hour + 11) % 12 + 1)", "hour24": hour < 10 && language != .french ? "0\(hour)" : "\(hour)",
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
    let days = LocalTime(date, timeZone).dayNumber - LocalTime(now, timeZone).dayNumber
    switch days {
    case 0: return self("today")
    case 1: return self("tomorrow")
    case -1: return self("yesterday")
    default:
      return days > 0
        ? plural("in {count} day", "in {count} days", days) : plural("{count} day ago", "{count} days ago", -days)
    }
  }

  /// French counts the first of a month: "1er mars".
  private func day(_ time: LocalTime) -> String { language == .french && time.day == 1 ? "1er" : "\(time.day)" }

  private func month(_ time: LocalTime) -> String { self(Self.months[time.month - 1]) }

  private func weekday(_ time: LocalTime) -> String { self(Self.weekdays[time.weekday]) }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}
