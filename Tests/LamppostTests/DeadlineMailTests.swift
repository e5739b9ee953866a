import Civic
import FoundationEssentials
import HTTPServer
import JSON
import MailSink
import PostgreSQL
import Testing

@testable import Lamppost

/// What mails about targets say, in which language, and to whom.
@Suite struct DeadlineMailTests {
  /// A township of Paris whose potholes are promised an end in ten hours, round the clock.
  private static func town() async throws -> (Township, admin: Client) {
    let town = try await Township()
    _ = try await town.database.write(
      "UPDATE tenants SET language = 'fr', time_zone = 'Europe/Paris' WHERE id = \(town.id)")
    let admin = try await town.somebody(.administrator)
    let target: JSONValue = .object(["resolution": .integer(600)])
    let changed = try await admin.patch(
      "/api/v1/categories/pothole", .object(["targets": .object(["medium": target])]))
    try #require(changed.status == 200, "\(changed.text)")
    return (town, admin)
  }

  private static func mails(_ person: Client) async throws -> [MailSink.Mail] {
    let town = person.township
    try await town.runJobs()
    let address: String = try await town.database.read(
      "SELECT email FROM people WHERE tenant_id = \(town.id) AND id = \(person.personID!)"
    ).first!.get(0)
    return town.installation.mails.mails(to: address)
  }

  /// A pothole, missed.
  private static func miss(_ town: Township) async throws -> Reference {
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    // Half past two in the afternoon of Paris, on 14 July of some year.
    _ = try await town.database.write(
      "UPDATE requests SET expected_by = '2026-07-14T12:30:00Z', watch_at = now() WHERE tenant_id = \(town.id)")
    let tally = try await WatchDeadlines(database: town.installation.queue.database)(tenantID: town.id)
    try #require(tally == [.resolutionBreach: 1])
    return Reference(reference)!
  }

  @Test("a mail about targets speaks the reader's language, else the township's, and tells the township's time")
  func languages() async throws {
    let (town, _) = try await Self.town()
    let (plain, chosen) = (try await town.somebody(.manager), try await town.browser(.manager))
    #expect(try await chosen.post("/language", [("language", "es"), ("return", "/")]).status == 303)
    let reference = try await Self.miss(town)
    let french = try await Self.mails(plain)
    #expect(french.count == 1 && french[0].header("Content-Language") == "fr")
    #expect(french[0].text.contains("La date prévue est dépassée"))
    let words = french[0].text.replacing("\u{A0}", with: " ").replacing("\u{202F}", with: " ")
    #expect(words.contains("Échéance : 14 juillet 2026 à 14 h 30"), "\(french[0].text)")
    #expect(french[0].text.contains(reference.description) && !french[0].text.contains("missed"))
    let spanish = try await Self.mails(chosen.client)
    #expect(spanish.count == 1 && spanish[0].header("Content-Language") == "es")
    #expect(spanish[0].text.contains("La fecha prevista no se ha cumplido"))
    #expect(spanish[0].text.contains("14 de julio de 2026"), "\(spanish[0].text)")
  }

