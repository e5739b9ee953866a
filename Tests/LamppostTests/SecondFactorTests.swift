import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

@Suite struct SecondFactorTests: PageCalling {
  private static let password = "four lamps in the rain"

  private struct Person {
    let email: String
    let client: Client
    let app: OneTimePassword
    let codes: [String]
    /// The app's code that switched it on.
    let used: String
  }

  private func session(
    _ town: Township, _ email: String, code: String? = nil, password: String = password
  ) async throws -> Client.Answer {
    var fields: [String: JSONValue] = ["email": .string(email), "password": .string(password)]
    if let code { fields["code"] = .string(code) }
    return try await town.anonymous.post("/api/v1/session", .object(fields))
  }

  /// Somebody of a role with a password, by token.
  private func somebody(_ town: Township, _ role: Role) async throws -> (email: String, client: Client) {
    let client = try await town.somebody(role)
    let hash = try await PasswordHasher(pool: .init(name: "hash", threads: 1)).hash(Self.password)
    let rows = try await town.database.write(
      "UPDATE people SET password_hash = \(hash) WHERE tenant_id = \(town.id) AND id = \(client.personID!) RETURNING email"
    )
    return (try rows.first!.get(0), client)
  }

  private func code(_ app: OneTimePassword, _ offset: Int = 0) -> String {
    app.code(at: OneTimePassword.step(at: Date.now.timeIntervalSince1970) + offset)
  }

  /// Somebody whose second factor is on; the code of the step before now has been used.
  private func guarded(_ town: Township, _ role: Role) async throws -> Person {
    let (email, client) = try await somebody(town, role)
    let begun = try await client.post("/api/v1/me/totp", .object(["password": .string(Self.password)]))
    try #require(begun.status == 201, "\(begun.text)")
    let stored = try await town.installation.application.secondFactors.pending(
      client.personID!, tenant: town.installation.application.tenants.tenant(host: town.host))
    let app = try #require(stored)
    #expect(begun["secret"]?.string == app.base32 && begun["uri"]?.string?.hasPrefix("otpauth://totp/") == true)
    let used = code(app, -1)
    let done = try await client.post("/api/v1/me/totp", .object(["code": .string(used)]))
    try #require(done.status == 200, "\(done.text)")
    return Person(
      email: email, client: client, app: app, codes: (done["recovery_codes"]?.array ?? []).compactMap(\.string),
      used: used)
  }

  @Test("with a second factor the password alone opens nothing, and a code is good once")
  func signIn() async throws {
    let town = try await Township()
    let person = try await guarded(town, .agent)
    #expect(try await session(town, person.email).code == "second_factor_required")
    #expect(try await session(town, person.email, code: "000000").code == "invalid_code")
    #expect(try await session(town, person.email, code: person.used).code == "invalid_code")
    let now = code(person.app)
    #expect(try await session(town, person.email, code: now).status == 200)
    #expect(try await session(town, person.email, code: now).code == "invalid_code")
    #expect(try await session(town, person.email, code: now, password: "wrong").code == "invalid_credentials")
    // Nothing of it stands readable in the database.
    let rows = try await town.database.read(
      "SELECT secret FROM second_factors WHERE tenant_id = \(town.id) AND person_id = \(person.client.personID!)")
    #expect(try rows.first!.get(0, as: [UInt8].self) != person.app.secret)
  }

  @Test("of two who come with one code at once, one is let in")
  func race() async throws {
    let town = try await Township()
    let person = try await guarded(town, .agent)
    let now = code(person.app)
    async let one = session(town, person.email, code: now)
    async let other = session(town, person.email, code: now)
    #expect(try await [one.status, other.status].sorted() == [200, 401])
  }

  @Test("a recovery code opens the account once, and new ones end the old")
  func recovery() async throws {
    let town = try await Township()
    let person = try await guarded(town, .agent)
    #expect(person.codes.count == 10 && Set(person.codes).count == 10)
    #expect(try await session(town, person.email, code: person.codes[0].lowercased()).status == 200)
    #expect(try await session(town, person.email, code: person.codes[0]).code == "invalid_code")
    let renewed = try await person.client.post(
      "/api/v1/me/totp/recovery-codes", .object(["password": .string(Self.password)]))
    let fresh = (renewed["recovery_codes"]?.array ?? []).compactMap(\.string)
    #expect(try await session(town, person.email, code: person.codes[1]).code == "invalid_code")
    #expect(try await session(town, person.email, code: fresh[1]).status == 200)
    #expect(try await town.somebody(.agent).post("/api/v1/me/totp/recovery-codes").fields == ["password": "required"])
  }

