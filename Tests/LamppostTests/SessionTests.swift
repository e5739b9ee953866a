import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

// One after the other: together they would fill the pool that checks passwords, which is another test's subject.
@Suite(.serialized) struct SessionTests {
  private static let password = "correct horse battery"

  /// Registers somebody with a password.
  private func registered(_ town: Township, _ email: String = "ada@example.test") async throws {
    let answer = try await town.anonymous.post(
      "/api/v1/users",
      .object(["email": .string(email), "name": .string("Ada"), "password": .string(Self.password)]))
    try #require(answer.status == 201 && answer["role"]?.string == "citizen", "\(answer.text)")
  }

  private func signIn(_ town: Township, _ password: String = password) async throws -> Client.Answer {
    try await town.anonymous.post(
      "/api/v1/session", .object(["email": .string("ADA@example.test"), "password": .string(password)]))
  }

  /// The cookie of an answer, as the browser sends it back.
  private func cookie(_ answer: Client.Answer) throws -> String {
    String(try #require(answer.headers["Set-Cookie"]).prefix { $0 != ";" })
  }

  @Test("a browser signs in by cookie, changes things with its CSRF token, and signs out")
  func cookies() async throws {
    let town = try await Township()
    try await registered(town)
    let answer = try await signIn(town)
    #expect(answer.status == 200)
    let header = try #require(answer.headers["Set-Cookie"])
    for part in ["__Host-lamppost=", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] { #expect(header.contains(part)) }
    let browser = town.anonymous.with("Cookie", try cookie(answer))
    let me = try await browser.get("/api/v1/me")
    #expect(me["email"]?.string == "ada@example.test")
    let token = try #require(answer["csrf_token"]?.string)
    #expect(me["csrf_token"]?.string == token)
    #expect(try await browser.delete("/api/v1/session").code == "csrf_token_required")
    #expect(try await browser.with("X-CSRF-Token", "x" + token).delete("/api/v1/session").status == 403)
    #expect(try await browser.with("X-CSRF-Token", token).delete("/api/v1/session").status == 204)
    #expect(try await browser.get("/api/v1/me").status == 401)
  }

  @Test("wrong passwords and unknown people get the same answer")
  func wrong() async throws {
    let town = try await Township()
    try await registered(town)
    let wrong = try await signIn(town, "wrong horse battery")
    let unknown = try await town.anonymous.post(
      "/api/v1/session", .object(["email": .string("eve@example.test"), "password": .string("wrong horse battery")]))
    #expect(wrong.status == 401 && wrong.code == "invalid_credentials")
    #expect(unknown.status == 401 && unknown.code == wrong.code && unknown["detail"] == wrong["detail"])
  }

  @Test("failures are limited by account and address, so that nobody locks another out")
  func throttling() async throws {
    let town = try await Township()
    try await registered(town)
    var statuses: [Int] = []
    // All at once, for each would find room if it were counted only after its check.
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<14 { group.addTask { try await signIn(town, "wrong horse battery").status } }
      for try await status in group { statuses.append(status) }
    }
    #expect(statuses.sorted() == Array(repeating: 401, count: 10) + Array(repeating: 429, count: 4))
    let blocked = try await signIn(town)
    #expect(blocked.status == 429 && blocked.headers["Retry-After"] != nil)
    // The account itself is free: from elsewhere its owner comes in.
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let account = try await town.installation.application.signIn(
      email: "ada@example.test", password: Self.password, code: nil, tenant: tenant, clientAddress: "198.51.100.9")
    #expect(account.person.email == "ada@example.test")
  }

  private func form(_ client: Client, _ path: String, _ text: String) async throws -> Client.Answer {
    try await client.with("Content-Type", "application/x-www-form-urlencoded").send(.post, path, Array(text.utf8))
  }

  @Test("a refresh token is good for one use; a second use ends its family")
  func refreshTokens() async throws {
    let town = try await Township()
    try await registered(town)
    let first = try await form(
      town.anonymous, "/api/v1/token",
      "grant_type=password&username=ada%40example.test&password=correct+horse+battery")
    #expect(first.status == 200 && first["token_type"]?.string == "Bearer" && first["expires_in"]?.integer == 900)
    let old = try #require(first["refresh_token"]?.string)
    let second = try await form(town.anonymous, "/api/v1/token", "grant_type=refresh_token&refresh_token=\(old)")
    #expect(second.status == 200)
    let new = try #require(second["refresh_token"]?.string)
    let thief = try await form(town.anonymous, "/api/v1/token", "grant_type=refresh_token&refresh_token=\(old)")
    #expect(thief.status == 400 && thief.code == "invalid_grant" && thief["error"]?.string == "invalid_grant")
    #expect(
      try await form(town.anonymous, "/api/v1/token", "grant_type=refresh_token&refresh_token=\(new)").status == 400)
  }

