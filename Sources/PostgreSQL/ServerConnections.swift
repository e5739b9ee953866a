internal import EventLoop

/// Opening, losing and cancelling connections, and what is bounded by time.
extension Server {
  func open() { openIfNeeded() }

  func start(within limit: Duration) async throws {
    if isReachable { return }
    openIfNeeded()
    try await withCheckedThrowingContinuation { continuation in
      starting.append(continuation)
      loop.schedule(after: limit) { self.assumeIsolated { $0.endStarting(.failure($0.lastError)) } }
    }
  }

  private func endStarting(_ result: Result<Void, any Error>) {
    for continuation in starting { continuation.resume(with: result) }
    starting = []
  }

  /// Opens as many connections as are missing, unless the last attempt failed a moment ago.
  func openIfNeeded() {
    guard !stopping, retry == nil, case .success(let parameters) = parameters else {
      if case .failure(let error) = parameters { lastError = error }
      return
    }
    var missingShared = configuration.pipelinedConnections - shared.count - openingShared
    var missingLeasable = min(
      waitingLeases.count - openingLeasable, configuration.leasedConnections - leasable - openingLeasable)
    while missingShared > 0 || missingLeasable > 0 {
      // After a failure one connection tries the way for the others.
      guard failures == 0 || openingShared + openingLeasable == 0 else { return }
      open(parameters, isShared: missingShared > 0)
      if missingShared > 0 { missingShared -= 1 } else { missingLeasable -= 1 }
    }
  }

  private func open(_ parameters: ConnectionParameters, isShared: Bool) {
    if isShared { openingShared += 1 } else { openingLeasable += 1 }
    Task {
      let result: Result<ConnectionHandle, DatabaseError>
      do {
        result = .success(try await pool.run { try ConnectionHandle(pipelining: parameters) })
      } catch {
        result = .failure(error as? DatabaseError ?? DatabaseError(.connectionLost, "\(error)"))
      }
      if isShared { openingShared -= 1 } else { openingLeasable -= 1 }
      opened(result, isShared: isShared)
    }
  }

  private func opened(_ result: Result<ConnectionHandle, DatabaseError>, isShared: Bool) {
    switch result {
    case .failure(let error):
      counters.connectionFailures += 1
      failures += 1
      lastError = error
      retrySoon()
    case .success(let handle):
      guard !stopping else { return }
      failures = 0
      counters.connectionsOpened += 1
      adopt(handle, isShared: isShared)
      openIfNeeded()
    }
  }

  private func adopt(_ handle: ConnectionHandle, isShared: Bool) {
    connectionIDs += 1
    let id = connectionIDs
    let connection = Connection(id: id, handle: handle, isShared: isShared)
    connections[id] = connection
    connection.watch = loop.watch(connection.descriptor, for: .read) { interest in
      self.assumeIsolated { $0.ready(id, interest) }
    }
    if isShared {
      shared.append(connection)
      reachable.store(true, ordering: .relaxed)
      endStarting(.success(()))
      sendWaitingReads()
    } else {
      leasable += 1
      offer(connection)
    }
  }

  private func retrySoon() {
    guard retry == nil, !stopping else { return }
    let delay = Backoff.delay(attempt: failures, first: .milliseconds(50), most: .seconds(3))
    retry = loop.schedule(after: delay) {
      self.assumeIsolated {
        $0.retry = nil
        $0.openIfNeeded()
      }
    }
  }

  /// Closes the connection, answers all who wait on it, and sees to a new one.
  func lost(_ connection: Connection) {
    guard connections.removeValue(forKey: connection.id) != nil else { return }
    if let watch = connection.watch { loop.cancel(watch) }
    connection.watch = nil
    if !stopping { counters.connectionsLost += 1 }
    let error = DatabaseError(.connectionLost, connection.handle.lastMessage)
    lastError = error
    if connection.isShared {
      shared.removeAll { $0 === connection }
      reachable.store(!shared.isEmpty, ordering: .relaxed)
    } else {
      leasable -= 1
      idle.removeAll { $0 === connection }
    }
    for exchange in connection.abandonExchanges() {
      if case .read(let operation) = exchange.owner { lostRead(exchange, operation, error) }
    }
    if let lease = connection.lease {
      connection.lease = nil
      lostLease(lease, error)
    }
    openIfNeeded()
    checkQuiet()
  }

  // MARK: Time

  /// Both queues are in the order of their deadlines: one timer for the first of each does.
  func scheduleExpiry() {
    guard expiry == nil else { return }
    let deadlines = [waitingReads.first?.deadline, waitingLeases.first?.deadline].compactMap(\.self)
    guard let first = deadlines.min() else { return }
    expiry = loop.schedule(after: max(.zero, first - .now)) { self.assumeIsolated { $0.expire() } }
  }

