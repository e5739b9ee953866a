import PostgreSQL

/// How the targets of `requests r` were met, as conditions: what `TargetVerdict` says of one request, for sums over many.
enum TargetCondition {
  /// Ended by its target, to the second. NULL where there is no target or no end.
  static let onTime: SQL = "r.closed_at <= r.expected_by"

  /// Of what is open: its target has passed. While the clock stands no time runs out.
  static let isOverdue: SQL = "(r.expected_by < now() AND (r.held_since IS NULL OR r.expected_by < r.held_since))"

  /// Answered by its target. NULL where none was promised, or nobody has answered.
  static let answeredOnTime: SQL = "r.first_responded_at <= r.respond_by"
}
