import FoundationEssentials

/// What a township promises of a category: how soon somebody answers, and how soon it is done.
public struct ServiceTargets: Sendable, Equatable {
  /// In working minutes; nil where nothing is promised.
  public struct Target: Sendable, Equatable {
    public var firstResponse: Int?
    public var resolution: Int?

    public init(firstResponse: Int? = nil, resolution: Int? = nil) {
      (self.firstResponse, self.resolution) = (firstResponse, resolution)
    }
  }

  /// Minutes that a target may have: up to ten years round the clock.
  public static let range = 1...5_256_000

  /// What is promised by priority.
  public let byPriority: [Priority: Target]
  /// Hours round the clock, for a category that has no more than that.
  public let resolutionHours: Int?

  public init(byPriority: [Priority: Target] = [:], resolutionHours: Int? = nil) {
    (self.byPriority, self.resolutionHours) = (byPriority, resolutionHours)
  }

  /// The dates that are promised of a request made at `start`.
  /// - Parameter clock: the category's calendar; hours of `resolutionHours` are counted round the clock regardless.
  public func dates(for priority: Priority, madeAt start: Date, on clock: ServiceClock) -> ServiceDates {
    let target = byPriority[priority] ?? Target()
    let respondBy = target.firstResponse.flatMap { clock.due(after: start, working: Double($0) * 60) }
    let expectedBy =
      target.resolution.map { clock.due(after: start, working: Double($0) * 60) }
      ?? resolutionHours.map { ServiceClock.roundTheClock.due(after: start, working: Double($0) * 3600) }
    return ServiceDates(respondBy: respondBy, expectedBy: expectedBy ?? nil)
  }
}

/// The dates by which a request is to be answered and done.
public struct ServiceDates: Sendable, Equatable {
  public var respondBy: Date?
  public var expectedBy: Date?

  public init(respondBy: Date? = nil, expectedBy: Date? = nil) {
    (self.respondBy, self.expectedBy) = (respondBy, expectedBy)
  }
}

/// How a target was met.
public enum TargetVerdict: String, Sendable, Equatable, CaseIterable {
  /// Nothing was promised.
  case noTarget = "no_target"
  case onTime = "on_time"
  case late
  /// Open, and the time is not over.
  case pending
  /// Open, and the time is over.
  case overdue

  /// On time is until the target's very second.
  public static func onTime(closedAt: Date, target: Date) -> Bool { closedAt <= target }

  /// - Parameters:
  ///   - closedAt: nil for what is open.
  ///   - heldSince: while the clock stands no time runs out.
  public static func of(target: Date?, closedAt: Date?, heldSince: Date? = nil, at now: Date) -> TargetVerdict {
    guard let target else { return .noTarget }
    if let closedAt { return onTime(closedAt: closedAt, target: target) ? .onTime : .late }
    return target < min(heldSince ?? now, now) ? .overdue : .pending
  }
}
