internal import Synchronization

/// One call of a task, on its way over the loop's thread and back.
struct Operation: Sendable {
  enum Work: Sendable {
    case read(Statement)
    case write(Statement)
    case statements(Lease.ID, [Statement])
    case copyStart(Lease.ID, String)
    case copyData(Lease.ID, [UInt8])
    /// With a failure the rows copied so far are dropped by the server.
    case copyEnd(Lease.ID, failed: Bool)
    case end(Lease.ID, commit: Bool)

    var lease: Lease.ID? {
      switch self {
      case .read, .write: nil
      case .statements(let id, _), .copyStart(let id, _), .copyData(let id, _), .copyEnd(let id, _), .end(let id, _): id
      }
    }
  }

  let work: Work
  let settings: Statement?
  let ticket: Ticket
  private let continuation: CheckedContinuation<[Rows], any Error>

  init(_ work: Work, settings: Statement?, ticket: Ticket, continuation: CheckedContinuation<[Rows], any Error>) {
    self.work = work
    self.settings = settings
    self.ticket = ticket
    self.continuation = continuation
  }

  func with(_ work: Work) -> Operation {
    Operation(work, settings: settings, ticket: ticket, continuation: continuation)
  }

  func succeed(_ rows: [Rows]) { continuation.resume(returning: rows) }

  func fail(_ error: DatabaseError) { continuation.resume(throwing: error) }
}

/// By which a call is found again when its task is cancelled.
final class Ticket: Sendable {
  let cancelled = Atomic<Bool>(false)
  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }
}

/// What has a connection for itself, on the loop's thread: a transaction from its first statement to its end, or a
/// single write.
final class Lease {
  typealias ID = UInt64

  let id: ID
  /// BEGIN and session settings.
  let prelude: [Statement]
  var begun = false
  var connection: Connection?
  /// What the transaction is at.
  var operation: Operation?
  /// The end, asked for while something else is still under way.
  var pendingEnd: Operation?
  /// Not a transaction of the caller's but one statement that commits by itself.
  var isSingle: Bool {
    switch operation?.work {
    case .read, .write: true
    default: false
    }
  }
  /// Why the transaction cannot be committed.
  var failure: DatabaseError?
  var deadline = ContinuousClock.now

  init(id: ID, prelude: [Statement]) {
    self.id = id
    self.prelude = prelude
  }
}
