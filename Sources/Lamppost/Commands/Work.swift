import EventLoop
import FoundationEssentials
import Glibc
import Intake
import PostgreSQL

/// What `lamppost work` needs. Variables: `DATABASE_WORKER_URL`, `LAMPPOST_UPLOADS`, `LAMPPOST_INTAKE`,
/// `LAMPPOST_SIGNATURES`, `LAMPPOST_SIGNATURES_MAX_AGE_DAYS`, `LAMPPOST_ALLOW_LOCAL_SIGNATURES`,
/// `LAMPPOST_SCAN_CONCURRENCY`, `LAMPPOST_SCRATCH`, and those of `UploadConfiguration` and `MailConfiguration`.
struct WorkConfiguration: Sendable {
  let databaseURL: String
  let uploads: UploadConfiguration
  let intake: IntakeConfiguration
  /// nil where no mail is sent.
  let mail: MailConfiguration?

  init(environment variables: [String: String], program: String) throws(ConfigurationError) {
    var environment = EnvironmentReader(variables)
    databaseURL = environment.required("DATABASE_WORKER_URL", "the database, as the role lamppost_worker")
    uploads = UploadConfiguration(&environment)
    mail = MailConfiguration.read(&environment)
    let beside =
      program.split(separator: "/").isEmpty
      ? "" : String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
    var intake = IntakeConfiguration(
      executable: environment.optional("LAMPPOST_INTAKE") ?? beside + "/lamppost-intake",
      signatures: environment.required("LAMPPOST_SIGNATURES", "the folder of virus signatures"),
      scratch: environment.optional("LAMPPOST_SCRATCH") ?? uploads.root + "/scratch")
    intake.allowLocalSignatures = environment.flag("LAMPPOST_ALLOW_LOCAL_SIGNATURES")
    let days = environment.integer("LAMPPOST_SIGNATURES_MAX_AGE_DAYS", default: 7, 1...365)
    intake.maximumSignatureAge = .seconds(days * 24 * 3600)
    intake.concurrency = environment.integer("LAMPPOST_SCAN_CONCURRENCY", default: 2, 1...64)
    intake.maximumFileBytes = uploads.maximumFileBytes
    self.intake = intake
    try environment.finish()
  }
}

/// `lamppost work`: runs jobs until it is told to stop, then finishes those in hand.
enum Work {
  static func run(_ environment: [String: String]) async throws {
    let program = (try? readLink("/proc/self/exe")) ?? ""
    let configuration = try WorkConfiguration(environment: environment, program: program)
    let log = Log(component: "work")
    try FileStore.prepare(root: configuration.uploads.root)
    try FileStore.makeFolder(configuration.intake.scratch)
    let loop = EventLoop(name: "io")
    var databaseConfiguration = Database.Configuration(url: configuration.databaseURL)
    databaseConfiguration.applicationName = "lamppost work"
    databaseConfiguration.leasedConnections = configuration.intake.concurrency + Worker.mailsAtOnce + 2
    let database = Database(databaseConfiguration, loop: loop)
    try await database.start()
    let scanner = Scanner(configuration.intake) { line in log.info("intake", [("detail", line)]) }
    // Without signatures or with a broken scanner the worker goes on: files wait, readiness is red, the rest is done.
    do { try await scanner.start() } catch { log.error("scanner", [("error", error.debugDescription)]) }
    let store = FileStore(root: configuration.uploads.root)
    let worker = Worker(
      database: database, store: store, quarantine: configuration.uploads.root + "/quarantine", scanner: scanner,
      mail: try configuration.mail.map { try Correspondence($0) }, concurrency: configuration.intake.concurrency,
      log: log)
    let signals = Signals([SIGTERM, SIGINT])
    log.info("working")
    let running = Task { await worker.run() }
    let telling = Task { await tellHealth(of: scanner, database) }
    await signals.next()
    log.info("finishing")
    await worker.stop()
    telling.cancel()
    await running.value
    await scanner.stop()
    await database.shutdown()
    loop.stop()
  }

  /// Says every ten seconds whether this worker can scan; readiness reads it.
  private static func tellHealth(of scanner: Scanner, _ database: Database) async {
    let name = "\(hostName()) \(getpid())"
    while !Task.isCancelled {
      let state = await scanner.health.word
      _ = try? await database.write(
        """
        INSERT INTO workers (name, scanner) VALUES (\(name), \(state))
        ON CONFLICT (name) DO UPDATE SET scanner = excluded.scanner, seen_at = now()
        """)
      _ = try? await database.write("DELETE FROM workers WHERE seen_at < now() - interval '1 hour'")
      try? await Task.sleep(for: .seconds(10))
    }
    _ = try? await database.write("DELETE FROM workers WHERE name = \(name)")
  }

  private static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    gethostname(&buffer, buffer.count - 1)
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func readLink(_ path: String) throws -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    guard count > 0 else { throw FileError(operation: "readlink", code: errno) }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension ScannerHealth {
  fileprivate var word: String {
    switch self {
    case .ready: "ready"
    case .missing: "missing"
    case .stale: "stale"
    case .down: "down"
    }
  }
}