  @Test("a revoked token refreshes nothing; an unknown one is revoked without a word")
  func revocation() async throws {
    let town = try await Township()
    try await registered(town)
    let pair = try await form(
      town.anonymous, "/api/v1/token",
      "grant_type=password&username=ada%40example.test&password=correct+horse+battery")
    let refresh = try #require(pair["refresh_token"]?.string)
    #expect(try await form(town.anonymous, "/api/v1/token/revoke", "token=\(refresh)").status == 200)
    #expect(try await form(town.anonymous, "/api/v1/token/revoke", "token=unknown").status == 200)
    #expect(
      try await form(town.anonymous, "/api/v1/token", "grant_type=refresh_token&refresh_token=\(refresh)").status == 400
    )
  }

  @Test("deactivation and a raised epoch end sessions and tokens at once")
  func epochs() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    #expect(try await agent.get("/api/v1/me").status == 200)
    _ = try await town.database.write("UPDATE people SET epoch = epoch + 1 WHERE tenant_id = \(town.id)")
    #expect(try await agent.get("/api/v1/me").status == 401)
    let viewer = try await town.somebody(.viewer)
    _ = try await town.database.write("UPDATE people SET active = false WHERE tenant_id = \(town.id)")
    #expect(try await viewer.get("/api/v1/me").status == 401)
  }

  @Test("a raised epoch ends refresh tokens too, and so does a revocation that meets a refresh")
  func refreshEnds() async throws {
    let town = try await Township()
    try await registered(town)
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let tokens = town.installation.application.tokens
    let person: Int = try await town.database.read("SELECT id FROM people WHERE tenant_id = \(town.id)").first!.get(0)
    for _ in 0..<20 {
      let first = try await tokens.issue(personID: person, epoch: 1, tenant: tenant)
      async let refreshed = try? tokens.refresh(first.refresh, tenant: tenant)
      async let revoked: Void = tokens.revoke(first.refresh, tenant: tenant)
      let (second, _) = try await (refreshed, revoked)
      // Whoever came first: nothing of the family is good any more.
      for token in [first.refresh, second?.refresh].compactMap(\.self) {
        await #expect(throws: Problem.self) { try await tokens.refresh(token, tenant: tenant) }
      }
    }
    let last = try await tokens.issue(personID: person, epoch: 1, tenant: tenant)
    _ = try await town.database.write("UPDATE people SET epoch = 2 WHERE tenant_id = \(town.id)")
    await #expect(throws: Problem.self) { try await tokens.refresh(last.refresh, tenant: tenant) }
  }

  @Test("a token that is not ours is refused, not overlooked", arguments: ["Bearer x", "Bearer ", "Basic eDp5", "x"])
  func badTokens(header: String) async throws {
    let town = try await Township()
    let answer = try await town.anonymous.with("Authorization", header).get("/api/v1/requests")
    #expect(answer.status == 401 && answer.headers["WWW-Authenticate"] == "Bearer")
  }

  @Test("an account is one an address, and a password has its length")
  func registration() async throws {
    let town = try await Township()
    try await registered(town)
    let again = try await town.anonymous.post(
      "/api/v1/users",
      .object(["email": .string("Ada@Example.test"), "name": .string("A"), "password": .string(Self.password)]))
    #expect(again.code == "email_taken")
    let short = try await town.anonymous.post(
      "/api/v1/users",
      .object(["email": .string("b@example.test"), "name": .string("B"), "password": .string("short")]))
    #expect(short.fields == ["password": "too_short"])
    let role = try await town.anonymous.post(
      "/api/v1/users",
      .object([
        "email": .string("c@example.test"), "name": .string("C"), "password": .string(Self.password),
        "role": .string("operator"),
      ]))
    #expect(role.fields == ["role": "unknown_field"])
  }

  @Test("who is deactivated while they are still sending changes nothing")
  func slowly() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let reference = try await town.report().reference
    let path = "/api/v1/requests/\(reference)"
    let id = try #require(agent.personID)
    let (tenantID, database) = (town.id, town.database)
    func send(_ title: String, whileSending act: @escaping @Sendable () async throws -> Void) async throws -> Int {
      var headers = Headers()
      for (name, value) in agent.headers { headers[name] = value }
      headers["Content-Type"] = "application/json"
      let body = Body(Array(#"{"title":"\#(title)"}"#.utf8)).checked(by: act)
      return await town.installation.handler.respond(
        to: Request(method: .patch, path: path, headers: headers, hostAndPort: town.host, body: body)
      ).status.code
    }
    #expect(try await send("Slow, and allowed") { try await Task.sleep(for: .milliseconds(1100)) } == 200)
    let status = try await send("Too late") {
      _ = try await database.write("UPDATE people SET active = false WHERE tenant_id = \(tenantID) AND id = \(id)")
      try await Task.sleep(for: .milliseconds(1100))
    }
    #expect(status == 401)
    #expect(try await town.anonymous.get(path)["title"]?.string == "Slow, and allowed")
  }
}
