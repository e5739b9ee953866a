import Credentials
import FoundationEssentials
import PostgreSQL

/// The codes of an authenticator app, asked for after the password where an account has one.
struct SecondFactors: Sendable {
  let database: Database
  let limiter: RateLimiter
  private let key: Secret
  /// Seconds since 1970.
  private let now: @Sendable () -> Double

  init(
    database: Database, limiter: RateLimiter, secret: Secret,
    now: @escaping @Sendable () -> Double = { Date.now.timeIntervalSince1970 }
  ) {
    (self.database, self.limiter, self.now) = (database, limiter, now)
    key = secret.derive(label: "second factor")
  }

  /// How an account stands.
  struct State: Sendable {
    /// nil where there is none, or its app has not shown a code yet.
    let confirmedAt: Date?
    /// Whether a secret waits for its first code.
    let hasBegun: Bool
    let recoveryCodesLeft: Int
  }

  func state(of personID: Int, tenant: Tenant) async throws -> State {
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      """
      SELECT confirmed_at, (SELECT count(*) FROM recovery_codes c WHERE c.person_id = f.person_id), \(Self.waits)
        FROM second_factors f WHERE person_id = \(personID)
      """)
    guard let row = rows.first else { return State(confirmedAt: nil, hasBegun: false, recoveryCodesLeft: 0) }
    return State(confirmedAt: try row.get(0), hasBegun: try row.get(2), recoveryCodesLeft: try row.get(1))
  }

  func isOn(for personID: Int, tenant: Tenant) async throws -> Bool {
    try await !database.withoutReplica.tenant(tenant.id).read(
      "SELECT 1 FROM second_factors WHERE person_id = \(personID) AND confirmed_at IS NOT NULL"
    ).isEmpty
  }

  /// Judges a code: the app's, which is six digits and good once, or a recovery code, which is gone then.
  ///
  /// Counted by account alone. Only who knows the password comes so far, so that no stranger can lock anybody out; and who
  /// knows it must not guess from a thousand networks at once.
  /// - Throws: `invalid_code`, `rate_limited`.
  func check(_ code: String, of personID: Int, tenant: Tenant) async throws {
    let subject = "\(tenant.id) \(personID)"
    try await limiter.take(.secondFactor, subject)
    let typed = code.filter { $0 != " " }
    let isRight =
      typed.utf8.count == 6
      ? try await use(typed, of: personID, tenant: tenant)
      : try await useRecoveryCode(typed, of: personID, tenant: tenant)
    guard isRight else { throw Problem(.invalidCode) }
    await limiter.forget(.secondFactor, subject)
  }

  /// Takes one of the app's codes. Of two that come with the same code at once, one finds it used.
  private func use(_ code: String, of personID: Int, tenant: Tenant) async throws -> Bool {
    let use = try await statement(using: code, of: personID, where: "confirmed_at IS NOT NULL", tenant)
    guard let use else { return false }
    return try await !database.tenant(tenant.id).write(use).isEmpty
  }

  /// - Returns: the statement that takes one of the app's codes, and returns no row where it was taken already or the
  ///   secret is another by now; nil for a code that the app does not show.
  private func statement(
    using code: String, of personID: Int, where condition: SQL, _ tenant: Tenant
  ) async throws -> SQL? {
    let rows = try await database.withoutReplica.tenant(tenant.id).read(
      "SELECT secret, last_step FROM second_factors WHERE person_id = \(personID) AND \(condition)")
    guard let row = rows.first, case let sealed = try row.get(0, as: [UInt8].self),
      let app = open(sealed, of: personID, tenant), let step = app.step(of: code, at: now(), after: try row.get(1))
    else { return nil }
    return """
      UPDATE second_factors SET last_step = \(step), confirmed_at = coalesce(confirmed_at, now())
       WHERE person_id = \(personID) AND secret = \(sealed) AND (last_step IS NULL OR last_step < \(step)) RETURNING 1
      """
  }

  private func useRecoveryCode(_ code: String, of personID: Int, tenant: Tenant) async throws -> Bool {
    guard let code = RecoveryCode(code) else { return false }
    return try await !database.tenant(tenant.id).write(
      "DELETE FROM recovery_codes WHERE person_id = \(personID) AND digest = \(code.digest) RETURNING 1"
    ).isEmpty
  }

  // MARK: Setting it up

  /// A new secret, which counts once `confirm` has seen a code of it. An earlier one that was never confirmed is gone.
  /// - Throws: `conflict` where the account has a second factor already.
  func begin(_ personID: Int, tenant: Tenant) async throws -> OneTimePassword {
    let app = OneTimePassword.generate()
    let sealed = SealedBox.seal(app.secret, context: context(personID, tenant), key: key)
    let rows = try await database.tenant(tenant.id).write(
      """
      INSERT INTO second_factors (tenant_id, person_id, secret) VALUES (current_tenant(), \(personID), \(sealed))
      ON CONFLICT (tenant_id, person_id) DO UPDATE SET secret = excluded.secret, created_at = now(), last_step = NULL
        WHERE second_factors.confirmed_at IS NULL RETURNING 1
      """)
    if rows.isEmpty { throw Problem(.conflict, "This account has a second factor already. Switch it off first.") }
    return app
  }

  /// That a secret waits for its first code: for a quarter of an hour, and then it is as if it had not been begun.
  private static let waits: SQL = "(confirmed_at IS NULL AND created_at > now() - interval '15 minutes')"

  /// The secret that waits for its first code; nil where none does.
  func pending(_ personID: Int, tenant: Tenant) async throws -> OneTimePassword? {
    try await database.withoutReplica.tenant(tenant.id).read(
      "SELECT secret FROM second_factors WHERE person_id = \(personID) AND \(Self.waits)"
    ).first.flatMap { open(try $0.get(0), of: personID, tenant) }
  }

  /// Switches it on, all at once or not at all.
  /// - Parameter others: statements of the same transaction, which tell of it.
  /// - Returns: the recovery codes, which nobody sees again.
  /// - Throws: `invalid_code`, `rate_limited`.
  func confirm(_ code: String, of personID: Int, tenant: Tenant, and others: [SQL]) async throws -> [RecoveryCode] {
    try await limiter.take(.secondFactor, "\(tenant.id) \(personID)")
    let wrong = Problem.field("code", .invalidCode, "is not the code that the app shows now")
    let typed = code.filter { $0 != " " }
    guard let use = try await statement(using: typed, of: personID, where: Self.waits, tenant) else { throw wrong }
    return try await renewRecoveryCodes(of: personID, tenant: tenant, and: others) { transaction in
      if try await transaction.query(use).isEmpty { throw wrong }
    }
  }

  /// - Parameters:
  ///   - others: statements of the same transaction, which tell of it.
  ///   - first: what is done before.
  /// - Throws: `not_found` where the account has no second factor, and what `first` throws.
  func renewRecoveryCodes(
    of personID: Int, tenant: Tenant, and others: [SQL],
    after first: @Sendable (Transaction) async throws -> Void = { _ in }
  ) async throws -> [RecoveryCode] {
    let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.random() }
    try await database.tenant(tenant.id).write { transaction in
      try await first(transaction)
      let rows = try await transaction.query(
        """
        SELECT 1 FROM second_factors WHERE person_id = \(personID) AND confirmed_at IS NOT NULL FOR UPDATE
        """)
      if rows.isEmpty { throw Problem.notFound }
      try await transaction.execute("DELETE FROM recovery_codes WHERE person_id = \(personID)")
      _ = try await transaction.queryAll(
        codes.map { code in
          """
          INSERT INTO recovery_codes (tenant_id, person_id, digest)
          VALUES (current_tenant(), \(personID), \(code.digest))
          """
        } + others)
    }
    return codes
  }

  /// The statement that switches it off, with its recovery codes.
  static func removal(of personID: Int) -> SQL { "DELETE FROM second_factors WHERE person_id = \(personID)" }

  /// - Returns: nil for a secret that was sealed with another key: it opens nothing, as if the code were wrong.
  private func open(_ sealed: [UInt8], of personID: Int, _ tenant: Tenant) -> OneTimePassword? {
    SealedBox.open(sealed, context: context(personID, tenant), key: key).map(OneTimePassword.init(secret:))
  }

  /// A row that is copied to another account opens nothing there.
  private func context(_ personID: Int, _ tenant: Tenant) -> [UInt8] { Array("\(tenant.id) \(personID)".utf8) }
}

/// Opens an account once in place of a code: 80 random bits, in groups that can be copied by hand.
struct RecoveryCode: Sendable {
  static let count = 10
  private let bytes: [UInt8]

  static func random() -> RecoveryCode { RecoveryCode(bytes: RandomBytes.generate(10)) }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  init?(_ text: String) {
    guard text.utf8.count <= 32, let bytes = Base32.decode(text), bytes.count == 10 else { return nil }
    self.bytes = bytes
  }

  /// E.g. `7Q4K-2M9P-D8XT-01AB`.
  var text: String {
    let symbols = Array(Base32.encode(bytes))
    return stride(from: 0, to: symbols.count, by: 4).map { String(symbols[$0..<min($0 + 4, symbols.count)]) }
      .joined(separator: "-")
  }

  var digest: [UInt8] { SHA256Digest(hashing: bytes).bytes }
}
