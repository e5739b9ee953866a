import Civic
import FoundationEssentials
import HTTPServer
import JSON
import MailSink
import Testing

@testable import Lamppost

/// Staff are made by invitation: a link that is good once.
@Suite struct InvitationTests {
  private func address() -> String { "\(UUID().uuidString.lowercased())@example.test" }

  private func invite(
    _ client: Client, _ email: String, role: String = "crew", _ more: [String: JSONValue] = [:]
  ) async throws -> Client.Answer {
    let fields: [String: JSONValue] = ["email": .string(email), "name": .string("Cleo"), "role": .string(role)]
    return try await client.post("/api/v1/invitations", .object(fields.merging(more) { $1 }))
  }

  private func secret(_ answer: Client.Answer) throws -> String {
    try #require(answer.status == 201, "\(answer.text)")
    let link = try #require(answer["link"]?.string)
    #expect(link.contains("/invite/"))
    return String(link.split(separator: "/").last ?? "")
  }

  private func accept(_ client: Client, _ token: String, password: String? = "long enough words") async throws
    -> Client.Answer
  {
    var fields: [String: JSONValue] = ["token": .string(token)]
    if let password { fields["password"] = .string(password) }
    return try await client.post("/api/v1/invitations/accept", .object(fields))
  }

  @Test("who is invited chooses a password and is what the invitation says, from the first moment on")
  func accepted() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let email = address()
    let sent = try await invite(
      admin, email, ["department": .string("roads"), "categories": .array([.string("pothole")])])
    let token = try secret(sent)
    #expect(sent["department"]?.string == "roads" && sent["categories"]?.array?.count == 1)
    #expect(try await admin.get("/api/v1/invitations").items.count == 1)
    #expect(try await !admin.get("/api/v1/invitations").text.contains(token), "the link is shown once")
    let stored = try await town.database.read("SELECT digest FROM invitation_links WHERE tenant_id = \(town.id)")
    #expect(try stored.count == 1 && stored[0].get(0, as: [UInt8].self) != Array(token.utf8))
    let answer = try await accept(town.anonymous, token)
    #expect(answer.status == 201 && answer["role"]?.string == "crew", "\(answer.text)")
    let id = try #require(answer["id"]?.integer)
    let person = try await admin.get("/api/v1/users/\(id)")
    #expect(person["departments"]?.array?.first?.string == "roads")
    #expect(person["categories"]?.array?.first?.string == "pothole")
    let signedIn = try await town.anonymous.post(
      "/api/v1/session", .object(["email": .string(email), "password": .string("long enough words")]))
    #expect(signedIn.status == 200)
    // Once.
    #expect(try await accept(town.anonymous, token).status == 404)
    #expect(try await town.anonymous.get("/invite/\(token)").status == 404)
    #expect(try await admin.get("/api/v1/invitations").items.isEmpty)
  }

  @Test("a link ends by being replaced, withdrawn or run out, and with the right of who sent it")
  func ended() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let email = address()
    let first = try secret(try await invite(admin, email))
    let second = try secret(try await invite(admin, email, role: "viewer"))
    #expect(try await accept(town.anonymous, first).status == 404, "asking again ends the older")
    let id = try #require(try await admin.get("/api/v1/invitations").items.first?["id"]?.integer)
    #expect(try await admin.delete("/api/v1/invitations/\(id)").status == 204)
    #expect(try await accept(town.anonymous, second).status == 404)
    #expect(try await admin.delete("/api/v1/invitations/\(id)").status == 404)
    let third = try secret(try await invite(admin, email))
    _ = try await town.database.write(
      "UPDATE invitations SET expires_at = now() - interval '1 second' WHERE tenant_id = \(town.id)")
    #expect(try await accept(town.anonymous, third).status == 404)
    #expect(try await admin.get("/admin/invitations").text.contains("has run out"))
    let op = try await town.somebody(.operator)
    let fourth = try secret(try await invite(admin, address()))
    _ = try await town.somebody(.administrator)
    _ = try await op.patch("/api/v1/users/\(admin.personID!)", .object(["active": .bool(false)]))
    #expect(try await accept(town.anonymous, fourth).status == 404, "nobody comes in by who was sent away")
    for nonsense in ["x", String(repeating: "A", count: 43), String(repeating: "A", count: 5000)] {
      #expect(try await town.anonymous.get("/invite/\(nonsense)").status == 404)
    }
    // Another township's link is none here.
    let other = try await Township()
    let foreign = try secret(try await invite(try await other.somebody(.administrator), address()))
    #expect(try await accept(town.anonymous, foreign).status == 404)
  }

  @Test("of two who open a link at the same moment one comes in")
  func race() async throws {
    let town = try await Township()
    let token = try secret(try await invite(try await town.somebody(.administrator), address()))
    async let one = accept(town.anonymous, token)
    async let other = accept(town.anonymous, token)
    let answers = [try await one.status, try await other.status].sorted()
    #expect(answers[0] == 201 && [404, 409].contains(answers[1]))
  }

  @Test("only administrators and operators invite, nobody invites operators; who works here is not invited again")
  func rights() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] {
      let client = try await town.somebody(role)
      #expect(try await invite(client, address()).status == 403)
      #expect(try await client.get("/api/v1/invitations").status == 403)
      #expect(try await client.get("/admin/invitations").status == 403)
    }
    #expect(try await invite(admin, address(), role: "operator").status == 403)
    let op = try await town.somebody(.operator)
    #expect(try await invite(op, address(), role: "operator").status == 403)
    #expect(try await invite(op, address(), role: "administrator").status == 201)
    #expect(try await invite(admin, address(), role: "citizen").fields == ["role": "unknown_option"])
    let agent = try await town.somebody(.agent)
    let taken: String = try await town.database.read("SELECT email FROM people WHERE id = \(agent.personID!)").first!
      .get(0)
    #expect(try await invite(admin, taken.uppercased()).fields == ["email": "email_taken"])
    #expect(
      try await invite(admin, address(), ["department": .string("nowhere")]).fields == [
        "department": "unknown_department"
      ])
    #expect(
      try await invite(admin, address(), role: "administrator", ["categories": .array([.string("pothole")])]).fields
        == ["categories": "limits_not_allowed"])
    #expect(try await invite(admin, "nobody").fields == ["email": "invalid_format"])
  }

  @Test("a citizen who is invited accepts with their own account, which the link alone does not open")
  func citizen() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let citizen = try await town.somebody(.citizen)
    let email: String = try await town.database.read("SELECT email FROM people WHERE id = \(citizen.personID!)").first!
      .get(0)
    // The administrator is not told whether there is an account.
    let sent = try await invite(admin, email)
    let token = try secret(sent)
    let refused = try await accept(admin, token)
    #expect(refused.status == 401)
    #expect(try await accept(town.anonymous, token).status == 401)
    let page = try await town.anonymous.get("/invite/\(token)").text
    #expect(!page.contains("&lt;input"))
    #expect(page.contains("/sign-in?next=") && !page.contains("name=\"password\""))
    #expect(try await accept(citizen, token, password: nil).status == 201)
    #expect(try await admin.get("/api/v1/users/\(citizen.personID!)")["role"]?.string == "crew")
  }

  @Test("the invitation is mailed with a link of its own, in the township's words; the page takes it from there")
  func mail() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    let email = address()
    let sent = try await admin.post(
      "/admin/invitations", [("email", email), ("name", "Cleo <b>"), ("role", "agent"), ("department", "parks")])
    #expect(sent.status == 200, "\(sent.text)")
    let shown = try #require(sent.text.firstMatch(of: /<code id="invitation-link">[^<]*\/invite\/([^<]+)<\/code>/))
    #expect(sent.text.contains("Cleo &lt;b&gt; is invited.") && !sent.text.contains("Cleo <b>"))
    try await town.runJobs()
    let mail = try #require(town.installation.mails.mails(to: email).first)
    let link = try #require(mail.text.firstMatch(of: /http:\/\/\S+\/invite\/([A-Za-z0-9_-]{43})/))
    #expect(link.1 != shown.1)
    let path = "/invite/\(link.1)"
    let page = try await town.anonymous.get(path)
    #expect(page.status == 200 && page.text.contains("Parks") && page.text.contains("noindex"))
    #expect(page.headers["Referrer-Policy"] == "no-referrer" && page.headers["Cache-Control"] == "private, no-store")
    func post(_ fields: [(name: String, value: String)]) async throws -> Client.Answer {
      try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
        .send(.post, path, Array(Query(fields).encoded.utf8))
    }
    let short = try await post([("name", "Cleo"), ("password", "short")])
    #expect(short.status == 422 && short.text.contains("#field-password") && !short.text.contains("value=\"short\""))
    let done = try await post([("name", "Cleo"), ("password", "three long words")])
    #expect(done.status == 303 && done.headers["Location"] == "/staff")
    #expect(done.headers["Set-Cookie"]?.hasPrefix(SessionStore.cookieName) == true)
    // With it the link that was shown has ended, too.
    #expect(try await town.anonymous.get("/invite/\(shown.1)").status == 404)
    let wrong = try await admin.post("/admin/invitations", [("email", "x"), ("name", ""), ("role", "agent")])
    #expect(wrong.status == 422 && wrong.text.contains("#field-email") && wrong.text.contains("#field-name"))
  }

  @Test("whoever's access has ended is told so at the next click, and not asked to sign in without a word")
  func told() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let crew = try await town.browser(.crew)
    #expect(try await crew.get("/staff").status == 200)
    _ = try await admin.patch("/api/v1/users/\(crew.client.personID!)", .object(["active": .bool(false)]))
    let next = try await crew.get("/staff")
    let location = try #require(next.headers["Location"])
    #expect(next.status == 303 && location.contains("ended=1"))
    #expect(try await crew.get(location).text.contains("an administrator has ended your access"))
    let posted = try await crew.post("/staff", [("step", "save-view")])
    #expect(posted.status == 401 && posted.text.contains("an administrator has ended your access"))
    #expect(try await !town.anonymous.get("/sign-in").text.contains("id=\"ended\""))
    let audited = try await town.database.read(
      "SELECT kind FROM audit_events WHERE tenant_id = \(town.id) AND kind = 'deactivated'")
    #expect(audited.count == 1)
  }

  @Test("a new password is none of the first that anybody would try who knows the name, the address or the township")
  func passwords() async throws {
    let town = try await Township()
    let token = try secret(try await invite(try await town.somebody(.administrator), address()))
    let guessed = try await accept(town.anonymous, token, password: "cleocleocleo")
    #expect(guessed.fields == ["password": "common_password"], "\(guessed.text)")
    let form = [(name: "name", value: "Bartholomew"), (name: "password", value: "Bartholomew1!")]
    let page = try await town.browser(.citizen).post("/invite/\(token)", form)
    #expect(page.status == 422 && page.text.contains("#field-password"))
    #expect(try await accept(town.anonymous, token).status == 201)
  }

  @Test("who is asked again while the first mail is on its way gets the second, too")
  func secondMail() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let email = address()
    _ = try await invite(admin, email)
    _ = try await town.database.write(
      "UPDATE jobs SET leased_until = now() + interval '5 minutes', attempts = 1 WHERE tenant_id = \(town.id)")
    _ = try await invite(admin, email, role: "viewer")
    try await town.runJobs()
    let mail = try #require(town.installation.mails.mails(to: email).last?.text)
    let link = try #require(mail.firstMatch(of: /\/invite\/[A-Za-z0-9_-]+/)).0
    #expect(try await town.anonymous.get(String(link)).status == 200)
  }

  @Test("who is signed in with another account is offered to sign out, and comes back to the invitation")
  func anotherAccount() async throws {
    let town = try await Township()
    let (citizen, other) = (try await town.somebody(.citizen), try await town.browser(.citizen))
    let email: String = try await town.database.read(
      "SELECT email FROM people WHERE tenant_id = \(town.id) AND id = \(citizen.personID!)"
    ).first!.get(0)
    let token = try secret(try await invite(try await town.somebody(.administrator), email))
    let page = try await other.get("/invite/\(token)").text
    #expect(page.contains("action=\"/sign-out\"") && !page.contains("href=\"/sign-in?"), "\(page)")
    let left = try await other.post("/sign-out", [("next", "/invite/\(token)")])
    #expect(left.status == 303 && left.headers["Location"] == "/invite/\(token)")
    #expect(try await town.anonymous.get("/invite/\(token)").text.contains("href=\"/sign-in?"))
    let elsewhere = try await town.browser(.citizen).post("/sign-out", [("next", "https://elsewhere.example")])
    #expect(elsewhere.headers["Location"] == "/")
  }

  @Test("an area that an open invitation names is not removed, and one that is gone all the same makes it no good")
  func goneArea() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      VALUES (\(town.id), 'wards', 'west', 'West', ST_Multi(ST_MakeEnvelope(-72, 41, -71, 43, 4326)))
      """)
    let limited = ["areas": JSONValue.array([.string("wards:west")])]
    let token = try secret(try await invite(admin, address(), limited))
    #expect(try await admin.delete("/api/v1/areas/wards:west").status == 409)
    _ = try await town.database.write("DELETE FROM areas WHERE tenant_id = \(town.id)")
    #expect(try await accept(town.anonymous, token).code == "conflict")
    let page = try await town.browser(.citizen).post(
      "/invite/\(token)", [("name", "Cleo"), ("password", "long enough words")])
    #expect(page.status == 409 && page.text.contains("error-summary"))
  }
}
