extension Redis {
  /// Where Redis is and what a call may cost. Never prints its password.
  public struct Configuration: Sendable {
    public enum Address: Sendable, Equatable {
      case tcp(host: String, port: UInt16)
      case unix(path: String)
    }

    public var address: Address
    public var username: String?
    public var password: String?
    /// 0 to what the server is configured for (16 by default).
    public var database = 0
    /// Sockets that commands are spread over, 1 or more; each subscription has one of its own.
    public var connections = 2
    /// For a call that names none, and for connecting.
    public var deadline: Duration = .seconds(1)
    /// Calls that may wait on one connection; one more is refused with `overloaded`.
    public var pendingLimit = 10_000
    /// A connection whose server said nothing for so long, though asked, is given up: it has vanished, or it is busy
    /// with a command that should not take as long.
    public var silenceLimit: Duration = .seconds(5)

    public init(address: Address) { self.address = address }

    /// - Parameter url: `redis://[[user]:password@]host[:port][/database]` or
    ///   `unix://[[user]:password@]/path[?db=database]`. A password's special characters are percent-encoded.
    /// - Throws: `InvalidURL`.
    public init(url: String) throws(InvalidURL) {
      guard let scheme = url.firstRange(of: "://") else { throw InvalidURL() }
      var rest = url[scheme.upperBound...]
      let credentials = try Self.takeCredentials(from: &rest)
      switch url[..<scheme.lowerBound] {
      case "redis":
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(address: try Self.tcp(parts[0]))
        if parts.count > 1, !parts[1].isEmpty { database = try Self.database(parts[1]) }
      case "unix":
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].hasPrefix("/") else { throw InvalidURL() }
        self.init(address: .unix(path: String(parts[0])))
        if parts.count > 1 {
          guard parts[1].hasPrefix("db=") else { throw InvalidURL() }
          database = try Self.database(parts[1].dropFirst(3))
        }
      default: throw InvalidURL()
      }
      (username, password) = credentials
    }

    /// Says nothing of the URL it is about, which may hold a password.
    public struct InvalidURL: Error, CustomStringConvertible {
      public let description = "not a Redis URL (redis://[:password@]host:port/database or unix:///path)"
    }

    private static func takeCredentials(
      from rest: inout Substring
    ) throws(InvalidURL) -> (username: String?, password: String?) {
      guard let at = rest.prefix(while: { $0 != "/" }).lastIndex(of: "@") else { return (nil, nil) }
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw InvalidURL() }
      rest = rest[rest.index(after: at)...]
      let username = try percentDecoded(parts[0])
      return (username.isEmpty ? nil : username, try percentDecoded(parts[1]))
    }

    private static func tcp(_ text: Substring) throws(InvalidURL) -> Address {
      var host = text
      var port: Substring = "6379"
      // An IPv6 address stands in brackets, since it has colons of its own.
      if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
        host = text[..<colon]
        port = text[text.index(after: colon)...]
      }
      if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
      guard !host.isEmpty, let port = UInt16(port), port > 0 else { throw InvalidURL() }
      return .tcp(host: String(host), port: port)
    }

    private static func database(_ text: Substring) throws(InvalidURL) -> Int {
      guard let number = Int(text), number >= 0 else { throw InvalidURL() }
      return number
    }

    private static func percentDecoded(_ text: Substring) throws(InvalidURL) -> String {
      var bytes: [UInt8] = []
      var rest = text.utf8
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
          bytes.append(byte)
          continue
        }
        guard let high = rest.popFirst(), let low = rest.popFirst(),
          let decoded = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
        else { throw InvalidURL() }
        bytes.append(decoded)
      }
      guard let decoded = String(validating: bytes, as: UTF8.self) else { throw InvalidURL() }
      return decoded
    }
  }
}

extension Redis.Configuration: CustomStringConvertible, CustomReflectable {
  public var description: String {
    switch address {
    case .tcp(let host, let port): "redis://\(host):\(port)/\(database)"
    case .unix(let path): "unix://\(path)?db=\(database)"
    }
  }

  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
