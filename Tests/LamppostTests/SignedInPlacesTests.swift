import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// Browsers and programs that somebody is signed in by.
@Suite struct SignedInPlacesTests {
  private struct Place {
    let access: Client
    let refresh: String
  }

  private func program(_ town: Township, _ id: Int, epoch: Int = 1) async throws -> Place {
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let pair = try await town.installation.application.tokens.issue(personID: id, epoch: epoch, tenant: tenant)
    return Place(
      access: Client(township: town, headers: ["Authorization": "Bearer \(pair.access)"]), refresh: pair.refresh)
  }

  private func refresh(_ town: Township, _ token: String) async throws -> Client.Answer {
    try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded").send(
      .post, "/api/v1/token", Array("grant_type=refresh_token&refresh_token=\(token)".utf8))
  }

  @Test("a program stands in the list beside browsers, and ends alone; nobody ends another's")
  func programs() async throws {
    let town = try await Township()
    let browser = try await town.browser(.citizen)
    // What the harness signed them in by.
    let before = try await browser.get("/api/v1/me/sessions").items.filter { $0["kind"]?.string == "program" }
    let mine = try await program(town, browser.client.personID!)
    let list = try await browser.get("/api/v1/me/sessions").items
    let programs = list.filter { $0["kind"]?.string == "program" }
    #expect(programs.count == before.count + 1 && list.contains { $0["kind"]?.string == "browser" })
    let id = try #require(programs.first?["id"]?.string)
    #expect(try await browser.get("/me/settings").text.contains("A program"))
    let other = try await town.browser(.citizen)
    #expect(try await other.post("/me/settings", [("action", "session"), ("session", id)]).status == 404)
    #expect(try await refresh(town, mine.refresh).status == 200)
    let next = try await program(town, browser.client.personID!)
    #expect(try await browser.post("/me/settings", [("action", "session"), ("session", id)]).status == 303)
    #expect(try await refresh(town, next.refresh).status == 200)
    let left = try await browser.get("/api/v1/me/sessions").items
    #expect(!left.contains { $0["id"]?.string == id })
    let kept = try await town.database.read(
      "SELECT 1 FROM audit_events WHERE tenant_id = \(town.id) AND kind = 'tokens_revoked'")
    #expect(kept.count == 1)
  }

  @Test("signed out everywhere else means everywhere: browsers, programs, and tokens that are still good")
  func everywhere() async throws {
    let town = try await Township()
    let here = try await town.browser(.agent)
    let id = here.client.personID!
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let far = try await town.installation.application.sessions.create(personID: id, epoch: 1, tenant: tenant)
    let phone = Client(township: town, headers: ["Cookie": "\(SessionStore.cookieName)=\(far.text)"])
    let mine = try await program(town, id)
    for client in [phone, mine.access] { #expect(try await client.get("/api/v1/me").status == 200) }
    let done = try await here.post("/me/settings", [("action", "others")])
    #expect(done.status == 303 && done.headers["Location"] == "/me/settings?done=others")
    for client in [phone, mine.access, here.client] { #expect(try await client.get("/api/v1/me").status == 401) }
    #expect(try await refresh(town, mine.refresh).code == "invalid_grant")
    // This browser goes on under its new cookie.
    let cookie = String(try #require(done.headers["Set-Cookie"]?.split(separator: ";").first))
    let on = Client(township: town, headers: ["Cookie": cookie])
    let list = try await on.get("/api/v1/me/sessions").items
    #expect(list.count == 1 && list.first?["current"]?.bool == true)
    // By token the call ends its own, too.
    let last = try await program(town, id, epoch: 2)
    #expect(try await last.access.delete("/api/v1/me/sessions").status == 200)
    #expect(try await last.access.get("/api/v1/me").status == 401)
    #expect(try await on.get("/api/v1/me").status == 401)
  }
}
