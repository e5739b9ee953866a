import Civic
import Credentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// What the audit log says of who did what to accounts and to all of a township.
@Suite struct AuditedActsTests: PageCalling {
  /// Kind, actor, what was and what is, and the note of every row about something, oldest first.
  private func rows(_ town: Township, _ subject: String) async throws -> [String] {
    try await town.database.read(
      """
      SELECT concat_ws(' ', kind, actor_id, before::text, after::text, note) FROM audit_events
       WHERE tenant_id = \(town.id) AND subject = \(subject) ORDER BY id
      """
    ).map { try $0.get(0) }
  }

  @Test("a new password stands with who set it, by the settings and by a link; so does one's own new name")
  func ownAccount() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let id = agent.personID!
    let hash = try await PasswordHasher(pool: .init(name: "hash", threads: 1)).hash("four lamps in the rain")
    _ = try await town.database.write(
      "UPDATE people SET password_hash = \(hash) WHERE tenant_id = \(town.id) AND id = \(id)")
    let renamed = try await agent.patch("/api/v1/me", .object(["name": .string("Ana")]))
    #expect(renamed.status == 200, "\(renamed.text)")
    _ = try await agent.patch("/api/v1/me", .object(["name": .string("Ana")]))
    let changed = try await agent.post(
      "/api/v1/me/password",
      .object([
        "current_password": .string("four lamps in the rain"), "new_password": .string("five lamps in the snow"),
      ]))
    #expect(changed.status == 200, "\(changed.text)")
    let admin = try await town.somebody(.administrator)
    let link = try #require(try await admin.post("/api/v1/users/\(id)/password-reset")["link"]?.string)
    let page = String(link[try #require(link.firstRange(of: "/reset-password/")).lowerBound...])
    #expect(try await post(town.anonymous, page, [("password", "a heron by the old bridge")]).status == 303)
    #expect(
      try await rows(town, "person \(id)") == [
        "changed \(id) {\"name\": \"A agent\"} {\"name\": \"Ana\"}", "password_changed \(id)",
        "changed \(admin.personID!) link to a new password made", "password_changed \(id)",
      ])
  }

  @Test("who took the configuration, and who had reports deleted before their hour, stands in the log")
  func township() async throws {
    let town = try await Township()
    let browser = try await town.browser(.administrator)
    let id = browser.client.personID!
    #expect(try await browser.get("/api/v1/configuration").status == 200)
    #expect(try await rows(town, "configuration") == ["exported \(id)"])
    #expect(try await browser.post("/admin/retention", []).status == 303)
    #expect(try await rows(town, "retention") == ["changed \(id) to be done now"])
    let log = try await browser.get("/staff/audit").text
    #expect(log.contains("Configuration file") && log.contains("Keeping and deleting"))
  }

  @Test("an invitation keeps what it makes of somebody, what it said before, and who gave them their role")
  func invitations() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let citizen = try await town.browser(.citizen)
    let id = citizen.client.personID!
    let email: String = try await town.database.read(
      "SELECT email FROM people WHERE tenant_id = \(town.id) AND id = \(id)"
    ).first!.get(0)
    func invite(_ role: String) async throws -> Client.Answer {
      let fields: [String: JSONValue] = [
        "email": .string(email), "name": .string("Cleo"), "role": .string(role), "department": .string("roads"),
        "categories": .array([.string("pothole")]),
      ]
      let answer = try await admin.post("/api/v1/invitations", .object(fields))
      try #require(answer.status == 201, "\(answer.text)")
      return answer
    }
    _ = try await invite("viewer")
    _ = try await invite("agent")
    let last = try await invite("agent")
    let number = try #require(last["id"]?.integer)
    let told = try await rows(town, "invitation \(number)")
    #expect(told.count == 3 && told[0].contains("\"role\": \"viewer\"") && told[0].contains("pothole"), "\(told)")
    #expect(told[0].contains("roads") && !told[0].contains("Cleo") && !told[0].contains(email))
    #expect(told[1] == "invited \(admin.personID!) {\"role\": \"viewer\"} {\"role\": \"agent\"}")
    #expect(told[2] == "invited \(admin.personID!) once more")
    let link = try #require(last["link"]?.string)
    let page = String(link[try #require(link.firstRange(of: "/invite/")).lowerBound...])
    let accepted = try await citizen.post(page, [("name", "Cleo")])
    #expect(accepted.status == 303, "\(accepted.text)")
    let person = try #require(try await rows(town, "person \(id)").last)
    #expect(person.hasPrefix("changed \(id) {") && person.contains("\"role\": \"citizen\""), "\(person)")
    #expect(person.hasSuffix("by invitation \(number) of person \(admin.personID!)"))
  }
}
