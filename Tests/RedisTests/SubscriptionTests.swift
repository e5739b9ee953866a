import EventLoop
import Redis
import Testing

struct SubscriptionTests {
  @Test("messages reach the subscriber in order, and only from its channels", .timeLimit(.minutes(2)))
  func messages() async throws {
    try await withRedis(try sharedConfiguration()) { redis in
      let (one, two) = (freshKey(), freshKey())
      var stream = redis.subscribe(to: [one, two]).makeAsyncIterator()
      #expect(await stream.next() == .subscribed)
      try await redis.command("PUBLISH", freshKey(), "elsewhere")
      for number in 0..<500 {
        try await redis.command("PUBLISH", number % 2 == 0 ? one : two, [UInt8(number % 256), 0])
      }
      for number in 0..<500 {
        let channel = number % 2 == 0 ? one : two
        #expect(await stream.next() == .message(channel: channel, payload: [UInt8(number % 256), 0]))
      }
    }
  }

  @Test("a subscription survives a restart and says that it may have missed something", .timeLimit(.minutes(2)))
  func restart() async throws {
    let server = try PrivateServer()
    try await withRedis(server.configuration) { redis in
      let channel = freshKey()
      var stream = redis.subscribe(to: [channel]).makeAsyncIterator()
      #expect(await stream.next() == .subscribed)
      for turn in 0..<3 {
        server.stop()
        try server.start()
        #expect(await stream.next() == .reconnected)
        try await eventually("the client returns") { try await isUp(redis) }
        try await redis.command("PUBLISH", channel, turn)
        #expect(await stream.next() == .message(channel: channel, payload: Array(String(turn).utf8)))
      }
    }
  }

  @Test("the connection ends with its consumer", .timeLimit(.minutes(2)))
  func consumerGone() async throws {
    let server = try PrivateServer()
    try await withRedis(server.configuration) { redis in
      let channel = freshKey()
      let consumer = Task { for await _ in redis.subscribe(to: [channel]) {} }
      try await eventually("it is subscribed") { try await subscribers(of: channel, redis) == 1 }
      consumer.cancel()
      await consumer.value
      try await eventually("its connection is closed") { try await subscribers(of: channel, redis) == 0 }
    }
  }

  @Test("a slow consumer loses the oldest messages, not the newest", .timeLimit(.minutes(2)))
  func slow() async throws {
    try await withRedis(try sharedConfiguration()) { redis in
      let channel = freshKey()
      let stream = redis.subscribe(to: [channel], bufferLimit: 3)
      var iterator = stream.makeAsyncIterator()
      #expect(await iterator.next() == .subscribed)
      // A second subscriber tells when all of them have been delivered: Redis serves subscribers in turn.
      var witness = redis.subscribe(to: [channel]).makeAsyncIterator()
      #expect(await witness.next() == .subscribed)
      for number in 0..<100 { try await redis.command("PUBLISH", channel, number) }
      for _ in 0..<100 { _ = await witness.next() }
      for number in 100..<110 { try await redis.command("PUBLISH", channel, number) }
      for _ in 0..<10 { _ = await witness.next() }
      guard case .message(_, let payload) = await iterator.next() else { return #expect(Bool(false)) }
      #expect(Int(String(decoding: payload, as: UTF8.self)) ?? 0 >= 97)
    }
  }

  @Test("a silent server breaks a subscription too", .timeLimit(.minutes(2)))
  func silent() async throws {
    let server = try PrivateServer()
    var configuration = server.configuration
    configuration.silenceLimit = .milliseconds(100)
    configuration.deadline = .milliseconds(500)
    configuration.connections = 1
    try await withRedis(configuration) { redis in
      var stream = redis.subscribe(to: ["news"]).makeAsyncIterator()
      #expect(await stream.next() == .subscribed)
      let before = redis.statistics.disconnections
      server.freeze()
      // Each further attempt takes 500 ms; the subscription gives up within 200 ms, by a timer of the same loop.
      try await eventually("the clients give up") { redis.statistics.disconnections >= before + 3 }
      server.thaw()
      #expect(await stream.next() == .reconnected)
    }
  }

  @Test("a subscription to nothing ends at once", .timeLimit(.minutes(2)))
  func nothing() async throws {
    try await withRedis(try sharedConfiguration()) { redis in
      for await _ in redis.subscribe(to: []) {}
    }
  }

  private func subscribers(of channel: String, _ redis: Redis) async throws -> Int {
    do {
      return try await redis.command("PUBSUB", "NUMSUB", channel).array?.last?.integer ?? -1
    } catch let error as RedisError where error.isOutage {
      return -1
    }
  }
}
