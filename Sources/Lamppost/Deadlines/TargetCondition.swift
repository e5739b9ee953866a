import PostgreSQL

/// How the targets of `requests r` were met, as conditions: what `TargetVerdict` says of one request, for sums over many.
enum TargetCondition {
  /// Ended by its target, to the second. NULL where there is no target or no end.
  static let onTime: SQL = "r.closed_at <= r.expected_by"
}
