import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// What happens in the name of a township that is switched off: nothing, until it is on again.
@Suite struct SwitchedOffTests {
  private static func set(_ town: Township, isOn: Bool) async throws {
    _ = try await town.installation.admin.write(
      "UPDATE tenants SET deactivated_at = \(isOn ? "NULL" : "now()" as SQL) WHERE id = \(town.id)")
  }

  private static func status(_ reference: String, _ agent: Client) async throws -> String? {
    try await agent.get("/api/v1/requests/\(reference)")["status"]?.string
  }

  @Test("mails, alerts, closings and retention wait while a township is switched off, and none of them is lost")
  func waits() async throws {
    let town = try await Township()
    let queue = town.installation.queue
    let (admin, manager) = (try await town.somebody(.administrator), try await town.somebody(.manager))
    let target: JSONValue = .object(["medium": .object(["resolution": .integer(60)])])
    _ = try await admin.patch(
      "/api/v1/categories/pothole", .object(["targets": target, "anonymize_after_days": .integer(1)]))
    _ = try await town.database.write("UPDATE tenants SET closes_after_days = 3 WHERE id = \(town.id)")
    let address = "\(UUID().uuidString.lowercased())@example.test"
    let (late, _) = try await town.report([
      ("category", .string("pothole")), ("contact", .object(["email": .string(address)])),
    ])
    let (silent, _) = try await town.report()
    let (old, _) = try await town.report([
      ("category", .string("pothole")), ("description", .string("by Quillfeather")),
    ])
    for reference in [silent, old] {
      _ = try await manager.post(
        "/api/v1/requests/\(reference)/status", .object(["status": .string("completed"), "note": .string("Done")]))
    }
    _ = try await town.database.write(
      "UPDATE requests SET closed_at = now() - interval '9 days' WHERE tenant_id = \(town.id) AND status = 'completed'")
    let email: String = try await town.database.read("SELECT email FROM people WHERE id = \(manager.personID!)")
      .first!.get(0)
    let later = Date.now.addingTimeInterval(7200)
    // All that a worker does by itself.
    @Sendable func work() async throws -> WatchDeadlines.Tally {
      try await CloseSilent(database: queue.database)(now: .now, tenantID: town.id)
      try await Retention(database: queue.database).requestEverywhere(tenantID: town.id)
      let tally = try await WatchDeadlines(database: queue.database)(at: later, tenantID: town.id)
      _ = try await town.database.write("UPDATE jobs SET run_at = now() WHERE tenant_id = \(town.id) AND attempts = 0")
      try await town.runJobs()
      return tally
    }
    func anonymized() async throws -> Bool {
      try await !town.database.read(
        "SELECT 1 FROM requests WHERE tenant_id = \(town.id) AND anonymized_at IS NOT NULL"
      ).isEmpty
    }
    try await Self.set(town, isOn: false)
    #expect(try await work().isEmpty)
    let mails = town.installation.mails
    #expect(mails.mails(to: address).isEmpty && mails.mails(to: email).isEmpty)
    #expect(try await !anonymized())
    let waiting = try await town.database.read("SELECT attempts FROM jobs WHERE tenant_id = \(town.id)")
    #expect(!waiting.isEmpty, "they stay in the queue")
    for row in waiting { #expect(try row.get(0, as: Int.self) == 0, "none has used up a try") }
    #expect(
      try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id) AND status = 'closed'").isEmpty)
    #expect(try await town.database.read("SELECT 1 FROM deadline_alerts WHERE tenant_id = \(town.id)").isEmpty)

    try await Self.set(town, isOn: true)
    #expect(try await work() == [.resolutionBreach: 1])
    #expect(mails.mails(to: address).count == 1 && mails.mails(to: email).count == 1)
    #expect(try await Self.status(silent, manager) == "closed")
    #expect(try await anonymized())
    #expect(try await Self.status(late, manager) == "submitted")
    _ = try await work()
    #expect(mails.mails(to: address).count == 1 && mails.mails(to: email).count == 1, "each once")
  }

  @Test("what waits for a township that is switched off does not count as a queue that falls behind")
  func readiness() async throws {
    try await Installation.shared().withDatabaseOfItsOwn { database in
      let id: Int = try await database.write(
        "INSERT INTO tenants (slug, name) VALUES ('off', 'Off') RETURNING id"
      ).first!.get(0)
      _ = try await database.write(
        "INSERT INTO jobs (tenant_id, kind, subject, run_at) VALUES (\(id), 'send_notification', '1:1', now() - interval '1 day')"
      )
      func lag() async throws -> Double {
        try await database.read("SELECT queue_lag FROM worker_health()").first!.get(0)
      }
      #expect(try await lag() > 3600)
      _ = try await database.write("UPDATE tenants SET deactivated_at = now()")
      #expect(try await lag() == 0)
      #expect(try await JobQueue(database: database).lease(limit: 1).isEmpty)
      _ = try await database.write("UPDATE tenants SET deactivated_at = NULL")
      #expect(try await JobQueue(database: database).lease(limit: 1).count == 1)
    }
  }
}