  @Test("who guesses codes is stopped, from wherever they come; whose password is not known is not locked out")
  func throttling() async throws {
    let town = try await Township()
    let person = try await guarded(town, .agent)
    var last = 0
    for _ in 0..<12 { last = try await session(town, person.email, code: "123456").status }
    #expect(last == 429)
    let victim = try await guarded(town, .agent)
    // Somebody else's network: what strangers do from theirs is not counted against the victim's.
    let limiter = town.installation.application.limiter
    for _ in 0..<30 { try? await limiter.take(.signIn, "\(town.id) \(victim.email) 198.51.100.1") }
    #expect(try await session(town, victim.email, code: code(victim.app)).status == 200)
  }

  @Test("in a browser the code is asked for on a second page, which knows nothing of the password")
  func pages() async throws {
    let town = try await Township()
    let person = try await guarded(town, .agent)
    let first = try await post(
      town.anonymous, "/sign-in", [("email", person.email), ("password", Self.password), ("next", "/staff?x=1")])
    #expect(first.status == 200 && first.headers["Set-Cookie"] == nil && !first.text.contains(Self.password))
    let half = String(try #require(first.text.firstMatch(of: /name="half" value="([^"]+)"/)).1)
    let wrong = try await post(
      town.anonymous, "/sign-in", [("half", half), ("code", "000000"), ("next", "/staff?x=1")])
    #expect(wrong.status == 422 && wrong.text.contains("href=\"#field-code\""))
    let fields = [
      (name: "half", value: half), (name: "code", value: code(person.app)), (name: "next", value: "/staff?x=1"),
    ]
    let done = try await post(town.anonymous, "/sign-in", fields)
    #expect(done.status == 303 && done.headers["Location"] == "/staff?x=1" && done.headers["Set-Cookie"] != nil)
    #expect(try await post(town.anonymous, "/sign-in", fields).headers["Location"] == "/sign-in")
    #expect(try await post(Township().anonymous, "/sign-in", fields).headers["Location"] == "/sign-in")
  }

  @Test("it is set up and switched off on the security page, where the password is asked for again")
  func securityPage() async throws {
    let town = try await Township()
    let browser = try await town.browser(.citizen)
    let hash = try await PasswordHasher(pool: .init(name: "hash", threads: 1)).hash(Self.password)
    _ = try await town.database.write(
      "UPDATE people SET password_hash = \(hash) WHERE tenant_id = \(town.id) AND id = \(browser.client.personID!)")
    let path = "/me/security"
    #expect(try await browser.get(path).text.contains("Set it up"))
    let wrong = try await browser.post(path, [("action", "begin"), ("password", "wrong")])
    #expect(wrong.status == 422 && wrong.text.contains("href=\"#field-begin-password\""))
    let begun = try await browser.post(path, [("action", "begin"), ("password", Self.password)])
    #expect(begun.status == 200)
    let page = begun.text
    let secret = String(try #require(page.firstMatch(of: /id="secret">([A-Z2-7 ]+)</)).1).replacing(" ", with: "")
    let stored = try await town.installation.application.secondFactors.pending(
      browser.client.personID!, tenant: town.installation.application.tenants.tenant(host: town.host))
    let app = try #require(stored)
    #expect(secret == app.base32 && page.contains("QR code for the app"))
    // In answer to the password alone: whoever sits down at the screen later does not read it.
    let later = try await browser.get(path).text
    #expect(later.contains("Type what your app shows") && !later.contains("id=\"secret\""))
    #expect(!later.contains(app.base32) && !later.contains("QR code for the app"))
    #expect(try await browser.post(path, [("action", "confirm"), ("code", "000000")]).status == 422)
    let codes = try await browser.post(path, [("action", "confirm"), ("code", code(app))])
    #expect(codes.status == 200 && codes.text.matches(of: /<li><code>[0-9A-Z-]+<\/code><\/li>/).count == 10)
    #expect(try await browser.get(path).text.contains("10 recovery codes are left."))
    #expect(try await browser.post(path, [("action", "begin"), ("password", Self.password)]).status == 409)
    #expect(
      try await browser.post(path, [("action", "remove"), ("password", Self.password)]).headers["Location"]
        == "/me/security?done=off")
    #expect(try await browser.get(path).text.contains("Set it up"))
  }

  @Test("a role that has to have a second factor is closed to whoever has none, until they have set one up")
  func enforcement() async throws {
    let town = try await Township()
    let (_, agent) = try await somebody(town, .agent)
    let manager = try await guarded(town, .manager)
    let administrator = try await guarded(town, .administrator)
    let (reference, _) = try await town.report()
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/comments",
      .object(["body": .string("zugzwang"), "visibility": .string("internal")]))
    let roles: JSONValue = .array([.string("agent"), .string("manager")])
    let set = try await administrator.client.patch("/api/v1/settings", .object(["second_factor_roles": roles]))
    #expect(set.status == 200 && set["second_factor_roles"] == roles, "\(set.text)")
    let refused = try await administrator.client.patch(
      "/api/v1/settings", .object(["second_factor_roles": .array([.string("citizen")])]))
    #expect(refused.fields == ["second_factor_roles": "unknown_option"])
    #expect(try await agent.get("/api/v1/views").code == "second_factor_missing")
    #expect(!(try await agent.get("/api/v1/requests/\(reference)/comments").text.contains("zugzwang")))
    let me = try await agent.get("/api/v1/me")
    #expect(me["role"]?.string == "agent" && me["second_factor_missing"]?.bool == true)
    #expect(try await manager.client.get("/api/v1/views").status == 200)
    #expect(try await town.somebody(.crew).get("/api/v1/views").status == 200)
    let begun = try await agent.post("/api/v1/me/totp", .object(["password": .string(Self.password)]))
    #expect(begun.status == 201, "\(begun.text)")
    #expect(try await agent.get("/api/v1/views").code == "second_factor_missing")
    let application = town.installation.application
    let app = try #require(
      try await application.secondFactors.pending(
        agent.personID!, tenant: application.tenants.tenant(host: town.host)))
    #expect(try await agent.post("/api/v1/me/totp", .object(["code": .string(code(app))])).status == 200)
    // Whoever has the password alone, and signed in with it before, has the role no more than before.
    #expect(try await agent.get("/api/v1/me").status == 401)
    let browser = try await town.browser(.agent)
    #expect(try await browser.get("/staff").headers["Location"]?.hasPrefix("/me/security") == true)
    #expect(try await browser.get("/me/security").text.contains("asks for a second factor"))
  }

  /// Notes of the audit log about somebody, oldest first.
  private func notes(_ town: Township, _ id: Int) async throws -> [String] {
    try await town.database.read(
      """
      SELECT note FROM audit_events
       WHERE tenant_id = \(town.id) AND subject = \("person \(id)") AND note IS NOT NULL ORDER BY id
      """
    ).map { try $0.get(0) }
  }

  @Test("a begun secret runs out, and its code switches nothing on any more")
  func runsOut() async throws {
    let town = try await Township()
    let (_, client) = try await somebody(town, .agent)
    let begun = try await client.post("/api/v1/me/totp", .object(["password": .string(Self.password)]))
    try #require(begun.status == 201, "\(begun.text)")
    let factors = town.installation.application.secondFactors
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let app = try #require(try await factors.pending(client.personID!, tenant: tenant))
    _ = try await town.database.write(
      "UPDATE second_factors SET created_at = now() - interval '16 minutes' WHERE tenant_id = \(town.id)")
    let late = try await client.post(
      "/api/v1/me/totp", .object(["code": .string(code(app))]))
    #expect(late.fields == ["code": "invalid_code"])
    let state = try await factors.state(of: client.personID!, tenant: tenant)
    #expect(state.confirmedAt == nil && !state.hasBegun)
  }

  @Test("switching it on, its codes, their row and their mail are one: where the last fails, nothing is done")
  func atOnce() async throws {
    let town = try await Township()
    let (email, client) = try await somebody(town, .agent)
    let begun = try await client.post("/api/v1/me/totp", .object(["password": .string(Self.password)]))
    try #require(begun.status == 201, "\(begun.text)")
    let factors = town.installation.application.secondFactors
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let app = try #require(try await factors.pending(client.personID!, tenant: tenant))
    await #expect(throws: (any Error).self) {
      _ = try await factors.confirm(
        code(app, -1), of: client.personID!, tenant: tenant, and: ["SELECT 1 / 0"])
    }
    #expect(try await factors.state(of: client.personID!, tenant: tenant).confirmedAt == nil)
    #expect(try await client.post("/api/v1/me/totp", .object(["code": .string(code(app, -1))])).status == 200)
    let renewed = try await client.post(
      "/api/v1/me/totp/recovery-codes", .object(["password": .string(Self.password)]))
    #expect(renewed.status == 200)
    #expect(try await notes(town, client.personID!) == ["second factor on", "new recovery codes"])
    try await town.runJobs()
    #expect(town.installation.mails.mails(to: email).last?.text.contains("new recovery codes") == true)
  }
}
