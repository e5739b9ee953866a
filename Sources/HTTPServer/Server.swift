import EventLoop

/// An HTTP/1.1 server. Each request runs the handler in a task of its own, which is cancelled when the client hangs up.
///
/// A server that was started lives until `shutdown`, whether or not anybody keeps a reference.
public final class Server: Sendable {
  private let listener: Listener

  /// - Parameter handler: called once the header is complete and checked; its tasks start on the thread that read the
  ///   request, so it must not block.
  /// - Throws: `SetupError.trustedProxy`.
  public init(_ configuration: Configuration, handler: @escaping @Sendable (Request) async -> Response) throws {
    listener = try Listener(configuration, handler: handler)
  }

  /// Listens. Once only.
  /// - Throws: `SetupError`.
  public func start() throws { try listener.start() }

  /// The port listened on; 0 before `start` and after `shutdown`.
  public var port: Int { listener.port }

  /// Refuses new connections, lets requests that run come to their end, and after `grace` cancels the rest. Returns when
  /// every thread of the server has ended.
  public func shutdown(grace: Duration) async {
    listener.drain()
    let deadline = ContinuousClock.now + grace
    while listener.hasRequests, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(5)) }
    listener.abort()
    // An aborted exchange is over as soon as libmicrohttpd's thread comes by, whatever its handler does.
    while listener.hasRequests {
      try? await Task.sleep(for: .milliseconds(5))
      listener.abort()
    }
    // Joins threads, so not on the threads that tasks run on.
    try? await BlockingPool(name: "http-stop", threads: 1).run { [listener] in listener.stop() }
  }
}
