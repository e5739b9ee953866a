import FoundationEssentials
import HTTPServer
import PostgreSQL

/// What the audit log is asked for. Every list, page and export of it reads its filter here.
struct AuditFilter: Sendable {
  enum Who: Sendable {
    case person(Int)
    /// Somebody without an account, a job, the command line.
    case nobody
  }

  var who: Who?
  var kind: AuditEvent.Kind?
  /// A whole subject, or its first word: `category` finds every category.
  var subject: String?
  /// Days of the township's calendar, `2026-11-21`, both included.
  var from: String?
  var to: String?

  static let longestSubject = 200
  static let names: Set = ["who", "kind", "subject", "from", "to"]

  init() {}

  /// - Parameter query: its names are checked by the caller.
  /// - Throws: `invalid_parameter`.
  init(_ query: Query) throws(Problem) {
    who = try query.parsed("who", "must be a person's number, or none") { text in
      text == "none" ? .nobody : Int(digits: text).map(Who.person)
    }
    kind = try query.parsed("kind", "must be a kind of event", AuditEvent.Kind.init(rawValue:))
    subject = try query.parsed("subject", "must have 1 to \(Self.longestSubject) characters") { text in
      let text = text.trimmed
      return (1...Self.longestSubject).contains(text.unicodeScalars.count) && !text.unicodeScalars.contains("\0")
        ? text : nil
    }
    from = try StatisticsScope.day("from", query)
    to = try StatisticsScope.day("to", query)
    if let from, let to, from > to { throw .parameter("from", "must not be after to") }
  }

  /// The condition on `audit_events e`.
  /// - Parameter zone: the name of the township's time zone.
  func condition(zone: String) -> SQL {
    var list: [SQL] = ["true"]
    switch who {
    case .person(let id): list.append("e.actor_id = \(id)")
    case .nobody: list.append("e.actor_id IS NULL")
    case nil: break
    }
    if let kind { list.append("e.kind = \(kind.rawValue)") }
    if let subject {
      // The column sorts by bytes: what begins with the word and a blank lies below the word with the sign after it.
      list.append("(e.subject = \(subject) OR e.subject >= \(subject + " ") AND e.subject < \(subject + "!"))")
    }
    if let from { list.append("e.at >= (\(from)::text::date)::timestamp AT TIME ZONE \(zone)") }
    if let to { list.append("e.at < (\(to)::text::date + 1)::timestamp AT TIME ZONE \(zone)") }
    return list.joined(separator: " AND ")
  }
}
