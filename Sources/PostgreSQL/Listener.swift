internal import CPostgreSQL
internal import EventLoop

extension Database {
  /// Hears what is sent by NOTIFY on `channels`, over a connection of its own that is opened again whenever it breaks:
  /// each time, the first included, `.reconnected` comes first. Ends with the task that iterates, or at `shutdown()`.
  ///
  /// Up to 1,024 notifications wait for a slow reader; when the oldest are dropped, `.reconnected` tells.
  public func listen(_ channels: [String]) -> AsyncStream<Notification> {
    let (stream, continuation) = AsyncStream.makeStream(of: Notification.self, bufferingPolicy: .bufferingNewest(1024))
    let listener = Listener(channels: channels, server: primary, continuation: continuation)
    let server = primary
    continuation.onTermination = { _ in Task { await server.remove(listener) } }
    Task { await server.add(listener) }
    return stream
  }
}

extension Server {
  func add(_ listener: Listener) async {
    guard !stopping else { return await listener.stop() }
    listeners[ObjectIdentifier(listener)] = listener
    // The stream may have ended before this was called.
    if await !listener.connect() { listeners[ObjectIdentifier(listener)] = nil }
  }

  func remove(_ listener: Listener) async {
    listeners[ObjectIdentifier(listener)] = nil
    await listener.stop()
  }
}

/// One LISTEN connection, outside pipeline mode.
actor Listener {
  private nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let command: String
  private let pool: BlockingPool
  private let parameters: Result<ConnectionParameters, DatabaseError>
  private let continuation: AsyncStream<Notification>.Continuation
  private var handle: ConnectionHandle?
  private var watch: EventLoop.Watch?
  private var failures = 0
  private var isListening = false
  private var stopped = false

  init(channels: [String], server: Server, continuation: AsyncStream<Notification>.Continuation) {
    loop = server.loop
    pool = server.pool
    parameters = server.parameters
    self.continuation = continuation
    command = channels.map { ("LISTEN \(identifier: $0)" as SQL).text }.joined(separator: "; ")
  }

  /// - Returns: false once the listener was stopped.
  @discardableResult
  func connect() async -> Bool {
    guard !stopped, handle == nil else { return !stopped }
    let parameters = parameters
    let opened = try? await pool.run { try ConnectionHandle(parameters.get()) }
    guard !stopped else { return false }
    guard let opened, PQsetnonblocking(opened.connection, 1) == 0, PQsendQuery(opened.connection, command) == 1 else {
      retry()
      return true
    }
    handle = opened
    isListening = false
    watch = loop.watch(PQsocket(opened.connection), for: .read) { _ in self.assumeIsolated { $0.ready() } }
    return true
  }

  func stop() {
    stopped = true
    close()
    continuation.finish()
  }

  private func ready() {
    guard let connection = handle?.connection else { return }
    guard PQconsumeInput(connection) == 1 else { return retry() }
    while !isListening, PQisBusy(connection) == 0 {
      guard let result = PQgetResult(connection) else {
        isListening = true
        failures = 0
        yield(.reconnected)
        break
      }
      defer { PQclear(result) }
      guard PQresultStatus(result) == PGRES_COMMAND_OK else { return retry() }
    }
    while let notification = PQnotifies(connection) {
      defer { PQfreemem(notification) }
      yield(
        .message(
          channel: String(cString: notification.pointee.relname), payload: String(cString: notification.pointee.extra)))
    }
  }

  private func yield(_ notification: Notification) {
    if case .dropped = continuation.yield(notification) { continuation.yield(.reconnected) }
  }

  private func retry() {
    close()
    failures += 1
    loop.schedule(after: Backoff.delay(attempt: failures, first: .milliseconds(50), most: .seconds(3))) {
      Task { await self.connect() }
    }
  }

  private func close() {
    if let watch { loop.cancel(watch) }
    watch = nil
    handle = nil
  }
}
