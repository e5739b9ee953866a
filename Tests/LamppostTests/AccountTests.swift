import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

// One after the other: together they would fill the pool that checks passwords, which is another test's subject.
@Suite(.serialized) struct AccountTests {
  private static let password = "correct horse battery"

  /// Somebody with a password, by cookie: what a browser is.
  private struct Browser {
    let client: Client
    let csrf: String

    var api: Client { client.with("X-CSRF-Token", csrf) }

    func post(_ path: String, _ fields: [(name: String, value: String)]) async throws -> Client.Answer {
      try await client.with("Content-Type", "application/x-www-form-urlencoded")
        .send(.post, path, Array(Query(fields + [("csrf_token", csrf)]).encoded.utf8))
    }
  }

  private func register(_ town: Township, _ name: String = "Ada", _ email: String = "ada@example.test") async throws {
    let answer = try await town.anonymous.post(
      "/api/v1/users",
      .object(["email": .string(email), "name": .string(name), "password": .string(Self.password)]))
    try #require(answer.status == 201, "\(answer.text)")
  }

  private func browser(
    _ town: Township, _ email: String = "ada@example.test", agent: String = "", password: String = password
  ) async throws -> Browser {
    let answer = try await town.anonymous.with("User-Agent", agent).post(
      "/api/v1/session", .object(["email": .string(email), "password": .string(password)]))
    try #require(answer.status == 200, "\(answer.text)")
    return Browser(client: town.anonymous.with("Cookie", try cookie(answer)), csrf: answer["csrf_token"]?.string ?? "")
  }

  private func cookie(_ answer: Client.Answer) throws -> String {
    String(try #require(answer.headers["Set-Cookie"]).prefix { $0 != ";" })
  }

  private func form(_ client: Client, _ path: String, _ fields: [(name: String, value: String)]) async throws
    -> Client.Answer
  {
    try await client.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, path, Array(Query(fields).encoded.utf8))
  }

  @Test("who fills in three fields has an account and is signed in; what is wrong is told beside its field")
  func registration() async throws {
    let town = try await Township()
    let wrong = try await form(
      town.anonymous, "/register", [("name", "<b>Ada"), ("email", "ada"), ("password", "short&secret")])
    #expect(wrong.status == 422 && wrong.text.contains("href=\"#field-email\""))
    #expect(wrong.text.contains("value=\"&lt;b&gt;Ada\"") && !wrong.text.contains("<b>Ada"))
    #expect(!wrong.text.contains("short&"), "a password is never sent back")
    let short = try await form(
      town.anonymous, "/register", [("name", "Ada"), ("email", "ada@example.test"), ("password", "short")])
    #expect(short.status == 422 && short.text.contains("href=\"#field-password\""))
    let fields = [("name", "<script>Ada"), ("email", "Ada@Example.test"), ("password", Self.password)]
      .map { (name: $0.0, value: $0.1) }
    let right = try await form(town.anonymous, "/register", fields)
    #expect(right.status == 303 && right.headers["Location"] == "/me?welcome=1")
    let me = town.anonymous.with("Cookie", try cookie(right))
    #expect(try await me.get("/api/v1/me")["email"]?.string == "ada@example.test")
    let page = try await me.get("/me?welcome=1")
    #expect(page.text.contains("&lt;script&gt;Ada") && !page.text.contains("<script>Ada"))
    let again = try await form(town.anonymous, "/register", fields)
    #expect(again.status == 422 && again.text.contains("has an account already"))
    #expect(try await me.get("/register").status == 303)
  }

  @Test("one sees one's own reports, newest first and in pages, and nobody else's")
  func reports() async throws {
    let town = try await Township()
    try await register(town)
    let ada = try await browser(town)
    #expect(try await ada.client.get("/me").text.contains("not reported anything"))
    for number in 1...21 {
      try await town.report([("title", .string("Lamp <i>\(number)."))], by: ada.api)
    }
    try await town.report([("title", .string("A stranger's"))])
    let first = try await ada.client.get("/me").text
    #expect(first.contains("Lamp &lt;i&gt;21.") && !first.contains("Lamp &lt;i&gt;1.") && !first.contains("<i>"))
    #expect(!first.contains("A stranger's"))
    let link = try #require(first.firstMatch(of: /href="(\/me\?cursor=[^"]+)"/)).1
    #expect(try await ada.client.get(String(link)).text.contains("Lamp &lt;i&gt;1."))
    try await register(town, "Bob", "bob@example.test")
    let bob = try await browser(town, "bob@example.test")
    #expect(try await bob.client.get(String(link)).status == 400, "a list's place is its owner's")
  }

