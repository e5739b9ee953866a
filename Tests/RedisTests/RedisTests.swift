import EventLoop
import Redis
import Testing

struct CommandTests {
  @Test("what is stored comes back byte for byte", .timeLimit(.minutes(2)))
  func bytes() async throws {
    try await withRedis(try sharedConfiguration()) { redis async throws in
      let key = freshKey()
      let values: [[UInt8]] = [
        [], [0], Array("\r\n$5\r\n".utf8), [0xFF, 0x00, 0xFE], .init(repeating: 7, count: 9_000_000),
      ]
      for value in values {
        #expect(try await redis.command("SET", key, value, "EX", 60).string == "OK")
        #expect(try await redis.command("GET", key).bytes == value)
      }
      #expect(try await redis.command("DEL", key, "").integer == 1)
      #expect(try await redis.command("GET", key).isNull)
    }
  }

  @Test("each of thousands of calls at once gets its own answer", .timeLimit(.minutes(2)))
  func concurrency() async throws {
    var configuration = try sharedConfiguration()
    configuration.connections = 3
    try await withRedis(configuration) { redis in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<5000 {
          group.addTask {
            let text = "\(number):" + String(repeating: "x", count: number % 300)
            return try await redis.command("ECHO", text).string == text
          }
        }
        for try await same in group { #expect(same) }
      }
      #expect(redis.statistics.pending <= 3)
      #expect(redis.statistics.calls >= 5000)
    }
  }

  @Test("a pipeline's replies come in order, with errors among them", .timeLimit(.minutes(2)))
  func pipeline() async throws {
    try await withRedis(try sharedConfiguration()) { redis in
      let key = freshKey()
      let replies = try await redis.pipeline([
        ["SET", key, "1", "EX", 60], ["INCR", key], ["LPUSH", key, "x"], ["MULTI"], ["INCRBY", key, 40], ["GET", key],
        ["EXEC"],
      ])
      #expect(replies[..<2] == [.status("OK"), .integer(2)])
      guard case .error(let error) = replies[2] else { return #expect(Bool(false), "an error was expected") }
      #expect(error.kind == .server(code: "WRONGTYPE"))
      #expect(replies[6] == .array([.integer(42), .string(Array("42".utf8))]))
      #expect(try await redis.pipeline([]) == [])
      let many = try await redis.pipeline((0..<20_000).map { ["ECHO", $0] })
      #expect(many.map(\.string) == (0..<20_000).map { String($0) })
    }
  }

  @Test("a refused command throws its code, and its error repeats no argument", .timeLimit(.minutes(2)))
  func refused() async throws {
    try await withRedis(try sharedConfiguration()) { redis async throws in
      let error = await #expect(throws: RedisError.self) { try await redis.command("NOSUCHCOMMAND", "hunter2") }
      #expect(error?.kind == .server(code: "ERR"))
      #expect(error.map { !"\($0) \(String(reflecting: $0))".contains("hunter2") } == true)
      await expect(.invalidProtocol) { try await redis.pipeline([["PING"], []]) }
      #expect(try await redis.command("PING").string == "PONG")
    }
  }

  @Test("a script runs by its digest, also after the server forgot it", .timeLimit(.minutes(2)))
  func scripts() async throws {
    let server = try PrivateServer()
    try await withRedis(server.configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
      let key = freshKey()
      for turn in 1...3 {
        let reply = try await redis.run(script, keys: [key], arguments: ["\u{0}a"])
        #expect(reply == .array([.string(Array(key.utf8)), .string([0, 0x61]), .integer(turn)]))
        try await redis.command("SCRIPT", "FLUSH")
      }
      await expect(.server(code: "LIMIT")) {
        try await redis.run(RedisScript("return redis.error_reply('LIMIT reached')"))
      }
      await expect(.server(code: "ERR")) { try await redis.run(RedisScript("not Lua")) }
    }
  }

  @Test("password, user and database are taken from the URL", .timeLimit(.minutes(2)))
  func handshake() async throws {
    let server = try PrivateServer(["--requirepass", "p@ss:w/rd"])
    let url = "unix://default:p%40ss%3Aw%2Frd@" + server.socket + "?db=3"
    var configuration = try Redis.Configuration(url: url)
    configuration.deadline = .seconds(20)
    try await withRedis(configuration) { redis in
      try await eventually("the server starts") { try await isUp(redis) }
      #expect(try await redis.command("CLIENT", "INFO").string?.contains(" db=3 ") == true)
    }
    for wrong in ["unix://:wrong@" + server.socket, "unix://" + server.socket] {
      try await withRedis(try Redis.Configuration(url: wrong)) { redis in
        await expect(.unavailable) { try await redis.command("PING") }
        #expect(!redis.isReachable)
      }
    }
  }

  @Test("a host may be given by name", .timeLimit(.minutes(2)))
  func names() async throws {
    var configuration = try sharedConfiguration()
    guard case .tcp(_, let port) = configuration.address else { return }
    configuration.address = .tcp(host: "localhost", port: port)
    try await withRedis(configuration) { redis in
      try await eventually("the name resolves") { try await isUp(redis) }
    }
    configuration.address = .tcp(host: "no-such-host.invalid", port: port)
    try await withRedis(configuration) { redis in
      await expect(.unavailable) { try await redis.command("PING") }
    }
  }
}

/// Whether `redis` answers; any error but an outage is passed on.
func isUp(_ redis: Redis) async throws -> Bool {
  do {
    return try await redis.command("PING").string == "PONG"
  } catch let error as RedisError where error.isOutage {
    return false
  }
}

struct ConfigurationTests {
  @Test("URLs name the address, the database and the credentials")
  func urls() throws {
    typealias Configuration = Redis.Configuration
    let full = try Configuration(url: "redis://app:s%C3%A9cret@cache.example:7000/2")
    #expect(full.address == .tcp(host: "cache.example", port: 7000))
    #expect((full.username, full.password, full.database) == ("app", "sécret", 2))
    #expect(!"\(full)".contains("cret"))
    #expect(!String(reflecting: full).contains("cret"))
    #expect(try Configuration(url: "redis://127.0.0.1").address == .tcp(host: "127.0.0.1", port: 6379))
    #expect(try Configuration(url: "redis://[::1]:7000/").address == .tcp(host: "::1", port: 7000))
    #expect(try Configuration(url: "redis://:p@[::1]").password == "p")
    #expect(try Configuration(url: "unix:///run/redis.sock?db=1").address == .unix(path: "/run/redis.sock"))
  }

  @Test(
    "what is no such URL is refused",
    arguments: [
      "", "redis:", "redis://", "http://localhost", "redis://host:0", "redis://host:70000", "redis://host:x",
      "redis://host/x", "redis://host/-1", "redis://pass@host", "redis://:%zz@host", "redis://:%4@host",
      "redis://:%FF@host", "unix://relative", "unix:///a?x=1",
    ])
  func notURLs(text: String) {
    #expect(throws: Redis.Configuration.InvalidURL.self) { try Redis.Configuration(url: text) }
  }
}
