import EventLoop
import Redis
import Testing

struct OutageTests {
  @Test("with nobody listening, calls fail at once, and go on when somebody does", .timeLimit(.minutes(2)))
  func unreachable() async throws {
    let server = try PrivateServer()
    server.stop()
    try await withRedis(server.configuration) { redis in
      // The deadline is 20 s: a thousand calls that waited for it would not end within the limit.
      for _ in 0..<1000 { await expect(.unavailable) { try await redis.command("PING") } }
      #expect(!redis.isReachable)
      #expect(redis.statistics.disconnections > 0)
      try server.start()
      try await eventually("the client returns by itself") { redis.isReachable }
      #expect(try await redis.command("PING").string == "PONG")
    }
  }

  @Test("a refused port fails at once", .timeLimit(.minutes(2)))
  func refusedPort() async throws {
    var configuration = try Redis.Configuration(url: "redis://127.0.0.1:1")
    configuration.deadline = .seconds(60)
    try await withRedis(configuration) { redis in
      await expect(.unavailable) { try await redis.command("PING") }
      await expect(.unavailable) { try await redis.pipeline([["PING"]]) }
    }
  }

  @Test("calls under way when the server dies fail, and later ones succeed after its restart", .timeLimit(.minutes(2)))
  func restart() async throws {
    let server = try PrivateServer()
    try await withRedis(server.configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      for _ in 0..<3 {
        async let blocked = failure { try await redis.command("BLPOP", "never", 0) }
        try await eventually("the call is on its way") { redis.statistics.pending > 0 }
        server.stop()
        #expect(await blocked == .unavailable)
        try server.start()
        try await eventually("the client returns") { try await isUp(redis) }
      }
    }
  }

  @Test("replies that come after their deadline are not given to the next caller", .timeLimit(.minutes(2)))
  func frozen() async throws {
    let server = try PrivateServer()
    var configuration = server.configuration
    configuration.connections = 1
    configuration.silenceLimit = .seconds(60)
    try await withRedis(configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      let before = redis.statistics
      server.freeze()
      for number in 0..<5 {
        let late = await failure { try await redis.command("ECHO", "late \(number)", deadline: .milliseconds(20)) }
        #expect(late == .timedOut)
        let pipeline: [[any RedisArgument]] = [["ECHO", "late"], ["ECHO", "later"]]
        await expect(.timedOut) { try await redis.pipeline(pipeline, deadline: .milliseconds(20)) }
      }
      async let patient = redis.command("ECHO", "patient")
      try await eventually("all calls are sent") { redis.statistics.calls == before.calls + 11 }
      server.thaw()
      #expect(try await patient.string == "patient")
      for number in 0..<100 { #expect(try await redis.command("ECHO", number).string == String(number)) }
      #expect(redis.statistics.timeouts == before.timeouts + 10)
      #expect(redis.statistics.disconnections == before.disconnections)
    }
  }

  @Test("a server that stays silent is given up, and then calls fail at once", .timeLimit(.minutes(2)))
  func silent() async throws {
    let server = try PrivateServer()
    var configuration = server.configuration
    configuration.connections = 1
    configuration.silenceLimit = .milliseconds(100)
    try await withRedis(configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      server.freeze()
      // Its deadline is 20 s.
      await expect(.unavailable) { try await redis.command("PING") }
      server.thaw()
      try await eventually("the client returns") { try await isUp(redis) }
    }
  }

  @Test(
    "a server that accepts connections but never answers keeps no caller beyond its deadline", .timeLimit(.minutes(2)))
  func mute() async throws {
    let server = try PrivateServer()
    try await withRedis(server.configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
    }
    server.freeze()
    var configuration = server.configuration
    try await withRedis(configuration) { redis in
      await expect(.timedOut) { try await redis.command("PING", deadline: .milliseconds(20)) }
    }
    configuration.deadline = .milliseconds(20)
    try await withRedis(configuration) { redis in
      // Connecting is given up too; from then on nobody waits.
      await expect(.unavailable) { try await redis.command("PING", deadline: .seconds(60)) }
      await expect(.unavailable) { try await redis.command("PING", deadline: .seconds(60)) }
      server.thaw()
      try await eventually("the client returns") { try await isUp(redis) }
    }
  }

  @Test("calls beyond the limit are refused instead of queued", .timeLimit(.minutes(2)))
  func overloaded() async throws {
    let server = try PrivateServer()
    var configuration = server.configuration
    configuration.connections = 1
    configuration.pendingLimit = 10
    configuration.silenceLimit = .seconds(60)
    try await withRedis(configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      server.freeze()
      let outcomes = await withTaskGroup(of: RedisError.Kind?.self) { group in
        for _ in 0..<50 { group.addTask { await failure { try await redis.command("PING", deadline: .seconds(2)) } } }
        return await group.reduce(into: [RedisError.Kind?]()) { $0.append($1) }
      }
      #expect(outcomes.filter { $0 == .overloaded }.count >= 40)
      #expect(outcomes.allSatisfy { $0 == .overloaded || $0 == .timedOut })
      server.thaw()
      try await eventually("the queue is worked off") { try await isUp(redis) }
    }
  }

  @Test("a cancelled call ends at once and its reply goes to nobody", .timeLimit(.minutes(2)))
  func cancelled() async throws {
    let server = try PrivateServer()
    var configuration = server.configuration
    configuration.connections = 1
    try await withRedis(configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      server.freeze()
      let before = redis.statistics.calls
      let task = Task { try await redis.command("ECHO", "cancelled") }
      try await eventually("the call is on its way") { redis.statistics.calls > before }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      server.thaw()
      #expect(try await redis.command("ECHO", "next").string == "next")
    }
  }

  @Test("after shutdown every call fails, and waiting ones end", .timeLimit(.minutes(2)))
  func shutdown() async throws {
    let server = try PrivateServer()
    try await withRedis(server.configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      async let blocked = failure { try await redis.command("BLPOP", "never", 0) }
      try await eventually("the call is on its way") { redis.statistics.pending > 0 }
      await redis.shutdown()
      #expect(await blocked == .unavailable)
      await expect(.unavailable) { try await redis.command("PING") }
      #expect(!redis.isReachable)
    }
  }
}
