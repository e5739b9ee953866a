import FoundationEssentials

/// A moment on the clock and the calendar of a time zone. By arithmetic: a page says many dates, and a Calendar took a tenth
/// of its time.
struct LocalTime {
  /// Days since January 1, 1970, of the calendar of the place.
  let dayNumber: Int
  let year: Int
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int

  /// From Sunday, which is 0. January 1, 1970 was a Thursday.
  var weekday: Int { ((dayNumber + 4) % 7 + 7) % 7 }

  init(_ date: Date, _ timeZone: TimeZone) {
    // What lies beyond is no date that a page has to say.
    let range = -62_135_596_800.0...253_402_300_799
    let instant = min(max(date.timeIntervalSince1970.rounded(.down), range.lowerBound), range.upperBound)
    let seconds = Int(instant) + timeZone.secondsFromGMT(for: date)
    dayNumber = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let second = seconds - dayNumber * 86_400
    (hour, minute) = (second / 3600, second / 60 % 60)
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: years that begin in March, in
    // cycles of 400 years. https://howardhinnant.github.io/date_algorithms.html
    let shifted = dayNumber + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * ofYear + 2) / 153
    day = ofYear - (153 * march + 2) / 5 + 1
    month = march < 10 ? march + 3 : march - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}
