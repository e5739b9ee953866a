import EventLoop
import FoundationEssentials
import Glibc
import HTTPServer
import PostgreSQL
import Redis

/// `lamppost serve`: answers calls until it is told to stop, then finishes those it has.
enum Serve {
  /// How long calls in hand may take after SIGTERM.
  private static let grace = Duration.seconds(20)

  static func run(_ environment: [String: String]) async throws {
    let configuration = try ServeConfiguration(environment: environment)
    let log = Log(component: "serve")
    allowDescriptors()
    try FileStore.prepare(root: configuration.uploads.root)
    let loop = EventLoop(name: "io")
    var databaseConfiguration = Database.Configuration(url: configuration.databaseURL)
    databaseConfiguration.replicaURL = configuration.replicaURL
    databaseConfiguration.applicationName = "lamppost serve"
    let database = Database(databaseConfiguration, loop: loop)
    try await database.start()
    let redis = Redis(try Redis.Configuration(url: configuration.redisURL), loop: loop)
    let application = try Application(configuration, database: database, redis: redis, log: log)
    let handler = Handler(application)
    var serverConfiguration = server(configuration, log)
    // Reads go on where their rows arrive: docs/decisions/0007.
    serverConfiguration.executor = LoopTaskExecutor(loop)
    let server = try Server(serverConfiguration) { request in await handler.respond(to: request) }
    let signals = Signals([SIGTERM, SIGINT])
    let live = Task { await application.live.run() }
    try server.start()
    log.info("serving", [("address", configuration.listen.address), ("port", server.port)])
    await signals.next()
    log.info("draining")
    await server.shutdown(grace: grace)
    live.cancel()
    await redis.shutdown()
    await database.shutdown()
    loop.stop()
  }

  /// A shell's usual limit is 1,024 open files, a quarter of the connections that the server takes. It may be raised as
  /// far as the system lets everybody.
  private static func allowDescriptors() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 16_384))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  static func server(_ configuration: ServeConfiguration, _ log: Log) -> Server.Configuration {
    var server = Server.Configuration()
    server.address = configuration.listen.address
    server.port = configuration.listen.port
    server.trustedProxies = configuration.listen.trustedProxies
    // A report with all its files, and room for the report itself.
    server.bodyLimit = configuration.uploads.maximumFileBytes * configuration.uploads.maximumFiles + (1 << 20)
    server.problem = { status, _, detail in
      Problem(Problem.Code(serverStatus: status), detail).response(requestID: RequestID.make())
    }
    server.log = { line in log.warning("http", [("detail", line)]) }
    return server
  }
}
