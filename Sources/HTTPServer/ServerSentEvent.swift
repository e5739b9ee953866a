/// One event of an event stream (HTML Living Standard, section 9.2).
public struct ServerSentEvent: Sendable, Equatable {
  /// What the browser sends back as Last-Event-ID. Line ends and NUL are dropped from it.
  public var id: String?
  /// The event's type; nil is "message".
  public var event: String?
  /// Any text; each line becomes a `data:` line.
  public var data: String
  /// How long the browser waits before it connects again; whole milliseconds are sent.
  public var retry: Duration?

  public init(id: String? = nil, event: String? = nil, data: String, retry: Duration? = nil) {
    self.id = id
    self.event = event
    self.data = data
    self.retry = retry
  }

  /// The event as it goes over the wire.
  public var encoded: [UInt8] {
    var text = ""
    if let id { text += "id: \(Self.oneLine(id))\n" }
    if let event { text += "event: \(Self.oneLine(event))\n" }
    if let retry {
      text += "retry: \(retry.components.seconds * 1000 + retry.components.attoseconds / 1_000_000_000_000_000)\n"
    }
    // A browser ends a line at CR LF, CR or LF; Swift sees CR LF as one Character.
    for line in data.split(omittingEmptySubsequences: false, whereSeparator: { ["\r\n", "\n", "\r"].contains($0) }) {
      text += "data: \(line)\n"
    }
    return Array((text + "\n").utf8)
  }

  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\n" && $0 != "\r" && $0 != "\0" }))
  }
}

/// Sends events to one client.
public struct EventWriter: Sendable {
  let writer: ResponseWriter

  /// Waits while the client is behind.
  /// - Throws: `ResponseWriter.ClientGone`.
  public func send(_ event: ServerSentEvent) async throws { try await writer.write(event.encoded) }
}

extension Response {
  /// A stream of events that lives until `body` returns, the client is gone, or the server shuts down; in the latter two
  /// cases `body`'s task is cancelled. Browsers come back by themselves, with Last-Event-ID.
  /// - Parameter heartbeat: a comment is sent this often, so that proxies keep the connection and a client that is
  ///   gone is noticed.
  public static func events(
    heartbeat: Duration = .seconds(15), _ body: @escaping @Sendable (EventWriter) async throws -> Void
  ) -> Response {
    var response = Response(
      .ok,
      headers: [
        "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
      ],
      content: .stream { writer in
        // The first bytes tell the browser at once that the stream is open.
        try await writer.write(": open\n\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await body(EventWriter(writer: writer)) }
          group.addTask {
            while true {
              try await Task.sleep(for: heartbeat)
              try await writer.write(": alive\n\n")
            }
          }
          defer { group.cancelAll() }
          try await group.next()
        }
      })
    response.isEndless = true
    return response
  }
}
