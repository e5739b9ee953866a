import FoundationEssentials
import JSON
import PostgreSQL

/// `lamppost audit verify [--tenant SLUG] [--since TIME] [--seal NUMBER:HASH]`: finds what was done to history, audit log
/// and seals beside the application. Variable: `DATABASE_ADMIN_URL`.
enum AuditCommand {
  /// - Returns: whether everything is whole.
  static func run(_ arguments: [String], _ variables: [String: String]) async throws -> Bool {
    var environment = EnvironmentReader(variables)
    let admin = environment.required("DATABASE_ADMIN_URL", "the database, as its owner")
    try environment.finish()
    guard arguments.first == "verify" else { throw UsageError("Say `audit verify`.") }
    let options = try Arguments(Array(arguments.dropFirst()), options: ["tenant", "since", "seal"])
    guard options.positional.isEmpty else { throw UsageError("`audit verify` takes options only.") }
    let since = try options["since"].map(time)
    let seal = try options["seal"].map(KnownSeal.init)
    if seal != nil && options["tenant"] == nil { throw UsageError("--seal is of one township: say --tenant SLUG.") }
    return try await Migrate.withDatabase(admin) { database in
      var isWhole = true
      for (id, slug) in try await townships(options["tenant"], database) {
        var result = try await VerifyHistory(database: database)(tenantID: id, since: since)
        if let seal, try await !seal.stands(tenantID: id, database) {
          result.damages.append(HistoryDamage(place: .seal(seal.number...seal.number), kind: .sealChanged))
        }
        try await VerifyHistory(database: database).record(result, tenantID: id)
        print(report(result, slug))
        isWhole = isWhole && result.damages.isEmpty
      }
      return isWhole
    }
  }

  private static func townships(_ slug: String?, _ database: Database) async throws -> [(Int, String)] {
    let all = try await database.read("SELECT id, slug FROM tenants ORDER BY id").map { row in
      (try row.get(0, as: Int.self), try row.get(1, as: String.self))
    }
    guard let slug else { return all }
    let named = all.filter { $0.1 == slug }
    if named.isEmpty { throw UsageError("There is no township \"\(slug)\".") }
    return named
  }

  /// A day in UTC or a time with its offset.
  private static func time(_ text: String) throws(UsageError) -> Date {
    guard let date = RFC3339.parse(text) ?? RFC3339.parse(text + "T00:00:00Z") else {
      throw UsageError("--since must be a day or a time, e.g. 2026-11-01 or 2026-11-01T08:00:00Z.")
    }
    return date
  }

  static func report(_ result: VerifyHistory.Result, _ slug: String) -> String {
    var lines = result.damages.map { "✗ \(slug): \($0)" }
    if result.damages.count >= VerifyHistory.damageLimit {
      lines.append("✗ \(slug): and more; the search was given up")
    }
    let seal = result.lastSeal.map { "last seal \($0.number) of \(RFC3339.format($0.at)): \($0.hash)" } ?? "no seal yet"
    lines.append(
      """
      \(result.damages.isEmpty ? "✓" : "✗") \(slug): \(result.rows) rows of \(result.requests) requests, \
      \(result.auditRows) rows of the audit log, \(result.seals) seals; \(seal)
      """)
    return lines.joined(separator: "\n")
  }
}

/// A seal that somebody wrote down elsewhere, or found in the worker's log.
private struct KnownSeal {
  let number: Int
  let hash: String

  init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let number = Int(digits: parts[0]), parts[1].count == 64,
      parts[1].allSatisfy(\.isHexDigit)
    else { throw UsageError("--seal must be a seal's number and hash, e.g. 12:9f86….") }
    (self.number, hash) = (number, parts[1].lowercased())
  }

  func stands(tenantID: Int, _ database: Database) async throws -> Bool {
    try await !database.read(
      """
      SELECT 1 FROM audit_seals
       WHERE tenant_id = \(tenantID) AND number = \(number) AND encode(hash, 'hex') = \(hash)
      """
    ).isEmpty
  }
}