  @Test("a new password takes the old one, ends every other session and token, and keeps this browser signed in")
  func password() async throws {
    let town = try await Township()
    try await register(town)
    let (here, there) = (try await browser(town), try await browser(town))
    let wrong = try await here.api.post(
      "/api/v1/me/password",
      .object(["current_password": .string("wrong horse battery"), "new_password": .string("another long one")]))
    #expect(wrong.status == 422 && wrong.fields == ["current_password": "wrong_password"])
    let short = try await here.api.post(
      "/api/v1/me/password", .object(["current_password": .string(Self.password), "new_password": .string("short")]))
    #expect(short.fields == ["new_password": "too_short"])
    #expect(try await there.client.get("/api/v1/me").status == 200)
    let right = try await here.api.post(
      "/api/v1/me/password",
      .object(["current_password": .string(Self.password), "new_password": .string("another long one")]))
    #expect(right.status == 200)
    #expect(try await there.client.get("/api/v1/me").status == 401)
    #expect(try await here.client.get("/api/v1/me").status == 401, "the cookie that others may have seen is over too")
    let anew = town.anonymous.with("Cookie", try cookie(right))
    #expect(try await anew.get("/api/v1/me")["csrf_token"] == right["csrf_token"])
    _ = try await browser(town, password: "another long one")
  }

  @Test("the password's page says what is wrong, and needs its token")
  func passwordPage() async throws {
    let town = try await Township()
    try await register(town)
    let here = try await browser(town)
    let fields = [("action", "password"), ("current_password", Self.password), ("new_password", "another long one")]
      .map { (name: $0.0, value: $0.1) }
    #expect(try await form(here.client, "/me/settings", fields).status == 403)
    let wrong = try await here.post(
      "/me/settings", [("action", "password"), ("current_password", "x"), ("new_password", "")])
    #expect(wrong.status == 422 && wrong.text.contains("href=\"#field-new_password\""))
    let right = try await here.post("/me/settings", fields)
    #expect(right.status == 303 && right.headers["Location"] == "/me/settings?done=password")
    let anew = town.anonymous.with("Cookie", try cookie(right))
    #expect(try await anew.get("/me/settings?done=password").text.contains("id=\"done\""))
  }

  @Test("tries of a password by somebody signed in are counted as sign-ins are")
  func limit() async throws {
    let town = try await Township()
    try await register(town)
    let here = try await browser(town)
    var statuses: [Int] = []
    for _ in 0..<11 {
      statuses.append(
        try await here.api.send(.delete, "/api/v1/me", Array("{\"password\":\"a guess of mine\"}".utf8)).status)
    }
    #expect(statuses == Array(repeating: 422, count: 10) + [429])
  }

  @Test("one sees where one is signed in, roughly by what, and can end each; nobody can end another's")
  func sessions() async throws {
    let town = try await Township()
    try await register(town)
    let phone = try await browser(
      town, agent: "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0")
    let here = try await browser(town)
    let list = try await here.client.get("/api/v1/me/sessions").items
    #expect(list.count == 2 && list.map { $0["current"]?.bool }.contains(true))
    let other = try #require(list.first { $0["current"]?.bool == false })
    #expect(other["browser"]?.string == "Firefox" && other["system"]?.string == "Android")
    #expect(try await here.client.get("/me/settings").text.contains("Firefox on Android"))
    let id = try #require(other["id"]?.string)
    try await register(town, "Bob", "bob@example.test")
    let bob = try await browser(town, "bob@example.test")
    #expect(try await bob.api.delete("/api/v1/me/sessions/\(id)").status == 404)
    #expect(try await bob.post("/me/settings", [("action", "session"), ("session", id)]).status == 404)
    #expect(try await here.client.delete("/api/v1/me/sessions/\(id)").code == "csrf_token_required")
    #expect(try await phone.client.get("/api/v1/me").status == 200)
    #expect(try await here.api.delete("/api/v1/me/sessions/\(id)").status == 204)
    #expect(try await phone.client.get("/api/v1/me").status == 401)
    _ = try await (browser(town), browser(town))
    let others = try await here.post("/me/settings", [("action", "others")])
    #expect(others.status == 303)
    let anew = town.anonymous.with("Cookie", try cookie(others))
    #expect(try await anew.get("/api/v1/me/sessions").items.count == 1)
  }

