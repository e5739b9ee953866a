/// Which status may follow which, and what the change needs.
public enum Workflow {
  /// What staff must say with a change.
  public enum Requirement: Sendable, Equatable {
    case nothing
    /// Why: shown to the reporter (`reason_required` when missing).
    case reason
    /// What was done (`note_required` when missing).
    case note
  }

  /// Why a change was refused; the raw value is the API's error code.
  public enum Refusal: String, Error, Sendable {
    case transitionNotAllowed = "transition_not_allowed"
    case reasonRequired = "reason_required"
    case noteRequired = "note_required"
  }

  /// The statuses that staff may set next by hand. `assigned` is also reached by assigning, `withdrawn` by the reporter
  /// alone, `duplicate` by merging too.
  public static func successors(of status: Status) -> Set<Status> {
    switch status {
    case .submitted: [.underReview, .assigned, .inProgress, .onHold, .completed, .rejected, .duplicate]
    case .underReview: [.assigned, .inProgress, .onHold, .completed, .rejected, .duplicate]
    case .assigned: [.underReview, .inProgress, .onHold, .completed, .rejected, .duplicate]
    case .inProgress: [.assigned, .onHold, .completed, .rejected, .duplicate]
    case .onHold: [.underReview, .assigned, .inProgress, .completed, .rejected, .duplicate]
    case .completed: [.closed, .underReview]
    // Reopening goes back to a look by staff.
    case .closed, .rejected, .duplicate: [.underReview]
    // What its reporter took back stays back.
    case .withdrawn: []
    }
  }

  /// What a change to `status` must be accompanied by.
  public static func requirement(for status: Status) -> Requirement {
    switch status {
    case .onHold, .rejected: .reason
    case .completed: .note
    default: .nothing
    }
  }

  /// Judges one change by hand.
  /// - Throws: the first `Refusal` that applies: an impossible step is told before a missing text.
  public static func check(from: Status, to: Status, reason: String?, note: String?) throws(Refusal) {
    guard successors(of: from).contains(to) else { throw .transitionNotAllowed }
    switch requirement(for: to) {
    case .nothing: return
    case .reason: if (reason ?? "").isEmpty { throw .reasonRequired }
    case .note: if (note ?? "").isEmpty { throw .noteRequired }
    }
  }

  /// The status after the reporter said whether what was done mended it.
  /// - Returns: nil where there is nothing to confirm: staff have not called it done, or it has ended.
  public static func statusAfterConfirmation(from status: Status, resolved: Bool) -> Status? {
    guard status == .completed else { return nil }
    return resolved ? .closed : .underReview
  }

  /// The status after an assignment, which moves forward what nobody works on yet and leaves the rest.
  public static func statusAfterAssignment(from status: Status) -> Status {
    switch status {
    case .submitted, .underReview: .assigned
    default: status
    }
  }
}
