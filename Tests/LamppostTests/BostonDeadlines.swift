import Civic
import FoundationEssentials
import PostgreSQL
import Testing

@testable import Lamppost

/// The city's own word on each request, beside what the rules make of the imported dates.
enum BostonDeadlines {
  /// What a row has to compare with.
  private enum Kind: String, CaseIterable {
    case compared = "closed, with a target and a verdict: compared"
    case noVerdict = "closed, with a target but no verdict of the city's"
    case noTarget = "closed, with a verdict but no target"
    case openWithTarget = "open, with a target and a verdict"
    case openWithoutTarget = "open, without a target"
    case openWithoutVerdict = "open, with a target but no verdict"
  }

  /// Asks of every row; the counts are printed, so that a change of the data or the import is seen as one.
  static func check(_ database: Database) async throws {
    var counts: [Kind: Int] = [:]
    var different = 0
    var openDifferent = 0
    let now = Date.now
    let rows = try await database.read(
      "SELECT r.expected_by, r.closed_at, r.attributes->>'on_time', \(TargetCondition.onTime) FROM requests r")
    for row in rows {
      let (target, closedAt, word, inSQL) = try row.decode(Date?.self, Date?.self, String?.self, Bool?.self)
      let verdict = TargetVerdict.of(target: target, closedAt: closedAt, at: now)
      let city: Bool? = word == "ONTIME" ? true : word == "OVERDUE" ? false : nil
      let kind: Kind
      switch (closedAt, target, city) {
      case (.some(let closedAt), .some(let target), .some(let city)):
        kind = .compared
        let judged = TargetVerdict.onTime(closedAt: closedAt, target: target)
        if judged != city || inSQL != city || verdict != (city ? .onTime : .late) { different += 1 }
      case (.some, .some, nil): kind = .noVerdict
      case (.some, nil, _):
        kind = .noTarget
        if verdict != .noTarget || inSQL != nil { different += 1 }
      case (nil, .some, .some(let city)):
        kind = .openWithTarget
        // Half of 2011 is over: what was open then is overdue now.
        if city || verdict != .overdue { openDifferent += 1 }
      case (nil, .some, nil): kind = .openWithoutVerdict
      case (nil, nil, _): kind = .openWithoutTarget
      }
      counts[kind, default: 0] += 1
    }
    for kind in Kind.allCases { print("Boston, \(kind.rawValue): \(counts[kind] ?? 0)") }
    #expect(different == 0 && openDifferent == 0)
    // 43,821 closed rows have a target. The city gave no verdict on 157 of them.
    #expect(counts[.compared] == 43_664 && counts[.noVerdict] == 157)
    #expect(counts[.noTarget] == 10_749)
    #expect(counts[.openWithTarget] == 3448 && counts[.openWithoutTarget] == 232 && counts[.openWithoutVerdict] == 1)
    #expect(counts.values.reduce(0, +) == 58_251)
  }
}
