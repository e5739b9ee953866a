import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// A township with a history worth tampering with: one request with five rows, a second with one, a log, two seals.
private struct Archive {
  let town: Township
  let request: Int
  let reference: String

  init() async throws {
    town = try await Township()
    (reference, _) = try await town.report()
    let agent = try await town.somebody(.agent)
    for status in ["under_review", "assigned", "in_progress"] {
      _ = try await agent.post("/api/v1/requests/\(reference)/status", .object(["status": .string(status)]))
    }
    request = try await town.database.read(
      "SELECT max(request_id) FROM request_events WHERE tenant_id = \(town.id)"
    ).first!.get(0)
    for subject in ["one", "two", "three"] {
      try await town.database.write(AuditEvent(.exported, subject, by: 1).insertion)
    }
    try await town.seal()
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/status",
      .object(["status": .string("completed"), "note": .string("The lamp is new.")]))
    try await town.report()
    try await town.database.write(AuditEvent(.exported, "four", by: 1).insertion)
    try await town.seal()
  }

  /// As superuser: nothing of ours stands in the way.
  func tamper(_ statements: SQL...) async throws {
    for statement in statements { try await town.database.write(statement) }
  }

  func result(since: Date? = nil) async throws -> VerifyHistory.Result {
    try await VerifyHistory(database: town.installation.admin)(tenantID: town.id, since: since)
  }

  /// What is found, without the request's name.
  func found() async throws -> [String] {
    try await result().damages.map {
      switch $0.place {
      case .request(let id, _, let rows):
        "\(id == request ? "request" : "other") \(rows.map { "\($0)" } ?? "-") \($0.kind)"
      case .audit(let rows): "audit \(rows.count) \($0.kind)"
      case .seal(let numbers): "seal \(numbers) \($0.kind)"
      }
    }
  }

  var history: SQL { "tenant_id = \(town.id) AND request_id = \(request)" }
  /// The condition on a row of the audit log.
  func logged(_ subject: String) -> SQL { "tenant_id = \(town.id) AND subject = \(subject)" }
}

@Suite struct TamperingTests {
  @Test("what nobody touched is whole, before its seal as after it, with everything counted")
  func whole() async throws {
    let archive = try await Archive()
    try await archive.town.report()
    let result = try await archive.result()
    #expect(result.damages == [])
    #expect(result.rows == 7 && result.requests == 3 && result.seals == 2 && result.auditRows == 4)
    #expect(result.lastSeal?.number == 2 && result.lastSeal?.hash.count == 64)
  }

