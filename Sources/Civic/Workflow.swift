/// Which status may follow which, who may make the change, and what it needs. The table stands in `Transition.all`; a
/// township may switch statuses off.
public struct Workflow: Sendable, Equatable {
  /// Why a change was refused.
  public enum Refusal: Error, Sendable, Equatable {
    case transitionNotAllowed
    /// The township does not use this status.
    case switchedOff
    case reasonRequired
    case noteRequired
    case proofRequired
  }

  /// What comes with a change.
  public struct Evidence: Sendable {
    public var reason: String?
    public var note: String?
    /// Whether the category asks for a photo of what was done.
    public var needsProof: Bool
    /// Whether there is one.
    public var hasProof: Bool

    public init(reason: String? = nil, note: String? = nil, needsProof: Bool = false, hasProof: Bool = false) {
      (self.reason, self.note, self.needsProof, self.hasProof) = (reason, note, needsProof, hasProof)
    }
  }

  /// What a township can do without. A report must be able to begin, to be done, and to be taken back by its reporter.
  public static let optional: Set<Status> = [.underReview, .assigned, .inProgress, .onHold, .rejected, .duplicate]

  /// The statuses that are not used. A request that stands in one stays there until it is moved on.
  public let off: Set<Status>
  /// The table without the steps that lead to what is switched off.
  public let transitions: [Transition]

  /// - Parameter off: those that are not optional are left out.
  public init(off: Set<Status> = []) {
    let off = off.intersection(Self.optional)
    self.off = off
    transitions = Transition.all.compactMap { step in
      guard off.contains(step.to) else { return step }
      // What is reopened must go somewhere: without a review it is new again.
      return step.reopens ? Transition(step.action, from: step.from, to: .submitted, needs: step.needs) : nil
    }
  }

  /// Those that are used, in the order of their life.
  public var used: [Status] { Status.allCases.filter { !off.contains($0) } }

  /// The statuses that staff may set next by hand.
  public func successors(of status: Status) -> Set<Status> {
    Set(transitions.lazy.filter { $0.action == .byHand && $0.from == status }.map(\.to))
  }

  /// Where an action that leaves no choice leads: opening, assigning, confirming, disputing, withdrawing, merging, silence.
  /// - Returns: nil where it leads nowhere.
  public func next(from status: Status, by action: Transition.Action) -> Status? {
    transitions.first { $0.action == action && $0.from == status }?.to
  }

  /// What a change to `status` by hand must be accompanied by, wherever it comes from.
  public static func needs(of status: Status) -> Set<Transition.Need> {
    Transition.all.first { $0.action == .byHand && $0.to == status }?.needs ?? []
  }

  /// Judges one change by hand.
  /// - Throws: the first `Refusal` that applies: an impossible step is told before a missing text, texts before the photo.
  public func check(from: Status, to: Status, _ evidence: Evidence) throws(Refusal) {
    if off.contains(to) { throw .switchedOff }
    guard let step = transitions.first(where: { $0.action == .byHand && $0.from == from && $0.to == to }) else {
      throw .transitionNotAllowed
    }
    try Self.check(step.needs, evidence)
  }

  /// - Throws: `reasonRequired`, `noteRequired`, `proofRequired`.
  public static func check(_ needs: Set<Transition.Need>, _ evidence: Evidence) throws(Refusal) {
    if needs.contains(.reason) && (evidence.reason ?? "").isEmpty { throw .reasonRequired }
    if needs.contains(.note) && (evidence.note ?? "").isEmpty { throw .noteRequired }
    if needs.contains(.proof) && evidence.needsProof && !evidence.hasProof { throw .proofRequired }
  }

  /// The status after an assignment, which moves forward what nobody works on yet and leaves the rest.
  public func statusAfterAssignment(from status: Status) -> Status { next(from: status, by: .assigning) ?? status }
}
