import HTTPServer
import Testing

@Suite("Serving")
struct ServingTests {
  @Test("a connection is kept for the next request")
  func keepsAlive() async throws {
    try await withServer(handler: { Response(text: $0.path) }) { server in
      let client = try RawClient(server)
      for path in ["/first", "/second", "/third"] {
        let reply = try await client.get(path)
        #expect(reply.status == 200)
        #expect(reply.body == path)
      }
    }
  }

  @Test("requests sent ahead are answered in their order")
  func pipelining() async throws {
    try await withServer(handler: { request in
      if request.path == "/1" { try? await Task.sleep(for: .milliseconds(20)) }
      return Response(text: request.path)
    }) { server in
      let client = try RawClient(server)
      try await client.send((1...20).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for number in 1...20 { #expect(try await client.reply().body == "/\(number)") }
    }
  }

  @Test("HEAD answers the header of GET without its content")
  func head() async throws {
    try await withServer { server in
      let client = try RawClient(server)
      try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      let reply = try await client.reply(toHead: true)
      #expect(reply.header("Content-Length") == "5")
      #expect(try await client.get("/").body == "hello")
    }
  }

  @Test("HEAD never runs the writer of a stream")
  func headOfStream() async throws {
    try await withServer(handler: { _ in
      Response(
        .ok,
        content: .stream { _ in
          Issue.record("the writer ran")
        })
    }) { server in
      let client = try RawClient(server)
      try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test("path and query arrive decoded, the query in its order")
  func decoding() async throws {
    try await withServer(handler: { request in
      Response(text: request.path + "|" + request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";"))
    }) { server in
      let client = try RawClient(server)
      #expect(try await client.get("/stra%C3%9Fe/a+b?q=a+b%26&e&q=%2B").body == "/straße/a+b|q=a b&;e=;q=+")
      #expect(try await client.get("http://test/x?y=1").body == "/x|y=1")
      #expect(try await client.get("/").body == "/|")
    }
  }

  @Test(
    "a target that two readers could read differently is refused",
    arguments: [
      "/%zz", "/%", "/%0", "/%00", "/%ff", "/a%2Fb", "/a%5Cb", "/a\\b", "/../x", "/a/%2e%2e/b", "/.", "/a#b", "/?a=%ff",
      "/?a=%00", "/?%=1", "*", "a", "http://other/x", "/a b", "/\u{e9}",
    ])
  func refusedTargets(target: String) async throws {
    try await withServer(handler: { _ in
      Issue.record("the handler ran")
      return Response(text: "")
    }) { server in
      let client = try RawClient(server)
      #expect(try await client.get(target).status == 400)
      #expect(try await client.isClosed())
    }
  }

  @Test("host, cookies and headers are found whatever their case")
  func headers() async throws {
    try await withServer(handler: { request in
      Response(
        text: [
          request.host, request.hostAndPort, request.cookie("b") ?? "-", request.cookie("c") ?? "-",
          request.headers["x-CUSTOM"] ?? "-", request.headers.values("Via").joined(separator: "+"),
        ].joined(separator: " "))
    }) { server in
      let client = try RawClient(server)
      try await client.send(
        "GET / HTTP/1.1\r\nHOST: Demo.Localhost:8080\r\nCookie: a=1; b=2=3\r\nX-Custom:  v \r\nVia: 1\r\nvia: 2\r\n\r\n"
      )
      #expect(try await client.reply().body == "demo.localhost demo.localhost:8080 2=3 - v 1+2")
    }
  }

  @Test("a file is sent from its bytes, or from a part of them")
  func file() async throws {
    let path = "/tmp/lamppost-file-\(UInt64.random(in: 0...UInt64.max))"
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    try write(content, to: path)
    defer { remove(path) }
    try await withServer(handler: { request in
      do {
        let range = request.path == "/part" ? 1000..<2000 : nil
        return Response(
          .ok, content: .file(try OpenFile(path: request.path == "/none" ? path + "x" : path, range: range)))
      } catch { return Response(.notFound, text: "\(error)") }
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET /part HTTP/1.1\r\nHost: a\r\n\r\n")
      let part = try await client.reply()
      #expect(part.body == String(decoding: content[1000..<2000], as: UTF8.self))
      #expect(try await client.get("/none").status == 404)
      let whole = try await client.get("/")
      #expect(whole.body == String(decoding: content, as: UTF8.self))
    }
  }

  @Test("a response whose header would split is not sent")
  func headerInjection() async throws {
    try await withServer(handler: { _ in Response(.seeOther, headers: ["Location": "/a\r\nSet-Cookie: x=1"]) }) {
      server in
      let reply = try await server.get("/")
      #expect(reply.status == 500)
      #expect(!reply.header.contains("Set-Cookie"))
    }
  }

  @Test("only a trusted proxy is believed about the client")
  func forwarded() async throws {
    let handler: @Sendable (Request) async -> Response = { Response(text: "\($0.clientAddress) \($0.scheme)") }
    let fields = "X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\nX-Forwarded-For: 10.1.2.3\r\nX-Forwarded-Proto: https\r\n"
    try await withServer(handler: handler) { server in
      let reply = try await server.get("/", fields)
      #expect(reply.body == "127.0.0.1 http")
    }
    try await withServer({ $0.trustedProxies = ["127.0.0.0/8", "10.0.0.0/8"] }, handler: handler) { server in
      let client = try RawClient(server)
      #expect(try await client.get("/", fields).body == "203.0.113.9 https")
      #expect(try await client.get("/", "X-Forwarded-For: 2001:DB8::0:1\r\n").body == "2001:db8::1 http")
      #expect(try await client.get("/", "X-Forwarded-For: 9.9.9.9, nonsense\r\n").body == "127.0.0.1 http")
      #expect(try await client.get("/").body == "127.0.0.1 http")
    }
  }
}
