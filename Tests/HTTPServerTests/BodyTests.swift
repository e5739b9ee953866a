import HTTPServer
import Testing

@Suite("Bodies and streams")
struct BodyTests {
  @Test("a large body passes through without being gathered, and a handler that does not read holds the client back")
  func backPressure() async throws {
    let total = 200 << 20
    let sent = Counter()
    let gate = Signal<Bool>()
    let started = Signal<Bool>()
    try await withServer(
      { $0.bodyLimit = total },
      handler: { request in
        var count = 0
        do {
          for try await chunk in request.body {
            if count == 0 {
              started.send()
              _ = await gate.wait()
            }
            count += chunk.count
          }
        } catch { return Response(.badRequest, text: "\(error)") }
        return Response(text: "\(count)")
      }
    ) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(total)\r\n\r\n")
      async let sending: Void = {
        let chunk = [UInt8](repeating: 7, count: 1 << 20)
        for _ in 0..<total >> 20 {
          try await client.send(chunk)
          sent.add(1 << 20)
        }
      }()
      _ = await started.wait()
      // While nobody reads, no more goes out than the buffers of two sockets and of the server hold.
      for _ in 0..<20 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(sent.value < 32 << 20)
      gate.send()
      try await sending
      #expect(try await client.reply().body == "\(total)")
    }
  }

  @Test("a large stream is written no faster than it is read")
  func streamBackPressure() async throws {
    let total = 200 << 20
    let written = Counter()
    try await withServer(handler: { _ in
      Response(
        .ok,
        content: .stream { writer in
          let chunk = [UInt8](repeating: 65, count: 32 << 10)
          for _ in 0..<total / chunk.count {
            try await writer.write(chunk)
            written.add(chunk.count)
          }
        })
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      for _ in 0..<20 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(written.value < 32 << 20)
      var received = 0
      while case let bytes = try await client.receive(), !bytes.isEmpty {
        received += bytes.count
        #expect(written.value - received < 32 << 20)
      }
      #expect(received > total)
      #expect(written.value == total)
    }
  }

  @Test("a client that hangs up in the middle of its body leaves it incomplete", arguments: [true, false])
  func hangUp(abruptly: Bool) async throws {
    let outcome = Signal<BodyError?>()
    let reading = Signal<Bool>()
    try await withServer(handler: { request in
      do {
        for try await _ in request.body { reading.send() }
        outcome.send(nil)
      } catch { outcome.send(error as? BodyError) }
      return Response(text: "")
    }) { server in
      let client = try RawClient(server)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
      _ = await reading.wait()
      if abruptly { client.reset() } else { client.finishSending() }
      #expect(await outcome.wait() == .incomplete)
    }
  }

  @Test("a handler is cancelled when its client hangs up")
  func cancelled() async throws {
    let entered = Signal<Bool>()
    let cancelled = Signal<Bool>()
    try await withServer(handler: { _ in
      entered.send()
      try? await Task.sleep(for: .seconds(600))
      cancelled.send(Task.isCancelled)
      return Response(text: "")
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = await entered.wait()
      client.reset()
      #expect(await cancelled.wait())
    }
  }

  @Test("events arrive one by one, and the sender learns that the client is gone")
  func events() async throws {
    let next = Signal<Bool>()
    let gone = Signal<Bool>()
    try await withServer(handler: { _ in
      .events { writer in
        do {
          try await writer.send(ServerSentEvent(id: "1", event: "change", data: "a\nb\r\nc"))
          _ = await next.wait()
          try await writer.send(ServerSentEvent(data: "", retry: .milliseconds(1500)))
          try await Task.sleep(for: .seconds(600))
        } catch { gone.send() }
      }
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let first = try await client.receive(until: "data: c\n\n")
      #expect(first.contains("id: 1\nevent: change\ndata: a\ndata: b\ndata: c\n\n"))
      #expect(first.contains("Cache-Control: no-cache"))
      #expect(first.contains("X-Accel-Buffering: no"))
      next.send()
      #expect(try await client.receive(until: "data: \n\n").contains("retry: 1500\ndata: \n\n"))
      client.reset()
      #expect(await gone.wait())
    }
  }

  @Test("heartbeats keep a quiet stream alive")
  func heartbeat() async throws {
    try await withServer(handler: { _ in
      .events(heartbeat: .milliseconds(20)) { _ in try await Task.sleep(for: .seconds(600)) }
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      for _ in 0..<3 { _ = try await client.receive(until: ": alive\n\n") }
    }
  }

  @Test("a stream that throws is cut without its last chunk")
  func brokenStream() async throws {
    try await withServer(handler: { _ in
      Response(
        .ok,
        content: .stream { writer in
          try await writer.write("half")
          throw CancellationError()
        })
    }) { server in
      let client = try RawClient(server)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let all = try await client.receiveAll()
      #expect(all.contains("half") && !all.hasSuffix("0\r\n\r\n"))
    }
  }

  @Test("an answer reaches a client that is still sending the body it refuses")
  func answerWhileSending() async throws {
    try await withServer({ $0.bodyLimit = 1000 }) { server in
      for _ in 0..<10 {
        let client = try RawClient(server)
        try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
        try await client.send([UInt8](repeating: 65, count: 4_000_000))
        #expect(try await client.reply().status == 413)
      }
    }
  }

  @Test("a client that waits for 100 Continue gets it when the body is read, and the answer alone when it is not")
  func expectContinue() async throws {
    try await withServer(handler: { request in
      guard request.path == "/read" else { return Response(.forbidden, text: "no") }
      return Response(text: "\((try? await request.body.collect(upTo: 100))?.count ?? -1)")
    }) { server in
      let refused = try RawClient(server)
      try await refused.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
      #expect(try await refused.reply().status == 403)
      let client = try RawClient(server)
      try await client.send("PUT /read HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
      #expect(try await client.reply().status == 100)
      try await client.send("abc")
      #expect(try await client.reply().body == "3")
    }
  }
}
