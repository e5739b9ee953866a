extension Server {
  /// Where to listen, and what a client may ask for.
  public struct Configuration: Sendable {
    /// An IPv4 or IPv6 address of this machine.
    public var address = "127.0.0.1"
    /// 0 picks a free one: see `Server.port`.
    public var port = 0
    /// Threads that read from and write to sockets; handlers run as tasks.
    public var threads = 2
    /// Bytes of request line and header together, beyond which the answer is 431.
    public var headerLimit = 16 << 10
    /// Bytes of a body, for any route; handlers narrow it.
    public var bodyLimit = 32 << 20
    /// A body that the handler did not want is read up to this many bytes, so that the connection can be kept.
    public var drainLimit = 64 << 10
    /// From the first line of a request to the end of its header.
    public var headerTimeout: Duration = .seconds(10)
    /// How long a connection is kept open between two requests, and how long a new one may be silent.
    public var idleTimeout: Duration = .seconds(60)
    /// How long a client may be silent in the middle of a body, or take nothing of a response.
    public var stallTimeout: Duration = .seconds(20)
    /// Bytes a second, on average over a transfer after its first `stallTimeout`, below which it is cut off.
    public var minimumRate = 1024
    /// Connections of one address (IPv6: one /64 network). Behind a trusted proxy: concurrent requests.
    public var connectionsPerClient = 256
    /// Connections in all.
    public var connectionLimit = 4096
    /// Addresses or networks (`10.0.0.0/8`) whose X-Forwarded-For and X-Forwarded-Proto are believed.
    public var trustedProxies: [String] = []
    /// Makes the response to a request that was refused before any handler saw it.
    public var problem: @Sendable (Status, _ code: String, _ detail: String) -> Response = { status, _, detail in
      Response(status, text: detail + "\n")
    }
    /// Called with one line when something went wrong that no handler can know. Never holds a client's data.
    public var log: @Sendable (String) -> Void = { _ in }

    /// Where the handler of a request without a body goes on after it has waited, e.g. the thread on which its answer
    /// from the database arrives; nil is Swift's own pool.
    public var executor: (any TaskExecutor)?

    public init() {}
  }

  /// The server could not be set up.
  public enum SetupError: Error, Equatable, CustomStringConvertible {
    case address(String)
    case trustedProxy(String)
    case listening

    public var description: String {
      switch self {
      case .address(let text): "\(text) is no address to listen on"
      case .trustedProxy(let text): "\(text) is neither an address nor a network"
      case .listening: "the address and port cannot be listened on"
      }
    }
  }
}
