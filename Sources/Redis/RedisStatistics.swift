import Synchronization

extension Redis {
  /// For readiness and metrics; counted since the start.
  public struct Statistics: Sendable, Equatable {
    public var connectionsReady = 0
    /// Calls that wait for replies now, those given up by their callers included.
    public var pending = 0
    public var calls = 0
    public var timeouts = 0
    /// Times a connection broke or could not be opened.
    public var disconnections = 0

    mutating func add(_ counters: Counters) {
      connectionsReady += counters.isReady ? 1 : 0
      pending += counters.pending.load(ordering: .relaxed)
      calls += counters.calls.load(ordering: .relaxed)
      timeouts += counters.timeouts.load(ordering: .relaxed)
      disconnections += counters.disconnections.load(ordering: .relaxed)
    }
  }
}

/// What a connection tells other threads about itself.
final class Counters: Sendable {
  let ready = Atomic(false)
  let pending = Atomic(0)
  let calls = Atomic(0)
  let timeouts = Atomic(0)
  let disconnections = Atomic(0)

  var isReady: Bool { ready.load(ordering: .relaxed) }

  /// A connection that is down comes after every one that is up.
  var busyness: Int { isReady ? pending.load(ordering: .relaxed) : .max }
}
