public import FoundationEssentials

/// Times as the API speaks them: `2026-03-01T09:30:00.250Z`.
public enum RFC3339 {
  /// In UTC with `Z`; milliseconds are rounded, and left out when zero. Years outside 0000 to 9999 are clamped, since
  /// RFC 3339 has no way to write them.
  public static func format(_ date: Date) -> String {
    var bytes: [UInt8] = []
    append(date, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func append(_ date: Date, to bytes: inout [UInt8]) {
    let seconds = date.timeIntervalSince1970
    // 0000-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z; a NaN becomes the earliest.
    let clamped = seconds >= -62_167_219_200 ? min(seconds, 253_402_300_799.999) : -62_167_219_200
    let milliseconds = Int((clamped * 1000).rounded())
    let (days, ofDay) = milliseconds.flooredDivision(by: 86_400_000)
    let (year, month, day) = civil(fromDays: days)
    append(year, digits: 4, to: &bytes)
    append(month, digits: 2, after: "-", to: &bytes)
    append(day, digits: 2, after: "-", to: &bytes)
    append(ofDay / 3_600_000, digits: 2, after: "T", to: &bytes)
    append(ofDay / 60_000 % 60, digits: 2, after: ":", to: &bytes)
    append(ofDay / 1000 % 60, digits: 2, after: ":", to: &bytes)
    if ofDay % 1000 != 0 { append(ofDay % 1000, digits: 3, after: ".", to: &bytes) }
    bytes.append(UInt8(ascii: "Z"))
  }

  /// Strict RFC 3339: an offset is required, dates must exist, a leap second (`:60`) is refused because no clock of
  /// ours can hold it. `T` and `Z` may be small letters. Of a fraction, nine digits count.
  /// - Returns: nil when `text` is anything else.
  public static func parse(_ text: String) -> Date? {
    var scanner = Scanner(bytes: Array(text.utf8))
    guard let year = scanner.number(digits: 4), scanner.skip("-"),
      let month = scanner.number(digits: 2), (1...12).contains(month), scanner.skip("-"),
      let day = scanner.number(digits: 2), (1...daysIn(month: month, year: year)).contains(day),
      scanner.skip("T") || scanner.skip("t"),
      let hour = scanner.number(digits: 2), hour < 24, scanner.skip(":"),
      let minute = scanner.number(digits: 2), minute < 60, scanner.skip(":"),
      let second = scanner.number(digits: 2), second < 60,
      let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return Date(timeIntervalSince1970: Double(seconds) + fraction)
  }

  private static func append(_ number: Int, digits: Int, after mark: Unicode.Scalar? = nil, to bytes: inout [UInt8]) {
    if let mark { bytes.append(UInt8(ascii: mark)) }
    var scale = digits == 4 ? 1000 : digits == 3 ? 100 : 10
    while scale > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10))
      scale /= 10
    }
  }

  private static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the leap day is
  /// the last of its year, in eras of 400 years (146,097 days); 719,468 days lie between 0000-03-01 and 1970-01-01.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
  }
}

private struct Scanner {
  let bytes: [UInt8]
  var position = 0

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  mutating func digit() -> Int? {
    guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
    defer { position += 1 }
    return Int(bytes[position] - 0x30)
  }

  mutating func number(digits: Int) -> Int? {
    var number = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// 0 without a fraction, nil for a point without digits.
  mutating func fraction() -> Double? {
    guard skip(".") else { return 0 }
    var (value, scale, count) = (0, 1, 0)
    while let digit = digit() {
      count += 1
      if count <= 9 { (value, scale) = (value * 10 + digit, scale * 10) }
    }
    return count > 0 ? Double(value) / Double(scale) : nil
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, let hours = number(digits: 2), hours < 24, skip(":"),
      let minutes = number(digits: 2), minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}

extension Int {
  fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
