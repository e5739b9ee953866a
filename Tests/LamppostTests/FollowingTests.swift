import Civic
import FoundationEssentials
import JSON
import MailSink
import PostgreSQL
import Testing

@testable import Lamppost

/// Following, and finding a lost link, by guests whose address has to be their own.
@Suite struct FollowingTests {
  private func address() -> String { "\(UUID().uuidString.lowercased())@example.test" }

  private func form(_ client: Client, _ path: String, _ body: String) async throws -> Client.Answer {
    try await client.with("Content-Type", "application/x-www-form-urlencoded").send(.post, path, Array(body.utf8))
  }

  private func mails(_ town: Township, _ address: String) async throws -> [MailSink.Mail] {
    try await town.runJobs()
    return town.installation.mails.mails(to: address)
  }

  @Test("a guest follows only after the owner of the address has pressed the button, and stops by the same link")
  func guests() async throws {
    let town = try await Township()
    let (guest, agent) = (address(), try await town.somebody(.agent))
    let (reference, _) = try await town.report([("title", .string("Buy cheap <script>"))])
    let answer = try await town.anonymous.post(
      "/api/v1/requests/\(reference)/follow", .object(["email": .string(guest.uppercased())]))
    #expect(answer.status == 200 && answer["following"]?.bool == false && answer["confirmation_sent"]?.bool == true)
    let mail = try #require(try await mails(town, guest).first)
    #expect(!mail.text.contains("cheap"))
    let path = String(try #require(mail.text.firstMatch(of: /:8311(\/follow\/\w+)/)).1)
    // What looks into mails for malware fetches links.
    #expect(try await town.anonymous.get(path).status == 200)
    let update = JSONValue.object(["body": .string("news"), "visibility": .string("public")])
    _ = try await agent.post("/api/v1/requests/\(reference)/comments", update)
    #expect(try await mails(town, guest).count == 1)
    let confirmed = try await form(town.anonymous, path, "action=confirm")
    #expect(confirmed.status == 200 && confirmed.text.contains(reference))
    _ = try await agent.post("/api/v1/requests/\(reference)/comments", update)
    #expect(try await mails(town, guest).count == 2)
    // Asking again tells nobody that the address follows, and mails nothing.
    let again = try await town.anonymous.post(
      "/api/v1/requests/\(reference)/follow", .object(["email": .string(guest)]))
    #expect(again.text == answer.text)
    #expect(try await mails(town, guest).count == 2)
    #expect(try await form(town.anonymous, path, "action=stop").status == 200)
    _ = try await agent.post("/api/v1/requests/\(reference)/comments", update)
    #expect(try await mails(town, guest).count == 2)
    #expect(try await town.anonymous.get(path).status == 404)
    #expect(try await town.database.read("SELECT 1 FROM followers WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("who is signed in follows at once, sees it in a list, and stops")
  func people() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let (reference, _) = try await town.report()
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let person = Actor.Person(id: citizen.personID!, name: "", email: "", role: .citizen)
    let actor = Actor(tenant: tenant, person: person)
    let application = town.installation.application
    for _ in 0..<2 {
      #expect(try await citizen.post("/api/v1/requests/\(reference)/follow")["following"]?.bool == true)
    }
    #expect(try await application.listFollowed(as: actor).map(\.reference.description) == [reference])
    #expect(try await citizen.delete("/api/v1/requests/\(reference)/follow")["following"]?.bool == false)
    #expect(try await application.listFollowed(as: actor).isEmpty)
    #expect(try await town.anonymous.delete("/api/v1/requests/\(reference)/follow").status == 401)
  }

  @Test("what cannot be followed, and addresses that are none, are refused")
  func refused() async throws {
    let town = try await Township()
    let other = try await Township()
    let (reference, _) = try await town.report()
    let (hidden, _) = try await town.report([("category", .string("harassment"))])
    let path = "/api/v1/requests/\(reference)/follow"
    for bad in ["", "x", "a@b", "a b@c.test", "a@b.test\r\nBcc: c@d.test", "<a@b.test>", "é@b.test", "\u{0}@b.test"] {
      let answer = try await town.anonymous.post(path, .object(["email": .string(bad)]))
      #expect(answer.status == 422 && answer.fields["email"] != nil, "\(bad)")
    }
    let good = JSONValue.object(["email": .string(address())])
    #expect(try await town.anonymous.post("/api/v1/requests/\(hidden)/follow", good).status == 404)
    #expect(try await other.anonymous.post(path, good).status == 404)
    #expect(try await town.somebody(.citizen).post(path, good).fields == ["email": "unknown_field"])
    #expect(try await town.anonymous.get("/follow/00000000000000000000000000").status == 404)
    #expect(try await town.anonymous.get("/follow/x").status == 404)
  }

  @Test("nobody's mailbox can be filled by asking in their name")
  func limits() async throws {
    let town = try await Township()
    let address = address()
    var statuses: [Int] = []
    for _ in 0..<7 {
      let (reference, _) = try await town.report()
      statuses.append(
        try await town.anonymous.post(
          "/api/v1/requests/\(reference)/follow", .object(["email": .string(address)])
        ).status)
    }
    #expect(statuses == [200, 200, 200, 200, 200, 429, 429])
    #expect(try await mails(town, address).count == 5)
  }

  @Test("a follower's link is good in its own township alone")
  func foreign() async throws {
    let (town, other) = (try await Township(), try await Township())
    let guest = address()
    let (reference, _) = try await town.report()
    _ = try await town.anonymous.post(
      "/api/v1/requests/\(reference)/follow", .object(["email": .string(guest)]))
    let mail = try #require(try await mails(town, guest).first)
    let path = String(try #require(mail.text.firstMatch(of: /:8311(\/follow\/\w+)/)).1)
    #expect(try await other.anonymous.get(path).status == 404)
    #expect(try await form(other.anonymous, path, "action=confirm").status == 404)
  }

  @Test("the form on a request's page asks for an address, says what is wrong with it, and follows")
  func page() async throws {
    let town = try await Township()
    let guest = address()
    let (reference, code) = try await town.report()
    #expect(try await town.anonymous.get("/requests/\(reference)").text.contains("id=\"follow\""))
    // The reporter is told anyway.
    #expect(try await !town.anonymous.get("/track/\(code!)").text.contains("id=\"follow\""))
    let wrong = try await form(town.anonymous, "/requests/\(reference)/follow", "action=follow&email=%3Cscript%3E")
    #expect(wrong.status == 422 && wrong.text.contains("&lt;script&gt;") && !wrong.text.contains("<script>"))
    let right = try await form(town.anonymous, "/requests/\(reference)/follow", "action=follow&email=\(guest)")
    #expect(right.status == 200)
    #expect(try await mails(town, guest).count == 1)
  }

  @Test("a lost link is mailed anew, earlier ones stay good, and the answer is the same for everybody")
  func lostLinks() async throws {
    let town = try await Township()
    let address = address()
    let (first, code) = try await town.report([("contact", .object(["email": .string(address.uppercased())]))])
    let (second, _) = try await town.report([("contact", .object(["email": .string(address)]))])
    let (nobodys, _) = try await town.report()
    let citizen = try await town.somebody(.citizen)
    try await town.report(by: citizen)
    try await town.runJobs()
    let before = town.installation.mails.mails(to: address).count
    let known = try await form(town.anonymous, "/track", "contact=\(address)")
    let unknown = try await form(town.anonymous, "/track", "contact=\(self.address())")
    let reference = try await form(town.anonymous, "/track", "contact=\(first.lowercased())")
    let anonymous = try await form(town.anonymous, "/track", "contact=\(nobodys)")
    for answer in [known, unknown, reference, anonymous] {
      #expect(answer.status == 200 && answer.text == known.text)
    }
    let sent = try await mails(town, address).dropFirst(before)
    #expect(sent.count == 2)
    let all = try #require(sent.first { $0.text.contains(second) }).text
    let links = all.matches(of: /http:\/\/\S+:8311\/track\/(\w+)/).map { String($0.1) }
    #expect(links.count == 2 && all.contains(first))
    for code in links + [code!] { #expect(try await town.anonymous.get("/track/\(code)").status == 200) }
    #expect(try await !(mails(town, address).last?.text.contains(nobodys) ?? true))
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("a lost link is not asked for by nonsense, nor for ever")
  func lostLinkLimits() async throws {
    let town = try await Township()
    for bad in ["", "x", "%3Cscript%3E", "a%40b", "a%0d%0a%40b.test", "1234-5678"] {
      let answer = try await form(town.anonymous, "/track", "contact=\(bad)")
      #expect(answer.status == 422 && answer.text.contains("field-contact"), "\(bad)")
    }
    let address = address()
    var statuses: [Int] = []
    for _ in 0..<6 { statuses.append(try await form(town.anonymous, "/track", "contact=\(address)").status) }
    #expect(statuses == [200, 200, 200, 200, 200, 429])
    let (_, code) = try await town.report()
    let redirect = try await form(town.anonymous, "/track", "contact=\(code!.lowercased())")
    #expect(redirect.status == 303 && redirect.headers["Location"] == "/track/\(code!)")
    try await town.runJobs()
  }
}
