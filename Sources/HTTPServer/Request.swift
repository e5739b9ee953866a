/// One request, its headers complete and its framing checked; the body arrives while it is read.
public struct Request: Sendable {
  public let method: Method
  /// Decoded, begins with `/`, UTF-8, without NUL, dot segments or encoded slashes.
  public let path: String
  public let query: Query
  public let headers: Headers
  /// The peer's address, or the right-most untrusted entry of X-Forwarded-For when the peer is a trusted proxy.
  public let clientAddress: String
  /// `http`, or what a trusted proxy says in X-Forwarded-Proto.
  public let scheme: String
  /// The host asked for, in lower case, without port. Empty only for HTTP/1.0 without Host.
  public let host: String
  /// The host as it was sent, in lower case, with its port where one was sent.
  public let hostAndPort: String
  public private(set) var body: Body

  public init(
    method: Method, path: String, query: Query = Query(), headers: Headers = Headers(),
    clientAddress: String = "127.0.0.1", scheme: String = "http", hostAndPort: String = "localhost",
    body: Body = Body([])
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.clientAddress = clientAddress
    self.scheme = scheme
    self.hostAndPort = hostAndPort
    host = Self.withoutPort(hostAndPort)
    self.body = body
  }

  /// The same request, whose body asks a question at its end: `Body.checked`.
  public func withBody(checkedBy check: @escaping @Sendable () async throws -> Void) -> Request {
    var request = self
    request.body = body.checked(by: check)
    return request
  }

  /// Path and query as an address of this site, encoded anew.
  public var target: String {
    let path = path.split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.encode(String($0)) }
      .joined(separator: "/")
    return query.isEmpty ? path : path + "?" + query.encoded
  }

  /// The value of a cookie; the first where the browser sends several of the name.
  public func cookie(_ name: String) -> String? {
    for header in headers where isSame(header.name, "Cookie") {
      for pair in header.value.split(separator: ";") {
        let pair = pair.drop { $0 == " " || $0 == "\t" }
        guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name else { continue }
        return String(pair[pair.index(after: equals)...])
      }
    }
    return nil
  }

  private static func withoutPort(_ hostAndPort: String) -> String {
    let afterAddress = hostAndPort.lastIndex(of: "]") ?? hostAndPort.startIndex
    guard let colon = hostAndPort[afterAddress...].lastIndex(of: ":") else { return hostAndPort }
    return String(hostAndPort[..<colon])
  }
}
