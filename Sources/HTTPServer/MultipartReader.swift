/// Reads a form from a body as it arrives: nothing is read ahead of what is asked for.
public struct MultipartReader {
  private var chunks: Body.AsyncIterator
  private var parser: MultipartParser
  private var events: ArraySlice<MultipartParser.Event> = []

  init(_ body: Body, _ parser: MultipartParser) {
    chunks = body.makeAsyncIterator()
    self.parser = parser
  }

  /// The next event; nil after `.end`, when the body has been read to its end.
  /// - Throws: `MultipartError`, `BodyError`.
  public mutating func nextEvent() async throws -> MultipartParser.Event? {
    while events.isEmpty {
      guard let chunk = try await chunks.next() else {
        try parser.finish()
        return nil
      }
      events = try parser.feed(chunk)[...]
    }
    return events.removeFirst()
  }
}

extension Request {
  /// The body as a form of parts.
  /// - Throws: `UnsupportedContentType`, `MultipartError.boundary`.
  public func multipart(limits: MultipartParser.Limits = MultipartParser.Limits()) throws -> MultipartReader {
    MultipartReader(body, try MultipartParser(contentType: headers["Content-Type"], limits: limits))
  }
}
