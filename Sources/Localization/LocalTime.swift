import FoundationEssentials
import TimeZones

/// A moment on the clock and the calendar of a time zone. By arithmetic: a page says many dates, and a Calendar took a tenth
/// of its time.
struct LocalTime {
  private let date: CivilDay
  /// Days since January 1, 1970, of the calendar of the place.
  let dayNumber: Int
  let hour: Int
  let minute: Int

  var year: Int { date.year }
  var month: Int { date.month }
  var day: Int { date.day }

  /// From Sunday, which is 0. January 1, 1970 was a Thursday.
  var weekday: Int { ((dayNumber + 4) % 7 + 7) % 7 }

  init(_ date: Date, _ timeZone: Zone) {
    // What lies beyond is no date that a page has to say.
    let range = -62_135_596_800.0...253_402_300_799
    let instant = Int(min(max(date.timeIntervalSince1970.rounded(.down), range.lowerBound), range.upperBound))
    let seconds = instant + timeZone.offset(at: instant)
    dayNumber = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let second = seconds - dayNumber * 86_400
    (hour, minute) = (second / 3600, second / 60 % 60)
    self.date = CivilDay(number: dayNumber)
  }
}
