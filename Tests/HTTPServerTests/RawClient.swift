import EventLoop
import Glibc
import HTTPServer
import Synchronization
import Testing

/// A client that sends exactly the bytes it is told to, on threads of its own so that it never holds up the server.
final class RawClient: Sendable {
  struct Reply: Sendable {
    let status: Int
    let header: String
    let body: String

    func header(_ name: String) -> String? {
      for line in header.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ") {
        return String(line.dropFirst(name.count + 2))
      }
      return nil
    }
  }

  struct HungUp: Error {}

  private static let pool = BlockingPool(name: "test-client", threads: 160)
  private let descriptor: Int32

  init(_ server: Server, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // A guard against hanging for ever, not a measure.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(server.port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if result != 0 { throw HungUp() }
  }

  deinit { close(descriptor) }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws {
    try await Self.pool.run { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw HungUp() }
        sent += count
      }
    }
  }

  /// Some bytes; empty at the end of the connection.
  func receive() async throws -> [UInt8] {
    try await Self.pool.run { [descriptor] in
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      return Array(buffer.prefix(max(count, 0)))
    }
  }

  /// Everything until `text` was seen; throws at the end of the connection.
  func receive(until text: String) async throws -> String {
    var seen = ""
    while !seen.contains(text) {
      let bytes = try await receive()
      guard !bytes.isEmpty else { throw HungUp() }
      seen += String(decoding: bytes, as: UTF8.self)
    }
    return seen
  }

  /// Everything until the server closes.
  func receiveAll() async throws -> String {
    var seen: [UInt8] = []
    while case let bytes = try await receive(), !bytes.isEmpty { seen += bytes }
    return String(decoding: seen, as: UTF8.self)
  }

  /// One response with Content-Length; byte by byte in its header, so that the next one stays in the socket.
  func reply(toHead: Bool = false) async throws -> Reply {
    try await Self.pool.run { [descriptor] in
      var header: [UInt8] = []
      while !header.suffix(4).elementsEqual("\r\n\r\n".utf8) {
        var byte: UInt8 = 0
        guard recv(descriptor, &byte, 1, 0) == 1 else { throw HungUp() }
        header.append(byte)
      }
      let text = String(decoding: header, as: UTF8.self)
      let head = Reply(status: Int(text.dropFirst(9).prefix(3)) ?? 0, header: text, body: "")
      let length = toHead ? 0 : Int(head.header("Content-Length") ?? "0") ?? 0
      var body = [UInt8](repeating: 0, count: length)
      guard length == 0 || recv(descriptor, &body, length, Int32(MSG_WAITALL)) == length else {
        throw HungUp()
      }
      return Reply(status: head.status, header: text, body: String(decoding: body, as: UTF8.self))
    }
  }

  func get(_ target: String, _ fields: String = "") async throws -> Reply {
    try await send("GET \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
    return try await reply()
  }

  /// No more will be sent.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes so that the server sees a reset.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Whether the server has closed; waits until it has something to say.
  func isClosed() async throws -> Bool { try await receive().isEmpty }
}

extension Server {
  /// One request on a connection of its own.
  func get(_ target: String, _ fields: String = "") async throws -> RawClient.Reply {
    try await RawClient(self).get(target, fields)
  }

  /// Whether a new connection is closed without a word.
  func refusesConnection() async throws -> Bool { try await RawClient(self).isClosed() }
}

/// Runs a server of its own on a free port for the length of `body`.
func withServer(
  _ configure: (inout Server.Configuration) -> Void = { _ in },
  handler: @escaping @Sendable (Request) async -> Response = { _ in Response(text: "hello") },
  _ body: (Server) async throws -> Void
) async throws {
  var configuration = Server.Configuration()
  configure(&configuration)
  let server = try Server(configuration, handler: handler)
  try server.start()
  let result: Result<Void, any Error>
  do { result = .success(try await body(server)) } catch { result = .failure(error) }
  await server.shutdown(grace: .zero)
  try result.get()
}

/// Something that happens once, awaited by a test.
struct Signal<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func send(_ value: Value) { continuation.yield(value) }

  /// Waits in a task of its own, which no cancellation reaches.
  func wait() async -> Value {
    await Task {
      for await value in stream { return value }
      // The continuation is held by `self`, which this closure holds.
      fatalError("a signal's stream never ends")
    }.value
  }
}

extension Signal where Value == Bool {
  func send() { send(true) }
}

/// A number that tasks count on together.
final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .relaxed) }

  func add(_ number: Int) { count.add(number, ordering: .relaxed) }
}
