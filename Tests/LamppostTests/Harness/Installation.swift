import Credentials
import EventLoop
import FoundationEssentials
import Glibc
import HTTPServer
import Intake
import MailSink
import Outbound
import PostgreSQL
import Redis
import Testing

@testable import Lamppost

/// One installation for all tests of the process: a database of its own on the real server, migrated as any other, the
/// real Redis, the real scanner. Each test makes a township of its own in it.
struct Installation: Sendable {
  private(set) var application: Application
  private(set) var handler: Handler
  let worker: Worker
  /// As superuser: for arranging what no role of the application may.
  let admin: Database
  let queue: JobQueue
  let uploads: String
  /// The application's own role, for tests that look at plans and policies.
  let databaseURL: String
  let adminURL: String
  let workerURL: String
  private(set) var configuration: ServeConfiguration
  /// What it was started with.
  private let variables: [String: String]
  /// Takes every mail that is sent.
  let mails: MailSink

  /// Made at first use. A failure stops every test that asks.
  static func shared() async throws -> Installation { try await shared.value }

  private static let shared = Task { try await Installation() }

  private init() async throws {
    let server = try Environment.required("TEST_DATABASE_URL")
    // A Redis database of our own, emptied: what an earlier run counted against a township's number is not ours.
    let redisURL = try Environment.required("TEST_REDIS_URL") + "/\(1 + getpid() % 15)"
    let name = "lamppost_test_\(getpid())"
    adminURL = try await Self.createDatabase(name, server)
    databaseURL = Self.url(server, role: "lamppost_app", password: "app-test", database: name)
    workerURL = Self.url(server, role: "lamppost_worker", password: "worker-test", database: name)
    uploads = try Self.temporaryFolder()
    try await Migrate.run([
      "DATABASE_ADMIN_URL": adminURL, "DATABASE_URL": databaseURL, "DATABASE_WORKER_URL": workerURL,
      "LAMPPOST_MIGRATIONS": Self.migrations,
    ])
    variables = [
      "DATABASE_URL": databaseURL, "REDIS_URL": redisURL, "LAMPPOST_UPLOADS": uploads,
      "LAMPPOST_SECRET": "dGVzdHMgYXJlIG5vdCBzZWNyZXQsIGJ1dCB0aGlzIGlzIGxvbmc=", "LAMPPOST_REPORTS_PER_MINUTE": "0",
      "LAMPPOST_MAIL_FROM": "lamppost@town.test", "LAMPPOST_MAX_FILE_BYTES": "1048576", "LAMPPOST_MAX_FILES": "3",
      "LAMPPOST_PUBLIC": Self.root + "/Public",
    ]
    configuration = try ServeConfiguration(environment: variables)
    let loop = EventLoop(name: "tests")
    let database = try await Self.start(databaseURL, loop)
    let workerDatabase = try await Self.start(workerURL, loop)
    admin = try await Self.start(adminURL, loop)
    for statement in HistoryWatch.statements { _ = try await admin.write(statement) }
    let redis = Redis(try Redis.Configuration(url: redisURL), loop: loop)
    try await redis.command("FLUSHDB")
    try FileStore.prepare(root: uploads)
    application = try Application(configuration, database: database, redis: redis, log: Log(component: "test"))
    handler = Handler(application)
    queue = JobQueue(database: workerDatabase)
    mails = MailSink()
    let mail = Correspondence(
      mailer: try Mailer(url: "smtp://127.0.0.1:\(mails.port)", seconds: 10), from: MailAddress("lamppost@town.test")!,
      baseURL: "http://example.test:8311", catalogues: application.assets.catalogues)
    worker = Worker(
      database: workerDatabase, store: FileStore(root: uploads), quarantine: uploads + "/quarantine",
      scanner: try await Self.scanner(uploads), mail: mail, concurrency: 2, log: Log(component: "test"))
  }

  /// As another process would serve it that was started with more variables.
  func serving(with more: [String: String]) throws -> Installation {
    var other = self
    other.configuration = try ServeConfiguration(environment: variables.merging(more) { $1 })
    other.application = try Application(
      other.configuration, database: application.database, redis: application.redis, log: Log(component: "test"))
    other.handler = Handler(other.application)
    return other
  }