  @Test("a changed text, time and number of a row each show, named by request and row")
  func changedRows() async throws {
    let archive = try await Archive()
    try await archive.tamper("UPDATE request_events SET note = 'Nothing' WHERE \(archive.history) AND sequence = 5")
    #expect(try await archive.found() == ["request 5...5 contentsChanged"])
    #expect(
      try await archive.result().damages[0].description
        == "request \(archive.reference) (number \(archive.request)), row 5: its contents were changed")
    try await archive.tamper(
      "UPDATE request_events SET note = 'The lamp is new.' WHERE \(archive.history) AND sequence = 5",
      "UPDATE request_events SET at = at - interval '1 microsecond' WHERE \(archive.history) AND sequence = 2",
      "UPDATE audit_events SET actor_id = 2 WHERE \(archive.logged("one"))",
      "UPDATE audit_events SET at = at - interval '1 day' WHERE \(archive.logged("two"))")
    #expect(
      try await archive.found() == ["audit 1 contentsChanged", "audit 1 frameChanged", "request 2...2 frameChanged"])
  }

  @Test("rows deleted from the beginning, the middle and the end show, and one of the log that was not sealed yet")
  func deletedRows() async throws {
    let archive = try await Archive()
    try await archive.tamper(
      "DELETE FROM request_events WHERE \(archive.history) AND sequence IN (1, 3)",
      "DELETE FROM audit_events WHERE \(archive.logged("two"))")
    #expect(try await archive.found() == ["audit 1 missing", "request 1...1 missing", "request 3...3 missing"])
    let other = try await Archive()
    try await other.tamper("DELETE FROM request_events WHERE \(other.history) AND sequence >= 4")
    #expect(try await other.found() == ["request 4...5 cutOff"])
    try await other.town.database.write(AuditEvent(.exported, "five", by: 1).insertion)
    try await other.tamper("DELETE FROM audit_events WHERE \(other.logged("five"))")
    #expect(try await other.found() == ["audit 1 missing", "request 4...5 cutOff"])
    // Sealing it away does not hide it.
    try await other.town.seal()
    #expect(try await other.found() == ["audit 1 missing", "request 4...5 cutOff"])
  }

  @Test("rows that changed places show, each of them")
  func swappedRows() async throws {
    let archive = try await Archive()
    func swap(_ table: String, _ column: String, _ one: Int, _ two: Int, _ condition: SQL) async throws {
      for (from, to) in [(one, -1), (two, one), (-1, two)] {
        let column: SQL = "\(identifier: column)"
        // The audit log numbers its rows by itself; a superuser may still write over it.
        try await archive.tamper(
          "UPDATE \(identifier: table) SET \(column) = \(to) WHERE \(condition) AND \(column) = \(from)")
      }
    }
    try await swap("request_events", "sequence", 2, 3, archive.history)
    #expect(try await archive.found() == ["request 2...2 moved", "request 3...3 moved"])
    let log = try await Archive()
    let ids = try await log.town.database.read(
      "SELECT id FROM audit_events WHERE tenant_id = \(log.town.id) ORDER BY id"
    ).map { try $0.get(0, as: Int.self) }
    try await log.tamper("ALTER TABLE audit_events ALTER COLUMN id SET GENERATED BY DEFAULT")
    for (from, to) in [(ids[0], -1), (ids[1], ids[0]), (-1, ids[1])] {
      try await log.tamper("UPDATE audit_events SET id = \(to) WHERE tenant_id = \(log.town.id) AND id = \(from)")
    }
    try await log.tamper("ALTER TABLE audit_events ALTER COLUMN id SET GENERATED ALWAYS")
    #expect(try await log.found() == ["audit 1 moved", "audit 1 moved"])
  }

  @Test("a row rewritten with all its hashes made anew shows by its neighbour and by its seal")
  func rewrittenRows() async throws {
    for (sequence, found) in [(3, "request 3...3 rewritten"), (5, "request 5...5 rewritten")] {
      let archive = try await Archive()
      let row: SQL = "\(archive.history) AND sequence = \(sequence)"
      try await archive.tamper(
        "UPDATE request_events SET note = 'Never was' WHERE \(row)",
        "UPDATE request_events e SET digest = request_event_digest(e) WHERE \(row)",
        "UPDATE request_events e SET hash = request_event_hash(e) WHERE \(row)",
        "UPDATE audit_events SET subject = 'none' WHERE \(archive.logged("two"))",
        "UPDATE audit_events e SET digest = audit_event_digest(e) WHERE \(archive.logged("none"))",
        "UPDATE audit_events e SET hash = audit_event_hash(e) WHERE \(archive.logged("none"))")
      #expect(try await archive.found() == ["audit 1 rewritten", found])
    }
  }

  @Test("a whole history that was removed shows, with and without the request itself, and before any seal")
  func removedChains() async throws {
    let archive = try await Archive()
    try await archive.tamper("DELETE FROM request_events WHERE \(archive.history)")
    #expect(try await archive.found() == ["request - chainRemoved"])
    let fresh = try await archive.town.report()
    let id: Int = try await archive.town.database.read(
      "SELECT max(id) FROM requests WHERE tenant_id = \(archive.town.id)"
    ).first!.get(0)
    try await archive.tamper(
      "DELETE FROM request_events WHERE request_id = \(id)", "DELETE FROM unsealed WHERE request_id = \(id)")
    let damages = try await archive.result().damages
    #expect(damages.count == 2 && damages[1].description.hasPrefix("request \(fresh.reference) (number \(id)): "))
  }

  @Test("a removed seal shows by the next one, the last one by the rows that it alone held, a changed one by itself")
  func seals() async throws {
    var archive = try await Archive()
    try await archive.tamper("DELETE FROM audit_seals WHERE tenant_id = \(archive.town.id) AND number = 1")
    #expect(try await archive.found().first == "seal 1...1 sealRemoved")
    archive = try await Archive()
    try await archive.tamper("DELETE FROM audit_seals WHERE tenant_id = \(archive.town.id) AND number = 2")
    #expect(try await archive.found() == ["audit 1 notSealed", "request 5...5 notSealed", "other 1...1 notSealed"])
    archive = try await Archive()
    try await archive.tamper(
      "UPDATE audit_seals SET at = at - interval '1 hour' WHERE tenant_id = \(archive.town.id) AND number = 1")
    #expect(try await archive.found() == ["seal 1...1 sealChanged"])
    // Made anew, so that it fits by itself: the next one remembers another.
    try await archive.tamper(
      "UPDATE audit_seals s SET hash = audit_seal_hash(s) WHERE tenant_id = \(archive.town.id) AND number = 1")
    #expect(try await archive.found() == ["seal 2...2 sealChanged"])
    // A row put in later.
    archive = try await Archive()
    try await archive.town.database.write(AuditEvent(.exported, "late", by: 1).insertion)
    try await archive.tamper("DELETE FROM unsealed WHERE tenant_id = \(archive.town.id)")
    #expect(try await archive.found() == ["audit 1 notSealed"])
  }

  @Test("what the application erased is whole; what was emptied otherwise, or changed afterwards, is not")
  func erased() async throws {
    let archive = try await Archive()
    let database = archive.town.installation.application.database.tenant(archive.town.id)
    try await database.write(
      AuditEvent.change("person 3", before: #"{"name": "Ann"}"#, after: #"{"name": "Beth"}"#, by: 1))
    #expect(
      try await database.write(EraseHistory.ofRequest(archive.request, by: 1)).first!.get(0, as: Int.self) == 1)
    #expect(try await database.write(EraseHistory.ofPerson(3, by: 1)).first!.get(0, as: Int.self) == 1)
    #expect(try await archive.found() == [])
    try await archive.town.seal()
    #expect(try await archive.found() == [])
    try await archive.tamper(
      "UPDATE request_events SET after = 'rejected' WHERE \(archive.history) AND sequence = 5",
      "UPDATE request_events SET salt = NULL WHERE \(archive.history) AND sequence = 2",
      "UPDATE audit_events SET salt = NULL, subject = 'x' WHERE \(archive.logged("one"))")
    #expect(
      try await archive.found() == [
        "audit 1 erasedWithoutRecord", "request 2...2 erasedWithoutRecord", "request 5...5 changedAfterErasure",
      ])
  }

  @Test("one township's damage is not another's, and --since looks at what is newer alone")
  func scopes() async throws {
    let (archive, other) = (try await Archive(), try await Archive())
    try await archive.tamper(
      "UPDATE audit_seals SET at = at - interval '1 hour' WHERE tenant_id = \(archive.town.id) AND number = 1",
      "UPDATE audit_seals s SET hash = audit_seal_hash(s) WHERE tenant_id = \(archive.town.id) AND number = 1",
      "UPDATE audit_seals s SET previous = (SELECT hash FROM audit_seals o WHERE o.tenant_id = s.tenant_id AND o.number = 1) WHERE tenant_id = \(archive.town.id) AND number = 2",
      "UPDATE audit_seals s SET hash = audit_seal_hash(s) WHERE tenant_id = \(archive.town.id) AND number = 2",
      "UPDATE audit_events SET at = at - interval '1 hour' WHERE tenant_id = \(archive.town.id) AND subject <> 'four'",
      "UPDATE audit_events SET note = 'x' WHERE \(archive.logged("four"))")
    #expect(try await other.found() == [])
    #expect(
      try await archive.found() == Array(repeating: "audit 1 frameChanged", count: 3) + ["audit 1 contentsChanged"])
    let late = try await archive.result(since: Date.now.addingTimeInterval(-1800))
    #expect(late.seals == 1 && late.damages.map(\.kind) == [.contentsChanged] && late.requests == 2)
  }

  @Test("the command ends with 1 where something was tampered with, says where, and leaves word in the log")
  func command() async throws {
    let archive = try await Archive()
    let slug = String(archive.town.host.dropLast(5))
    let admin = ["DATABASE_ADMIN_URL": archive.town.installation.adminURL]
    let arguments = ["audit", "verify", "--tenant", slug]
    #expect(await Command.run(arguments, environment: admin) == 0)
    let last = try #require(try await archive.result().lastSeal)
    #expect(await Command.run(arguments + ["--seal", "\(last.number):\(last.hash)"], environment: admin) == 0)
    let other = String(repeating: "0", count: 64)
    #expect(await Command.run(arguments + ["--seal", "\(last.number):\(other)"], environment: admin) == 1)
    try await archive.tamper("UPDATE request_events SET note = 'x' WHERE \(archive.history) AND sequence = 2")
    #expect(await Command.run(arguments, environment: admin) == 1)
    let report = AuditCommand.report(try await archive.result(), slug)
    #expect(
      report.hasPrefix("✗ \(slug): request \(archive.reference) (number \(archive.request)), row 2: its contents"))
    #expect(try await archive.town.audit().filter { $0 == "verified history" }.count == 4)
    for wrong in [["audit"], ["audit", "verify", "--since", "soon"], ["audit", "verify", "--tenant", "no-such"]] {
      #expect(await Command.run(wrong, environment: admin) == 2)
    }
  }

  @Test("digests of erased rows that an older version made with somebody's number are made anew, and all stays whole")
  func olderDigests() async throws {
    let installation = try await Installation.shared()
    try await installation.withDatabaseOfItsOwn { database in
      func write(_ statement: SQL) async throws { _ = try await database.write(statement) }
      try await write("INSERT INTO tenants (id, slug, name) OVERRIDING SYSTEM VALUE VALUES (1, 'a', 'A')")
      try await write("INSERT INTO categories (tenant_id, slug, name) VALUES (1, 'x', 'X')")
      try await write(
        """
        INSERT INTO requests (tenant_id, reference, title, category_id, priority, visibility)
        SELECT 1, \(Reference(bits: 7).stored), 'x', id, 2, 'public' FROM categories
        """)
      for note in ["mine", "yours", "theirs"] {
        try await write(
          """
          INSERT INTO request_events (tenant_id, request_id, actor_id, kind, visibility, note)
          SELECT 1, id, 12345, 'message', 'private', \(note) FROM requests
          """)
      }
      let township = database.tenant(1)
      // As it was done before: the words, then the reporter's number, of the first two rows.
      let old: SQL = """
        encode(sha256(convert_to(jsonb_build_array(
          e.actor_id, e.kind, e.visibility, e.before, e.after, e.note)::text, 'UTF8')), 'hex')
        """
      for change: SQL in ["note = NULL", "actor_id = NULL"] {
        try await write("UPDATE request_events SET salt = NULL, \(change) WHERE sequence < 3")
        try await write(
          """
          INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
          SELECT 1, 9, 'erased', 'request ' || e.request_id, jsonb_object_agg(e.sequence, \(old))
            FROM request_events e WHERE sequence < 3 GROUP BY e.request_id
          """)
      }
      _ = try await township.write("SELECT seal_history(100)")
      // And one of them was changed behind the application's back.
      try await write("UPDATE request_events SET kind = 'comment' WHERE sequence = 2")
      let file = try #require(
        try FileManager.default.contentsOfDirectory(atPath: Installation.migrations)
          .first { $0.hasSuffix("_digests_name_nobody.sql") })
      let script = try String(contentsOfFile: "\(Installation.migrations)/\(file)", encoding: .utf8)
      try await township.write { transaction in
        for statement in script.split(separator: ";\n\n") {
          try await transaction.execute(SQL(unsafeSQL: String(statement)))
        }
      }
      let damages = try await VerifyHistory(database: database)(tenantID: 1).damages
      #expect(damages.map(\.kind) == [.changedAfterErasure], "\(damages)")
      let told = try await database.read(
        """
        SELECT 1 FROM audit_events a, jsonb_each_text(a.after) d, request_events e
         WHERE d.value = encode(sha256(convert_to(jsonb_build_array(
           12345, e.kind, e.visibility, e.before, e.after, NULL)::text, 'UTF8')), 'hex')
        """)
      #expect(told.isEmpty)
    }
  }
}
