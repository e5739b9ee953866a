internal import CPostgreSQL

/// Where a COPY is at. libpq knows no COPY in pipeline mode: it is left for that time.
struct CopyState {
  enum Phase {
    case starting, open, ending
  }
  var phase = Phase.starting
  var results: [Rows] = []
  var failure: DatabaseError?
}

extension Server {
  func performCopy(_ operation: Operation, _ lease: Lease, _ connection: Connection) {
    let sent: Bool
    switch operation.work {
    case .copyStart(_, let text):
      guard connection.copy == nil else { return refuse(lease, "a COPY is under way already") }
      connection.copy = CopyState()
      sent = connection.startCopy(text)
    case .copyData(_, let bytes):
      guard connection.copy?.phase == .open else { return refuse(lease, "no COPY is under way") }
      sent = connection.sendCopy(bytes)
    case .copyEnd(_, let failed):
      guard connection.copy?.phase == .open else { return refuse(lease, "no COPY is under way") }
      connection.copy?.phase = .ending
      sent = connection.endCopy(failed: failed)
    case .read, .write, .statements, .end: return
    }
    guard sent else { return lost(connection) }
    updateInterest(connection)
    // The server's answer to an early error may have been read already: no readiness would tell of it.
    if !advanceCopy(connection) { lost(connection) }
  }

  func refuse(_ lease: Lease, _ reason: String) {
    lease.operation?.fail(DatabaseError(.misuse, reason))
    lease.operation = nil
    endIfPending(lease)
  }

  /// Something was read or written. False: the connection is of no more use.
  func advanceCopy(_ connection: Connection) -> Bool {
    finishCopiedData(connection)
    guard let lease = connection.lease, let operation = lease.operation else { return connection.consumeInput() }
    switch connection.receiveCopy() {
    case .waiting: return true
    case .broken: return false
    case .opened:
      connection.copy?.phase = .open
      lease.operation = nil
      operation.succeed([])
    case .ended(let copy):
      lease.operation = nil
      if var failure = copy.failure {
        if operation.ticket.isCancelled, failure.kind == .timedOut {
          failure = DatabaseError(.cancelled, "while rows were copied")
        }
        if lease.failure == nil { lease.failure = failure }
        operation.fail(failure)
      } else {
        operation.succeed(copy.results)
      }
    }
    endIfPending(lease)
    return true
  }

  /// The next rows are taken once the kernel has these: the buffer stays bounded.
  private func finishCopiedData(_ connection: Connection) {
    guard !connection.waitsForWrite, let lease = connection.lease, let operation = lease.operation,
      case .copyData = operation.work
    else { return }
    lease.operation = nil
    if operation.ticket.isCancelled {
      operation.fail(DatabaseError(.cancelled, "while rows were copied"))
    } else {
      operation.succeed([])
    }
    endIfPending(lease)
  }
}

extension Connection {
  enum CopyEvent {
    case waiting, opened, broken
    case ended(CopyState)
  }

  func startCopy(_ text: String) -> Bool {
    PQexitPipelineMode(handle.connection) == 1 && PQsendQuery(handle.connection, text) == 1 && flush()
  }

  func sendCopy(_ bytes: [UInt8]) -> Bool {
    let sent = bytes.withUnsafeBytes { bytes in
      PQputCopyData(
        handle.connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count))
    }
    return sent == 1 && flush()
  }

  func endCopy(failed: Bool) -> Bool {
    PQputCopyEnd(handle.connection, failed ? "the rows could not all be made" : nil) == 1 && flush()
  }

  func consumeInput() -> Bool { PQconsumeInput(handle.connection) == 1 }

  func receiveCopy() -> CopyEvent {
    guard consumeInput() else { return .broken }
    // An error in the middle is told by the server at the end: until then it swallows what comes.
    guard copy?.phase != .open else { return .waiting }
    while PQisBusy(handle.connection) == 0 {
      guard let result = PQgetResult(handle.connection) else {
        guard let ended = copy, !isBroken, PQenterPipelineMode(handle.connection) == 1 else { return .broken }
        copy = nil
        return .ended(ended)
      }
      switch PQresultStatus(result) {
      case PGRES_COPY_IN:
        PQclear(result)
        return .opened
      case PGRES_COMMAND_OK: copy?.results.append(Rows(ResultStorage(result)))
      default:
        if copy?.failure == nil { copy?.failure = DatabaseError(result, statement: "COPY") }
        PQclear(result)
      }
    }
    return .waiting
  }
}