  /// A migrated database that no other test touches, gone afterwards.
  func withDatabaseOfItsOwn(_ body: (Database) async throws -> Void) async throws {
    let name = "lamppost_test_\(UUID().uuidString.lowercased())"
    _ = try await admin.write("CREATE DATABASE \(identifier: name)")
    let url = String(adminURL[..<adminURL.lastIndex(of: "/")!]) + "/" + name
    do {
      try await Migrate.run(["DATABASE_ADMIN_URL": url, "LAMPPOST_MIGRATIONS": Self.migrations])
      try await Migrate.withDatabase(url, body)
    } catch {
      _ = try? await admin.write("DROP DATABASE \(identifier: name) WITH (FORCE)")
      throw error
    }
    _ = try await admin.write("DROP DATABASE \(identifier: name) WITH (FORCE)")
  }

  /// One database as each of its users, on a loop of its own.
  struct Databases: Sendable {
    let admin: Database
    let application: Database
    let worker: Database
  }

  /// A migrated database that one suite keeps to itself as long as the process runs.
  func databases(for suite: String) async throws -> Databases {
    let name = "lamppost_test_\(getpid())_\(suite)"
    _ = try await admin.write("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
    _ = try await admin.write("CREATE DATABASE \(identifier: name)")
    let urls = [adminURL, databaseURL, workerURL].map { String($0[..<$0.lastIndex(of: "/")!]) + "/" + name }
    try await Migrate.run([
      "DATABASE_ADMIN_URL": urls[0], "DATABASE_URL": urls[1], "DATABASE_WORKER_URL": urls[2],
      "LAMPPOST_MIGRATIONS": Self.migrations,
    ])
    let loop = EventLoop(name: suite)
    return Databases(
      admin: try await Self.start(urls[0], loop), application: try await Self.start(urls[1], loop),
      worker: try await Self.start(urls[2], loop))
  }

  private static let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
  static let migrations = root + "/Migrations"

  private static func start(_ url: String, _ loop: EventLoop) async throws -> Database {
    var configuration = Database.Configuration(url: url)
    // Some hundred tests begin at once, each by making a township.
    configuration.waitingLimit = 10_000
    configuration.leaseTimeout = .seconds(120)
    let database = Database(configuration, loop: loop)
    try await database.start()
    return database
  }

  private static func createDatabase(_ name: String, _ server: String) async throws -> String {
    try await Migrate.withDatabase(server) { database in
      // The test server is thrown away as a whole; what an earlier process with our number left behind goes first.
      _ = try await database.write("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
      _ = try await database.write("CREATE DATABASE \(identifier: name)")
    }
    return url(server, role: nil, password: nil, database: name)
  }

  /// The server's URL with another user and database.
  private static func url(_ server: String, role: String?, password: String?, database: String) -> String {
    let afterScheme = server.firstRange(of: "://")!.upperBound
    let authority = server[afterScheme...].prefix { $0 != "/" && $0 != "?" }
    let host = authority.split(separator: "@").last ?? authority
    let user = role.map { "\($0):\(password ?? "")" } ?? String(authority.split(separator: "@").first ?? "postgres")
    return "postgresql://\(user)@\(host)/\(database)"
  }

  private static func scanner(_ uploads: String) async throws -> Scanner {
    let signatures = uploads + "/signatures"
    mkdir(signatures, 0o755)
    try write("44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n", to: signatures + "/test.hdb")
    let built = Bundle.productFolder + "/lamppost-intake"
    var configuration = IntakeConfiguration(
      executable: ProcessInfo.processInfo.environment["LAMPPOST_INTAKE"] ?? built, signatures: signatures,
      scratch: uploads)
    configuration.allowLocalSignatures = true
    let scanner = Scanner(configuration) { _ in }
    try await scanner.start()
    return scanner
  }

  private static func temporaryFolder() throws -> String {
    var template = Array("/var/tmp/lamppost-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(operation: "mkdtemp", code: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw FileError(operation: "create \(path)", code: errno) }
    defer { close(descriptor) }
    _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }
}

enum Environment {
  struct Missing: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name) is not set: run ./deploy.sh test, which starts the services and sets it" }
  }

  static func required(_ name: String) throws -> String {
    guard let value = ProcessInfo.processInfo.environment[name] else { throw Missing(name: name) }
    return value
  }
}

enum Bundle {
  /// Where this build's programs lie.
  static var productFolder: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let program = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Swift Testing runs inside a helper of the toolchain: the bundle's own path then stands among the arguments.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? program
    return String(bundle[..<(bundle.lastIndex(of: "/") ?? bundle.startIndex)])
  }
}
