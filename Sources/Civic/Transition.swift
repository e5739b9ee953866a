/// One step of the workflow: by what it is made, and so by whom, and what it needs.
public struct Transition: Sendable, Hashable {
  /// By what a request changes its status.
  public enum Action: String, CaseIterable, Sendable {
    /// Staff choose the status.
    case byHand
    /// The first look by somebody who may change it.
    case opening
    /// Giving it to a person or a department.
    case assigning
    /// Making it a duplicate of another.
    case merging
    /// Its reporter says that it is solved.
    case confirming
    /// Its reporter says that it is not.
    case disputing
    /// Taking the report back: its reporter for a quarter of an hour, staff as long as it is open.
    case withdrawing
    /// Its reporter has said nothing for as long as the township waits.
    case silence
  }

  /// Who makes a change.
  public enum Maker: Hashable, Sendable {
    /// Staff with this permission on the request.
    case staff(Permission)
    case reporter
    /// The township itself, by the passing of time.
    case township
  }

  /// What must come with a change.
  public enum Need: Hashable, Sendable {
    /// Why: shown to the reporter (`reason_required` when missing).
    case reason
    /// What was done (`note_required` when missing).
    case note
    /// A photo of what was done, where the category asks for one (`proof_required` when missing).
    case proof
  }

  public let action: Action
  public let from: Status
  public let to: Status
  public let needs: Set<Need>

  init(_ action: Action, from: Status, to: Status, needs: Set<Need>) {
    (self.action, self.from, self.to, self.needs) = (action, from, to, needs)
  }

  public var makers: Set<Maker> { action.makers }

  /// Whether what had ended goes on.
  public var reopens: Bool { from.isEnded && !to.isEnded }

  /// The table, by where a step begins. Nothing leaves `withdrawn`: what its reporter took back stays back.
  public static let all: [Transition] =
    steps(
      .byHand, from: .submitted, [.underReview, .assigned, .inProgress, .onHold, .completed, .rejected, .duplicate])
    + steps(.byHand, from: .underReview, [.assigned, .inProgress, .onHold, .completed, .rejected, .duplicate])
    + steps(.byHand, from: .assigned, [.underReview, .inProgress, .onHold, .completed, .rejected, .duplicate])
    + steps(.byHand, from: .inProgress, [.assigned, .onHold, .completed, .rejected, .duplicate])
    + steps(.byHand, from: .onHold, [.underReview, .assigned, .inProgress, .completed, .rejected, .duplicate])
    // Reopening goes back to a look by staff.
    + steps(.byHand, from: .completed, [.closed, .underReview])
    + steps(.byHand, from: .closed, [.underReview]) + steps(.byHand, from: .rejected, [.underReview])
    + steps(.byHand, from: .duplicate, [.underReview])
    + steps(.opening, from: .submitted, [.underReview])
    + steps(.assigning, from: .submitted, [.assigned]) + steps(.assigning, from: .underReview, [.assigned])
    + open.flatMap { steps(.merging, from: $0, [.duplicate]) }
    + open.flatMap { steps(.withdrawing, from: $0, [.withdrawn]) }
    + steps(.confirming, from: .completed, [.closed]) + steps(.disputing, from: .completed, [.underReview])
    + steps(.silence, from: .completed, [.closed])

  private static let open = Status.allCases.filter { !$0.isEnded }

  private static func steps(_ action: Action, from: Status, _ targets: [Status]) -> [Transition] {
    targets.map { Transition(action, from: from, to: $0, needs: action == .byHand ? needs(of: $0) : []) }
  }

  private static func needs(of status: Status) -> Set<Need> {
    switch status {
    case .onHold, .rejected: [.reason]
    case .completed: [.note, .proof]
    default: []
    }
  }
}

extension Transition.Action {
  /// Who may do it.
  public var makers: Set<Transition.Maker> {
    switch self {
    case .byHand, .opening: [.staff(.changeStatus)]
    case .assigning: [.staff(.assign)]
    case .merging: [.staff(.editRequest)]
    case .confirming, .disputing: [.reporter]
    case .withdrawing: [.reporter, .staff(.editRequest)]
    case .silence: [.township]
    }
  }
}
