import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// Somebody asks staff for what is kept of them, or for its end.
@Suite struct DataRequestTests {
  private static let address = "quill@example.test"

  private func ask(
    _ action: String, _ subject: String = address, by client: Client
  ) async throws -> Client.Answer {
    try await client.post("/api/v1/data-requests", .object(["subject": .string(subject), "action": .string(action)]))
  }

  private func report(_ town: Township) async throws -> String {
    try await town.report([("contact", .object(["email": .string(Self.address)]))]).reference
  }

  @Test("a manager who is limited is refused, by call and by page, and told why; nothing is looked for")
  func limited() async throws {
    let town = try await Township()
    let reference = try await report(town)
    let (admin, manager) = (try await town.somebody(.administrator), try await town.somebody(.manager))
    let browser = try await town.browser(.manager)
    let other = try #require(try await browser.client.get("/api/v1/me")["id"]?.integer)
    for person in [manager.personID!, other] {
      let limit = try await admin.patch(
        "/api/v1/users/\(person)", .object(["categories": .array([.string("pothole")])]))
      #expect(limit.status == 200, "\(limit.text)")
    }
    for action in ["export", "delete"] {
      let answer = try await ask(action, by: manager)
      #expect(answer.status == 403 && !answer.text.contains(reference), "\(answer.text)")
    }
    #expect(try await admin.get("/api/v1/requests/\(reference)")["contact"]?["email"]?.string == Self.address)
    let form = try await browser.get("/staff/data-requests")
    #expect(form.status == 403 && form.text.contains("id=\"limited\"") && !form.text.contains("name=\"subject\""))
    for action in ["find", "export", "delete"] {
      let page = try await browser.post("/staff/data-requests", [("subject", Self.address), ("action", action)])
      #expect(page.status == 403 && !page.text.contains("id=\"found\""), "\(action)")
    }
    #expect(try await !browser.get("/staff/moderation").text.contains("/staff/data-requests"))
    #expect(try await !town.audit().contains { $0.contains("data request") })
  }

  @Test("deactivated people, invitations and awaited addresses are found, handed over and deleted, too")
  func everything() async throws {
    let town = try await Township()
    let (admin, manager) = (try await town.somebody(.administrator), try await town.somebody(.manager))
    let gone = try await town.somebody(.crew)
    let other = try await town.somebody(.citizen)
    for statement: SQL in [
      "UPDATE people SET active = false, email = \(Self.address), name = 'Quill' WHERE id = \(gone.personID!)",
      """
      INSERT INTO account_links (tenant_id, digest, person_id, purpose, email, epoch, expires_at)
      VALUES (\(town.id), '\\x01', \(other.personID!), 'address', \(Self.address), 1, now() + interval '1 hour')
      """,
      """
      INSERT INTO invitations (tenant_id, email, name, role, invited_by, expires_at)
      VALUES (\(town.id), \(Self.address), 'Quill', 'viewer', \(admin.personID!), now() + interval '1 hour')
      """,
      """
      INSERT INTO jobs (tenant_id, kind, subject) VALUES
        (\(town.id), 'send_account_mail', \("en reset \(Self.address)")),
        (\(town.id), 'send_account_mail', 'en reset other@example.test')
      """,
    ] { _ = try await town.database.write(statement) }
    let found = try await town.browser(.manager).post(
      "/staff/data-requests", [("subject", Self.address), ("action", "find")])
    #expect(found.text.contains("1 accounts, 0 reports, 0 followings, 1 invitations, 1 changes of address"))
    let export = try await ask("export", by: manager)
    #expect(export["accounts"]?.array?.first?["active"]?.bool == false, "\(export.text)")
    #expect(export["invitations"]?.array?.first?["role"]?.string == "viewer")
    #expect(export["address_changes"]?.array?.count == 1 && !export.text.contains("A citizen"))
    let deleted = try await ask("delete", by: manager)
    #expect(deleted["accounts"]?.integer == 1 && deleted["address_changes"]?.integer == 1, "\(deleted.text)")
    for table in ["people", "invitations", "account_links", "jobs", "audit_events"] {
      let left = try await town.database.read(
        """
        SELECT 1 FROM \(identifier: table) x WHERE tenant_id = \(town.id)
           AND to_jsonb(x)::text ILIKE '%' || \(Self.address) || '%'
        """)
      #expect(left.isEmpty, "\(table)")
    }
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").count == 1)
    _ = try await town.database.write("DELETE FROM jobs WHERE tenant_id = \(town.id)")
    // Who works here is not deleted so.
    let colleague = try await manager.get("/api/v1/me")["email"]?.string ?? ""
    #expect(try await ask("delete", colleague, by: admin).status == 403)
  }

