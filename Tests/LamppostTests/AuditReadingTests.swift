import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

@Suite struct AuditReadingTests {
  private let api = "/api/v1/audit"

  private func subjects(_ answer: Client.Answer) -> [String] { answer.items.map { $0["subject"]?.string ?? "" } }

  @Test("managers, administrators and operators read the audit log, nobody else does, by API as by page")
  func permission() async throws {
    let town = try await Township()
    for role in Role.allCases {
      let isAllowed = [.manager, .administrator, .operator].contains(role)
      let client = try await town.somebody(role)
      for path in [api, api + "/state", "/staff/audit", "/staff/audit/export"] {
        #expect(try await client.get(path).status == (isAllowed ? 200 : 403), "\(path) as \(role)")
      }
      if role != .citizen {
        #expect(try await client.get("/staff/dashboard").text.contains("/staff/audit") == isAllowed, "\(role)")
      }
    }
    #expect(try await town.anonymous.get(api).status == 401)
  }

  @Test("the log is filtered by who, kind, subject and day, and nothing of another township is in it")
  func filters() async throws {
    let (town, other) = (try await Township(), try await Township())
    let manager = try await town.somebody(.manager)
    try await other.database.write(AuditEvent(.exported, "foreign", by: manager.personID).insertion)
    for (kind, subject, actor) in [
      (AuditEvent.Kind.changed, "category pothole", 1), (.changed, "category", 1), (.changed, "categoryx", nil),
      (.exported, "settings", 2),
    ] {
      try await town.database.write(
        AuditEvent(kind, subject, by: actor, before: #"{"name": "A"}"#, after: #"{"name": "B"}"#).insertion)
    }
    try await town.database.write(
      "INSERT INTO audit_events (tenant_id, at, kind, subject) VALUES (\(town.id), '2026-01-31T23:59:59.5Z', 'exported', 'old')"
    )
    func found(_ query: String) async throws -> [String] {
      let answer = try await manager.get(api + query)
      #expect(answer.status == 200, "\(answer.text)")
      return subjects(answer)
    }
    #expect(try await found("") == ["settings", "categoryx", "category", "category pothole", "old"])
    #expect(try await found("?who=1") == ["category", "category pothole"])
    #expect(try await found("?who=none") == ["categoryx", "old"])
    #expect(try await found("?kind=exported") == ["settings", "old"])
    #expect(try await found("?subject=category") == ["category", "category pothole"])
    #expect(try await found("?subject=category%20pothole&kind=changed") == ["category pothole"])
    #expect(try await found("?from=2026-01-31&to=2026-01-31") == ["old"])
    #expect(try await found("?to=2026-01-30") == [])
    let first = try await manager.get(api + "?kind=changed&limit=1").items[0]
    #expect(first["before"]?["name"]?.string == "A" && first["after"]?["name"]?.string == "B")
    // A day is the township's.
    try await town.database.write("UPDATE tenants SET time_zone = 'Asia/Tokyo' WHERE id = \(town.id)")
    town.installation.application.tenants.forget(town.id)
    #expect(try await found("?from=2026-02-01&to=2026-02-01") == ["old"])
  }

  @Test("a filter that is not understood is refused by the API, and comes back in the page's form")
  func badInput() async throws {
    let town = try await Township()
    let manager = try await town.somebody(.manager)
    for query in [
      "who=me", "who=-1", "kind=nothing", "subject=", "subject=" + String(repeating: "x", count: 201), "from=yesterday",
      "from=2026-02-30", "to=2026-1-1", "from=2026-02-02&to=2026-02-01", "limit=0", "limit=201",
    ] {
      #expect(try await manager.get("\(api)?\(query)").code == "invalid_parameter", "\(query)")
    }
    #expect(try await manager.get(api + "?whom=1").code == "unknown_parameter")
    #expect(try await manager.get(api + "/state?x=1").code == "unknown_parameter")
    #expect(try await manager.get(api + "?cursor=abc").code == "invalid_cursor")
    for (query, field) in [("from=soon&subject=settings", "from"), ("kind=nothing", "kind"), ("who=me", "who")] {
      let page = try await manager.get("/staff/audit?\(query)")
      #expect(page.status == 422 && page.text.contains("href=\"#field-\(field)\""), "\(query)")
      #expect(!query.contains("settings") || page.text.contains("value=\"settings\""), "what was entered is kept")
    }
    #expect(try await manager.get("/staff/audit/export?from=soon").status == 400)
  }

  @Test("pages go on by the last row, each row once, and a cursor belongs to its list")
  func paging() async throws {
    let town = try await Township()
    let manager = try await town.somebody(.manager)
    // One transaction: one time, so that the number decides.
    let events = (1...7).map { AuditEvent(.exported, "table \($0)", by: 1).insertion }
    try await town.database.write { transaction in _ = try await transaction.queryAll(events) }
    var seen: [String] = []
    var cursor: String?
    repeat {
      let answer = try await manager.get(api + "?kind=exported&limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""))
      seen += subjects(answer)
      cursor = answer["next_cursor"]?.string
      if let cursor {
        #expect(try await manager.get(api + "?limit=3&cursor=\(cursor)").code == "invalid_cursor")
        #expect(
          try await (try await Township()).somebody(.manager).get(api + "?kind=exported&cursor=\(cursor)").code
            == "invalid_cursor")
      }
    } while cursor != nil
    #expect(seen == (1...7).reversed().map { "table \($0)" })
    for _ in 1...9 { try await town.database.write { transaction in _ = try await transaction.queryAll(events) } }
    let page = try await manager.get("/staff/audit?kind=exported").text
    let next = try #require(page.firstMatch(of: /rel="next" href="([^"]+)"/)?.1)
    let rest = try await manager.get(String(next.replacing("&amp;", with: "&"))).text
    #expect(page.matches(of: /<tr><td>/).count == 50 && rest.matches(of: /<tr><td>/).count == 20)
    #expect(!rest.contains("rel=\"next\""))
  }

  @Test("the page says in words who changed what from what to what, whatever the texts hold, and when it was sealed")
  func page() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let empty = try await admin.get("/staff/audit").text
    #expect(empty.contains("Nothing has happened yet.") && empty.contains("Not sealed yet."))
    _ = try await admin.patch(
      "/api/v1/categories/pothole", .object(["name": .string("<b>Hole</b>"), "active": .bool(false)]))
    try await town.database.write(
      AuditEvent(.changed, "person \(admin.personID!)", by: nil, note: "By \"hand\" <i>").insertion)
    try await town.database.write(AuditEvent.failedSignIn(of: nil))
    try await town.seal()
    let page = try await admin.get("/staff/audit").text
    for words in [
      "A administrator", "Category pothole", "<del>Pothole</del>", "<ins>&lt;b&gt;Hole&lt;/b&gt;</ins>",
      "Active: <del>yes</del>", "<ins>no</ins>", "&lt;i&gt;", "An account that does not exist", "seal 1",
      "Never verified",
    ] { #expect(page.contains(words), "\(words)") }
    #expect(!page.contains("<b>Hole") && !page.contains("<i>"))
    let result = try await VerifyHistory(database: town.installation.admin)(tenantID: town.id)
    try await VerifyHistory(database: town.installation.admin).record(result, tenantID: town.id)
    #expect(try await admin.get("/staff/audit").text.contains("everything is whole"))
    let state = try await admin.get(api + "/state")
    #expect(state["seal"]?["number"]?.integer == 1 && state["seal"]?["hash"]?.string?.count == 64)
    #expect(state["verification"]?["damages"]?.integer == 0 && state["waiting_since"]?.string != nil)
    #expect(try await admin.get("/staff/audit?kind=invited").text.contains("Nothing in the log fits"))
    let front = try await admin.get("/admin").text
    #expect(front.contains("Category pothole") && !front.contains("An account that does not exist"))
  }

  @Test("the download holds what the filter shows, makes no formulas, and stands in the log itself")
  func export() async throws {
    let town = try await Township()
    let manager = try await town.somebody(.manager)
    try await town.database.write(
      AuditEvent(.changed, "settings", by: 1, before: #"{"a": "x"}"#, after: #"{"a": "=1+1, \"x\""}"#).insertion)
    try await town.database.write(AuditEvent(.changed, "=danger", by: nil).insertion)
    let file = try await manager.get("/staff/audit/export?kind=changed")
    #expect(file.status == 200 && file.headers["Content-Type"] == "text/csv; charset=utf-8")
    let lines = file.text.split(separator: "\r\n").map(String.init)
    #expect(lines.count == 3 && lines[1].contains("'=danger") && lines[2].contains("\"a: x → =1+1, \"\"x\"\"\""))
    #expect(try await town.audit().last == "exported audit log by \(manager.personID!)")
    let all = try await manager.get("/staff/audit/export").text
    #expect(all.contains("Data taken out"))
  }

  @Test("sign-outs, ended sessions and tokens, new passwords, exports and deleted accounts stand in the log")
  func events() async throws {
    let town = try await Township()
    let email = "\(UUID().uuidString.lowercased())@example.test"
    let password = "correct horse battery"
    let person = try await town.installation.application.registerPerson(
      email: email, name: "Ann Arbor", password: password, role: .manager, tenantID: town.id)
    let form = town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
    func tokens() async throws -> Client.Answer {
      try await form.send(
        .post, "/api/v1/token",
        Array(Query([("grant_type", "password"), ("username", email), ("password", password)]).encoded.utf8))
    }
    func send(_ path: String, _ fields: [(String, String)]) async throws -> Int {
      try await form.send(.post, path, Array(Query(fields.map { (name: $0.0, value: $0.1) }).encoded.utf8)).status
    }
    let pair = try await tokens()
    let refresh = try #require(pair["refresh_token"]?.string)
    // A second use ends the family; ending it once more tells nothing.
    for status in [200, 400, 400] {
      #expect(try await send("/api/v1/token", [("grant_type", "refresh_token"), ("refresh_token", refresh)]) == status)
    }
    let other = try #require(try await tokens()["refresh_token"]?.string)
    for _ in 1...2 { #expect(try await send("/api/v1/token/revoke", [("token", other)]) == 200) }
    #expect(try await send("/api/v1/token/revoke", [("token", "unknown")]) == 200)
    let client = Client(
      township: town, headers: ["Authorization": "Bearer \(try await tokens()["access_token"]?.string ?? "")"])
    #expect(try await client.get("/api/v1/me/export").status == 200)
    #expect(try await client.get("/staff/dashboard/export?table=ages").status == 200)
    // By cookie.
    func session() async throws -> Client {
      let answer = try await town.anonymous.post(
        "/api/v1/session", .object(["email": .string(email), "password": .string(password)]))
      let cookie = String(answer.headers["Set-Cookie"]!.prefix { $0 != ";" })
      return Client(
        township: town, headers: ["Cookie": cookie, "X-CSRF-Token": try #require(answer["csrf_token"]?.string)])
    }
    let (here, there) = (try await session(), try await session())
    let sessions = try await here.get("/api/v1/me/sessions").items
    let id = try #require(sessions.first { $0["current"]?.bool == false }?["id"]?.string)
    #expect(try await here.delete("/api/v1/me/sessions/\(id)").status == 204)
    #expect(try await there.get("/api/v1/me").status == 401)
    #expect(try await here.delete("/api/v1/session").status == 204)
    #expect(try await here.delete("/api/v1/session").status == 204, "nobody is signed out twice")
    let last = try await session()
    #expect(
      try await last.post(
        "/api/v1/me/password",
        .object(["current_password": .string(password), "new_password": .string("another horse battery")])
      ).status == 200)
    let who = "person \(person.id)"
    let signedIn = "signed_in \(who) by \(person.id)"
    #expect(
      try await town.audit() == [
        signedIn, "tokens_revoked \(who) by \(person.id)", signedIn, "tokens_revoked \(who) by \(person.id)", signedIn,
        "exported account by \(person.id)", "exported dashboard ages by \(person.id)", signedIn, signedIn,
        "session_ended \(who) by \(person.id)", "signed_out \(who) by \(person.id)", signedIn,
        "password_changed \(who) by \(person.id)",
      ])
  }

  @Test("who leaves takes name and address out of the log, which says so and stays whole")
  func deletion() async throws {
    let town = try await Township()
    let password = "correct horse battery"
    let person = try await town.installation.application.registerPerson(
      email: "\(UUID().uuidString.lowercased())@example.test", name: "Ann Arbor", password: password, role: .citizen,
      tenantID: town.id)
    try await town.database.write(
      AuditEvent.change(
        "person \(person.id)", before: #"{"name": "Ann"}"#, after: #"{"name": "Ann Arbor"}"#, by: person.id))
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let access = try await town.installation.application.tokens.issue(personID: person.id, epoch: 1, tenant: tenant)
    let client = Client(township: town, headers: ["Authorization": "Bearer \(access.access)"])
    #expect(
      try await client.send(.delete, "/api/v1/me", Array(#"{"password":"\#(password)"}"#.utf8)).status == 204)
    let left = try await town.database.read(
      "SELECT 1 FROM audit_events e WHERE tenant_id = \(town.id) AND e::text LIKE '%Ann%'")
    #expect(left.isEmpty)
    #expect(
      try await town.audit() == [
        "changed person \(person.id) by \(person.id)", "erased audit by \(person.id)",
        "account_deleted person \(person.id) by \(person.id)",
      ])
    try await town.seal()
    #expect(try await VerifyHistory(database: town.installation.admin)(tenantID: town.id).damages == [])
    let page = try await town.somebody(.manager).get("/staff/audit").text
    #expect(page.contains("Contents erased for privacy") && page.contains("Former user"))
  }
}
