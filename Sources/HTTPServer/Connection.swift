import EventLoop
import Glibc
import Synchronization

/// One TCP connection, from the accept to the close.
final class Connection: Sendable {
  private struct State {
    var target: [UInt8] = []
    var deadline: ContinuousClock.Instant?
    var exchange: Exchange?
    var watch: EventLoop.Watch?
    var isClosed = false
    var lingers = false
  }

  private let descriptor: Int32
  let peer: IPAddress
  /// Written once for all requests of the connection.
  let peerText: String
  private let state: Mutex<State>

  init(descriptor: Int32, peer: IPAddress, deadline: ContinuousClock.Instant) {
    self.descriptor = descriptor
    self.peer = peer
    peerText = peer.description
    state = Mutex(State(deadline: deadline))
  }

  /// The request line has arrived.
  func receive(target: [UInt8], deadline: ContinuousClock.Instant) {
    state.withLock {
      $0.target = target
      $0.deadline = deadline
    }
  }

  /// The header is complete.
  func takeTarget() -> [UInt8] {
    state.withLock { state in
      state.deadline = nil
      defer { state.target = [] }
      return state.target
    }
  }

  func begin(_ exchange: Exchange) { state.withLock { $0.exchange = exchange } }

  /// The response is on its way: when the client has to have it.
  func expectSent(by deadline: ContinuousClock.Instant) { state.withLock { $0.deadline = deadline } }

  /// The request is over; the next one may come.
  func end(idleUntil deadline: ContinuousClock.Instant, lingers: Bool) {
    state.withLock {
      $0.exchange = nil
      $0.lingers = lingers
      $0.deadline = deadline
    }
  }

  func watch(on loop: EventLoop) {
    // Edge-triggered and for the hang-up alone: one system call a connection, nothing a request. libmicrohttpd does not
    // look at a suspended connection.
    let watch = loop.watch(descriptor, for: .hangUp) { [weak self] _ in self?.hangUp() }
    state.withLock { $0.watch = watch }
  }

  private func hangUp() { state.withLock { $0.exchange }?.hangUp() }

  /// The descriptor is about to be closed.
  func close(on loop: EventLoop, _ lingering: Lingering) {
    let (watch, lingers) = state.withLock { state in
      state.isClosed = true
      return (state.watch, state.lingers)
    }
    if let watch { loop.cancel(watch) }
    if lingers { lingering.keep(descriptor) }
  }

  /// Writes an answer past libmicrohttpd, before the connection is closed.
  func send(_ answer: EarlyAnswer) {
    // Under the lock: after `close` the number may belong to another connection.
    state.withLock { if !$0.isClosed { answer.send(to: descriptor) } }
  }

  /// Makes libmicrohttpd see the end of the connection.
  func cut() {
    // Under the lock: after `close` the number may belong to another connection.
    state.withLock { if !$0.isClosed { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } }
  }

  /// The server wants to stop.
  func drain() {
    let (exchange, isIdle) = state.withLock { ($0.exchange, $0.exchange == nil && $0.target.isEmpty) }
    exchange?.drain()
    if isIdle { cut() }
  }

  /// - Parameter answer: what a client is told that is too slow in sending its body.
  func cutIfLate(at now: ContinuousClock.Instant, saying answer: () -> EarlyAnswer?) {
    let (deadline, exchange) = state.withLock { ($0.deadline, $0.exchange) }
    if let deadline, deadline < now { return cut() }
    // Asked before the handler hears of it and answers too.
    guard let exchange, case let isReading = exchange.isReading, exchange.isTooSlow(at: now) else { return }
    if isReading, let answer = answer() { send(answer) }
    cut()
  }

  func abort() {
    state.withLock { $0.exchange }?.abort()
    cut()
  }
}

extension EventLoop.Interest {
  static let hangUp = EventLoop.Interest(rawValue: 0x8000_2000)  // EPOLLET | EPOLLRDHUP: Glibc lacks them
}