  private func expire() {
    expiry = nil
    let now = ContinuousClock.now
    var error =
      isReachable ? DatabaseError(.poolExhausted, "no connection free in \(configuration.leaseTimeout)") : lastError
    error.hasWaited = true
    while let exchange = waitingReads.first, exchange.deadline <= now {
      waitingReads.popFirst()
      counters.refused += 1
      if case .read(let operation) = exchange.owner { operation.fail(error) }
    }
    while let lease = waitingLeases.first, lease.deadline <= now {
      waitingLeases.popFirst()
      counters.refused += 1
      failWaiting(lease, error)
    }
    scheduleExpiry()
    checkQuiet()
  }

  // MARK: Cancellation

  func cancel(_ ticket: Ticket) {
    let error = DatabaseError(.cancelled, "while waiting or running")
    func isIt(_ exchange: Exchange) -> Bool {
      if case .read(let operation) = exchange.owner { operation.ticket === ticket } else { false }
    }
    if let exchange = waitingReads.removeFirst(where: isIt) {
      if case .read(let operation) = exchange.owner { operation.fail(error) }
    } else if let lease = waitingLeases.removeFirst(where: { $0.operation?.ticket === ticket }) {
      failWaiting(lease, error)
    } else if let lease = leases.values.first(where: { $0.operation?.ticket === ticket }) {
      if let connection = lease.connection { sendCancel(connection) }
    } else {
      for connection in shared {
        guard let exchange = connection.exchanges.first(where: isIt), !exchange.abandoned else { continue }
        exchange.abandoned = true
        if case .read(let operation) = exchange.owner { operation.fail(error) }
        // Behind others it would end theirs: it is cancelled once it comes to the head.
        if connection.exchanges.first === exchange { sendCancel(connection) }
      }
    }
    checkQuiet()
  }

  /// Asks the server to end what the connection is at.
  func sendCancel(_ connection: Connection, attempt: Int = 0) {
    guard !connection.cancelling else { return }
    connection.cancelling = true
    counters.cancellations += 1
    let cancel = CancelHandle(connection.handle.connection)
    Task {
      try? await pool.run { cancel() }
      connection.cancelling = false
      // The signal was sent before PQcancel returned: what is sent from now on cannot be hit.
      connection.cancelBarrier = connection.nextSequence
      if let lease = connection.lease {
        endIfPending(lease)
      } else if !connection.isShared, connections[connection.id] != nil {
        offer(connection)
      }
      guard connection.wantsCancel else { return }
      // A server that had not yet read the statement ignored the signal.
      let id = connection.id
      loop.schedule(after: Backoff.delay(attempt: attempt, first: .milliseconds(200), most: .seconds(5))) {
        self.assumeIsolated { server in
          guard let connection = server.connections[id], connection.wantsCancel else { return }
          server.sendCancel(connection, attempt: attempt + 1)
        }
      }
    }
  }

  // MARK: The end

  func shutdown(within limit: Duration) async {
    stopping = true
    for listener in listeners.values { await listener.stop() }
    listeners = [:]
    if let retry { loop.cancel(retry) }
    for exchange in waitingReads.removeAll() {
      if case .read(let operation) = exchange.owner { operation.fail(DatabaseError(.shutDown, "while waiting")) }
    }
    for lease in waitingLeases.removeAll() { failWaiting(lease, DatabaseError(.shutDown, "while waiting")) }
    if !isQuiet {
      await withCheckedContinuation { continuation in
        whenQuiet = continuation
        loop.schedule(after: limit) { self.assumeIsolated { $0.endWaitForQuiet() } }
      }
    }
    for connection in connections.values { lost(connection) }
    reachable.store(false, ordering: .relaxed)
    endStarting(.failure(DatabaseError(.shutDown, "while starting")))
  }

  private var isQuiet: Bool { leases.isEmpty && shared.allSatisfy(\.exchanges.isEmpty) }

  func checkQuiet() {
    if whenQuiet != nil, isQuiet { endWaitForQuiet() }
  }

  private func endWaitForQuiet() {
    whenQuiet?.resume()
    whenQuiet = nil
  }

  var statistics: DatabaseStatistics {
    var statistics = counters
    statistics.pipelined = shared.count
    statistics.inFlight = shared.reduce(0) { $0 + $1.exchanges.count }
    statistics.leasable = leasable
    statistics.leased = leasable - idle.count
    statistics.waiting = waitingReads.count + waitingLeases.count
    return statistics
  }
}
