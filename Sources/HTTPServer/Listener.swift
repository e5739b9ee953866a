internal import CMicroHTTPD
import EventLoop
import Glibc
import Synchronization

/// libmicrohttpd's daemon with everything it knows of: connections, and how many each client has.
///
/// libmicrohttpd holds a pointer to this object from `start` to the end of `stop`, and an own retain with it.
final class Listener: Sendable {
  private struct State {
    var daemon: Daemon?
    /// The listening socket, once it does not listen any more.
    var quiesced: Int32 = -1
    var connections: [ObjectIdentifier: Connection] = [:]
    var perClient: [IPAddress: Int] = [:]
  }

  // Unchecked: libmicrohttpd's functions on a daemon may be called from any thread.
  private struct Daemon: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  let configuration: Server.Configuration
  let handler: @Sendable (Request) async -> Response
  let proxies: [IPNetwork]
  let limits: Exchange.Limits
  private let loop = EventLoop(name: "http-watch")
  private let lingering: Lingering
  private let state = Mutex(State())
  private let draining = Atomic(false)
  private let aborting = Atomic(false)
  /// Requests that have begun and not ended.
  let requests = Atomic(0)

  init(_ configuration: Server.Configuration, handler: @escaping @Sendable (Request) async -> Response) throws {
    lingering = Lingering(on: loop, patience: configuration.stallTimeout)
    self.configuration = configuration
    self.handler = handler
    proxies = try configuration.trustedProxies.map {
      guard let network = IPNetwork($0) else { throw Server.SetupError.trustedProxy($0) }
      return network
    }
    limits = Exchange.Limits(
      body: configuration.bodyLimit, drain: configuration.drainLimit,
      pace: Pace.Limits(stall: configuration.stallTimeout, rate: configuration.minimumRate))
  }

  func isTrusted(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }

  deinit { loop.stop() }

  // MARK: Life

  func start() throws {
    guard let address = IPAddress(configuration.address) else {
      throw Server.SetupError.address(configuration.address)
    }
    let context = Unmanaged.passRetained(self)
    let limits = lamppost_mhd_limits(
      threads: UInt32(configuration.threads), connections: UInt32(configuration.connectionLimit),
      // Half of it is the read buffer; the header and the response's header stand in it together.
      memory_per_connection: 2 * configuration.headerLimit + 32 << 10)
    let daemon = address.withSocketAddress(port: configuration.port) {
      lamppost_mhd_start($0, Self.callbacks, limits, context.toOpaque())
    }
    guard let daemon else {
      context.release()
      throw Server.SetupError.listening
    }
    state.withLock { $0.daemon = Daemon(pointer: daemon) }
    sweep()
  }

  var port: Int { state.withLock { $0.daemon.map { Int(lamppost_mhd_port($0.pointer)) } } ?? 0 }

  var isDraining: Bool { draining.load(ordering: .relaxed) }

  var hasRequests: Bool { requests.load(ordering: .acquiring) > 0 }

  /// No new connection; those that wait for a next request are closed.
  func drain() {
    guard !draining.exchange(true, ordering: .sequentiallyConsistent) else { return }
    if let daemon = state.withLock({ $0.daemon }) {
      let descriptor = MHD_quiesce_daemon(daemon.pointer)
      // Who connects now is refused. The manual wants the descriptor open until the daemon has stopped: one of its threads
      // may be on the way to accept from it, and the number must not be another connection's by then.
      if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
      state.withLock { $0.quiesced = descriptor }
    }
    for connection in connections { connection.drain() }
  }

  /// Cancels what still runs and cuts its connection.
  func abort() {
    aborting.store(true, ordering: .sequentiallyConsistent)
    for connection in connections { connection.abort() }
  }

  /// After this nothing may be parked any more: libmicrohttpd must not be stopped over a suspended connection.
  var isAborting: Bool { aborting.load(ordering: .sequentiallyConsistent) }

  /// Blocks until libmicrohttpd's threads have ended. No connection may be parked.
  func stop() {
    let daemon = state.withLock { state in
      defer { state.daemon = nil }
      return state.daemon
    }
    guard let daemon else { return }
    MHD_stop_daemon(daemon.pointer)
    let quiesced = state.withLock { $0.quiesced }
    if quiesced >= 0 { close(quiesced) }
    Unmanaged.passUnretained(self).release()
  }

  // MARK: Connections

  private var connections: [Connection] { state.withLock { Array($0.connections.values) } }

  /// Looks at what is late, several times in the shortest limit but not more than fifty times a second.
  private func sweep() {
    let shortest = min(configuration.headerTimeout, configuration.idleTimeout, configuration.stallTimeout)
    loop.schedule(after: min(max(shortest / 5, .milliseconds(20)), .seconds(1))) { [weak self] in
      guard let self else { return }
      let now = ContinuousClock.now
      for connection in connections {
        connection.cutIfLate(at: now) {
          let problem = configuration.problem(.requestTimeout, "body_timeout", "the body took too long to arrive")
          return EarlyAnswer(problem, isHead: false)
        }
      }
      sweep()
    }
  }

  /// Whether one more connection of the address is welcome. A trusted proxy's are: its clients are counted by request.
  func accept(_ peer: IPAddress) -> Bool {
    !isDraining
      && (isTrusted(peer)
        || state.withLock { $0.perClient[peer.client, default: 0] < configuration.connectionsPerClient })
  }

  func opened(_ connection: Connection) {
    state.withLock { state in
      state.connections[ObjectIdentifier(connection)] = connection
      if !isTrusted(connection.peer) { state.perClient[connection.peer.client, default: 0] += 1 }
    }
    connection.watch(on: loop)
  }

  func closed(_ connection: Connection) {
    connection.close(on: loop, lingering)
    state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
    if !isTrusted(connection.peer) { leave(connection.peer) }
  }

  /// Counts one more request of a client; false when it has its fill.
  func enter(_ client: IPAddress) -> Bool {
    state.withLock { state in
      guard state.perClient[client.client, default: 0] < configuration.connectionsPerClient else { return false }
      state.perClient[client.client, default: 0] += 1
      return true
    }
  }

  func leave(_ client: IPAddress) {
    state.withLock { state in
      guard let count = state.perClient[client.client] else { return }
      state.perClient[client.client] = count > 1 ? count - 1 : nil
    }
  }
}
