import FoundationEssentials
import JSON

/// A time as files write it: `2011-11-06 01:30:00`, `2011-11-06T01:30`, `2011-11-06`, or with an offset. What lacks an
/// offset is a wall clock's, and PostgreSQL, which knows every zone's history, makes an instant of it.
struct ImportedTime: Sendable, Equatable {
  /// What PostgreSQL reads: a timestamp without zone, or one in UTC that ends in `+00`.
  let text: String

  /// - Returns: nil for anything else, for days that do not exist, and for years outside 1900 to 2200.
  init?(_ input: String) {
    // RFC 3339's parser knows offsets and the calendar; a wall clock's time is one in UTC as far as form goes.
    var normal = input.replacing(" ", with: "T", maxReplacements: 1)
    if normal.utf8.count == 10 { normal += "T00:00:00" }
    if normal.utf8.count == 16 { normal += ":00" }
    let isLocal = RFC3339.parse(normal + "Z") != nil
    guard let date = RFC3339.parse(isLocal ? normal + "Z" : normal) else { return nil }
    // 1900-01-01 and 2200-01-01.
    guard (-2_208_988_800..<7_258_118_400).contains(date.timeIntervalSince1970) else { return nil }
    text = isLocal ? normal : RFC3339.format(date).dropLast() + "+00"
  }
}
