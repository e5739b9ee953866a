import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import MailSink
import Testing

@testable import Lamppost

/// A forgotten password and another address, by the links of mails.
@Suite struct AccountMailTests: PageCalling {
  /// Somebody who has registered, with the address and the token of a session.
  private func registered(_ town: Township) async throws -> (email: String, client: Client) {
    let email = "\(UUID().uuidString.lowercased())@example.test"
    let person: JSONValue = .object([
      "email": .string(email), "name": .string("Rosa"), "password": .string("four lamps in the rain"),
    ])
    try #require(try await town.anonymous.post("/api/v1/users", person).status == 201)
    return (email, try await signedIn(town, email, "four lamps in the rain"))
  }

  private func signedIn(_ town: Township, _ email: String, _ password: String) async throws -> Client {
    let answer = try await signIn(town, email, password)
    try #require(answer.status == 200, "\(answer.text)")
    let token = try #require(answer["access_token"]?.string)
    return Client(township: town, headers: ["Authorization": "Bearer \(token)"])
  }

  private func signIn(_ town: Township, _ email: String, _ password: String) async throws -> Client.Answer {
    try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded").send(
      .post, "/api/v1/token",
      Array(Query([("grant_type", "password"), ("username", email), ("password", password)]).encoded.utf8))
  }

  /// The links in the mails to an address, newest last.
  private func links(_ town: Township, _ email: String, _ page: String) async throws -> [String] {
    try await town.runJobs()
    let mails = town.installation.mails.mails(to: email)
    return try mails.compactMap { mail in
      try Regex("/\(page)/[A-Za-z0-9_-]+").firstMatch(in: mail.text).map { String(mail.text[$0.range]) }
    }
  }

  @Test("a forgotten password is set anew by a mail's link, once, and everything signed in before ends")
  func reset() async throws {
    let town = try await Township()
    let (email, client) = try await registered(town)
    let asked = try await post(town.anonymous, "/forgot-password", [("email", email.uppercased())])
    #expect(asked.status == 200 && asked.text.contains("on its way"))
    let link = try #require(try await links(town, email, "reset-password").last)
    // What looks into mails for malware fetches links.
    #expect(try await town.anonymous.get(link).text.contains(email))
    #expect(try await client.get("/api/v1/me").status == 200)
    let short = try await post(town.anonymous, link, [("password", "short")])
    #expect(short.status == 422 && short.text.contains("href=\"#field-password\""))
    let common = try await post(town.anonymous, link, [("password", "Password2026!")])
    #expect(common.status == 422 && common.text.contains("among the first"))
    let done = try await post(town.anonymous, link, [("password", "a heron by the old bridge")])
    #expect(done.status == 303 && done.headers["Location"] == "/sign-in?done=password", "\(done.text)")
    #expect(try await client.get("/api/v1/me").status == 401)
    #expect(try await signIn(town, email, "four lamps in the rain").code == "invalid_grant")
    _ = try await signedIn(town, email, "a heron by the old bridge")
    #expect(try await town.anonymous.get(link).status == 410)
    #expect(try await post(town.anonymous, link, [("password", "another good sentence")]).status == 410)
    try await town.runJobs()
    #expect(town.installation.mails.mails(to: email).last?.text.contains("has been changed") == true)
  }

  @Test("whoever registers another's address gets no role by it, and loses the account to who reads the address's mail")
  func squatter() async throws {
    let town = try await Township()
    let (email, stranger) = try await registered(town)
    let admin = try await town.somebody(.administrator)
    let id = try #require(try await stranger.get("/api/v1/me")["id"]?.integer)
    let promoted = try await admin.patch("/api/v1/users/\(id)", .object(["role": .string("manager")]))
    #expect(promoted.status == 422 && promoted.fields == ["role": "address_not_shown"], "\(promoted.text)")
    let page = try await town.browser(.administrator).post(
      "/admin/people/\(id)", [("name", "Rosa"), ("role", "manager"), ("active", "true")])
    #expect(page.status == 422 && page.text.contains("the link shows it"))
    // The stranger shuts the owner out with a second factor of their own, or would.
    let password = JSONValue.string("four lamps in the rain")
    #expect(try await stranger.post("/api/v1/me/totp", .object(["password": password])).status == 201)
    let application = town.installation.application
    let app = try #require(
      try await application.secondFactors.pending(id, tenant: application.tenants.tenant(host: town.host)))
    let code = app.code(at: OneTimePassword.step(at: Date.now.timeIntervalSince1970))
    #expect(try await stranger.post("/api/v1/me/totp", .object(["code": .string(code)])).status == 200)
    _ = try await post(town.anonymous, "/forgot-password", [("email", email)])
    let link = try #require(try await links(town, email, "reset-password").last)
    #expect(try await post(town.anonymous, link, [("password", "a heron by the old bridge")]).status == 303)
    #expect(try await stranger.get("/api/v1/me").status == 401)
    #expect(try await signIn(town, email, "a heron by the old bridge").status == 200, "no code is asked for")
    #expect(try await admin.patch("/api/v1/users/\(id)", .object(["role": .string("manager")])).status == 200)
  }

  @Test("who asks for an address that nobody has learns nothing, and no mail leaves")
  func unknown() async throws {
    let town = try await Township()
    let (email, _) = try await registered(town)
    let stranger = "\(UUID().uuidString.lowercased())@example.test"
    let path = "/api/v1/password-reset"
    let known = try await town.anonymous.post(path, .object(["email": .string(email)]))
    let unknown = try await town.anonymous.post(path, .object(["email": .string(stranger)]))
    #expect(known.status == 202 && unknown.status == 202 && known.text == unknown.text)
    try await town.runJobs()
    #expect(town.installation.mails.mails(to: stranger).isEmpty)
    #expect(try await town.anonymous.post(path, .object(["email": .string("x")])).fields == ["email": "invalid_format"])
    for _ in 0..<6 { _ = try await town.anonymous.post(path, .object(["email": .string(email)])) }
    #expect(try await town.anonymous.post(path, .object(["email": .string(email)])).status == 429)
  }

  @Test("a link is good for an hour, in its own township, and not beyond a new password")
  func expiry() async throws {
    let town = try await Township()
    let (email, client) = try await registered(town)
    let path = "/api/v1/password-reset"
    _ = try await town.anonymous.post(path, .object(["email": .string(email)]))
    let link = try #require(try await links(town, email, "reset-password").last)
    let token = String(link.split(separator: "/").last!)
    func confirm(_ town: Township) async throws -> Client.Answer {
      try await town.anonymous.post(
        path + "/confirm", .object(["token": .string(token), "password": .string("a heron by the old bridge")]))
    }
    #expect(try await confirm(Township()).code == "link_expired")
    let changed = try await client.post(
      "/api/v1/me/password",
      .object([
        "current_password": .string("four lamps in the rain"), "new_password": .string("five lamps in the snow"),
      ]))
    #expect(changed.status == 200, "\(changed.text)")
    #expect(try await confirm(town).code == "link_expired")
    _ = try await town.anonymous.post(path, .object(["email": .string(email)]))
    try await town.runJobs()
    _ = try await town.database.write(
      "UPDATE account_links SET expires_at = now() - interval '1 second' WHERE tenant_id = \(town.id)")
    let late = try #require(try await links(town, email, "reset-password").last)
    #expect(try await town.anonymous.get(late).status == 410)
  }

  @Test("another address counts once it has answered; the old one is told, and a taken one hears nothing")
  func address() async throws {
    let town = try await Township()
    let (email, client) = try await registered(town)
    let (taken, _) = try await registered(town)
    let new = "\(UUID().uuidString.lowercased())@example.test"
    func ask(_ address: String, _ password: String = "four lamps in the rain") async throws -> Client.Answer {
      try await client.post(
        "/api/v1/me/email", .object(["email": .string(address), "password": .string(password)]))
    }
    #expect(try await ask(new, "wrong password").fields == ["password": "wrong_password"])
    #expect(try await ask(new).status == 202)
    #expect(try await ask(taken).status == 202)
    let link = try #require(try await links(town, new, "confirm-address").last)
    #expect(town.installation.mails.mails(to: taken).isEmpty)
    #expect(try await town.anonymous.get(link).text.contains(new))
    #expect(try await client.get("/api/v1/me")["email"]?.string == email)
    #expect(try await post(town.anonymous, link, []).status == 200)
    #expect(try await client.get("/api/v1/me")["email"]?.string == new)
    #expect(try await post(town.anonymous, link, []).status == 410)
    try await town.runJobs()
    #expect(town.installation.mails.mails(to: email).last?.text.contains("another address") == true)
    _ = try await signedIn(town, new, "four lamps in the rain")
  }
}
