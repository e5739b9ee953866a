import FoundationEssentials

/// What staff are told of a request's targets.
public enum DeadlineAlert: String, CaseIterable, Sendable {
  case responseWarning = "response_warning"
  case responseBreach = "response_breach"
  case resolutionWarning = "resolution_warning"
  case resolutionBreach = "resolution_breach"

  /// Whether it tells of a target that was missed, not of one that is near.
  public var isBreach: Bool { self == .responseBreach || self == .resolutionBreach }

  /// The warning that a missed target makes pointless.
  public var warning: DeadlineAlert? {
    switch self {
    case .responseBreach: .responseWarning
    case .resolutionBreach: .resolutionWarning
    default: nil
    }
  }
}

/// When staff are to be told of a request's targets, and what.
public struct DeadlineWatch: Sendable, Equatable {
  /// Each alert that can be, with its moment.
  private let moments: [DeadlineAlert: Date]

  /// - Parameters:
  ///   - dates: the targets, as any stops have moved them.
  ///   - warnings: the moments at which they come near.
  ///   - isAnswered: then the first response is no matter any more.
  public init(_ dates: ServiceDates, warnings: ServiceDates, isAnswered: Bool) {
    var moments: [DeadlineAlert: Date] = [:]
    if !isAnswered {
      moments[.responseWarning] = warnings.respondBy
      moments[.responseBreach] = dates.respondBy
    }
    moments[.resolutionWarning] = warnings.expectedBy
    moments[.resolutionBreach] = dates.expectedBy
    self.moments = moments
  }

  /// What is to be told now: each once, and no warning of what has been missed already.
  public func due(at now: Date, alerted: Set<DeadlineAlert>) -> [DeadlineAlert] {
    let over = DeadlineAlert.allCases.filter { moments[$0].map { $0 <= now } ?? false }
    let pointless = Set(over.compactMap(\.warning))
    return over.filter { !alerted.contains($0) && !pointless.contains($0) }
  }

  /// When to look next: the moment of what was not told yet, which may lie in the past, as after a change to a priority
  /// that leaves less time than is over.
  /// - Returns: nil where everything that can be told was told.
  public func next(alerted: Set<DeadlineAlert>) -> Date? {
    moments.filter { !alerted.contains($0.key) }.values.min()
  }

  /// What remains told after the targets have moved: of one that lies ahead again it is told again.
  public func remaining(of alerted: Set<DeadlineAlert>, at now: Date) -> Set<DeadlineAlert> {
    alerted.filter { moments[$0].map { $0 <= now } ?? true }
  }
}
