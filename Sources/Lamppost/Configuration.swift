import Credentials
import FoundationEssentials
import Redis

/// What the environment says, read once at the start. Everything wrong is told at once; secrets never print.
struct EnvironmentReader {
  private let variables: [String: String]
  private(set) var mistakes: [String] = []

  init(_ variables: [String: String]) { self.variables = variables }

  func optional(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  mutating func required(_ name: String, _ meaning: String) -> String {
    if let value = optional(name) { return value }
    mistakes.append("\(name) is not set: \(meaning)")
    return ""
  }

  mutating func integer(_ name: String, default fallback: Int, _ range: ClosedRange<Int>) -> Int {
    guard let text = optional(name) else { return fallback }
    guard let value = Int(text), range.contains(value) else {
      mistakes.append("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return fallback
    }
    return value
  }

  func flag(_ name: String) -> Bool { ["1", "true", "yes"].contains(optional(name) ?? "") }

  mutating func secret(_ name: String) -> Secret {
    guard let text = optional(name), let secret = Secret(base64: text) else {
      mistakes.append("\(name) must be at least 32 random bytes in Base64, e.g. from `openssl rand -base64 32`")
      // Never used: the mistake stops the start.
      return Secret(base64: String(repeating: "A", count: 43) + "=")!
    }
    return secret
  }

  mutating func refuse(_ mistake: String) { mistakes.append(mistake) }

  /// - Throws: everything that was wrong, in one.
  func finish() throws(ConfigurationError) {
    if !mistakes.isEmpty { throw ConfigurationError(mistakes: mistakes) }
  }
}

/// The environment does not say what it must.
struct ConfigurationError: Error, CustomStringConvertible {
  let mistakes: [String]
  var description: String { mistakes.map { "configuration: " + $0 }.joined(separator: "\n") }
}

/// Where files lie. Variables: `LAMPPOST_UPLOADS`, `LAMPPOST_MAX_FILE_BYTES`, `LAMPPOST_MAX_FILES`.
struct UploadConfiguration: Sendable {
  /// Holds `quarantine/` and `store/`, both on one file system.
  let root: String
  /// Bytes of one file as received.
  let maximumFileBytes: Int
  /// Files with one report.
  let maximumFiles: Int

  init(_ environment: inout EnvironmentReader) {
    root = environment.required("LAMPPOST_UPLOADS", "the folder for files, e.g. /var/lib/lamppost/uploads")
    maximumFileBytes = environment.integer("LAMPPOST_MAX_FILE_BYTES", default: 10 << 20, 1024...(1 << 30))
    maximumFiles = environment.integer("LAMPPOST_MAX_FILES", default: 10, 0...100)
  }
}

/// How the server listens. Variables: `LAMPPOST_LISTEN`, `LAMPPOST_TRUSTED_PROXIES`,
/// `LAMPPOST_MONITORING_TOKEN`, `LAMPPOST_REPORTS_PER_MINUTE`, `LAMPPOST_SIGN_INS_PER_QUARTER_HOUR`.
struct ListenConfiguration: Sendable {
  let address: String
  let port: Int
  let trustedProxies: [String]
  let monitoringToken: String?
  /// Anonymous reports and uploads from one network address; 0 lifts the limit.
  let reportsPerMinute: Int
  /// Failed sign-ins for one account from one network address.
  let signInsPerQuarterHour: Int

  init(_ environment: inout EnvironmentReader) {
    let listen = environment.optional("LAMPPOST_LISTEN") ?? "127.0.0.1:8300"
    let colon = listen.lastIndex(of: ":") ?? listen.startIndex
    address = String(listen[..<colon]).trimmingBrackets
    port = Int(listen[colon...].dropFirst()) ?? -1
    if !(0...65535).contains(port) || address.isEmpty {
      environment.refuse("LAMPPOST_LISTEN must be ADDRESS:PORT, e.g. 127.0.0.1:8300")
    }
    trustedProxies = (environment.optional("LAMPPOST_TRUSTED_PROXIES") ?? "127.0.0.1,::1").split(separator: ",").map {
      String($0).trimmed
    }
    monitoringToken = environment.optional("LAMPPOST_MONITORING_TOKEN")
    reportsPerMinute = environment.integer("LAMPPOST_REPORTS_PER_MINUTE", default: 60, 0...1_000_000)
    signInsPerQuarterHour = environment.integer("LAMPPOST_SIGN_INS_PER_QUARTER_HOUR", default: 10, 1...1_000_000)
  }
}

extension String {
  /// `[::1]` → `::1`
  fileprivate var trimmingBrackets: String {
    hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
  }
}

/// Everything `lamppost serve` needs. Variables: those of its parts, `DATABASE_URL`, `DATABASE_REPLICA_URL`,
/// `REDIS_URL`, `LAMPPOST_SECRET`, `LAMPPOST_PUBLIC`, `LAMPPOST_MAIL_FROM`.
struct ServeConfiguration: Sendable {
  let listen: ListenConfiguration
  let uploads: UploadConfiguration
  let map: MapConfiguration
  let databaseURL: String
  let replicaURL: String?
  let redisURL: String
  let secret: Secret
  /// What `Client/build.sh` made.
  let publicFolder: String
  /// Whether the worker sends mail. Only it knows how.
  let sendsMail: Bool

  /// The number in `redisURL`.
  var redisDatabase: Int { (try? Redis.Configuration(url: redisURL))?.database ?? 0 }

  init(environment variables: [String: String]) throws(ConfigurationError) {
    var environment = EnvironmentReader(variables)
    listen = ListenConfiguration(&environment)
    uploads = UploadConfiguration(&environment)
    map = MapConfiguration(&environment)
    databaseURL = environment.required("DATABASE_URL", "the database, as the role lamppost_app")
    replicaURL = environment.optional("DATABASE_REPLICA_URL")
    redisURL = environment.required("REDIS_URL", "e.g. redis://127.0.0.1:6379")
    secret = environment.secret("LAMPPOST_SECRET")
    publicFolder = environment.required("LAMPPOST_PUBLIC", "the folder that Client/build.sh makes")
    sendsMail = environment.optional("LAMPPOST_MAIL_FROM") != nil
    try environment.finish()
  }
}
