/// The side of the handler's task.
extension Exchange {
  /// The body's next chunk; nil at its end.
  /// - Throws: `BodyError`; `.incomplete` too when the task is cancelled.
  func nextChunk() async throws -> [UInt8]? {
    let ready = withState { state, wakeups in
      let ready = state.takeChunk()
      // A chunk is not consumed while another waits here: libmicrohttpd has parked with it.
      if ready != nil, state.end == nil { state.unpark(&wakeups) }
      return ready
    }
    if let ready { return try ready.get() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        withState { state, wakeups in
          if state.reader != nil || Task.isCancelled {
            wakeups.reader = (continuation, .failure(BodyError.incomplete))
            return
          }
          state.reader = continuation
          state.serveReader(&wakeups)
          state.unpark(&wakeups)
        }
      }
    } onCancel: {
      withState { state, wakeups in
        guard let reader = state.reader else { return }
        state.reader = nil
        wakeups.reader = (reader, .failure(BodyError.incomplete))
      }
    }
  }

  /// The handler's answer. Ignored when the client is gone.
  func respond(_ response: Response) {
    withState { state, wakeups in
      state.response = response
      state.isEndless = response.isEndless
      state.unpark(&wakeups)
    }
  }

  /// Adds to a streamed response, waiting while the client is behind.
  func write(_ bytes: [UInt8]) async throws {
    guard !bytes.isEmpty else { return }
    while true {
      let isAppended = try append(bytes).get()
      if isAppended { return }
      try await withCheckedThrowingContinuation { continuation in
        withState { state, wakeups in
          if state.isGone {
            wakeups.failedWriters = [continuation]
          } else if state.outgoing.isFull {
            state.outgoing.wait(continuation)
          } else {
            wakeups.writers = [continuation]
          }
        }
      }
    }
  }

  private func append(_ bytes: [UInt8]) -> Result<Bool, ResponseWriter.ClientGone> {
    withState { state, wakeups in
      guard !state.isGone else { return .failure(ResponseWriter.ClientGone()) }
      guard !state.outgoing.isFull else { return .success(false) }
      state.outgoing.append(bytes)
      if state.phase == .answered {
        state.pace.startWaiting(at: .now)
        state.unpark(&wakeups)
      }
      return .success(true)
    }
  }

  /// The stream is written; `isWhole` false cuts the connection.
  func finish(isWhole: Bool) {
    withState { state, wakeups in
      state.outgoing.end = isWhole ? .whole : .broken
      if state.phase == .answered { state.unpark(&wakeups) }
    }
  }
}
