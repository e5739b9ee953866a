internal import CPostgreSQL
internal import EventLoop

/// Transactions and single writes, each with a connection for itself.
extension Server {
  /// One statement that commits by itself.
  func acceptAlone(_ operation: Operation) {
    let id = leaseIDs.add(1, ordering: .relaxed).newValue
    let lease = Lease(id: id, prelude: operation.settings.map { [$0] } ?? [])
    leases[id] = lease
    acceptLeased(operation, lease)
    if lease.operation == nil { leases[id] = nil }
  }

  func acceptLeased(_ operation: Operation, _ lease: Lease) {
    if case .end = operation.work { return end(lease, operation) }
    guard !operation.ticket.isCancelled else { return operation.fail(DatabaseError(.cancelled, "before it was sent")) }
    guard lease.operation == nil, lease.pendingEnd == nil else {
      return operation.fail(DatabaseError(.misuse, "the transaction is at another statement"))
    }
    if lease.connection == nil, let failure = lease.failure { return operation.fail(failure) }
    lease.operation = operation
    if lease.connection != nil { return perform(operation, lease) }
    if stopping { return failWaiting(lease, DatabaseError(.shutDown, "no new transactions")) }
    if waitingLeases.isEmpty, let connection = idle.popLast() { return attach(connection, to: lease) }
    guard waitingLeases.count < configuration.waitingLimit else {
      counters.refused += 1
      return failWaiting(lease, DatabaseError(.poolExhausted, "\(waitingLeases.count) transactions wait already"))
    }
    lease.deadline = .now + configuration.leaseTimeout
    waitingLeases.append(lease)
    openIfNeeded()
    scheduleExpiry()
  }

  func failWaiting(_ lease: Lease, _ error: DatabaseError) {
    lease.failure = error
    if lease.isSingle { leases[lease.id] = nil }
    lease.operation?.fail(error)
    lease.operation = nil
    endIfPending(lease)
  }

  private func attach(_ connection: Connection, to lease: Lease) {
    lease.connection = connection
    connection.lease = lease
    if let operation = lease.operation { perform(operation, lease) }
  }

  private func perform(_ operation: Operation, _ lease: Lease) {
    guard let connection = lease.connection else { return }
    switch operation.work {
    case .statements(_, let statements):
      guard connection.copy == nil else { return refuse(lease, "a COPY is under way") }
      let exchange = Exchange(.lease(lease), prelude: lease.begun ? [] : lease.prelude, statements: statements)
      send(exchange, on: connection)
      lease.begun = true
    case .end(_, let commit):
      send(Exchange(.lease(lease), statements: [commit ? Self.commit : Self.rollback]), on: connection)
    case .copyStart, .copyData, .copyEnd: performCopy(operation, lease, connection)
    case .read(let statement), .write(let statement):
      send(Exchange(.lease(lease), prelude: lease.prelude, statements: [statement]), on: connection)
    }
  }

  func finishedLeased(_ exchange: Exchange, _ lease: Lease, on connection: Connection) {
    guard let operation = lease.operation else { return }
    if lease.isSingle, exchange.failure?.isStalePlan == true, exchange.attempts < 2 {
      // The server undid the whole group: nothing happened, and to run it again is safe.
      connection.forgetPrepared(exchange)
      return send(exchange.again(), on: connection)
    }
    let isSingle = lease.isSingle
    lease.operation = nil
    if var failure = exchange.failure {
      if failure.isStalePlan { connection.forgetPrepared(exchange) }
      if operation.ticket.isCancelled, failure.kind == .timedOut {
        failure = DatabaseError(.cancelled, "while the statement ran")
      }
      if lease.failure == nil { lease.failure = failure }
      operation.fail(lease.failure?.isRetryable == true ? lease.failure! : failure)
    } else if isSingle {
      operation.succeed(exchange.results)
    } else if case .end(_, let commit) = operation.work {
      // A rollback still tells why: see `Database.once`.
      if !commit, let failure = lease.failure { operation.fail(failure) } else { operation.succeed([]) }
    } else {
      switch connection.transaction {
      // Also after a ROLLBACK TO SAVEPOINT of the caller's own.
      case PQTRANS_INTRANS: lease.failure = nil
      case PQTRANS_INERROR: break
      default: lease.failure = DatabaseError(.misuse, "a statement ended the transaction")
      }
      operation.succeed(exchange.results)
    }
    if isSingle { return release(connection, lease) }
    if case .end = operation.work { release(connection, lease) } else { endIfPending(lease) }
  }

  // MARK: The end

  private func end(_ lease: Lease, _ operation: Operation) {
    if lease.pendingEnd != nil { return operation.fail(DatabaseError(.misuse, "the transaction has ended")) }
    lease.pendingEnd = operation
    if let other = lease.operation {
      lease.failure = DatabaseError(.misuse, "a statement is still under way at the transaction's end")
      cancel(other.ticket)
    }
    endIfPending(lease)
  }

  func endIfPending(_ lease: Lease) {
    guard let operation = lease.pendingEnd, lease.operation == nil else { return }
    guard let connection = lease.connection else {
      leases[lease.id] = nil
      lease.pendingEnd = nil
      if let failure = lease.failure { operation.fail(failure) } else { operation.succeed([]) }
      return checkQuiet()
    }
    // A cancel request on its way could hit COMMIT or ROLLBACK.
    guard !connection.cancelling else { return }
    lease.pendingEnd = nil
    guard case .end(_, let commit) = operation.work else { return }
    if connection.transaction == PQTRANS_IDLE {
      operation.fail(lease.failure ?? DatabaseError(.misuse, "a statement ended the transaction"))
      return release(connection, lease)
    }
    let ending: Operation
    if commit, connection.transaction == PQTRANS_INERROR || lease.failure != nil {
      ending = operation.with(.end(lease.id, commit: false))
    } else {
      ending = operation
    }
    lease.operation = ending
    perform(ending, lease)
  }

  private func release(_ connection: Connection, _ lease: Lease) {
    leases[lease.id] = nil
    lease.connection = nil
    connection.lease = nil
    offer(connection)
    checkQuiet()
  }

  /// Gives a connection that is free to who waits longest; one that is not clean is closed.
  func offer(_ connection: Connection) {
    // A cancel request on its way could hit the next: once it is through, the connection is offered again.
    guard !connection.cancelling else { return }
    guard connection.isIdle, !connection.isBroken else { return lost(connection) }
    if let lease = waitingLeases.popFirst() { attach(connection, to: lease) } else { idle.append(connection) }
  }

  /// The connection broke.
  func lostLease(_ lease: Lease, _ error: DatabaseError) {
    lease.connection = nil
    var error = error
    if let operation = lease.operation {
      lease.operation = nil
      switch operation.work {
      case .end(_, let commit):
        leases[lease.id] = nil
        error.mayHaveTakenEffect = commit
      case .write:
        leases[lease.id] = nil
        error.mayHaveTakenEffect = true
      case .read(let statement):
        leases[lease.id] = nil
        let exchange = Exchange(.read(operation), prelude: lease.prelude, statements: [statement])
        return lostRead(exchange, operation, error)
      default: break
      }
      operation.fail(error)
    }
    lease.failure = error
    endIfPending(lease)
  }

  private static let commit = fixed("COMMIT")
  private static let rollback = fixed("ROLLBACK")

  private static func fixed(_ sql: SQL) -> Statement {
    do { return try Statement(sql) } catch { preconditionFailure("a literal without binds: \(error)") }
  }
}
