internal import CMicroHTTPD

/// The side of libmicrohttpd's thread, and of the server that watches over time.
extension Exchange {
  /// What libmicrohttpd's thread has to do after `step`.
  enum Step {
    /// Go on reading; the bytes of this call are consumed.
    case proceed
    /// Nothing to do for now: the connection is suspended, the bytes of this call come again.
    case parked
    case answer(Response)
    /// Answer in the middle of the body, and close the connection.
    case answerEarly(Response)
    /// Close the connection.
    case cut
  }

  /// Decides what happens next with the request.
  /// - Parameter bytes: of the body; empty before the body and after its end.
  func step(_ bytes: UnsafeRawBufferPointer) -> Step {
    withState { state, wakeups in
      guard !state.isAborted else { return .cut }
      let step = bytes.isEmpty ? pause(&state) : receive(bytes, &state)
      state.serveReader(&wakeups)
      return step
    }
  }

  /// No bytes: before the body, or after its end.
  private func pause(_ state: inout State) -> Step {
    if state.phase == .header, announcedLength == 0 {
      // A response in the first call means to libmicrohttpd that a body is refused: it would close the connection.
      state.phase = .body
      return .proceed
    }
    if state.phase != .header {
      state.end = state.end ?? .complete
      state.pace.stopWaiting(at: .now)
    }
    if let response = state.response {
      if state.phase == .header, isWorthDraining {
        state.phase = .draining
        state.pace.startWaiting(at: .now)
        return .proceed
      }
      state.phase = .answered
      state.response = nil
      return .answer(response)
    }
    if state.phase == .header, state.end == nil, state.reader != nil {
      state.phase = .body
      state.pace.startWaiting(at: .now)
      return .proceed
    }
    state.park()
    return .parked
  }

  /// Whether it costs less to read an unwanted body than to close the connection.
  private var isWorthDraining: Bool {
    announcedLength != 0 && !awaitsContinue && announcedLength ?? 0 <= limits.drain
  }

  private func receive(_ bytes: UnsafeRawBufferPointer, _ state: inout State) -> Step {
    if state.phase == .body, state.response != nil { state.phase = .draining }
    if state.phase == .body, state.received + bytes.count > limits.body {
      state.end = .failed(.tooLarge)
      state.chunk = nil
      state.phase = .draining
    }
    if state.phase == .draining {
      guard state.drained + bytes.count <= limits.drain else {
        guard let response = state.response else {
          // The handler has yet to say what it makes of a body that is too large.
          state.park()
          return .parked
        }
        state.phase = .answered
        state.response = nil
        return .answerEarly(response)
      }
      state.drained += bytes.count
    } else if state.chunk == nil {
      state.received += bytes.count
      state.chunk = [UInt8](bytes)
    } else {
      state.park()
      return .parked
    }
    state.pace.startWaiting(at: .now)
    state.pace.moved(bytes.count, at: .now)
    return .proceed
  }

  /// Gives the next bytes of a streamed response: a count, or one of libmicrohttpd's codes below zero.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    withState { state, wakeups in
      guard !state.isAborted else { return lamppost_mhd_end_with_error }
      let count = state.outgoing.take(into: buffer)
      if count > 0 {
        state.pace.startWaiting(at: .now)
        state.pace.moved(count, at: .now)
        if !state.outgoing.isFull { wakeups.writers = state.outgoing.takeWriters() }
        return count
      }
      switch state.outgoing.end {
      case .whole: return lamppost_mhd_end_of_stream
      case .broken: return lamppost_mhd_end_with_error
      case nil:
        state.park()
        return 0
      }
    }
  }

  /// libmicrohttpd is done with the request: sent, or lost.
  func complete() {
    withState { state, wakeups in
      state.handle = nil
      state.leave(&wakeups)
    }
  }

  /// The task that is cancelled when the client is gone.
  func run(_ task: Task<Void, Never>) {
    withState { state, wakeups in
      if state.isGone { wakeups.cancelled = task } else { state.task = task }
    }
  }

  /// The client has closed its side. While a body is read, libmicrohttpd meets its end in its turn.
  func hangUp() {
    withState { state, wakeups in
      guard state.phase != .body || state.end != nil else { return }
      state.leave(&wakeups)
    }
  }

  /// Whether the client is too slow; then a waiting reader is told so, and the caller cuts the connection.
  func isTooSlow(at now: ContinuousClock.Instant) -> Bool {
    withState { state, wakeups in
      guard state.pace.isTooSlow(at: now, limits.pace) else { return false }
      state.end = state.end ?? .failed(.timedOut)
      state.serveReader(&wakeups)
      return true
    }
  }

  /// Whether a body arrives and nobody has answered yet.
  var isReading: Bool { withState { state, _ in state.phase == .body && state.response == nil } }

  /// The server wants to stop: a stream without end is told to end now.
  func drain() {
    withState { state, wakeups in
      if state.isEndless { wakeups.cancelled = state.task }
    }
  }

  /// Whether a part of the body was left unread, so that the client may still be sending.
  var hasUnreadBody: Bool {
    withState { state, _ in
      if case .complete = state.end { return false }
      return state.phase == .answered
    }
  }

  /// Ends the exchange whatever the handler does: the server stops.
  func abort() {
    withState { state, wakeups in
      state.isAborted = true
      state.unpark(&wakeups)
      state.leave(&wakeups)
    }
  }
}
