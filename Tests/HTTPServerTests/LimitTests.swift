import HTTPServer
import Synchronization
import Testing

@Suite("Limits")
struct LimitTests {
  @Test("a header beyond the limit is answered 431")
  func header() async throws {
    try await withServer({ $0.headerLimit = 2000 }) { server in
      for (count, status) in [(1800, 200), (2000, 431)] {
        let reply = try await server.get("/", "X: \(String(repeating: "a", count: count))\r\n")
        #expect(reply.status == status)
      }
    }
  }

  @Test("a header without end is answered 431 and never gathered")
  func endlessHeader() async throws {
    try await withServer({ $0.headerLimit = 2000 }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n")
      // The server closes with bytes unread: the answer may be lost to the reset, the connection may not stay.
      let field = "X: \(String(repeating: "a", count: 1000))\r\n"
      await #expect(throws: RawClient.HungUp.self) {
        for _ in 0..<10_000 { try await client.send(field) }
      }
    }
  }

  @Test(
    "thousands of query parameters reach the handler, or are refused with an answer", arguments: [1500, 4000, 9000])
  func manyParameters(count: Int) async throws {
    try await withServer({ $0.headerLimit = 16 << 10 }, handler: { Response(text: "\($0.query.names.count)") }) {
      server in
      let reply = try await server.get("/?" + String(repeating: "a&", count: count - 1) + "a", "")
      if 2 * count < 15 << 10 {
        #expect(reply.status == 200 && reply.body == "\(count)")
      } else {
        #expect(reply.status == 431)
      }
    }
  }

  @Test(
    "a body announced too large is answered 413 at once, without a byte of it", arguments: ["POST", "PATCH", "DELETE"])
  func announced(method: String) async throws {
    try await withServer(
      { $0.bodyLimit = 1000 },
      handler: { _ in
        Issue.record("the handler ran")
        return Response(text: "")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
      #expect(try await client.reply().status == 413)
      #expect(try await client.isClosed())
    }
  }

  @Test("a chunked body that grows too large is thrown as too large, and the answer arrives after the rest is drained")
  func chunkedTooLarge() async throws {
    try await withServer(
      { $0.bodyLimit = 1000 },
      handler: { request in
        do { return Response(text: "\(try await request.body.collect(upTo: .max).count)") } catch {
          return Response(error as? BodyError == .tooLarge ? .contentTooLarge : .badRequest, text: "")
        }
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<20 { try await client.send("64\r\n\(String(repeating: "x", count: 100))\r\n") }
      try await client.send("0\r\n\r\n")
      #expect(try await client.reply().status == 413)
    }
  }

  @Test("a body without end is cut once it is beyond what is drained")
  func endlessBody() async throws {
    try await withServer(
      {
        $0.bodyLimit = 1000
        $0.drainLimit = 10_000
      },
      handler: { request in
        _ = try? await request.body.collect(upTo: .max)
        return Response(.contentTooLarge, text: "")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "3e8\r\n\(String(repeating: "x", count: 1000))\r\n"
      await #expect(throws: RawClient.HungUp.self) {
        for _ in 0..<100_000 { try await client.send(chunk) }
      }
    }
  }

  @Test("an answer in the middle of a large body reaches the client, whether or not the body goes on")
  func earlyAnswer() async throws {
    try await withServer(
      { $0.drainLimit = 10_000 },
      handler: { request in
        _ = try? await request.body.collect(upTo: 1000)
        return Response(.contentTooLarge, text: "enough")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "3e8\r\n\(String(repeating: "x", count: 1000))\r\n"
      for _ in 0..<200 { try await client.send(chunk) }
      let reply = try await client.reply()
      #expect(reply.status == 413)
      #expect(reply.body == "enough")
      #expect(reply.header("Connection") == "close")
      #expect(try await client.isClosed())
    }
  }

  @Test("a handler's own limit throws before the first byte where the length is announced")
  func collectLimit() async throws {
    try await withServer(handler: { request in
      do { return Response(text: "\(try await request.body.collect(upTo: 10).count)") } catch BodyError.tooLarge {
        return Response(.contentTooLarge, text: "")
      } catch { return Response(.badRequest, text: "") }
    }) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789")
      #expect(try await client.reply().body == "10")
      // Small enough to drain: the connection is kept.
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890")
      #expect(try await client.reply().status == 413)
      #expect(try await client.get("/").status == 200)
      // Too large to drain: answered at once and closed.
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
      #expect(try await client.reply().status == 413)
      #expect(try await client.isClosed())
    }
  }

  @Test("a client that sends a byte at a time is cut off, and the body says so")
  func slowBody() async throws {
    let outcome = Signal<BodyError?>()
    try await withServer(
      {
        $0.stallTimeout = .milliseconds(300)
        $0.minimumRate = 1000
      },
      handler: { request in
        do { _ = try await request.body.collect(upTo: 1 << 20) } catch { outcome.send(error as? BodyError) }
        return Response(.requestTimeout, text: "")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
      await #expect(throws: RawClient.HungUp.self) {
        for _ in 0..<2000 {
          try await client.send("x")
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      #expect(await outcome.wait() == .timedOut)
    }
  }

  @Test("a client that falls silent in its body is cut off")
  func silentBody() async throws {
    let outcome = Signal<BodyError?>()
    try await withServer(
      { $0.stallTimeout = .milliseconds(100) },
      handler: { request in
        do { _ = try await request.body.collect(upTo: 1 << 20) } catch { outcome.send(error as? BodyError) }
        return Response(.requestTimeout, text: "")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc")
      #expect(await outcome.wait() == .timedOut)
      #expect(try await client.reply().status == 408)
      #expect(try await client.isClosed())
    }
  }

  @Test("a client that sends its header a byte at a time is cut off")
  func slowHeader() async throws {
    try await withServer({ $0.headerTimeout = .milliseconds(200) }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
      await #expect(throws: RawClient.HungUp.self) {
        for _ in 0..<2000 {
          try await client.send("x")
          try await Task.sleep(for: .milliseconds(10))
        }
      }
    }
  }

  @Test("a silent connection is closed, before the first request and between two")
  func idle() async throws {
    try await withServer({ $0.idleTimeout = .seconds(1) }) { server in
      let silent = try RawClient(server)
      let client = try RawClient(server)
      #expect(try await client.get("/").status == 200)
      #expect(try await client.isClosed())
      #expect(try await silent.isClosed())
    }
  }

  @Test("a handler that takes its time is not mistaken for a slow client")
  func slowHandler() async throws {
    try await withServer(
      {
        $0.idleTimeout = .seconds(1)
        $0.headerTimeout = .seconds(1)
        $0.stallTimeout = .seconds(1)
      },
      handler: { request in
        try? await Task.sleep(for: .milliseconds(2500))
        let body = try? await request.body.collect(upTo: 100)
        return Response(text: "\(body?.count ?? -1)")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
      #expect(try await client.reply().body == "3")
    }
  }

  @Test("a client that takes nothing of its response is cut off", arguments: ["/stream", "/bytes"])
  func slowReader(path: String) async throws {
    let gone = Signal<Bool>()
    try await withServer(
      {
        $0.stallTimeout = .milliseconds(200)
        $0.minimumRate = 100 << 20
      },
      handler: { request in
        let chunk = [UInt8](repeating: 65, count: 64 << 10)
        if request.path == "/bytes" {
          return Response(contentType: "x/y", bytes: [UInt8](repeating: 65, count: 32 << 20))
        }
        return Response(
          .ok,
          content: .stream { writer in
            do { while true { try await writer.write(chunk) } } catch { gone.send() }
          })
      }
    ) { server in
      let client = try RawClient(server, receiveBuffer: 4096)
      try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
      if path == "/stream" { #expect(await gone.wait()) }
      while try await !client.isClosed() {}
    }
  }

  @Test("connections of one address are limited, and given back")
  func connectionsPerClient() async throws {
    try await withServer({ $0.connectionsPerClient = 3 }) { server in
      var clients: [RawClient] = []
      for _ in 0..<3 {
        clients.append(try RawClient(server))
        #expect(try await clients[clients.count - 1].get("/").status == 200)
      }
      #expect(try await server.refusesConnection())
      clients.removeLast()
      // The server notices the close in its own time.
      while true {
        let next = try RawClient(server)
        if let reply = try? await next.get("/") {
          #expect(reply.status == 200)
          break
        }
      }
    }
  }

  @Test("behind a trusted proxy the concurrent requests of one client are limited, not the proxy's connections")
  func requestsPerClient() async throws {
    let entered = Signal<Bool>()
    let leave = Signal<Bool>()
    try await withServer(
      {
        $0.connectionsPerClient = 1
        $0.trustedProxies = ["127.0.0.1"]
      },
      handler: { request in
        if request.path == "/wait" {
          entered.send()
          _ = await leave.wait()
        }
        return Response(text: "")
      }
    ) { server in
      let waiting = try RawClient(server)
      try await waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n")
      _ = await entered.wait()
      #expect(try await server.get("/", "X-Forwarded-For: 9.9.9.9\r\n").status == 429)
      #expect(try await server.get("/", "X-Forwarded-For: 9.9.9.8\r\n").status == 200)
      leave.send()
      #expect(try await waiting.reply().status == 200)
      // Given back as soon as the response is sent, which its reader may be faster than.
      while try await server.get("/", "X-Forwarded-For: 9.9.9.9\r\n").status == 429 {}
    }
  }
}
