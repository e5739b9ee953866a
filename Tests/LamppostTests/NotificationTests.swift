import Civic
import FoundationEssentials
import JSON
import MailSink
import PostgreSQL
import Testing

@testable import Lamppost

/// Who is told what by mail. Every mail goes over a socket to a mail server of the tests.
@Suite struct NotificationTests {
  private func address() -> String { "\(UUID().uuidString.lowercased())@example.test" }

  private func email(of person: Client) async throws -> String {
    try await person.township.database.read("SELECT email FROM people WHERE id = \(person.personID!)").first!.get(0)
  }

  private func mails(_ town: Township, _ address: String) async throws -> [MailSink.Mail] {
    // A change of status waits until it cannot be taken back any more.
    _ = try await town.database.write("UPDATE jobs SET run_at = now() WHERE tenant_id = \(town.id) AND attempts = 0")
    try await town.runJobs()
    return town.installation.mails.mails(to: address)
  }

  private func guestReport(_ town: Township, _ address: String, language: String = "en") async throws -> (
    reference: String, code: String?
  ) {
    try await town.report(
      [("contact", .object(["email": .string(address)])), ("title", .string("Secret <b>title</b>"))],
      by: town.anonymous.with("Accept-Language", language))
  }

  private func comment(_ who: Client, _ reference: String, _ body: String, _ visibility: String) async throws {
    let answer = try await who.post(
      "/api/v1/requests/\(reference)/comments", .object(["body": .string(body), "visibility": .string(visibility)]))
    try #require(answer.status == 201, "\(answer.text)")
  }

  @Test("a guest who leaves an address gets a receipt with a link of its own that opens the report")
  func receipt() async throws {
    let town = try await Township()
    let address = address()
    let (reference, code) = try await guestReport(town, address)
    let mails = try await mails(town, address)
    let mail = try #require(mails.first)
    #expect(mails.count == 1)
    #expect(mail.text.contains(reference) && mail.header("From")?.contains("lamppost@town.test") == true)
    #expect(mail.header("Auto-Submitted") == "auto-generated")
    // Whoever typed the address may not be its owner: nothing that they wrote goes there.
    #expect(!mail.data.contains("Secret"))
    let link = try #require(mail.text.firstMatch(of: /http:\/\/\S+:8311\/track\/(\w+)/))
    #expect(link.0.hasPrefix("http://\(town.host):8311/"))
    #expect(String(link.1) != code)
    for code in [String(link.1), try #require(code)] {
      #expect(try await town.anonymous.get("/api/v1/track/\(code)").status == 200)
    }
    #expect(mail.header("List-Unsubscribe")?.hasPrefix("<http://\(town.host):8311/follow/") == true)
  }

  @Test("an anonymous report has nobody to tell and makes no job")
  func anonymous() async throws {
    let town = try await Township()
    try await town.report([("anonymous", .bool(true))], by: try await town.somebody(.citizen))
    try await town.report()
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
    #expect(try await town.database.read("SELECT 1 FROM followers WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("the reporter is told of changes with their note, of updates and of messages; followers of what is public")
  func news() async throws {
    let town = try await Township()
    let (reporter, follower, agent) = (
      address(), try await town.somebody(.citizen), try await town.somebody(.agent)
    )
    let (reference, _) = try await guestReport(town, reporter)
    #expect(try await follower.post("/api/v1/requests/\(reference)/follow")["following"]?.bool == true)
    #expect(try await agent.post("/api/v1/requests/\(reference)/follow").status == 200)
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/status",
      .object(["status": .string("on_hold"), "reason": .string("the note on hold é")]))
    try await comment(agent, reference, "the public update", "public")
    try await comment(agent, reference, "the private message", "private")
    try await comment(agent, reference, "zugzwang internal", "internal")
    let told = try await mails(town, reporter)
    let texts = told.map(\.text).joined()
    #expect(told.count == 4)
    #expect(texts.contains("the note on hold é") && texts.contains("the public update"))
    #expect(texts.contains("the private message"))
    let followed = try await mails(town, try await email(of: follower))
    let toAll = followed.map(\.text).joined()
    #expect(followed.count == 2)
    #expect(toAll.contains("the note on hold é") && toAll.contains("the public update"))
    #expect(!toAll.contains("the private message") && !toAll.contains("/track/"))
    #expect(toAll.contains("http://\(town.host):8311/requests/\(reference)"))
    // Who did it knows.
    #expect(try await mails(town, try await email(of: agent)).isEmpty)
    #expect(!town.installation.mails.all.contains { $0.data.contains("zugzwang") })
    #expect(Set(told.map { $0.header("Message-ID") }).count == 4)
  }

