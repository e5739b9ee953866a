/// What is sent up to one Sync, and what came back for it. Lives on the loop's thread.
final class Exchange {
  enum Owner {
    /// A single read on a shared connection.
    case read(Operation)
    /// Part of a transaction, or a single write.
    case lease(Lease)
    /// Housekeeping: nobody waits for it.
    case connection
  }

  let owner: Owner
  /// Sent first, their rows thrown away: BEGIN, session settings.
  let prelude: [Statement]
  let statements: [Statement]
  var results: [Rows] = []
  /// The first error; the server skips what follows it up to the Sync.
  var failure: DatabaseError?
  /// Position among all exchanges of its connection.
  var sequence = 0
  /// Times it was sent again already.
  private(set) var attempts = 0
  /// Until when it may wait to be sent.
  var deadline = ContinuousClock.now
  /// The caller is gone: its answer is to be dropped.
  var abandoned = false

  init(_ owner: Owner, prelude: [Statement] = [], statements: [Statement]) {
    self.owner = owner
    self.prelude = prelude
    self.statements = statements
  }

  func again() -> Exchange {
    let copy = Exchange(owner, prelude: prelude, statements: statements)
    copy.attempts = attempts + 1
    return copy
  }
}
