import PostgreSQL

/// Seals what happened since the last time, for every township.
struct SealHistory: Sendable {
  /// As the worker.
  let database: Database
  let log: Log

  /// Entries in one seal: arrays of some hundred kilobytes.
  static let entriesInSeal = 5000

  func callAsFunction() async throws {
    for row in try await database.read("SELECT id FROM tenants ORDER BY id") {
      try await seal(tenantID: try row.get(0))
    }
  }

  /// Until nothing waits. Two workers at once: the second leaves the township to the first.
  func seal(tenantID: Int) async throws {
    let township = database.tenant(tenantID)
    var sealed: Int
    repeat {
      sealed = try await township.write("SELECT seal_history(\(Self.entriesInSeal)::int)").first?.get(0) ?? 0
    } while sealed == Self.entriesInSeal
    // Outside of the database too: whoever rewrote all of it would have to rewrite the logs as well.
    let last = try await township.withoutReplica.read(
      "SELECT number, encode(hash, 'hex') FROM audit_seals ORDER BY number DESC LIMIT 1")
    if sealed > 0, let row = last.first {
      let (number, hash) = try row.decode(Int.self, String.self)
      log.info("sealed", [("tenant", tenantID), ("seal", number), ("hash", hash)])
    }
  }
}
