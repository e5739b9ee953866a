import EventLoop
import Glibc
import Redis
import Testing

/// A redis-server of a test's own, that it may stop, freeze and start again. Ends with its owner.
final class PrivateServer {
  let socket: String
  private let folder: String
  private let options: [String]
  private var process: pid_t = 0

  /// - Parameter options: as on the command line, such as `["--requirepass", "…"]`.
  init(_ options: [String] = []) throws {
    var template = Array("/var/tmp/lamppost-redis-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil, "no folder for a private redis-server")
    folder = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    socket = folder + "/redis.sock"
    self.options = options
    try start()
  }

  deinit {
    stop()
    unlink(socket)
    rmdir(folder)
  }

  var configuration: Redis.Configuration {
    var configuration = Redis.Configuration(address: .unix(path: socket))
    configuration.deadline = .seconds(20)
    return configuration
  }

  func start() throws {
    let arguments =
      [
        "redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder,
        "--logfile", "/dev/null", "--daemonize", "no",
      ] + options
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    let result = posix_spawnp(&process, "redis-server", nil, nil, &pointers, environ)
    try #require(result == 0, "redis-server does not start")
  }

  func stop() {
    guard process != 0 else { return }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    process = 0
  }

  /// Returns once the process no longer runs.
  func freeze() {
    kill(process, SIGSTOP)
    waitpid(process, nil, WUNTRACED)
  }

  func thaw() { kill(process, SIGCONT) }
}

/// Asks again until `condition` holds; gives up after a minute.
func eventually(
  _ what: Comment, _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let end = ContinuousClock.now + .seconds(60)
  while try await !condition() {
    try #require(ContinuousClock.now < end, what, sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// The server that `./deploy.sh test` starts for all tests.
func sharedConfiguration() throws -> Redis.Configuration {
  let url = try #require(
    getenv("TEST_REDIS_URL").map { String(cString: $0) }, "TEST_REDIS_URL is not set: run ./deploy.sh test")
  var configuration = try Redis.Configuration(url: url)
  configuration.deadline = .seconds(20)
  return configuration
}

/// Gives `body` a client on a loop of its own, and ends both.
func withRedis<Value>(
  _ configuration: Redis.Configuration, _ body: (Redis) async throws -> Value
) async throws -> Value {
  let loop = EventLoop(name: "redis-test")
  let redis = Redis(configuration, loop: loop)
  defer { loop.stop() }
  do {
    let value = try await body(redis)
    await redis.shutdown()
    return value
  } catch {
    await redis.shutdown()
    throw error
  }
}

/// A key no other test has.
func freshKey() -> String { "test:\(UInt64.random(in: 0...(.max)))" }

/// How `call` failed; nil when it succeeded.
func failure(of call: () async throws -> Any) async -> RedisError.Kind? {
  do {
    _ = try await call()
    return nil
  } catch {
    return (error as? RedisError)?.kind
  }
}

/// Expects `call` to fail with `kind`.
func expect(
  _ kind: RedisError.Kind, sourceLocation: SourceLocation = #_sourceLocation, of call: () async throws -> Any
) async {
  let failure = await failure(of: call)
  #expect(failure == kind, sourceLocation: sourceLocation)
}
