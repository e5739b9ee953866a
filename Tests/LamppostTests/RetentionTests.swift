import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct RetentionTests {
  private static let contact = JSONValue.object([
    "name": .string("Quentin Quill"), "email": .string("Quill@Example.test"), "phone": .string("5550123"),
  ])

  /// A closed request with everything that tells of its reporter, closed so many days ago.
  private func closed(
    _ town: Township, days: Int, category: String = "pothole", by client: Client? = nil
  ) async throws -> (reference: String, code: String?) {
    var fields: [(String, JSONValue)] = [
      ("category", .string(category)), ("title", .string("Quillhouse")), ("description", .string("at night")),
      ("address", .string("1 Quill Street")),
    ]
    if client == nil { fields.append(("contact", Self.contact)) }
    let (reference, code) = try await town.report(fields, by: client)
    let path = "/api/v1/requests/\(reference)"
    let reporter = try client ?? town.holder(of: #require(code))
    _ = try await reporter.post(
      path + "/comments", .object(["body": .string("My Quillnumber is 5"), "visibility": .string("private")]))
    _ = try await reporter.patch(path, .object(["description": .string("Quillword")]))
    let agent = try await town.somebody(.agent)
    _ = try await agent.post(
      path + "/comments", .object(["body": .string("We come"), "visibility": .string("public")]))
    _ = try await agent.post(path + "/status", .object(["status": .string("rejected"), "reason": .string("Not ours")]))
    _ = try await town.database.write(
      """
      UPDATE requests SET closed_at = now() - make_interval(days => \(days)::int)
       WHERE tenant_id = \(town.id) AND reference = \(Reference(reference)!.stored)
      """)
    return (reference, code)
  }

  private func times(_ town: Township, anonymize: Int?, delete: Int?, category: String = "pothole") async throws {
    let admin = try await town.somebody(.administrator)
    let answer = try await admin.patch(
      "/api/v1/categories/\(category)",
      .object([
        "anonymize_after_days": anonymize.map(JSONValue.integer) ?? .null,
        "delete_after_days": delete.map(JSONValue.integer) ?? .null,
      ]))
    try #require(answer.status == 200, "\(answer.text)")
  }

  private func isChainWhole(_ town: Township) async throws -> Bool {
    try await town.database.read(
      """
      SELECT 1 FROM request_events e LEFT JOIN request_events p
          ON p.tenant_id = e.tenant_id AND p.request_id = e.request_id AND p.sequence = e.sequence - 1
       WHERE e.tenant_id = \(town.id) AND (e.hash <> request_event_hash(e) OR e.previous IS DISTINCT FROM p.hash)
      """
    ).isEmpty
  }

  /// Tables of the township that still hold a text.
  private func tables(_ town: Township, with text: String) async throws -> [String] {
    var found: [String] = []
    for table in [
      "requests", "comments", "request_events", "request_contacts", "followers", "attachments", "abuse_reports",
      "sealed_texts", "audit_events", "jobs",
    ] {
      let rows = try await town.database.read(
        """
        SELECT 1 FROM \(identifier: table) x WHERE tenant_id = \(town.id)
           AND to_jsonb(x)::text ILIKE '%' || \(text) || '%' LIMIT 1
        """)
      if !rows.isEmpty { found.append(table) }
    }
    return found
  }

  @Test("the dry run tells what would go and changes nothing; the job does it, and a second time nothing")
  func anonymize() async throws {
    let town = try await Township()
    let (old, code) = try await closed(town, days: 40)
    let (young, youngCode) = try await closed(town, days: 20)
    try await times(town, anonymize: 30, delete: nil)
    let admin = try await town.somebody(.administrator)
    let due = try await admin.get("/api/v1/retention").items
    #expect(due.count == 1 && due[0]["anonymizing"]?.integer == 1 && due[0]["deleting"]?.integer == 0)
    #expect(due[0]["references"]?.text == "[\"\(old)\"]")
    #expect(try await town.holder(of: code!).get("/api/v1/requests/\(old)").status == 200, "nothing has happened yet")
    let page = try await town.browser(.administrator)
    #expect(try await page.get("/admin/retention").text.contains(old))
    #expect(try await page.post("/admin/retention", []).status == 303)
    try await town.runJobs()
    let seen = try await town.anonymous.get("/api/v1/requests/\(old)")
    #expect(seen["title"]?.string == "Quillhouse" && seen["description"]?.string == "Quillword", "what is public stays")
    #expect(try await town.anonymous.get("/api/v1/track/\(code!)").status == 404, "the code opens nothing")
    #expect(try await town.anonymous.get("/api/v1/track/\(youngCode!)").status == 200)
    let agent = try await town.somebody(.agent)
    #expect(try await agent.get("/api/v1/requests/\(old)")["contact"]?["email"]?.isNull != false)
    #expect(try await !agent.get("/api/v1/requests/\(old)/comments").text.contains("Quillnumber"))
    #expect(
      try await agent.get("/api/v1/requests/\(old)/history").text.contains("Not ours"), "what staff told all stays")
    #expect(try await agent.get("/api/v1/requests/\(young)/comments").text.contains("Quillnumber"))
    #expect(try await isChainWhole(town))
    let before = try await town.database.read(
      "SELECT count(*) FROM request_events WHERE tenant_id = \(town.id)"
    ).first?.get(0, as: Int.self)
    #expect(try await admin.post("/api/v1/retention").status == 202)
    try await town.runJobs()
    let after = try await town.database.read(
      "SELECT count(*) FROM request_events WHERE tenant_id = \(town.id)"
    ).first?.get(0, as: Int.self)
    #expect(before == after)
    #expect(try await admin.get("/api/v1/retention").items[0]["anonymizing"]?.integer == 0)
  }

  @Test("of a deleted request nothing is left but its number, which answers 410, and a history that is whole")
  func delete() async throws {
    let town = try await Township()
    let (reference, _) = try await closed(town, days: 400)
    try await times(town, anonymize: 30, delete: 365)
    let admin = try await town.somebody(.administrator)
    #expect(try await admin.get("/api/v1/retention").items[0]["deleting"]?.integer == 1)
    _ = try await admin.post("/api/v1/retention")
    try await town.runJobs()
    for target in ["/api/v1/requests/\(reference)", "/requests/\(reference)"] {
      #expect(try await town.anonymous.get(target).status == 410)
      #expect(try await admin.get(target).status == 410)
    }
    #expect(try await tables(town, with: "quill") == [])
    #expect(try await town.anonymous.get("/api/v1/requests?q=quillhouse").items.isEmpty)
    let map = "/api/v1/map?bbox=-71.1,42.3,-71,42.4&zoom=12"
    #expect(try await town.anonymous.get(map)["features"]?.array?.isEmpty == true)
    #expect(try await isChainWhole(town))
  }

  @Test("a report of a private category loses its words with its reporter; an account's is no longer theirs")
  func privateOnes() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let (reference, _) = try await closed(town, days: 40, category: "harassment", by: citizen)
    try await times(town, anonymize: 30, delete: nil, category: "harassment")
    _ = try await town.somebody(.administrator).post("/api/v1/retention")
    try await town.runJobs()
    #expect(try await citizen.get("/api/v1/requests/\(reference)").status == 404)
    let seen = try await town.somebody(.agent).get("/api/v1/requests/\(reference)")
    #expect(seen["title"]?.string == "[removed]" && seen["description"]?.string == "")
    try await expectBlock(town, reference)
    let person = try #require(citizen.personID)
    let left = try await town.database.read(
      "SELECT 1 FROM request_events WHERE tenant_id = \(town.id) AND actor_id = \(person)")
    #expect(left.isEmpty, "the history no longer tells who it was")
    #expect(try await isChainWhole(town))
    // Nor does what stands of it in the audit log: each digest, compared with every number that it could be of.
    let guessed = try await town.database.read(
      """
      SELECT 1 FROM audit_events a, jsonb_each_text(a.after) d, request_events e, generate_series(\(person) - 50, \(person) + 50) n
       WHERE a.tenant_id = \(town.id) AND a.kind = 'erased' AND e.tenant_id = a.tenant_id AND d.value IN (
         encode(sha256(convert_to(jsonb_build_array(
           n, e.kind, e.visibility, e.before, e.after, e.note)::text, 'UTF8')), 'hex'))
      """)
    #expect(guessed.isEmpty, "a number can be hashed until it fits")
    #expect(try await VerifyHistory(database: town.installation.admin)(tenantID: town.id).damages == [])
  }

  /// Staff, too, are told no more of the place than its block.
  private func expectBlock(_ town: Township, _ reference: String) async throws {
    let rows = try await town.database.read(
      """
      SELECT address IS NULL AND accuracy IS NULL, location = street_block('SRID=4326;POINT(-71.06 42.36)'),
             public_location = location
        FROM requests WHERE tenant_id = \(town.id) AND reference = \(Reference(reference)!.stored)
      """)
    #expect(try rows.first?.decode(Bool.self, Bool.self, Bool.self) ?? (false, false, false) == (true, true, true))
  }

  @Test("of a blurred place nothing stays but its block; an open one stays as everybody knew it")
  func places() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let blurs = try await admin.patch("/api/v1/categories/street-light", .object(["blurs_location": .bool(true)]))
    #expect(blurs.status == 200, "\(blurs.text)")
    let (blurred, _) = try await closed(town, days: 40, category: "street-light")
    let (open, _) = try await closed(town, days: 40)
    for category in ["street-light", "pothole"] {
      try await times(town, anonymize: 30, delete: nil, category: category)
    }
    _ = try await admin.post("/api/v1/retention")
    try await town.runJobs()
    #expect(try await admin.get("/api/v1/requests/\(blurred)")["title"]?.string == "Quillhouse")
    try await expectBlock(town, blurred)
    let seen = try await admin.get("/api/v1/requests/\(open)")
    #expect(seen["address"]?.string == "1 Quill Street" && seen["location"]?["latitude"]?.double == 42.36)
  }

  @Test("times that make no sense are refused; whoever keeps no categories cannot ask for it")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let path = "/api/v1/categories/pothole"
    #expect(
      try await admin.patch(path, .object(["anonymize_after_days": .integer(0)])).fields
        == ["anonymize_after_days": "out_of_range"])
    #expect(
      try await admin.patch(path, .object(["anonymize_after_days": .integer(9), "delete_after_days": .integer(8)]))
        .fields
        == ["delete_after_days": "out_of_range"])
    let manager = try await town.somebody(.manager)
    #expect(try await manager.get("/api/v1/retention").status == 403)
    #expect(try await manager.post("/api/v1/retention").status == 403)
  }

  @Test("staff hand over everything of an address, and delete it; other people's stays")
  func dataRequest() async throws {
    let town = try await Township()
    let (reference, code) = try await closed(town, days: 1)
    let (other, otherCode) = try await town.report([("contact", .object(["email": .string("other@example.test")]))])
    _ = try await town.anonymous.post(
      "/api/v1/requests/\(other)/follow", .object(["email": .string("quill@example.test")]))
    let manager = try await town.somebody(.manager)
    func ask(_ action: String, _ subject: String, by client: Client) async throws -> Client.Answer {
      try await client.post(
        "/api/v1/data-requests", .object(["subject": .string(subject), "action": .string(action)]))
    }
    let export = try await ask("export", "QUILL@example.test", by: manager)
    #expect(export.status == 200 && export.headers["Content-Disposition"]?.contains("attachment") == true)
    #expect(export["reports"]?.array?.first?["reference"]?.string == reference, "\(export.text)")
    #expect(export["reports"]?.array?.first?["contact"]?["name"]?.string == "Quentin Quill")
    #expect(export.text.contains("Quillnumber") && export["follows"]?.array?.count == 1)
    #expect(!export.text.contains(other) || export["reports"]?.array?.count == 1)
    #expect(try await ask("export", "quill@example.test", by: town.somebody(.agent)).status == 403)
    #expect(try await ask("export", "nothing", by: manager).fields == ["subject": "invalid_format"])
    let deleted = try await ask("delete", "quill@example.test", by: manager)
    #expect(deleted["reports"]?.integer == 1 && deleted["follows"]?.integer == 1, "\(deleted.text)")
    #expect(try await tables(town, with: "quill@") == [])
    #expect(try await tables(town, with: "quillnumber") == [])
    #expect(try await town.anonymous.get("/api/v1/track/\(code!)").status == 404)
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)").status == 200, "the lamp is still broken")
    #expect(try await town.anonymous.get("/api/v1/track/\(otherCode!)").status == 200)
    #expect(try await isChainWhole(town))
    // By tracking code, from the page.
    let browser = try await town.browser(.manager)
    let found = try await browser.post("/staff/data-requests", [("subject", otherCode!), ("action", "find")])
    #expect(found.status == 200 && found.text.contains("id=\"found\""), "\(found.text)")
    let gone = try await browser.post("/staff/data-requests", [("subject", otherCode!), ("action", "delete")])
    #expect(gone.status == 200 && gone.text.contains("role=\"status\""))
    #expect(try await town.anonymous.get("/api/v1/track/\(otherCode!)").status == 404)
    let wrong = try await browser.post("/staff/data-requests", [("subject", "<x>"), ("action", "find")])
    #expect(wrong.status == 422 && wrong.text.contains("#field-subject") && wrong.text.contains("&lt;x&gt;"))
  }

  @Test("an account's data is exported whole, and deleted at its owner's request by staff; staff accounts are not")
  func accounts() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let (reference, _) = try await closed(town, days: 1, by: citizen)
    let (other, _) = try await town.report()
    _ = try await citizen.post("/api/v1/requests/\(other)/follow")
    _ = try await citizen.post("/api/v1/requests/\(other)/support")
    _ = try await citizen.post("/api/v1/requests/\(other)/abuse", .object(["reason": .string("spam")]))
    let own = try await citizen.get("/api/v1/me/export")
    #expect(own["follows"]?.array?.count == 1 && own["pointed_out"]?.array?.count == 1, "\(own.text)")
    let email = try #require(own["account"]?["email"]?.string)
    let manager = try await town.somebody(.manager)
    let colleague = try await manager.get("/api/v1/me")["email"]?.string ?? ""
    func ask(_ action: String, _ subject: String) async throws -> Client.Answer {
      try await manager.post(
        "/api/v1/data-requests", .object(["subject": .string(subject), "action": .string(action)]))
    }
    let export = try await ask("export", email)
    #expect(export["accounts"]?.array?.count == 1 && export["supports"]?.array?.count == 1, "\(export.text)")
    #expect(export["reports"]?.array?.first?["reference"]?.string == reference)
    #expect(try await ask("delete", colleague).status == 403)
    #expect(try await ask("delete", email)["accounts"]?.integer == 1)
    #expect(try await citizen.get("/api/v1/me").status == 401)
    #expect(try await tables(town, with: email) == [])
    #expect(try await isChainWhole(town))
  }
}
