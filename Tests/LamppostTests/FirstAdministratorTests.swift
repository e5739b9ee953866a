import Civic
import FoundationEssentials
import HTTPServer
import JSON
import MailSink
import PostgreSQL
import Testing

@testable import Lamppost

/// How a township comes by its first administrator: the operator asks somebody, by a link.
@Suite struct FirstAdministratorTests {
  private static func somebody() -> (email: String, value: JSONValue) {
    let email = "\(UUID().uuidString.lowercased())@example.test"
    return (email, .object(["email": .string(email.uppercased()), "name": .string("Ada Mayor")]))
  }

  private static func town(_ slug: String, _ home: Township) async throws -> Township {
    let rows = try await home.installation.admin.read("SELECT id FROM tenants WHERE slug = \(slug)")
    return Township(installation: home.installation, id: try #require(try rows.first?.get(0)), host: "\(slug).test")
  }

  private static func accept(_ town: Township, _ link: String?) async throws -> Client.Answer {
    let token = String(try #require(link).split(separator: "/").last ?? "")
    return try await town.anonymous.post(
      "/api/v1/invitations/accept", .object(["token": .string(token), "password": .string("four lamps in the rain")]))
  }

  @Test(
    "a township is made with its administrator asked: the link leads to its own host and makes them its first person")
  func made() async throws {
    let home = try await Township()
    let boss = try await home.somebody(.operator)
    let (email, administrator) = Self.somebody()
    let slug = TownshipsTests.slug()
    let made = try await boss.post("/api/v1/tenants", TownshipsTests.input(slug, ["administrator": administrator]))
    #expect(made.status == 201, "\(made.text)")
    let sent = made["invitation"]
    #expect(sent?["email"]?.string == email && sent?["role"]?.string == "administrator")
    let link = try #require(sent?["link"]?.string)
    #expect(link.hasPrefix("http://\(slug).test") && link.contains("/invite/"))
    let town = try await Self.town(slug, home)
    // At the operator's own township the link opens nothing.
    #expect(try await Self.accept(home, link).status == 404)
    let accepted = try await Self.accept(town, link)
    #expect(accepted.status == 201 && accepted["role"]?.string == "administrator", "\(accepted.text)")
    #expect(try await boss.get("/api/v1/tenants/\(slug)")["staff"]?.integer == 1)
    #expect(try await Self.accept(town, link).status == 404, "once")
    let events = try await home.installation.admin.read(
      "SELECT tenant_id, actor_id, subject FROM audit_events WHERE kind = 'invited' AND tenant_id IN (\(home.id), \(town.id))"
    ).map { (try $0.get(0, as: Int.self), try $0.get(1, as: Int?.self), try $0.get(2, as: String.self)) }
    #expect(events.contains { $0.0 == home.id && $0.1 == boss.personID && $0.2 == "township \(slug)" })
    #expect(events.contains { $0.0 == town.id && $0.1 == nil && $0.2.hasPrefix("invitation ") })
  }

  @Test("the mail is written in the township's language, leads to its host, and names no operator")
  func mail() async throws {
    let home = try await Township()
    let boss = try await home.somebody(.operator)
    let slug = TownshipsTests.slug()
    #expect(try await boss.post("/api/v1/tenants", TownshipsTests.input(slug)).status == 201)
    let (email, administrator) = Self.somebody()
    let sent = try await boss.post("/api/v1/tenants/\(slug)/administrators", administrator)
    #expect(sent.status == 201, "\(sent.text)")
    let town = try await Self.town(slug, home)
    try await town.runJobs()
    let mail = try #require(home.installation.mails.mails(to: email).first)
    let link = try #require(mail.text.firstMatch(of: /http:\/\/\S+\/invite\/[A-Za-z0-9_-]{43}/))
    #expect(link.0.hasPrefix("http://\(slug).test") && mail.text.contains("Bonjour"))
    let name: String = try await home.database.read("SELECT name FROM people WHERE id = \(boss.personID!)").first!.get(
      0)
    #expect(!mail.text.contains(name))
    #expect(try await Self.accept(town, String(link.0)).status == 201)
    let again = try await boss.post("/api/v1/tenants/\(slug)/administrators", administrator)
    #expect(again.fields == ["email": "email_taken"])
  }

  @Test("the link ends with the operator's right, by asking again, and while the township is switched off none is made")
  func ended() async throws {
    let (home, other) = (try await Township(), try await Township())
    let boss = try await home.somebody(.operator)
    let slug = String(other.host.dropLast(".test".count))
    let path = "/api/v1/tenants/\(slug)/administrators"
    let (_, administrator) = Self.somebody()
    let first = try await boss.post(path, administrator)["link"]?.string
    let second = try await boss.post(path, administrator)["link"]?.string
    #expect(try await Self.accept(other, first).status == 404, "asking again ends the older link")
    _ = try await home.installation.admin.write("UPDATE people SET active = false WHERE id = \(boss.personID!)")
    #expect(try await Self.accept(other, second).status == 404)
    try await other.runJobs()
    _ = try await home.installation.admin.write("UPDATE people SET active = true WHERE id = \(boss.personID!)")
    #expect(try await boss.patch("/api/v1/tenants/\(slug)", .object(["active": .bool(false)])).status == 200)
    #expect(try await boss.post(path, administrator).code == "conflict")
    #expect(try await boss.post("/api/v1/tenants/nowhere-\(slug)/administrators", administrator).status == 404)
    #expect(try await !boss.get("/operator/townships/\(slug)").text.isEmpty)
  }

  @Test("nobody but an operator asks, and an administrator forges no operator's invitation")
  func guarded() async throws {
    let (home, other) = (try await Township(), try await Township())
    let slug = String(other.host.dropLast(".test".count))
    let (_, administrator) = Self.somebody()
    for role in Role.allCases where role != .operator {
      let person = try await home.somebody(role)
      #expect(try await person.post("/api/v1/tenants/\(slug)/administrators", administrator).status == 403)
      let browser = try await home.browser(role)
      let posted = try await browser.post(
        "/operator/townships/\(slug)", [("action", "invite"), ("administrator_name", "X")])
      #expect(posted.status == 403)
    }
    #expect(try await home.anonymous.post("/api/v1/tenants/\(slug)/administrators", administrator).status == 401)
    // Whoever it claims to come from: without a living operator behind it the link opens nothing.
    let agent = try await other.somebody(.agent)
    let token = InvitationToken.generate()
    try await home.installation.application.database.tenant(other.id).write { transaction in
      _ = try await transaction.query(
        """
        INSERT INTO invitations (tenant_id, email, name, role, operator_id, operator_tenant_id, expires_at)
        VALUES (current_tenant(), 'spy@example.test', 'Spy', 'administrator', \(agent.personID), \(other.id), 'infinity')
        """)
      _ = try await transaction.query(
        """
        INSERT INTO invitation_links (tenant_id, digest, invitation_id)
        SELECT tenant_id, \(token.digest), id FROM invitations WHERE email = 'spy@example.test'
        """)
    }
    #expect(try await Self.accept(other, "/invite/" + token.pathComponent).status == 404)
  }

  @Test("by the pages: asked with a new township or an old one, mistakes told at their fields, the link shown once")
  func pages() async throws {
    let home = try await Township()
    let boss = try await home.browser(.operator)
    let slug = TownshipsTests.slug()
    let (email, _) = Self.somebody()
    func fields(_ address: String) -> [(name: String, value: String)] {
      [
        ("name", "Sousville"), ("slug", slug), ("hosts", "\(slug).test"), ("language", "en"), ("search_language", ""),
        ("time_zone", "Europe/Madrid"), ("categories", "none"), ("administrator_name", "Ada <b>"),
        ("administrator_email", address),
      ]
    }
    let refused = try await boss.post("/operator/new", fields("nobody"))
    #expect(refused.status == 422 && refused.text.contains("href=\"#field-administrator_email\""), "\(refused.text)")
    #expect(refused.text.contains("value=\"Ada &lt;b&gt;\""))
    let made = try await boss.post("/operator/new", fields(email))
    #expect(made.status == 200 && made.text.contains("Ada &lt;b&gt; is invited."), "\(made.text)")
    let link = try #require(made.text.firstMatch(of: /<code id="invitation-link">([^<]+)<\/code>/)).1
    #expect(link.hasPrefix("http://\(slug).test"))
    let path = "/operator/townships/\(slug)"
    #expect(try await !boss.get(path).text.contains("invitation-link"))
    let missing = try await boss.post(path, [("action", "invite"), ("administrator_name", "Bo")])
    #expect(missing.status == 422 && missing.text.contains("href=\"#field-administrator_email\""))
    #expect(
      missing.text.contains("value=\"Sousville\"") && missing.text.contains("value=\"Bo\""), "both forms are kept")
    let again = try await boss.post(
      path, [("action", "invite"), ("administrator_name", "Ada"), ("administrator_email", email)])
    #expect(again.status == 200 && again.text.contains("id=\"invitation-link\""))
    let town = try await Self.town(slug, home)
    #expect(try await town.anonymous.get("/invite/\(link.split(separator: "/").last!)").status == 404)
    try await town.runJobs()
  }
}
