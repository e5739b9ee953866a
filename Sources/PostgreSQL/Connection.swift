internal import CPostgreSQL
internal import EventLoop

/// One connection in libpq's pipeline mode. Lives on the loop's thread, inside a `Server`.
final class Connection {
  /// What the server still owes, in order.
  private enum Step {
    case prepared(Statement.Key, name: String)
    case discarded(Statement)
    case rows(Statement)
    case sync
  }

  let id: UInt64
  let handle: ConnectionHandle
  /// Carries single statements, rather than transactions.
  let isShared: Bool
  var watch: EventLoop.Watch?
  private(set) var waitsForWrite = false
  var watchesWrite = false
  private var steps = Queue<Step>()
  private(set) var exchanges = Queue<Exchange>()
  private var prepared = PreparedStatements()
  private var syncFailed = false
  private var sent = 0
  /// Since when the server may be at the first exchange.
  private var headSince = ContinuousClock.now

  /// A cancel request is under way: it may hit whatever runs when it arrives.
  var cancelling = false
  /// Exchanges before this one may have been hit by a cancel request meant for another.
  var cancelBarrier = 0
  var nextSequence: Int { sent }
  /// The lease that holds the connection.
  var lease: Lease?
  var copy: CopyState?

  private var connection: OpaquePointer { handle.connection }

  init(id: UInt64, handle: ConnectionHandle, isShared: Bool) {
    self.id = id
    self.isShared = isShared
    self.handle = handle
  }

  var descriptor: Int32 { PQsocket(connection) }
  var isBroken: Bool { PQstatus(connection) != CONNECTION_OK }
  var transaction: PGTransactionStatusType { PQtransactionStatus(connection) }
  /// Nothing is under way and no transaction is open.
  var isIdle: Bool { exchanges.isEmpty && copy == nil && !cancelling && transaction == PQTRANS_IDLE }

  /// What the server is at takes long: those behind it wait.
  var isStalled: Bool { !exchanges.isEmpty && .now - headSince > .milliseconds(20) }

  /// Nobody waits any more for what the server is at.
  var wantsCancel: Bool {
    if let lease {
      return lease.operation?.ticket.isCancelled == true || lease.operation != nil && lease.pendingEnd != nil
    }
    return exchanges.first?.abandoned == true
  }

  // MARK: Sending

  /// Queues the exchange and hands it to the kernel as far as that takes it. False: the connection is of no more use.
  func send(_ exchange: Exchange) -> Bool {
    if case .connection = exchange.owner {
    } else if transactionIsClosed(before: exchange) {
      guard deallocateSurplus() else { return false }
    }
    exchange.sequence = sent
    sent += 1
    if exchanges.isEmpty { headSince = .now }
    exchanges.append(exchange)
    for statement in exchange.prelude {
      guard issue(statement, .discarded(statement)) else { return false }
    }
    for statement in exchange.statements {
      guard issue(statement, .rows(statement)) else { return false }
    }
    return sync()
  }

  /// Forgets the server's copies, so that the next use prepares anew.
  func forgetPrepared(_ exchange: Exchange) {
    for statement in exchange.prelude + exchange.statements { prepared.forget(statement.key) }
  }

  /// Writes what waits. False: the connection is of no more use.
  func flush() -> Bool {
    let result = PQflush(connection)
    waitsForWrite = result == 1
    return result >= 0
  }

  private func sync() -> Bool {
    steps.append(.sync)
    return PQpipelineSync(connection) == 1 && flush()
  }

  private func issue(_ statement: Statement, _ step: Step) -> Bool {
    let key = statement.key
    let name: String
    if let known = prepared.name(of: key) {
      name = known
    } else {
      name = prepared.add(key)
      let types = Int32(key.types.count)
      guard PQsendPrepare(connection, name, key.text, types, key.types) == 1 else { return false }
      steps.append(.prepared(key, name: name))
    }
    steps.append(step)
    return statement.withPointers { PQsendQueryPrepared(connection, name, $0, $1, $2, $3, 1) == 1 }
  }

  /// DEALLOCATE fails inside a failed transaction: only where none is open.
  private func transactionIsClosed(before exchange: Exchange) -> Bool {
    switch exchange.owner {
    case .read: true
    case .lease(let lease): !lease.begun
    case .connection: false
    }
  }

  private func deallocateSurplus() -> Bool {
    guard !prepared.surplus.isEmpty else { return true }
    for name in prepared.takeSurplus() {
      guard let statement = try? Statement(SQL(unsafeSQL: "DEALLOCATE \(name)")) else { continue }
      exchanges.append(Exchange(.connection, statements: [statement]))
      steps.append(.discarded(statement))
      guard PQsendQueryParams(connection, statement.text, 0, nil, nil, nil, nil, 1) == 1, sync() else { return false }
    }
    return true
  }

  // MARK: Receiving

  /// Reads what has arrived and calls `finish` for each exchange that is complete.
  /// False: the connection is of no more use; what is still in `exchanges` has no answer.
  func receive(_ finish: (Exchange) -> Void) -> Bool {
    guard PQconsumeInput(connection) == 1 else { return false }
    while let step = steps.first, let exchange = exchanges.first, PQisBusy(connection) == 0 {
      guard let result = PQgetResult(connection) else {
        // NULL ends the results of one command; at the Sync there is one only behind an error.
        guard case .sync = step else {
          steps.popFirst()
          continue
        }
        guard syncFailed else { return false }
        syncFailed = false
        continue
      }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC:
        PQclear(result)
        steps.popFirst()
        exchanges.popFirst()
        headSince = .now
        finish(exchange)
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
        if case .rows = step { exchange.results.append(Rows(ResultStorage(result))) } else { PQclear(result) }
      case PGRES_FATAL_ERROR, PGRES_PIPELINE_ABORTED:
        fail(exchange, at: step, result)
        PQclear(result)
      default:
        // COPY and the like: libpq cannot go on from here in pipeline mode.
        PQclear(result)
        return false
      }
    }
    return !isBroken
  }

  private func fail(_ exchange: Exchange, at step: Step, _ result: OpaquePointer) {
    var text: String?
    switch step {
    case .prepared(let key, let name):
      prepared.failed(key, name: name)
      text = key.text
    case .rows(let statement), .discarded(let statement): text = statement.text
    // A deferred constraint fails at the Sync, where the group is committed.
    case .sync: syncFailed = true
    }
    if exchange.failure == nil, PQresultStatus(result) == PGRES_FATAL_ERROR {
      exchange.failure = DatabaseError(result, statement: text)
    }
  }

  /// Gives up all that is under way.
  func abandonExchanges() -> [Exchange] { exchanges.removeAll() }
}

extension Statement {
  /// Calls `body` with count, values, lengths and formats as libpq takes them.
  func withPointers<Result>(
    _ body: (
      Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Result
  ) -> Result {
    let count = offsets.count
    guard count > 0 else { return body(0, nil, nil, nil) }
    return buffer.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
        // An empty buffer has no address, but a value of no bytes needs one that is not NULL.
        let base = bytes.baseAddress ?? UnsafeRawPointer(UnsafeMutableRawPointer(values.baseAddress!))
        for index in 0..<count {
          let offset = offsets[index]
          values[index] = offset < 0 ? nil : (base + offset).assumingMemoryBound(to: CChar.self)
        }
        return body(Int32(count), values.baseAddress, lengths, formats)
      }
    }
  }
}