  @Test("what is internal is mailed to nobody, of whatever kind and however its row came to be")
  func internalRows() async throws {
    let town = try await Township()
    let (guest, follower) = (address(), try await town.somebody(.citizen))
    let (reference, _) = try await guestReport(town, guest)
    _ = try await follower.post("/api/v1/requests/\(reference)/follow")
    _ = try await mails(town, guest)
    for kind in RequestEvent.Kind.allCases {
      #expect(Audience.of(kind, .internal) == .nobody)
      #expect(Audience.of(kind, .private) != .followers)
      _ = try await town.database.write(
        """
        INSERT INTO request_events (tenant_id, request_id, kind, visibility, after, note)
        SELECT tenant_id, id, \(kind.rawValue), 'internal', 'closed', 'internalrowword' FROM requests
         WHERE tenant_id = \(town.id)
        """)
      _ = try await town.database.write(
        """
        INSERT INTO comments (tenant_id, request_id, visibility, body)
        SELECT tenant_id, id, 'internal', 'internalrowword' FROM requests WHERE tenant_id = \(town.id)
        """)
    }
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
    // A job that should not be: it looks again for itself.
    _ = try await town.database.write(
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      SELECT tenant_id, 'notify_followers', request_id || ':' || sequence FROM request_events
       WHERE tenant_id = \(town.id) AND visibility = 'internal'
      UNION ALL
      SELECT f.tenant_id, 'send_notification', f.id || ':' || e.sequence FROM request_events e, followers f
       WHERE e.tenant_id = \(town.id) AND f.tenant_id = \(town.id) AND e.visibility = 'internal'
      """)
    #expect(try await mails(town, guest).count == 1)
    #expect(try await mails(town, try await email(of: follower)).isEmpty)
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
    #expect(!town.installation.mails.all.contains { $0.text.contains("internalrowword") })
  }

  @Test("a change that is taken back at once is mailed to nobody")
  func takenBack() async throws {
    let town = try await Township()
    let (guest, agent) = (address(), try await town.somebody(.agent))
    let (reference, _) = try await guestReport(town, guest)
    _ = try await agent.post("/api/v1/requests/\(reference)/opened")
    #expect(try await mails(town, guest).count == 2)
    let path = "/api/v1/requests/\(reference)"
    _ = try await agent.post(
      path + "/status", .object(["status": .string("rejected"), "reason": .string("by mistake")]))
    try await town.runJobs()
    #expect(town.installation.mails.mails(to: guest).count == 2)
    #expect(try await agent.post(path + "/undo").status == 200)
    #expect(try await mails(town, guest).count == 2)
  }

  @Test("a job that runs twice sends one mail")
  func twice() async throws {
    let town = try await Township()
    let address = address()
    _ = try await guestReport(town, address)
    #expect(try await mails(town, address).count == 1)
    for kind in ["notify_followers", "send_notification"] {
      _ = try await town.database.write(
        """
        INSERT INTO jobs (tenant_id, kind, subject)
        SELECT tenant_id, \(kind), CASE \(kind) WHEN 'send_notification' THEN id ELSE request_id END || ':1'
          FROM followers WHERE tenant_id = \(town.id)
        """)
      #expect(try await mails(town, address).count == 1)
    }
  }

  @Test("a mail server that fails costs a retry and no report; one that refuses an address for good is believed")
  func failing() async throws {
    let town = try await Township()
    let (busy, gone) = (address(), address())
    town.installation.mails.answer(busy, by: "451 later")
    town.installation.mails.answer(gone, by: "550 no such user")
    _ = try await guestReport(town, busy)
    _ = try await guestReport(town, gone)
    #expect(try await mails(town, busy).isEmpty)
    let states = try await town.database.read(
      "SELECT faults, last_error FROM jobs WHERE tenant_id = \(town.id) ORDER BY faults")
    #expect(try states.map { try $0.get(0, as: Int.self) } == [0, 1])
    #expect(try states.allSatisfy { try $0.get(1, as: String.self) == "MailError" })
    town.installation.mails.answer(busy, by: nil)
    for _ in 0..<5 {
      _ = try await town.database.write("UPDATE jobs SET run_at = now() WHERE tenant_id = \(town.id)")
      try await town.runJobs()
    }
    #expect(town.installation.mails.mails(to: busy).count == 1)
    #expect(town.installation.mails.mails(to: gone).isEmpty)
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("a report that staff hide is no longer told of to followers, one that is removed to nobody")
  func hidden() async throws {
    let town = try await Township()
    let (guest, follower, agent) = (address(), try await town.somebody(.citizen), try await town.somebody(.agent))
    let (reference, _) = try await guestReport(town, guest)
    _ = try await follower.post("/api/v1/requests/\(reference)/follow")
    for visibility in ["hidden", "removed"] {
      try await comment(agent, reference, "told while \(visibility)", "public")
      _ = try await town.database.write(
        "UPDATE requests SET visibility = \(visibility) WHERE tenant_id = \(town.id)")
      _ = try await mails(town, guest)
      _ = try await town.database.write("UPDATE requests SET visibility = 'hidden' WHERE tenant_id = \(town.id)")
    }
    let told = try await mails(town, guest).map(\.text).joined()
    #expect(told.contains("told while hidden") && !told.contains("told while removed"))
    #expect(try await mails(town, try await email(of: follower)).isEmpty)
  }

  @Test("mails are in the language of the report's pages")
  func language() async throws {
    let town = try await Township()
    let address = address()
    _ = try await guestReport(town, address, language: "fr-FR,fr;q=0.9")
    #expect(try await mails(town, address).first?.header("Content-Language") == "fr")
  }

  @Test("the reporter's link at the foot of a mail stops the mails for good")
  func stopping() async throws {
    let town = try await Township()
    let (address, agent) = (address(), try await town.somebody(.agent))
    let (reference, _) = try await guestReport(town, address)
    let mail = try #require(try await mails(town, address).first)
    let path = try #require(mail.text.firstMatch(of: /(\/follow\/\w+)/)).1
    let stopped = try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, String(path), Array("action=stop".utf8))
    #expect(stopped.status == 200)
    try await comment(agent, reference, "afterwards", "public")
    #expect(try await mails(town, address).count == 1)
  }

  @Test("nobody's mail box is filled by reports that others send with its address, as a guest or with an account")
  func flood() async throws {
    let town = try await Township()
    let (guest, citizen) = (address(), try await town.somebody(.citizen))
    let (account, agent) = (try await email(of: citizen), try await town.somebody(.agent))
    var last = ""
    for _ in 0..<13 {
      (last, _) = try await guestReport(town, guest)
      try await town.report([("title", .string("Buy at http://evil.test"))], by: citizen)
    }
    #expect(try await mails(town, guest).count == NotifyFollowers.reportsPerHour)
    let own = try await mails(town, account)
    #expect(own.count == NotifyFollowers.reportsPerHour)
    // An account's address may be another's, too.
    #expect(!own.contains { $0.data.contains("evil.test") || $0.text.contains("evil.test") })
    try await comment(agent, last, "what staff say", "public")
    #expect(try await mails(town, guest).last?.text.contains("what staff say") == true)
  }
}
