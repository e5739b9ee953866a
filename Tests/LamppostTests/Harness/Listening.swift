import EventLoop
import FoundationEssentials
import Glibc
import HTTPServer
import JSON
import Redis
import Synchronization

@testable import Lamppost

/// One more process that serves, as far as a test can tell: an application with a Redis client and streams of its own,
/// behind a real socket.
struct ServingProcess {
  let application: Application
  let server: Server
  private let live: Task<Void, Never>

  /// - Parameter redisURL: nil means the tests' own server.
  init(_ installation: Installation, redisURL: String? = nil) throws {
    let configuration = installation.configuration
    let redis = Redis(
      try Redis.Configuration(url: redisURL ?? configuration.redisURL), loop: EventLoop(name: "second"))
    let application = try Application(
      configuration, database: installation.application.database, redis: redis, log: Log(component: "test"))
    self.application = application
    let handler = Handler(application)
    var serving = Serve.server(configuration, Log(component: "test"))
    serving.port = 0
    server = try Server(serving) { await handler.respond(to: $0) }
    try server.start()
    live = Task { await application.live.run() }
  }

  func stop() async {
    await server.shutdown(grace: .seconds(2))
    live.cancel()
  }
}

/// A client that reads a stream of events.
final class EventClient: Sendable {
  struct Event: Sendable {
    var id: String?
    var name: String?
    var data = ""
    subscript(_ key: String) -> JSONValue? { (try? JSONValue.parse(Array(data.utf8)))?[key] }
  }

  struct Ended: Error {}

  private static let pool = BlockingPool(name: "event-clients", threads: 64)
  private let descriptor: Int32
  private let buffer = Mutex<[UInt8]>([])
  let status: Int

  /// Returns once the stream is open and says where it stands, or was refused.
  init(_ process: ServingProcess, _ client: Client, _ target: String = "/api/v1/stream", after id: String? = nil)
    async throws
  {
    var headers = client.headers
    headers["Host"] = client.township.host
    headers["Last-Event-ID"] = id
    let head = "GET \(target) HTTP/1.1\r\n" + headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    let port = process.server.port
    let descriptor = try await Self.pool.run { try Self.connect(port, head) }
    self.descriptor = descriptor
    var first: [UInt8] = []
    while !String(decoding: first, as: UTF8.self).contains("\r\n\r\n") {
      first += try await Self.pool.run { try Self.receive(descriptor) }
    }
    let text = String(decoding: first, as: UTF8.self)
    status = Int(text.split(separator: " ")[1]) ?? 0
    let rest = Array(text[text.firstRange(of: "\r\n\r\n")!.upperBound...].utf8)
    buffer.withLock { $0 = rest }
  }

  deinit { close(descriptor) }

  private static func connect(_ port: Int, _ head: String) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Ended() }
    let bytes = Array(head.utf8)
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw Ended() }
    return descriptor
  }

  private static func receive(_ descriptor: Int32) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Ended() }
    return Array(buffer.prefix(count))
  }

  /// The next event, the comments and chunk sizes between them left out.
  /// - Throws: `Ended` when the stream is over.
  func next() async throws -> Event {
    while true {
      if let event = takeEvent() { return event }
      let bytes = try await Self.pool.run { [descriptor] in try Self.receive(descriptor) }
      buffer.withLock { $0 += bytes }
    }
  }

  /// Everything up to an event of the name, that one included.
  func events(through name: String) async throws -> [Event] {
    try await events { $0.name == name }
  }

  /// Everything up to the event that is looked for, that one included.
  func events(through isLast: (Event) -> Bool) async throws -> [Event] {
    var events: [Event] = []
    repeat { events.append(try await next()) } while !isLast(events[events.count - 1])
    return events
  }

  private func takeEvent() -> Event? {
    buffer.withLock { buffer in
      let text = String(decoding: buffer, as: UTF8.self)
      guard let end = text.firstRange(of: "\n\n") else { return nil }
      buffer = Array(text[end.upperBound...].utf8)
      var event = Event()
      for line in text[..<end.lowerBound].split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
        if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
        if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
      }
      return event.name == nil ? Event(name: "") : event
    }
  }
}
