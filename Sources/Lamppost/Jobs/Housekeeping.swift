import FoundationEssentials
import PostgreSQL

/// What must be done again and again, whatever jobs there are. Every worker does it; none minds another.
struct Housekeeping: Sendable {
  let database: Database
  let sweep: SweepUploads
  let log: Log
  var seal: SealHistory { SealHistory(database: database, log: log) }

  /// Until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await repeatedly(every: .seconds(1), "fold_map_counts") { try await foldMapCounts() } }
      group.addTask { await repeatedly(every: .seconds(60), "sweep_quarantine") { try await sweep.quarantine() } }
      // Only a process that dies between two lines leaves an orphan in the store, and reading it whole takes a while.
      group.addTask { await repeatedly(every: .seconds(24 * 3600), "sweep_store") { try await sweep.store() } }
      group.addTask { await repeatedly(every: .seconds(300), "prune") { try await prune() } }
      group.addTask {
        await repeatedly(every: .seconds(30), "deadlines") { _ = try await WatchDeadlines(database: database)() }
      }
      group.addTask {
        await repeatedly(every: .seconds(3600), "retention") {
          try await Retention(database: database).requestEverywhere()
        }
      }
      group.addTask { await repeatedly(every: .seconds(300), "seal_history") { try await seal() } }
      group.addTask {
        await repeatedly(every: .seconds(600), "close_silent") { try await CloseSilent(database: database)(now: .now) }
      }
    }
  }

  private func repeatedly(every interval: Duration, _ name: String, _ work: @Sendable () async throws -> Void) async {
    while !Task.isCancelled {
      do { try await work() } catch {
        if Task.isCancelled { return }
        log.warning("housekeeping_failed", [("task", name), ("error", String(reflecting: error))])
      }
      try? await Task.sleep(for: interval)
    }
  }

  /// Brings what writers noted into the map's counts.
  func foldMapCounts() async throws {
    let waiting = try await database.read("SELECT DISTINCT tenant_id FROM map_deltas")
    for tenant in waiting {
      _ = try await database.tenant(try tenant.get(0)).write("CALL fold_map_counts()")
    }
  }

  /// Removes what has had its time: idempotency keys after a day, refresh tokens a day after they ran out, and the
  /// addresses in links that can no longer be followed.
  private func prune() async throws {
    try await database.forEachTownship(alsoSwitchedOff: true) { try await prune(database.tenant($0)) }
  }

  /// - Parameter database: of one township.
  func prune(_ database: Database) async throws {
    _ = try await database.write("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")
    _ = try await database.write("DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day'")
    // Addresses of people who never answered are none of our business, once they have been asked.
    _ = try await database.write(
      """
      DELETE FROM followers f WHERE confirmed_at IS NULL AND created_at < now() - interval '7 days'
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = f.tenant_id
                            AND j.kind = \(JobKind.confirmFollower.rawValue) AND j.subject = f.id::text)
      """)
    _ = try await database.write("DELETE FROM account_links WHERE expires_at < now() - interval '1 day'")
    // For a month whoever asked sees that nobody came, and can ask again.
    _ = try await database.write("DELETE FROM invitations WHERE expires_at < now() - interval '30 days'")
    _ = try await database.write(
      "DELETE FROM refresh_families f WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.family = f.id)")
  }
}
