import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import MailSink
import Testing

@testable import Lamppost

/// The way back into an account whose telephone or password is lost.
@Suite struct RestoreAccessTests: PageCalling {
  private func address(_ town: Township, _ id: Int) async throws -> String {
    try await town.database.read("SELECT email FROM people WHERE tenant_id = \(town.id) AND id = \(id)").first!.get(0)
  }

  /// Gives somebody a second factor that is on.
  private func guardAccount(_ town: Township, _ id: Int) async throws {
    _ = try await town.database.write(
      """
      INSERT INTO second_factors (tenant_id, person_id, secret, confirmed_at) VALUES (\(town.id), \(id), '\\x00', now())
      """)
  }

  private func signIn(_ town: Township, _ email: String, _ password: String) async throws -> Client.Answer {
    try await town.anonymous.post(
      "/api/v1/session", .object(["email": .string(email), "password": .string(password)]))
  }

  @Test(
    "a link that an administrator makes sets a new password once; sessions end, the person is told, the log keeps it")
  func link() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    let id = agent.personID!
    let email = try await address(town, id)
    let made = try await admin.post("/api/v1/users/\(id)/password-reset")
    #expect(made.status == 201 && made["expires_in"]?.integer == 3600, "\(made.text)")
    let link = try #require(made["link"]?.string)
    #expect(try await agent.get("/api/v1/me").status == 401)
    let path = String(link[try #require(link.firstRange(of: "/reset-password/")).lowerBound...])
    // Another one ends the first.
    let again = try await admin.post("/api/v1/users/\(id)/password-reset")
    #expect(again.status == 201)
    #expect(try await town.anonymous.get(path).status == 410)
    let other = try #require(again["link"]?.string)
    let good = String(other[try #require(other.firstRange(of: "/reset-password/")).lowerBound...])
    #expect(try await post(town.anonymous, good, [("password", "a heron by the old bridge")]).status == 303)
    #expect(try await signIn(town, email, "a heron by the old bridge").status == 200)
    #expect(try await town.anonymous.get(good).status == 410)
    let rows = try await town.database.read(
      """
      SELECT actor_id FROM audit_events WHERE tenant_id = \(town.id) AND subject = \("person \(id)")
         AND note = 'link to a new password made'
      """)
    #expect(try rows.count == 2 && rows[0].get(0, as: Int?.self) == admin.personID)
    try await town.runJobs()
    let mails = town.installation.mails.mails(to: email).map(\.text)
    #expect(mails.contains { $0.contains("An administrator has made a link") })
    #expect(!mails.contains { $0.contains("/reset-password/") }, "no mail holds the link")
  }

  @Test(
    "whoever lost their telephone is let in by the password again once an administrator has ended the second factor")
  func secondFactor() async throws {
    let town = try await Township()
    let browser = try await town.browser(.administrator)
    let agent = try await town.somebody(.agent)
    let (id, path) = (agent.personID!, "/admin/people/\(agent.personID!)")
    let email = try await address(town, id)
    let hash = try await PasswordHasher(pool: .init(name: "hash", threads: 1)).hash("four lamps in the rain")
    _ = try await town.database.write(
      "UPDATE people SET password_hash = \(hash) WHERE tenant_id = \(town.id) AND id = \(id)")
    #expect(try await !browser.get(path).text.contains("End their second factor"))
    try await guardAccount(town, id)
    #expect(try await signIn(town, email, "four lamps in the rain").code == "second_factor_required")
    #expect(try await browser.get(path).text.contains("End their second factor"))
    let ended = try await browser.post(path, [("action", "end-second-factor")])
    #expect(ended.status == 303 && ended.headers["Location"] == path + "?done=1", "\(ended.text)")
    #expect(try await agent.get("/api/v1/me").status == 401)
    #expect(try await signIn(town, email, "four lamps in the rain").status == 200)
    try await town.runJobs()
    #expect(
      town.installation.mails.mails(to: email).contains { $0.text.contains("has ended the second factor") })
    // There is none any more.
    #expect(
      try await browser.client.with("X-CSRF-Token", browser.token).delete("/api/v1/users/\(id)/totp").status == 404)
    let shown = try await browser.post(path, [("action", "reset-link")])
    #expect(shown.status == 200 && shown.text.contains("id=\"reset-link\"") && shown.text.contains("/reset-password/"))
    #expect(try await !browser.get(path).text.contains("/reset-password/"))
  }

  @Test("nobody opens their own account or an operator's so, nor one that is deactivated; operators open each other's")
  func refusals() async throws {
    let town = try await Township()
    let (admin, op) = (try await town.somebody(.administrator), try await town.somebody(.operator))
    let manager = try await town.somebody(.manager)
    let other = try await town.somebody(.operator)
    for id in [admin.personID!, op.personID!, manager.personID!, other.personID!] { try await guardAccount(town, id) }
    func both(_ client: Client, _ id: Int?) async throws -> [String?] {
      let path = "/api/v1/users/\(id ?? 0)"
      let link = try await client.post(path + "/password-reset")
      let factor = try await client.delete(path + "/totp")
      return [link.status == 201 ? nil : link.code ?? "\(link.status)", factor.status == 204 ? nil : factor.code]
    }
    #expect(try await both(admin, admin.personID) == ["own_account", "own_account"])
    #expect(try await both(admin, op.personID) == ["forbidden", "forbidden"])
    #expect(try await both(manager, admin.personID) == ["forbidden", "forbidden"])
    #expect(try await both(admin, Township().somebody(.agent).personID) == ["not_found", "not_found"])
    _ = try await admin.patch("/api/v1/users/\(manager.personID!)", .object(["active": .bool(false)]))
    #expect(try await both(admin, manager.personID) == ["conflict", "conflict"])
    #expect(try await both(op, other.personID) == [nil, nil])
    let left = try await town.database.read("SELECT 1 FROM second_factors WHERE tenant_id = \(town.id)")
    #expect(left.count == 3)
  }

  @Test("on the command line the last one who keeps a township gets back in")
  func commandLine() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let email = try await address(town, admin.personID!)
    try await guardAccount(town, admin.personID!)
    let database = town.installation.admin
    let told = try await UserCommand.restore("reset-password", email, town.id, in: database)
    let link = try #require(told.firstMatch(of: /https:\/\/[^\/]+(\/reset-password\/\S+)/))
    #expect(told.contains(town.host))
    #expect(try await town.anonymous.get(String(link.1)).text.contains(email))
    #expect(try await UserCommand.restore("end-second-factor", email, town.id, in: database).contains("is off"))
    await #expect(throws: UsageError.self) {
      _ = try await UserCommand.restore("end-second-factor", email, town.id, in: database)
    }
    await #expect(throws: UsageError.self) {
      _ = try await UserCommand.restore("reset-password", "nobody@example.test", town.id, in: database)
    }
    #expect(try await admin.get("/api/v1/me").status == 401)
  }
}