  @Test("the audit log says who looked, handed over and deleted, and which rows are of one person, but not of whom")
  func audited() async throws {
    let town = try await Township()
    _ = try await report(town)
    let citizen = try await town.somebody(.citizen)
    let email = try #require(try await citizen.get("/api/v1/me")["email"]?.string)
    let (client, browser) = (try await town.somebody(.manager), try await town.browser(.manager))
    let finder = try #require(try await browser.client.get("/api/v1/me")["id"]?.integer)
    let manager = client.personID!
    _ = try await browser.post("/staff/data-requests", [("subject", Self.address), ("action", "find")])
    #expect(try await ask("export", by: client).status == 200)
    #expect(try await ask("delete", by: client).status == 200)
    #expect(try await ask("delete", email, by: client)["accounts"]?.integer == 1)
    let admin = try await town.somebody(.administrator)
    let log = try await admin.get("/api/v1/audit").items.filter { $0["subject"]?.string == "data request" }
    #expect(log.map { $0["actor"]?["id"]?.integer } == [manager, manager, manager, finder], "\(log)")
    #expect(Set(log.map { $0["kind"]?.string }) == ["data_request", "exported"])
    let marks = log.compactMap { $0["after"]?["mark"]?.string }
    #expect(marks.count == 4 && Set(marks).count == 2 && marks.allSatisfy { $0.utf8.count == 43 })
    let rows = try await town.audit()
    #expect(rows.contains("account_deleted person \(citizen.personID!) by \(manager)"), "\(rows)")
    #expect(try await !admin.get("/api/v1/audit").text.contains("@example.test"))
    #expect(try await town.browser(.administrator).get("/staff/audit").text.contains("data asked for"))
  }

  @Test("a deleted account leaves no link, no second factor and no recovery code")
  func secrets() async throws {
    let town = try await Township()
    let (citizen, manager) = (try await town.somebody(.citizen), try await town.somebody(.manager))
    let (id, email) = (citizen.personID!, try #require(try await citizen.get("/api/v1/me")["email"]?.string))
    for statement: SQL in [
      """
      INSERT INTO account_links (tenant_id, digest, person_id, purpose, email, epoch, expires_at)
      VALUES (\(town.id), '\\x01', \(id), 'address', 'new@example.test', 1, now() + interval '1 hour')
      """,
      "INSERT INTO second_factors (tenant_id, person_id, secret) VALUES (\(town.id), \(id), '\\x01')",
      "INSERT INTO recovery_codes (tenant_id, person_id, digest) VALUES (\(town.id), \(id), '\\x01')",
    ] { _ = try await town.database.write(statement) }
    #expect(try await ask("delete", email, by: manager).status == 200)
    for table in ["account_links", "second_factors", "recovery_codes"] {
      let left = try await town.database.read("SELECT 1 FROM \(identifier: table) WHERE tenant_id = \(town.id)")
      #expect(left.isEmpty, "\(table)")
    }
  }

  @Test("links that have run out go after a day, invitations that nobody accepted after a month")
  func pruned() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    for (index, hours) in [25, 23].enumerated() {
      _ = try await town.database.write(
        """
        INSERT INTO account_links (tenant_id, digest, person_id, purpose, email, epoch, expires_at)
        VALUES (\(town.id), int4send(\(index)::int), \(admin.personID!), 'address', 'new@example.test', 1,
                now() - make_interval(hours => \(hours)::int))
        """)
      _ = try await town.database.write(
        """
        INSERT INTO invitations (tenant_id, email, name, role, invited_by, expires_at)
        VALUES (\(town.id), \("\(index)@example.test"), 'Quill', 'viewer', \(admin.personID!),
                now() - make_interval(hours => \(30 * hours)::int))
        """)
    }
    let installation = town.installation
    try await installation.worker.housekeeping.prune(installation.queue.database.tenant(town.id))
    for (table, column) in [("account_links", "digest"), ("invitations", "email")] {
      let left = try await town.database.read(
        "SELECT \(identifier: column)::text FROM \(identifier: table) WHERE tenant_id = \(town.id)")
      #expect(try left.map { try $0.get(0, as: String.self).contains("1") } == [true], "\(table)")
    }
  }
}