  @Test("a name can be changed, and is text wherever it is shown")
  func name() async throws {
    let town = try await Township()
    try await register(town)
    let ada = try await browser(town)
    #expect(try await ada.api.patch("/api/v1/me", .object(["name": .string(" ")])).fields == ["name": "required"])
    #expect(try await ada.api.patch("/api/v1/me", .object(["role": .string("manager")])).status == 422)
    let changed = try await ada.api.patch("/api/v1/me", .object(["name": .string("<script>A")]))
    #expect(changed.status == 200 && changed["name"]?.string == "<script>A" && changed["role"]?.string == "citizen")
    for path in ["/me", "/me/settings", "/me/delete", "/"] {
      let page = try await ada.client.get(path)
      #expect(page.status == 200 && !page.text.contains("<script>A"), "\(path)")
    }
    #expect(try await ada.post("/me/settings", [("action", "name"), ("name", "Ada B.")]).status == 303)
    #expect(try await ada.client.get("/api/v1/me")["name"]?.string == "Ada B.")
  }

  @Test("what one takes along is one's own, and all of it")
  func export() async throws {
    let town = try await Township()
    try await register(town)
    let ada = try await browser(town)
    let mine = try await town.report([("title", .string("Mine"))], by: ada.api)
    try await town.report([("title", .string("Not mine"))])
    let theirs = try await town.report([("title", .string("Theirs <i>too"))])
    #expect(try await ada.api.send(.post, "/api/v1/requests/\(theirs.reference)/support", nil).status == 200)
    _ = try await town.somebody(.agent).post(
      "/api/v1/requests/\(mine.reference)/comments",
      .object(["body": .string("internal words"), "visibility": .string("internal")]))
    let answer = try await ada.client.get("/api/v1/me/export")
    #expect(answer.headers["Content-Disposition"]?.hasPrefix("attachment") == true)
    #expect(answer["account"]?["email"]?.string == "ada@example.test")
    #expect(answer["reports"]?.array?.compactMap { $0["reference"]?.string } == [mine.reference])
    #expect(answer["supports"]?.array?.compactMap { $0["reference"]?.string } == [theirs.reference])
    let page = try await ada.client.get("/me").text
    #expect(page.contains("Theirs &lt;i&gt;too") && !page.contains("Not mine"))
    #expect(!answer.text.contains("Not mine") && !answer.text.contains("internal words"))
    #expect(try await town.anonymous.get("/api/v1/me/export").status == 401)
    // What they may not know of any more.
    _ = try await town.somebody(.agent).patch(
      "/api/v1/requests/\(theirs.reference)", .object(["visibility": .string("private"), "title": .string("Zugzwang")]))
    let later = try await ada.client.get("/api/v1/me/export")
    #expect(later["supports"]?.array?.isEmpty == true && !later.text.contains("Zugzwang"))
  }

