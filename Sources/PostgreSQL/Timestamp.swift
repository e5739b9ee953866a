internal import FoundationEssentials

/// PostgreSQL's timestamps: microseconds since 2000-01-01, UTC.
enum Timestamp {
  /// From Foundation's reference date, 2001-01-01, back to PostgreSQL's: the leap year 2000.
  private static let epochDifference = 366.0 * 86_400

  /// MIN_TIMESTAMP, 4714-11-24 BC, and END_TIMESTAMP, the end of the year 294276, of the server's timestamp.h.
  private static let range = -211_813_488_000_000_000..<9_223_371_331_200_000_000

  /// Nil when the server could not hold the date.
  static func microseconds(_ date: Date) -> Int64? {
    if date == .distantFuture { return .max }
    if date == .distantPast { return .min }
    let microseconds = ((date.timeIntervalSinceReferenceDate + epochDifference) * 1_000_000).rounded()
    guard let exact = Int64(exactly: microseconds), range.contains(Int(exact)) else { return nil }
    return exact
  }

  static func date(microseconds: Int64) -> Date {
    switch microseconds {
    case .max: .distantFuture
    case .min: .distantPast
    default: Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - epochDifference)
    }
  }

  /// From a column of type date: days since 2000-01-01, taken as midnight UTC.
  static func date(days: Int32) -> Date {
    switch days {
    case .max: .distantFuture
    case .min: .distantPast
    default: Date(timeIntervalSinceReferenceDate: Double(days) * 86_400 - epochDifference)
    }
  }

  /// `2024-02-29 12:00:00.000001+00`, as COPY reads it. Days to year, month, day after Howard Hinnant's
  /// "chrono-Compatible Low-Level Date Algorithms" (eras of 400 years that begin on 1 March).
  static func text(microseconds: Int64) -> String {
    if microseconds == .max { return "infinity" }
    if microseconds == .min { return "-infinity" }
    let (days, rest) = floorDivide(microseconds, 86_400_000_000)
    let (era, dayOfEra) = floorDivide(days + 730_425, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let seconds = rest / 1_000_000
    let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
    // There is no year 0: the one before year 1 is 1 BC.
    return "\(padded(year > 0 ? year : 1 - year, 4))-\(padded(month, 2))-\(padded(day, 2)) "
      + "\(time).\(padded(rest % 1_000_000, 6))+00\(year > 0 ? "" : " BC")"
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
