internal import CMicroHTTPD
import Synchronization

/// One request and its response: where libmicrohttpd's thread and the handler's task meet.
///
/// libmicrohttpd's thread calls `step` while it has a request to deliver, `read` while a stream is sent, and `complete`
/// once at the end, never two at a time. The task calls `nextChunk`, `respond`, `write`, `finish`. Both sides hold the
/// lock, and the rules are:
/// - Only libmicrohttpd's thread parks the connection (suspends it), and only inside `step` or `read`, when it has
///   nothing to do. Whoever gives it something to do while `isParked` clears the flag and resumes the connection: so
///   each suspension is followed by exactly one resumption.
/// - A parked connection is never completed by libmicrohttpd: `handle` is there whenever `isParked` is true.
/// - After `abort` nothing parks any more.
/// - Resumption, continuations and cancellations happen after the lock is released (`Wakeups`). In between the connection
///   is still suspended, so libmicrohttpd neither calls for it nor ends it, and nobody else resumes it.
///
///     header ──body asked for──▶ body ──response, or too large──▶ draining ──end──▶ answered
///        └──────response──────▶ draining (a small body) or answered         ▲
///                                 body ──end, then response─────────────────┘
final class Exchange: Sendable {
  struct Limits: Sendable {
    let body: Int
    let drain: Int
    let pace: Pace.Limits
  }

  enum Phase {
    /// The header has arrived and the handler runs; nothing was read of the body.
    case header
    case body
    /// The body is read to be thrown away.
    case draining
    case answered
  }

  enum End {
    case complete
    case failed(BodyError)
  }

  /// libmicrohttpd's connection.
  // Unchecked: used under the exchange's lock alone, and libmicrohttpd allows resumption from any thread.
  struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  struct State: Sendable {
    /// nil once libmicrohttpd has said that the request is over.
    var handle: Handle?
    var isParked = false
    var isAborted = false
    var phase = Phase.header
    var pace = Pace()
    var task: Task<Void, Never>?
    /// The client hung up, or the exchange is over: nothing more can be written.
    var isGone = false
    var chunk: [UInt8]?
    var end: End?
    var reader: CheckedContinuation<[UInt8]?, any Error>?
    var received = 0
    var drained = 0
    var response: Response?
    /// The response is a stream that ends only when it is told to.
    var isEndless = false
    var outgoing = Outgoing()

    mutating func park() {
      guard let handle else { return }
      isParked = true
      pace.stopWaiting(at: .now)
      MHD_suspend_connection(handle.pointer)
    }

    mutating func unpark(_ wakeups: inout Wakeups) {
      guard isParked else { return }
      isParked = false
      wakeups.resumed = handle
    }

    /// What a reader gets now; nil when it has to wait.
    mutating func takeChunk() -> Result<[UInt8]?, any Error>? {
      if let chunk {
        self.chunk = nil
        return .success(chunk)
      }
      return switch end {
      case .complete: .success(nil)
      case .failed(let error): .failure(error)
      case nil: nil
      }
    }

    /// Gives the waiting reader what there is.
    mutating func serveReader(_ wakeups: inout Wakeups) {
      guard let reader, let result = takeChunk() else { return }
      self.reader = nil
      wakeups.reader = (reader, result)
    }

    /// Nobody will read or write any more.
    mutating func leave(_ wakeups: inout Wakeups) {
      isGone = true
      end = end ?? .failed(.incomplete)
      serveReader(&wakeups)
      wakeups.failedWriters = outgoing.takeWriters()
      wakeups.cancelled = task
      task = nil
    }
  }

  /// What is to be done after the lock is released.
  struct Wakeups {
    /// Not under the lock: libmicrohttpd's thread wakes at once on another core, and would wait for it.
    var resumed: Handle?
    var reader: (CheckedContinuation<[UInt8]?, any Error>, Result<[UInt8]?, any Error>)?
    var writers: [CheckedContinuation<Void, any Error>] = []
    var failedWriters: [CheckedContinuation<Void, any Error>] = []
    var cancelled: Task<Void, Never>?

    func deliver() {
      if let resumed { MHD_resume_connection(resumed.pointer) }
      cancelled?.cancel()
      if let reader { reader.0.resume(with: reader.1) }
      for writer in writers { writer.resume() }
      for writer in failedWriters { writer.resume(throwing: ResponseWriter.ClientGone()) }
    }
  }

  let isHead: Bool
  /// 0 without a body, nil for a chunked one.
  let announcedLength: Int?
  /// Whether the client holds the body back until it is asked for.
  let awaitsContinue: Bool
  let limits: Limits
  /// Whom the request counts for, where requests are counted.
  let client: IPAddress?
  /// Whether the connection is closed after the response, whatever the client asks for.
  let isLast: Bool
  private let state: Mutex<State>

  init(
    _ handle: OpaquePointer, isHead: Bool, announcedLength: Int?, awaitsContinue: Bool = false, limits: Limits,
    client: IPAddress? = nil, isLast: Bool = false
  ) {
    self.isHead = isHead
    self.client = client
    self.isLast = isLast
    self.announcedLength = announcedLength
    self.awaitsContinue = awaitsContinue
    self.limits = limits
    state = Mutex(State(handle: Handle(pointer: handle), end: announcedLength == 0 ? .complete : nil))
  }

  func withState<Result: Sendable>(_ body: (inout State, inout Wakeups) -> Result) -> Result {
    var wakeups = Wakeups()
    let result = state.withLock { body(&$0, &wakeups) }
    wakeups.deliver()
    return result
  }
}

/// The bytes of a streamed response that libmicrohttpd has not fetched yet.
struct Outgoing: Sendable {
  /// Bytes beyond which writers wait.
  static let room = 64 << 10

  enum End: Sendable {
    case whole
    case broken
  }

  private var bytes: [UInt8] = []
  private var sent = 0
  private var writers: [CheckedContinuation<Void, any Error>] = []
  var end: End?

  var isEmpty: Bool { sent == bytes.count }
  var isFull: Bool { bytes.count - sent >= Self.room }

  mutating func append(_ more: [UInt8]) {
    if isEmpty { (bytes, sent) = (more, 0) } else { bytes += more }
  }

  mutating func wait(_ writer: CheckedContinuation<Void, any Error>) { writers.append(writer) }

  mutating func takeWriters() -> [CheckedContinuation<Void, any Error>] {
    defer { writers = [] }
    return writers
  }

  /// Moves what fits into `buffer`.
  mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(bytes.count - sent, buffer.count)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count])) }
    sent += count
    if isEmpty { (bytes, sent) = ([], 0) }
    return count
  }
}
