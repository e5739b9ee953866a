/// What holds from the last listed change on, for ever: a POSIX TZ string such as `EST5EDT,M3.2.0,M11.1.0`, as RFC 8536
/// (section 3.3) and POSIX.1-2017 (section 8.3) define it.
struct ZoneRule: Sendable {
  /// A day of each year.
  private enum Day: Sendable {
    /// From 1 to 365; February 29 is never counted.
    case withoutLeapDay(Int)
    /// From 0 to 365.
    case ofYear(Int)
    /// The `week`th such weekday of the month, 5 for the last; Sunday is 0.
    case weekday(month: Int, week: Int, day: Int)
  }

  private struct Change: Sendable {
    let day: Day
    /// Seconds after midnight; may be negative or of another day.
    let time: Int
  }

  private let standard: Int
  private let summer: (offset: Int, begin: Change, end: Change)?

  func offset(at instant: Int) -> Int {
    guard let summer else { return standard }
    let year = CivilDay(number: floorDivision(instant + standard, 86_400)).year
    let begin = Self.instant(of: summer.begin, year) - standard
    let end = Self.instant(of: summer.end, year) - summer.offset
    // In the south summer lasts over the new year.
    let isSummer = begin < end ? instant >= begin && instant < end : instant >= begin || instant < end
    return isSummer ? summer.offset : standard
  }

  /// On the wall clock that it ends.
  private static func instant(of change: Change, _ year: Int) -> Int {
    let first = CivilDay(year: year, month: 1, day: 1).number
    let number: Int
    switch change.day {
    case .withoutLeapDay(let day): number = first + day - 1 + (CivilDay.isLeap(year) && day >= 60 ? 1 : 0)
    case .ofYear(let day): number = first + day
    case .weekday(let month, let week, let weekday):
      let start = CivilDay(year: year, month: month, day: 1)
      let day = start.number + (weekday - start.weekday + 7) % 7 + (week - 1) * 7
      let last = start.number + CivilDay.days(inMonth: month, of: year) - 1
      number = day > last ? day - 7 : day
    }
    return number * 86_400 + change.time
  }

  /// - Returns: nil for anything else.
  init?(_ text: String) {
    var scanner = RuleScanner(text: Array(text.utf8))
    guard scanner.name(), let west = scanner.time() else { return nil }
    standard = -west
    if scanner.isAtEnd {
      summer = nil
      return
    }
    guard scanner.name() else { return nil }
    let ahead = scanner.isAt(",") ? -west + 3600 : scanner.time().map { -$0 }
    guard let ahead, let begin = Self.change(&scanner), let end = Self.change(&scanner), scanner.isAtEnd else {
      return nil
    }
    summer = (ahead, begin, end)
  }

  private static func change(_ scanner: inout RuleScanner) -> Change? {
    guard scanner.take(",") else { return nil }
    let day: Day
    if scanner.take("M") {
      guard let month = scanner.number(1...12), scanner.take("."), let week = scanner.number(1...5), scanner.take("."),
        let weekday = scanner.number(0...6)
      else { return nil }
      day = .weekday(month: month, week: week, day: weekday)
    } else if scanner.take("J") {
      guard let number = scanner.number(1...365) else { return nil }
      day = .withoutLeapDay(number)
    } else {
      guard let number = scanner.number(0...365) else { return nil }
      day = .ofYear(number)
    }
    guard scanner.take("/") else { return Change(day: day, time: 7200) }
    return scanner.time().map { Change(day: day, time: $0) }
  }
}

private struct RuleScanner {
  let text: [UInt8]
  var position = 0

  init(text: [UInt8]) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  func isAt(_ character: Character) -> Bool { position < text.count && text[position] == character.asciiValue }

  mutating func take(_ character: Character) -> Bool {
    guard isAt(character) else { return false }
    position += 1
    return true
  }

  /// `EST`, or `<+03>`
  mutating func name() -> Bool {
    let start = position
    if take("<") {
      while position < text.count && !isAt(">") { position += 1 }
      return take(">")
    }
    while position < text.count && (0x41...0x5A).contains(text[position] & 0xDF) { position += 1 }
    return position > start
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int? {
    var value: Int?
    while position < text.count, (0x30...0x39).contains(text[position]), (value ?? 0) < 1000 {
      value = (value ?? 0) * 10 + Int(text[position] - 0x30)
      position += 1
    }
    return value.flatMap { range.contains($0) ? $0 : nil }
  }

  /// `[+-]hours[:minutes[:seconds]]`, in seconds.
  mutating func time() -> Int? {
    let sign = take("-") ? -1 : 1
    if sign == 1 { _ = take("+") }
    guard let hours = number(0...167) else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where take(":") {
      guard let value = number(0...59) else { return nil }
      seconds += value * unit
    }
    return sign * seconds
  }
}
