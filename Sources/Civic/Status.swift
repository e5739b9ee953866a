/// Where a service request stands. Raw values are those of the API and of the database.
public enum Status: String, CaseIterable, Sendable {
  case submitted
  case underReview = "under_review"
  case assigned
  case inProgress = "in_progress"
  case onHold = "on_hold"
  case completed
  case closed
  case rejected
  case duplicate
  case withdrawn

  /// Whether nothing more is to be done: such a request has a closing time and no target any more.
  public var isEnded: Bool {
    switch self {
    case .completed, .closed, .rejected, .duplicate, .withdrawn: true
    case .submitted, .underReview, .assigned, .inProgress, .onHold: false
    }
  }
}
