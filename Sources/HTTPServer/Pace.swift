/// Whether a transfer moves fast enough: only the time spent waiting for the client counts.
struct Pace: Sendable {
  struct Limits: Sendable {
    /// The longest silence.
    let stall: Duration
    /// Bytes a second on average, after the first `stall` of waiting.
    let rate: Int
  }

  private var waited: Duration = .zero
  private var waitingSince: ContinuousClock.Instant?
  private var bytes = 0

  mutating func startWaiting(at now: ContinuousClock.Instant) {
    if waitingSince == nil { waitingSince = now }
  }

  mutating func stopWaiting(at now: ContinuousClock.Instant) {
    if let waitingSince { waited += now - waitingSince }
    waitingSince = nil
  }

  /// Progress: the silence starts anew.
  mutating func moved(_ count: Int, at now: ContinuousClock.Instant) {
    bytes += count
    guard waitingSince != nil else { return }
    stopWaiting(at: now)
    waitingSince = now
  }

  func isTooSlow(at now: ContinuousClock.Instant, _ limits: Limits) -> Bool {
    guard let waitingSince else { return false }
    let silence = now - waitingSince
    let beyond = waited + silence - limits.stall
    return silence > limits.stall || beyond > .zero && beyond * limits.rate > .seconds(1) * bytes
  }
}
