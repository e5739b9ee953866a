/// Why a body could not be read to its end. `description` is safe to show.
public enum BodyError: Error, Equatable, CustomStringConvertible {
  /// More than the handler or the server allows: 413.
  case tooLarge
  /// The client hung up, or the request was cancelled, before the end.
  case incomplete
  /// The client was silent for too long, or slower than the minimum rate: 408.
  case timedOut

  public var description: String {
    switch self {
    case .tooLarge: "the body is too large"
    case .incomplete: "the body ended before its time"
    case .timedOut: "the body arrived too slowly"
    }
  }
}

/// A request's body: chunks of at least one byte, each read from the client when it is asked for. To be read once.
///
/// Nothing is read from the client before the first chunk is asked for, and a client that waits for "100 Continue" gets
/// it only then: a handler that refuses by the headers alone never receives the body.
public struct Body: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  private enum Source: Sendable {
    case bytes([UInt8])
    case exchange(Exchange)
  }

  private let source: Source
  private var check: (@Sendable () async throws -> Void)?
  /// Bytes announced by Content-Length; nil for a chunked body.
  public let announcedLength: Int?

  /// A body that is there already.
  public init(_ bytes: [UInt8]) {
    source = .bytes(bytes)
    announcedLength = bytes.count
  }

  init(_ exchange: Exchange, announcedLength: Int?) {
    source = .exchange(exchange)
    self.announcedLength = announcedLength
  }

  /// The same body, with a question to be asked at its end, before whoever reads it goes on: it may have taken long.
  /// - Parameter check: what it throws the reader gets in place of the end.
  public func checked(by check: @escaping @Sendable () async throws -> Void) -> Body {
    var body = self
    let earlier = self.check
    body.check = {
      try await earlier?()
      try await check()
    }
    return body
  }

  /// The whole body in memory.
  /// - Parameter limit: bytes; more throws `BodyError.tooLarge`, at once where the headers announce it.
  public func collect(upTo limit: Int) async throws -> [UInt8] {
    if let announcedLength, announcedLength > limit { throw BodyError.tooLarge }
    var bytes: [UInt8] = []
    for try await chunk in self {
      guard bytes.count + chunk.count <= limit else { throw BodyError.tooLarge }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    }
    return bytes
  }

  public func makeAsyncIterator() -> AsyncIterator {
    switch source {
    case .bytes(let bytes): AsyncIterator(bytes: bytes, exchange: nil, check: check)
    case .exchange(let exchange): AsyncIterator(bytes: [], exchange: exchange, check: check)
    }
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var bytes: [UInt8]
    fileprivate let exchange: Exchange?
    fileprivate let check: (@Sendable () async throws -> Void)?

    /// The next chunk; nil at the end.
    /// - Throws: `BodyError`, and what the question at the end throws.
    public mutating func next() async throws -> [UInt8]? {
      if let chunk = try await nextChunk() { return chunk }
      try await check?()
      return nil
    }

    private mutating func nextChunk() async throws -> [UInt8]? {
      if let exchange { return try await exchange.nextChunk() }
      defer { bytes = [] }
      return bytes.isEmpty ? nil : bytes
    }
  }
}
