import HTTPServer
import Testing

@Suite("Framing")
struct FramingTests {
  @Test(
    "a header that two servers could read differently is refused before routing, and the connection closed",
    arguments: [
      "Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
      "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n",
      "Host: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n",
      "Host: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n",
      "Host: a\r\nContent-Length: 3, 3\r\n",
      "Host: a\r\nContent-Length: +3\r\n",
      "Host: a\r\nContent-Length: -3\r\n",
      "Host: a\r\nContent-Length: 0x3\r\n",
      "Host: a\r\nContent-Length:\r\n",
      "Host: a\r\nContent-Length : 3\r\n",
      "Host: a\r\nTransfer-Encoding: identity\r\n",
      "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n",
      "Host: a\r\nTransfer-Encoding: xchunked\r\n",
      "Host: a\r\nTransfer-Encoding: chunked \r\n",
      "Host: a\r\nTransfer-Encoding: \u{b}chunked\r\n",
      "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
      "Host: a\r\nX: v\r\n Transfer-Encoding: chunked\r\n",
      "Host: a\r\nContent-Lengt: 3\r\n h\r\n",
      "Host: a\r\nX: v\r\n\tw\r\nY: z\r\n",
      " X: v\r\nHost: a\r\n",
      "Host: a\r\nX: v\u{0}w\r\n",
      "Host: a\r\nX: v\u{0}\u{0}\u{0}\u{0}\r\n",
      "Host: a\r\nX: v\u{1}\r\n",
      "Host: a\r\nX: v\u{7f}\r\n",
      "Host: a\r\nX: v\rY: w\r\n",
      "Host: a\nX: v\r\n",
      "Host: a\r\n: v\r\n",
      "Host: a\r\nno colon\r\n",
      "Host: a\r\nX\u{0}: v\r\n",
      "Host: a\r\nX(: v\r\n",
      "Host: a\r\nX\u{e9}: v\r\n",
      "",
      "Host: a\r\nHost: b\r\n",
      "Host: a\r\nHost: a\r\n",
      "Host:\r\n",
      "Host: a b\r\n",
      "Host: a/b\r\n",
      "Host: a@b\r\n",
      "Host: a:b\r\n",
      "Host : a\r\n",
    ])
  func refused(fields: String) async throws {
    try await withServer(handler: { _ in
      Issue.record("the handler ran")
      return Response(text: "")
    }) { server in
      let client = try RawClient(server)
      // Whatever follows must never be taken for a request of its own.
      try await client.send("POST / HTTP/1.1\r\n\(fields)\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
      let answers = try await client.receiveAll()
      #expect(answers.isEmpty || answers.hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test(
    "a request line that is not exact is refused",
    arguments: [
      "GET  / HTTP/1.1", "GET /\u{0} HTTP/1.1", "GET /", "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1", "GET / HTTP/2.0",
      "GET / HTTP/1.2", "GET / HTTPS/1.1", " GET / HTTP/1.1", "BREW / HTTP/1.1", "get / HTTP/1.1",
      "CONNECT a:1 HTTP/1.1",
    ])
  func requestLines(line: String) async throws {
    try await withServer(handler: { _ in
      Issue.record("the handler ran")
      return Response(text: "")
    }) { server in
      let client = try RawClient(server)
      try await client.send("\(line)\r\nHost: a\r\n\r\n")
      let answer = try await client.receiveAll()
      #expect(answer.isEmpty || ["400", "501", "505"].contains(String(answer.dropFirst(9).prefix(3))))
    }
  }

  @Test(
    "a chunk that is not exact ends the body as incomplete",
    arguments: ["-3\r\nabc\r\n", "0x3\r\nabc\r\n", " 3\r\nabc\r\n", "3\r\nabcX\r\n", "FFFFFFFFFFFFFFFFF\r\n", "g\r\n"])
  func chunks(chunk: String) async throws {
    let outcome = Signal<BodyError?>()
    try await withServer(handler: { request in
      do {
        _ = try await request.body.collect(upTo: 1000)
        outcome.send(nil)
      } catch { outcome.send(error as? BodyError) }
      return Response(text: "")
    }) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n")
      #expect(await outcome.wait() == .incomplete)
    }
  }

  @Test("a chunked body with extensions and trailers is read to its end, and the next request after it")
  func chunked() async throws {
    try await withServer(handler: { request in
      Response(text: String(decoding: (try? await request.body.collect(upTo: 100)) ?? [], as: UTF8.self))
    }) { server in
      let client = try RawClient(server)
      try await client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n")
      #expect(try await client.reply().body == "abcde")
      #expect(try await client.get("/").status == 200)
    }
  }

  @Test("the application words the refusal")
  func problem() async throws {
    try await withServer({
      $0.problem = { status, code, _ in
        Response(status, contentType: "application/problem+json", text: "{\"code\":\"\(code)\"}")
      }
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\n\r\n")
      let reply = try await client.reply()
      #expect(reply.status == 400)
      #expect(reply.header("Content-Type") == "application/problem+json")
      #expect(reply.body == "{\"code\":\"framing\"}")
      #expect(try await client.isClosed())
    }
  }

  @Test("HTTP/1.0 needs no Host, and is closed after the answer")
  func version10() async throws {
    try await withServer { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.0\r\n\r\n")
      #expect(try await client.receiveAll().hasSuffix("hello"))
    }
  }
}
