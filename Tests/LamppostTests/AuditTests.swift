import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

extension Township {
  /// Seals what waits, as the worker does.
  func seal() async throws {
    try await SealHistory(database: installation.queue.database, log: Log(component: "test")).seal(tenantID: id)
  }

  /// The audit log, oldest first: kind, subject, and whether somebody known did it.
  func audit() async throws -> [String] {
    try await database.read(
      "SELECT kind || ' ' || subject || coalesce(' by ' || actor_id, '') FROM audit_events WHERE tenant_id = \(id) ORDER BY id"
    ).map { try $0.get(0) }
  }
}

@Suite struct AuditTests {
  @Test("each township's new rows and the heads of its histories are sealed, each seal on the one before it")
  func seals() async throws {
    let town = try await Township()
    try await town.report()
    try await town.database.write(AuditEvent(.exported, "account", by: 7).insertion)
    try await town.seal()
    try await town.seal()
    try await town.report()
    try await town.seal()
    let seals = try await town.database.read(
      """
      SELECT number, cardinality(events), cardinality(requests), hash = audit_seal_hash(s),
             previous IS NOT DISTINCT FROM lag(hash) OVER (ORDER BY number)
        FROM audit_seals s WHERE tenant_id = \(town.id) ORDER BY number
      """
    ).map { try $0.decode(Int.self, Int.self, Int.self, Bool.self, Bool.self) }
    #expect(seals.map(\.0) == [1, 2], "a quiet time needs no seal")
    #expect(seals.map(\.1) == [1, 0] && seals.map(\.2) == [1, 1])
    #expect(seals.allSatisfy { $0.3 && $0.4 })
    let waiting = try await town.database.read("SELECT 1 FROM unsealed WHERE tenant_id = \(town.id)")
    #expect(waiting.isEmpty)
  }

  @Test("the application may add to audit log and history and read them, never change or delete")
  func grants() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let agent = try await town.somebody(.agent)
    _ = try await agent.post("/api/v1/requests/\(reference)/opened")
    let installation = town.installation
    for database in [installation.application.database, installation.queue.database] {
      let database = database.tenant(town.id)
      try await database.write(AuditEvent(.exported, "account", by: nil).insertion)
      for table in ["audit_events", "request_events", "audit_seals"] {
        #expect(try await database.read("SELECT count(*) FROM \(identifier: table)").count == 1)
        for statement: SQL in [
          "UPDATE \(identifier: table) SET at = now()", "DELETE FROM \(identifier: table)",
          "TRUNCATE \(identifier: table)",
        ] {
          await #expect(throws: DatabaseError.self) { try await database.write(statement) }
        }
      }
    }
    let application = installation.application.database.tenant(town.id)
    await #expect(throws: DatabaseError.self) { try await application.write("DELETE FROM unsealed") }
    await #expect(throws: DatabaseError.self) { try await application.write("SELECT seal_history(10)") }
  }

  @Test("in these tests a change of a request that leaves no row in its history is refused")
  func watch() async throws {
    let town = try await Township()
    try await town.report()
    let application = town.installation.application.database.tenant(town.id)
    for statement: SQL in [
      "UPDATE requests SET title = 'x'", "UPDATE requests SET status = 'closed'",
      """
      INSERT INTO comments (tenant_id, request_id, visibility, body)
      SELECT tenant_id, id, 'public', 'x' FROM requests
      """,
    ] {
      await #expect(throws: DatabaseError.self) { try await application.write(statement) }
    }
    try await application.write("UPDATE requests SET supporters = supporters + 1")
  }

  @Test("a sign-in is kept, a wrong password too, without what was typed and without an address")
  func signIns() async throws {
    let town = try await Township()
    let email = "\(UUID().uuidString.lowercased())@example.test"
    let person = try await town.installation.application.registerPerson(
      email: email, name: "Ann", password: "correct horse battery", role: .agent, tenantID: town.id)
    func signIn(_ email: String, _ password: String) async throws -> Int {
      try await town.anonymous.post(
        "/api/v1/session", .object(["email": .string(email), "password": .string(password)])
      ).status
    }
    #expect(try await signIn(email, "wrong horse battery") == 401)
    #expect(try await signIn("nobody@example.test", "secret in the wrong field") == 401)
    #expect(try await signIn("nobody@example.test", "again") == 401)
    #expect(try await signIn(email, "correct horse battery") == 200)
    #expect(
      try await town.audit() == [
        "sign_in_failed person \(person.id)", "sign_in_failed unknown account",
        "signed_in person \(person.id) by \(person.id)",
      ])
    let text = try await town.database.read(
      "SELECT string_agg(e::text, ' ') FROM audit_events e WHERE tenant_id = \(town.id)"
    ).first!.get(0, as: String.self)
    for word in ["horse", "203.0.113", email, "secret", "Ann"] { #expect(!text.contains(word), "\(word)") }
  }

  @Test("what is erased leaves its digest, and the audit log says what was erased")
  func erasure() async throws {
    let (town, other) = (try await Township(), try await Township())
    let agent = try await town.somebody(.agent)
    for town in [town, other] { try await town.report() }
    let (reference, _) = try await town.report()
    let held = try await agent.post(
      "/api/v1/requests/\(reference)/status",
      .object(["status": .string("rejected"), "reason": .string("Mrs Smith of 4 Elm Street has mended it")]))
    #expect(held.status == 200, "\(held.text)")
    let renamed = try await agent.patch(
      "/api/v1/requests/\(reference)", .object(["title": .string("Lamp of Mrs Smith")]))
    #expect(renamed.status == 200, "\(renamed.text)")
    let database = town.installation.application.database.tenant(town.id)
    let id: Int = try await town.database.read(
      "SELECT max(request_id) FROM request_events WHERE tenant_id = \(town.id)"
    ).first!.get(0)
    // The number means another request there, or none: nothing is found.
    #expect(
      try await other.installation.application.database.tenant(other.id).write(EraseHistory.ofRequest(id, by: nil))
        .first!.get(0, as: Int.self) == 0)
    #expect(try await database.write(EraseHistory.ofRequest(id, by: 5)).first!.get(0, as: Int.self) == 2)
    #expect(try await database.write(EraseHistory.ofRequest(id, by: 5)).first!.get(0, as: Int.self) == 0)
    let rows = try await town.database.read(
      """
      SELECT kind, salt IS NULL, note, coalesce(before, '') || coalesce(after, ''), hash = request_event_hash(e)
        FROM request_events e WHERE tenant_id = \(town.id) AND request_id = \(id) ORDER BY sequence
      """
    ).map { try $0.decode(String.self, Bool.self, String?.self, String.self, Bool.self) }
    #expect(rows.map(\.1) == [false, true, true] && rows.allSatisfy { $0.2 == nil && $0.4 })
    #expect(rows[1].3 == "submittedrejected" && rows[2].3 == "")
    #expect(try await town.audit().last == "erased request \(id) by 5")
    // By person: their own words, and what the log holds about them.
    try await database.write(
      AuditEvent.change("person 5", before: #"{"name": "Ann"}"#, after: #"{"name": "Beth"}"#, by: 9))
    #expect(try await database.write(EraseHistory.ofPerson(5, by: 9)).first!.get(0, as: Int.self) == 1)
    let names = try await town.database.read(
      "SELECT 1 FROM audit_events e WHERE tenant_id = \(town.id) AND e::text LIKE '%Beth%'")
    #expect(names.isEmpty)
  }
}
