import HTTPServer
import Testing

@Suite("Shutdown and load")
struct ShutdownTests {
  @Test("shutting down lets a running request finish, refuses new connections and closes idle ones")
  func graceful() async throws {
    let entered = Signal<Bool>()
    let leave = Signal<Bool>()
    let server = try Server(Server.Configuration()) { request in
      if request.path == "/wait" {
        entered.send()
        _ = await leave.wait()
      }
      return Response(text: "done")
    }
    try server.start()
    let idle = try RawClient(server)
    #expect(try await idle.get("/").status == 200)
    let busy = try RawClient(server)
    try await busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    _ = await entered.wait()
    async let stopped: Void = server.shutdown(grace: .seconds(60))
    #expect(try await idle.isClosed())
    while let late = try? RawClient(server) { #expect(try await late.isClosed()) }
    leave.send()
    let reply = try await busy.reply()
    #expect(reply.body == "done")
    #expect(reply.header("Connection")?.lowercased() == "close")
    await stopped
  }

  @Test("an event stream does not hold up a shutdown")
  func endlessStream() async throws {
    let server = try Server(Server.Configuration()) { _ in .events { _ in try await Task.sleep(for: .seconds(600)) } }
    try server.start()
    let client = try RawClient(server)
    try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    _ = try await client.receive(until: ": open\n\n")
    let started = ContinuousClock.now
    await server.shutdown(grace: .seconds(600))
    #expect(ContinuousClock.now - started < .seconds(300))
    _ = try await client.receiveAll()
  }

  @Test("what runs beyond the grace is cancelled and cut, streams and stubborn handlers included")
  func forced() async throws {
    let entered = Signal<Bool>()
    let never = Signal<Bool>()
    let server = try Server(Server.Configuration()) { request in
      entered.send()
      if request.path == "/events" { return .events { _ in try await Task.sleep(for: .seconds(600)) } }
      if request.path == "/body" { _ = try? await request.body.collect(upTo: 1000) } else { _ = await never.wait() }
      return Response(text: "")
    }
    try server.start()
    let clients = try (0..<3).map { _ in try RawClient(server) }
    try await clients[0].send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
    try await clients[1].send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    // Its task ignores cancellation and outlives the server.
    try await clients[2].send("GET /stubborn HTTP/1.1\r\nHost: a\r\n\r\n")
    for _ in 0..<3 { _ = await entered.wait() }
    await server.shutdown(grace: .milliseconds(50))
    for client in clients { _ = try await client.receiveAll() }
    #expect(server.port == 0)
  }

  @Test("thousands of requests at once, of which many hang up, leave nothing behind and harm no other")
  func load() async throws {
    let running = Counter()
    try await withServer(
      { $0.connectionsPerClient = 2000 },
      handler: { request in
        running.add(1)
        defer { running.add(-1) }
        switch request.path {
        case "/sleep": try? await Task.sleep(for: .milliseconds(Int.random(in: 0...5)))
        case "/stream":
          return Response(
            .ok, content: .stream { for _ in 0..<20 { try await $0.write([UInt8](repeating: 65, count: 9000)) } })
        case "/body":
          var count = 0
          do { for try await chunk in request.body { count += chunk.count } } catch {
            return Response(.badRequest, text: "")
          }
          return Response(text: "\(count)")
        default: break
        }
        return Response(text: request.path)
      }
    ) { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for seed in 0..<48 {
          group.addTask {
            var random = SeededGenerator(state: UInt64(seed + 1))
            for _ in 0..<80 { try await exchange(with: server, &random) }
          }
        }
        try await group.waitForAll()
      }
      // Every handler ends, those of clients that hung up too.
      while running.value > 0 { try await Task.sleep(for: .milliseconds(5)) }
      #expect(try await server.get("/").body == "/")
    }
  }

  private func exchange(with server: Server, _ random: inout SeededGenerator) async throws {
    let client = try RawClient(server)
    let body = String(repeating: "b", count: Int.random(in: 1...200_000, using: &random))
    switch Int.random(in: 0..<8, using: &random) {
    case 0: #expect(try await client.get("/").body == "/")
    case 1: for _ in 0..<3 { #expect(try await client.get("/sleep").body == "/sleep") }
    case 2:
      try await client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      #expect(try await client.reply().body == "\(body.utf8.count)")
    case 3:
      try await client.send("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(try await client.receiveAll().hasSuffix("0\r\n\r\n"))
    case 4:
      try await client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count + 1)\r\n\r\n\(body)")
      client.reset()
    case 5:
      try await client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = try await client.receive()
      client.reset()
    case 6:
      try await client.send("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n")
      client.reset()
    default:
      try await client.send("GET /sleep HTTP/1.1\r\nHo")
    }
  }
}

/// Xorshift: the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
