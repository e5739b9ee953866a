internal import EventLoop
internal import Synchronization

/// The connections to one server (or one set of hosts of which one is used), all on one loop's thread.
///
/// Calls come in through an inbox rather than as calls of the actor: the loop's thread takes all that gathered at
/// once, and answers straight to the caller's continuation.
actor Server {
  private enum Item: Sendable {
    case open(Lease.ID, prelude: [Statement])
    case operation(Operation)
    case cancel(Ticket)
  }

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  let configuration: Database.Configuration
  let parameters: Result<ConnectionParameters, DatabaseError>
  /// Connecting and cancelling block.
  let pool: BlockingPool
  private nonisolated let inbox = Mutex<[Item]>([])
  nonisolated let leaseIDs = Atomic<UInt64>(0)
  nonisolated let reachable = Atomic<Bool>(false)

  var connections: [UInt64: Connection] = [:]
  var connectionIDs: UInt64 = 0
  /// Connections for single reads.
  var shared: [Connection] = []
  var waitingReads = Queue<Exchange>()
  var leases: [Lease.ID: Lease] = [:]
  var idle: [Connection] = []
  /// Connections for transactions and single writes: open ones, idle or not.
  var leasable = 0
  var waitingLeases = Queue<Lease>()

  var openingShared = 0
  var openingLeasable = 0
  var failures = 0
  var retry: EventLoop.Timer?
  var lastError = DatabaseError(.connectionLost, "not connected yet")
  var expiry: EventLoop.Timer?
  var starting: [CheckedContinuation<Void, any Error>] = []
  var stopping = false
  var whenQuiet: CheckedContinuation<Void, Never>?
  var counters = DatabaseStatistics()
  var listeners: [ObjectIdentifier: Listener] = [:]

  init(_ configuration: Database.Configuration, url: String, isReplica: Bool, loop: EventLoop) {
    self.configuration = configuration
    self.loop = loop
    parameters = Result { () throws(DatabaseError) in
      try ConnectionParameters(configuration, url: url, isReplica: isReplica)
    }
    pool = BlockingPool(name: "postgresql", threads: 2)
  }

  nonisolated var isReachable: Bool { reachable.load(ordering: .relaxed) }

  // MARK: From any thread

  /// Runs one call; leaves with `.cancelled` when the task is cancelled.
  nonisolated func run(_ work: Operation.Work, settings: Statement? = nil) async throws -> [Rows] {
    let ticket = Ticket()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        submit(.operation(Operation(work, settings: settings, ticket: ticket, continuation: continuation)))
      }
    } onCancel: {
      ticket.cancelled.store(true, ordering: .releasing)
      submit(.cancel(ticket))
    }
  }

  /// Makes room for a transaction, which takes a connection with its first statement.
  nonisolated func openLease(_ prelude: [Statement]) -> Lease.ID {
    let id = leaseIDs.add(1, ordering: .relaxed).newValue
    submit(.open(id, prelude: prelude))
    return id
  }

  /// Runs a call that ends something, not to be cancelled. The end of a transaction throws why it failed, if it did.
  nonisolated func finish(_ work: Operation.Work) async throws -> [Rows] {
    try await withCheckedThrowingContinuation { continuation in
      submit(.operation(Operation(work, settings: nil, ticket: Ticket(), continuation: continuation)))
    }
  }

  private nonisolated func submit(_ item: Item) {
    let isFirst = inbox.withLock { inbox in
      inbox.append(item)
      return inbox.count == 1
    }
    if isFirst { loop.perform { self.assumeIsolated { $0.drain() } } }
  }

  // MARK: On the loop's thread

  private func drain() {
    let items = inbox.withLock { inbox in
      defer { inbox = [] }
      return inbox
    }
    for item in items {
      switch item {
      case .open(let id, let prelude): leases[id] = Lease(id: id, prelude: prelude)
      case .operation(let operation): accept(operation)
      case .cancel(let ticket): cancel(ticket)
      }
    }
  }

  private func accept(_ operation: Operation) {
    if case .read = operation.work { return acceptRead(operation) }
    guard let id = operation.work.lease else { return acceptAlone(operation) }
    guard let lease = leases[id] else {
      return operation.fail(DatabaseError(.misuse, "the transaction has ended"))
    }
    acceptLeased(operation, lease)
  }

  /// A watch reported `descriptor` ready.
  func ready(_ id: UInt64, _ interest: EventLoop.Interest) {
    guard let connection = connections[id] else { return }
    var alive = true
    if interest.contains(.write) { alive = connection.flush() }
    if alive, connection.copy != nil {
      alive = advanceCopy(connection)
    } else if alive, interest.contains(.read) {
      alive = connection.receive { finished($0, on: connection) }
    }
    if alive { updateInterest(connection) } else { lost(connection) }
  }

  func send(_ exchange: Exchange, on connection: Connection) {
    counters.statements &+= UInt64(exchange.statements.count)
    counters.roundTrips &+= 1
    if connection.send(exchange) { updateInterest(connection) } else { lost(connection) }
  }

  func updateInterest(_ connection: Connection) {
    guard let watch = connection.watch, connection.waitsForWrite != connection.watchesWrite else { return }
    connection.watchesWrite = connection.waitsForWrite
    loop.update(watch, for: connection.waitsForWrite ? [.read, .write] : .read)
  }

  private func finished(_ exchange: Exchange, on connection: Connection) {
    switch exchange.owner {
    case .read(let operation): finishedRead(exchange, operation, on: connection)
    case .lease(let lease): finishedLeased(exchange, lease, on: connection)
    case .connection: break
    }
    if let next = connection.exchanges.first, next.abandoned { sendCancel(connection) }
  }
}
