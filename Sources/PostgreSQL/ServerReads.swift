internal import EventLoop

/// Single reads over the shared connections.
extension Server {
  func acceptRead(_ operation: Operation) {
    guard case .read(let statement) = operation.work else { return }
    guard !operation.ticket.isCancelled else { return operation.fail(DatabaseError(.cancelled, "before it was sent")) }
    guard !stopping else { return operation.fail(DatabaseError(.shutDown, "no new statements")) }
    let exchange = Exchange(.read(operation), prelude: operation.settings.map { [$0] } ?? [], statements: [statement])
    if waitingReads.isEmpty, let connection = leastBusy {
      // Rather a connection of its own than a place behind a slow statement.
      if connection.isStalled, hasRoomAlone { return acceptAlone(operation) }
      return send(exchange, on: connection)
    }
    guard waitingReads.count < configuration.pipelineWaitingLimit else {
      counters.refused += 1
      return operation.fail(DatabaseError(.poolExhausted, "\(waitingReads.count) statements wait already"))
    }
    wait(exchange)
  }

  private var leastBusy: Connection? {
    var best: Connection?
    for connection in shared where connection.exchanges.count < configuration.pipelineDepth {
      guard let other = best else {
        best = connection
        continue
      }
      let (stalled, otherStalled) = (connection.isStalled, other.isStalled)
      if stalled == otherStalled ? connection.exchanges.count < other.exchanges.count : otherStalled {
        best = connection
      }
    }
    return best
  }

  private var hasRoomAlone: Bool {
    waitingLeases.isEmpty && (!idle.isEmpty || leasable + openingLeasable < configuration.leasedConnections)
  }

  func wait(_ exchange: Exchange) {
    exchange.deadline = .now + configuration.leaseTimeout
    waitingReads.append(exchange)
    openIfNeeded()
    scheduleExpiry()
  }

  func sendWaitingReads() {
    while !waitingReads.isEmpty, let connection = leastBusy, let exchange = waitingReads.popFirst() {
      send(exchange, on: connection)
    }
  }

  func finishedRead(_ exchange: Exchange, _ operation: Operation, on connection: Connection) {
    defer {
      sendWaitingReads()
      checkQuiet()
    }
    if exchange.abandoned { return }
    guard let failure = exchange.failure else { return operation.succeed(exchange.results) }
    // Ended by a cancel request meant for another, which it then is to know nothing of.
    let wasHit = connection.cancelling || exchange.sequence < connection.cancelBarrier
    if failure.kind == .timedOut && wasHit || failure.isStalePlan, exchange.attempts < 3 {
      if failure.isStalePlan { connection.forgetPrepared(exchange) }
      return send(exchange.again(), on: connection)
    }
    operation.fail(failure)
  }

  /// The connection broke before the answer.
  func lostRead(_ exchange: Exchange, _ operation: Operation, _ error: DatabaseError) {
    if exchange.abandoned { return }
    if exchange.attempts < 1, !stopping { wait(exchange.again()) } else { operation.fail(error) }
  }
}