  @Test("whoever deletes their account is gone, and what they reported stays without them")
  func deletion() async throws {
    let town = try await Township()
    try await register(town)
    let ada = try await browser(town)
    let report = try await town.report(
      [("contact", .object(["name": .string("Ada Lovelace"), "phone": .string("5550100")]))], by: ada.api)
    _ = try await ada.api.post(
      "/api/v1/requests/\(report.reference)/comments",
      .object(["body": .string("It flickers."), "visibility": .string("private")]))
    let other = try await town.report()
    #expect(try await ada.api.send(.post, "/api/v1/requests/\(other.reference)/support", nil).status == 200)
    let wrong = try await ada.post("/me/delete", [("password", "wrong horse battery")])
    #expect(wrong.status == 422 && wrong.text.contains("href=\"#field-password\""))
    #expect(try await ada.client.get("/api/v1/me").status == 200)
    let right = try await ada.post("/me/delete", [("password", Self.password)])
    #expect(right.status == 200 && right.headers["Set-Cookie"]?.contains("Max-Age=0") == true)
    #expect(!right.text.contains(">Ada<"))
    #expect(try await ada.client.get("/api/v1/me").status == 401)
    let staff = try await town.somebody(.agent)
    let left = try await staff.get("/api/v1/requests/\(report.reference)")
    #expect(left.status == 200 && left["anonymous"]?.bool == true && !left.text.contains("Lovelace"))
    let voices = try await town.database.read(
      "SELECT count(*), count(person_id) FROM supporters WHERE tenant_id = \(town.id)")
    #expect(try voices.first?.decode(Int.self, Int.self) ?? (0, 0) == (1, 0), "a voice stays, without a name")
    let comments = try await staff.get("/api/v1/requests/\(report.reference)/comments")
    #expect(comments.items.first?["author"]?["name"]?.string == DeleteAccount.formerName)
    #expect(
      try await town.anonymous.post(
        "/api/v1/session", .object(["email": .string("ada@example.test"), "password": .string(Self.password)])
      ).status == 401)
    // The address is free again.
    try await register(town)
  }

  @Test("the last administrator cannot leave; of two, one can, and open work waits for somebody else")
  func lastAdministrator() async throws {
    let town = try await Township()
    try await register(town)
    try await register(town, "Bob", "bob@example.test")
    _ = try await town.database.write("UPDATE people SET role = 'administrator' WHERE tenant_id = \(town.id)")
    let (ada, bob) = (try await browser(town), try await browser(town, "bob@example.test"))
    let id = try #require(try await ada.client.get("/api/v1/me")["id"]?.integer)
    let report = try await town.report()
    _ = try await bob.api.post(
      "/api/v1/requests/\(report.reference)/assignment", .object(["assignee": .integer(id)]))
    let body = Array("{\"password\":\"\(Self.password)\"}".utf8)
    #expect(try await ada.api.send(.delete, "/api/v1/me", body).status == 204)
    let left = try await bob.client.get("/api/v1/requests/\(report.reference)")
    #expect(left["assignee"]?.isNull == true)
    let history = try await bob.client.get("/api/v1/requests/\(report.reference)/history").items
    #expect(history.last?["kind"]?.string == "assignment" && history.last?["before"]?.string == "person \(id)")
    let refused = try await bob.api.send(.delete, "/api/v1/me", body)
    #expect(refused.status == 409 && refused.code == "last_administrator")
    #expect(try await bob.post("/me/delete", [("password", Self.password)]).status == 409)
    // Somebody of the installation is none of the township's administrators.
    _ = try await town.somebody(.operator)
    #expect(try await bob.api.send(.delete, "/api/v1/me", body).code == "last_administrator")
    #expect(try await bob.client.get("/api/v1/me").status == 200)
  }

  @Test("the information pages name the township, its emergency number and whom to ask")
  func information() async throws {
    let town = try await Township()
    let before = try await town.anonymous.get("/privacy").text
    #expect(before.contains("Ask at the town hall"))
    let other = try await Township()
    _ = try await other.installation.admin.write(
      """
      UPDATE tenants SET emergency_number = '112 <b>', contact_email = 'hall@example.test', name = 'A & B' WHERE id = \(other.id)
      """)
    for path in ["/privacy", "/accessibility", "/emergency"] {
      let page = try await other.anonymous.get(path)
      #expect(page.status == 200 && page.text.contains("112 &lt;b&gt;") && !page.text.contains("112 <b>"), "\(path)")
      #expect(page.text.contains("A &amp; B"))
      if path != "/emergency" { #expect(page.text.contains("mailto:hall@example.test"), "\(path)") }
    }
    #expect(try await other.anonymous.get("/emergency").text.contains("href=\"tel:112\""))
  }
}
