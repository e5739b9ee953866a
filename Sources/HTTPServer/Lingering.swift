import EventLoop
import Glibc
import Synchronization

/// Reads and forgets what clients still send after they were answered in the middle of their body.
///
/// Closing a socket with unread bytes resets the connection, and the reset can overtake the answer: the client would see
/// an error of the network, and a proxy would make a 502 of it, instead of the 413 (RFC 9112, section 9.6).
final class Lingering: Sendable {
  private static let byteLimit = 64 << 20
  /// libmicrohttpd does not count these connections any more; beyond this many, they are closed as they are.
  private static let connectionLimit = 256

  private struct Connection {
    let watch: EventLoop.Watch
    let timer: EventLoop.Timer
    var bytes = 0
  }

  private let loop: EventLoop
  private let patience: Duration
  private let connections = Mutex<[Int32: Connection]>([:])

  /// - Parameter patience: how long a client may go on sending.
  init(on loop: EventLoop, patience: Duration) {
    self.loop = loop
    self.patience = patience
  }

  deinit { connections.withLock { for descriptor in $0.keys { close(descriptor) } } }

  /// Keeps the connection of `descriptor` open for a while, though the caller is about to close its own descriptor.
  func keep(_ descriptor: Int32) {
    connections.withLock { connections in
      guard connections.count < Self.connectionLimit else { return }
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
      guard copy >= 0 else { return }
      shutdown(copy, Int32(SHUT_WR))
      connections[copy] = Connection(
        watch: loop.watch(copy, for: .read) { [weak self] _ in self?.read(copy) },
        timer: loop.schedule(after: patience) { [weak self] in self?.end(copy) })
    }
  }

  private func read(_ descriptor: Int32) {
    let count = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) {
      recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
    }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    let isOver = connections.withLock { connections in
      connections[descriptor]?.bytes += max(count, 0)
      return count <= 0 || connections[descriptor]?.bytes ?? 0 > Self.byteLimit
    }
    if isOver { end(descriptor) }
  }

  /// On the loop's thread alone, so that the number cannot belong to another connection meanwhile.
  private func end(_ descriptor: Int32) {
    guard let connection = connections.withLock({ $0.removeValue(forKey: descriptor) }) else { return }
    loop.cancel(connection.watch)
    loop.cancel(connection.timer)
    close(descriptor)
  }
}