  @Test("the language one is written to in is kept by API and by the switcher, and can be given back to the township")
  func choosing() async throws {
    let (town, _) = try await Self.town()
    let person = try await town.somebody(.crew)
    #expect(try await person.get("/api/v1/me")["language"] == .null)
    #expect(try await person.patch("/api/v1/me", .object(["language": .string("en")]))["language"]?.string == "en")
    #expect(try await person.get("/api/v1/me")["language"]?.string == "en")
    #expect(try await person.patch("/api/v1/me", .object(["name": .string("Zoe")]))["language"]?.string == "en")
    #expect(
      try await person.patch("/api/v1/me", .object(["language": .string("tlh")])).fields == [
        "language": "unknown_option"
      ])
    #expect(try await person.patch("/api/v1/me", .object(["language": .null]))["language"] == .null)
    // Whoever is not signed in changes nobody's.
    let guest = town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
    _ = try await guest.send(.post, "/language", Array("language=es".utf8))
    #expect(
      try await town.database.read("SELECT 1 FROM people WHERE language IS NOT NULL AND tenant_id = \(town.id)").isEmpty
    )
  }

  @Test("mail to staff by a rule of routing, and to reporters who came in by import, has the same languages")
  func otherMails() async throws {
    let (town, admin) = try await Self.town()
    let agent = try await town.somebody(.agent)
    let citizen = try await town.somebody(.citizen)
    _ = try await citizen.patch("/api/v1/me", .object(["language": .string("es")]))
    let rule = try await admin.post(
      "/api/v1/rules",
      .object([
        "name": .string("Potholes"), "when": .object(["categories": .array([.string("pothole")])]),
        "then": .object(["notify_role": .string("agent")]),
      ]))
    try #require(rule.status == 201, "\(rule.text)")
    try await town.report([("category", .string("pothole"))])
    #expect(try await Self.mails(agent).map { $0.header("Content-Language") } == ["fr"])
    // As an import writes it: no row of its reporter yet.
    _ = try await town.report()
    _ = try await town.database.write("DELETE FROM followers WHERE tenant_id = \(town.id)")
    _ = try await town.database.write(
      "UPDATE requests SET reporter_id = \(citizen.personID!) WHERE tenant_id = \(town.id)")
    let reference: String = try await admin.get("/api/v1/requests?category=street-light").items[0]["reference"]!.string!
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/comments",
      .object(["body": .string("Bientôt"), "visibility": .string("public")]))
    #expect(try await Self.mails(citizen).last?.header("Content-Language") == "es")
  }

  @Test("a category names who hears of its missed targets; without a name it is the township's, then administrators")
  func escalation() async throws {
    let (town, admin) = try await Self.town()
    let manager = try await town.somebody(.manager)
    let path = "/api/v1/categories/pothole"
    #expect(try await admin.get(path)["escalation_role"] == .null)
    let wrong = try await admin.patch(path, .object(["escalation_role": .string("viewer")]))
    #expect(wrong.fields == ["escalation_role": "unknown_option"])
    let named = try await admin.patch(path, .object(["escalation_role": .string("crew")]))
    #expect(named["escalation_role"]?.string == "crew")
    func told() async throws -> Set<Int> {
      _ = try await town.database.write("DELETE FROM deadline_alerts WHERE tenant_id = \(town.id)")
      _ = try await town.database.write("UPDATE requests SET watch_at = NULL WHERE tenant_id = \(town.id)")
      _ = try await town.report([("category", .string("pothole"))])
      _ = try await WatchDeadlines(database: town.installation.queue.database)(
        at: Date.now.addingTimeInterval(11 * 3600), tenantID: town.id)
      return Set(
        try await town.database.read(
          "SELECT person_id FROM deadline_alerts WHERE tenant_id = \(town.id) AND alert = 'resolution_breach'"
        ).map { try $0.get(0) })
    }
    #expect(try await told() == [manager.personID!], "nobody is of the crew yet: the township's role hears it")
    let crew = try await town.somebody(.crew)
    #expect(try await told() == [crew.personID!])
    _ = try await town.database.write(
      "UPDATE people SET active = false WHERE role IN ('crew', 'manager') AND tenant_id = \(town.id)")
    #expect(try await told() == [admin.personID!])
    _ = try await town.database.write("UPDATE people SET active = true WHERE tenant_id = \(town.id)")
    let changed = try await admin.patch(path, .object(["name": .string("Hole")]))
    #expect(changed["escalation_role"]?.string == "crew", "what is left out stays")
    #expect(try await admin.patch(path, .object(["escalation_role": .null]))["escalation_role"] == .null)
    #expect(try await told() == [manager.personID!])
  }

  @Test("the role is chosen on the category's page, told by the audit log, and carried by the configuration file")
  func escalationPage() async throws {
    let (town, admin) = try await Self.town()
    let browser = try await town.browser(.administrator)
    let page = try await browser.get("/admin/categories/pothole").text
    #expect(page.contains("name=\"escalation_role\"") && page.contains("Comme dans la commune : "))
    let fields = [("name", "Pothole"), ("default_priority", "medium"), ("active", "true")]
    let refused = try await browser.post("/admin/categories/pothole", fields + [("escalation_role", "citizen")])
    #expect(refused.status == 422 && refused.text.contains("#field-escalation_role"))
    #expect(
      try await browser.post("/admin/categories/pothole", fields + [("escalation_role", "agent")]).status == 303)
    #expect(try await browser.get("/admin/categories/pothole").text.contains("value=\"agent\" selected"))
    let audit = try await admin.get("/api/v1/audit?kind=changed").text
    #expect(audit.contains("escalation_role"))
    let file = try await admin.get("/api/v1/configuration")
    let other = try await Township()
    let keeper = try await other.somebody(.administrator)
    let brought = try await keeper.send(.post, "/api/v1/configuration", file.bytes)
    #expect(brought.status == 200, "\(brought.text)")
    #expect(try await keeper.get("/api/v1/categories/pothole")["escalation_role"]?.string == "agent")
    #expect(
      try await browser.post("/admin/categories/pothole", fields + [("escalation_role", "")]).status == 303)
    #expect(try await admin.get("/api/v1/categories/pothole")["escalation_role"] == .null)
  }
}
