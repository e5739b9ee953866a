/// What the handler answers. The server adds Date, Content-Length or Transfer-Encoding, and Connection.
public struct Response: Sendable {
  public enum Content: Sendable {
    case empty
    case bytes([UInt8])
    /// Sent by the kernel straight from the file.
    case file(OpenFile)
    /// Written while the closure runs, after the headers were sent. Throwing cuts the connection, so that the client
    /// sees that the content is not whole.
    case stream(@Sendable (ResponseWriter) async throws -> Void)
  }

  public var status: Status
  public var headers: Headers
  public var content: Content
  /// Content that lasts as long as the client: it does not hold up a shutdown.
  var isEndless = false

  public init(_ status: Status, headers: Headers = Headers(), content: Content = .empty) {
    self.status = status
    self.headers = headers
    self.content = content
  }

  public init(_ status: Status = .ok, headers: Headers = Headers(), contentType: String, bytes: [UInt8]) {
    self.init(status, headers: headers, content: .bytes(bytes))
    self.headers["Content-Type"] = contentType
  }

  /// UTF-8 text, `text/plain` unless told otherwise.
  public init(
    _ status: Status = .ok, headers: Headers = Headers(), contentType: String = "text/plain; charset=utf-8",
    text: String
  ) {
    self.init(status, headers: headers, contentType: contentType, bytes: Array(text.utf8))
  }
}

/// Writes the content of a streamed response.
public struct ResponseWriter: Sendable {
  /// The client hung up, or was too slow to read.
  public struct ClientGone: Error, CustomStringConvertible {
    public let description = "the client is gone"
  }

  let exchange: Exchange

  /// Sends `bytes`, waiting while the client is behind by more than a buffer (64 KiB).
  /// - Throws: `ClientGone`.
  public func write(_ bytes: [UInt8]) async throws { try await exchange.write(bytes) }

  public func write(_ text: String) async throws { try await write(Array(text.utf8)) }
}
