import Civic
import FoundationEssentials
import PostgreSQL
import Testing

@testable import Lamppost

@Suite struct TenantCommandTests {
  private func set(_ town: Township, _ arguments: [String]) async throws {
    let slug = String(town.host.dropLast(".test".count))
    try await TenantCommand.run(
      ["set", slug] + arguments, ["DATABASE_ADMIN_URL": town.installation.adminURL])
  }

  @Test("a town hall sets what its pages say, one thing at a time, and takes an address away again")
  func settings() async throws {
    let town = try await Township()
    try await set(town, ["--emergency-number", "112", "--contact-email", "hall@example.test"])
    try await set(town, ["--publishes-at-once", "no"])
    var page = try await town.anonymous.get("/privacy").text
    #expect(page.contains("112") && page.contains("mailto:hall@example.test"))
    let row = try #require(
      try await town.database.read("SELECT publishes_at_once, name FROM tenants WHERE id = \(town.id)").first)
    #expect(try row.decode(Bool.self, String.self) == (false, "Test"))
    try await set(town, ["--contact-email", ""])
    let stored = try await town.database.read("SELECT contact_email FROM tenants WHERE id = \(town.id)").first
    #expect(try stored?.get(0, as: String?.self) == nil)
    page = try await Township().anonymous.get("/privacy").text
    #expect(page.contains("911"), "another township is untouched")
  }

  @Test("what cannot be is refused, and nothing is changed by it")
  func refusals() async throws {
    let town = try await Township()
    for wrong in [
      [], ["--contact-email", "nobody"], ["--emergency-number", ""], ["--publishes-at-once", "maybe"],
      ["--time-zone", "Mars/Base"], ["--no-such", "x"], ["--emergency-number", "1\u{0}2"],
    ] {
      await #expect(throws: UsageError.self, "\(wrong)") { try await set(town, wrong) }
    }
    await #expect(throws: UsageError.self) {
      try await TenantCommand.run(
        ["set", "no-such-town", "--name", "X"], ["DATABASE_ADMIN_URL": town.installation.adminURL])
    }
  }

  private func run(_ town: Township, _ arguments: String...) async throws -> String {
    try await TenantCommand.answer(arguments, ["DATABASE_ADMIN_URL": town.installation.adminURL])
  }

  private func slug(_ town: Township) -> String { String(town.host.dropLast(".test".count)) }

  @Test("a township is made by command in its language, shown with what it holds, and listed")
  func create() async throws {
    let town = try await Township()
    let slug = "c-\(UUID().uuidString.lowercased())"
    let made = try await run(
      town, "create", slug, "--name", "Commandville", "--host", "https://\(slug.uppercased()).test:8443/", "--language",
      "fr", "--time-zone", "Europe/Paris")
    #expect(made.hasPrefix("Township \(slug) is number "))
    let shown = try await run(town, "show", slug)
    for line in [
      "name               Commandville", "hosts              \(slug).test", "state              served",
      "time zone          Europe/Paris", "language           fr", "search language    french",
      "boundary           (none)", "requests           0, 0 of them open", "staff              (nobody)",
    ] { #expect(shown.contains(line), "\(shown)") }
    #expect(try await run(town, "list").contains("\t\(slug)\tCommandville\t\(slug).test"))
    for wrong in [
      ["create", slug], ["create", "\(slug)x", "--host", town.host], ["create", "No Good"],
      ["create", "\(slug)x", "--time-zone", "Mars/Base"], ["create", "\(slug)x", "--language", "klingon"],
      ["create", "\(slug)x", "--host", "a b"], ["create", "\(slug)x", "--name", ""], ["create"], ["show"],
      ["show", "nowhere"], ["list", "all"], ["remove"], [], ["--help"],
    ] {
      await #expect(throws: UsageError.self, "\(wrong)") {
        try await TenantCommand.answer(wrong, ["DATABASE_ADMIN_URL": town.installation.adminURL])
      }
    }
    #expect(try await !run(town, "list").contains("\(slug)x"), "what was refused left nothing")
  }

  @Test("hosts come and go by command, but the last one stays and another's is taken from nobody")
  func hosts() async throws {
    let (town, other) = (try await Township(), try await Township())
    let slug = slug(town)
    let host = "www.\(slug).test"
    #expect(try await run(town, "add-host", slug, host).contains("\(town.host), \(host)"))
    let second = Township(installation: town.installation, id: town.id, host: host)
    #expect(try await second.anonymous.get("/").status == 200)
    for wrong in [("add-host", host), ("add-host", other.host), ("remove-host", other.host), ("add-host", "[::1]")] {
      await #expect(throws: UsageError.self, "\(wrong)") { try await run(town, wrong.0, slug, wrong.1) }
    }
    #expect(try await !run(town, "remove-host", slug, host).contains(host))
    await #expect(throws: UsageError.self) { try await run(town, "remove-host", slug, town.host) }
    await #expect(throws: UsageError.self) { try await run(town, "add-host", "nowhere", "nowhere.test") }
  }

  @Test("switched off by command a township is served no more, and keeps what it holds")
  func power() async throws {
    let town = try await Township()
    _ = try await town.report()
    let off = try await run(town, "deactivate", slug(town))
    #expect(off.contains("switched off since") && off.contains("1, 1 of them open"))
    town.installation.application.tenants.forgetAll()
    #expect(try await town.anonymous.get("/").status == 503)
    await #expect(throws: UsageError.self) { try await run(town, "deactivate", slug(town)) }
    #expect(try await run(town, "reactivate", slug(town)).contains("state              served"))
    town.installation.application.tenants.forgetAll()
    #expect(try await town.anonymous.get("/").status == 200)
    await #expect(throws: UsageError.self) { try await run(town, "reactivate", slug(town)) }
  }

  @Test("what is done by command stands in the township's audit log, from and to, and as done there")
  func audit() async throws {
    let town = try await Township()
    _ = try await run(town, "set", slug(town), "--emergency-number", "112")
    _ = try await run(town, "add-host", slug(town), "www.\(town.host)")
    _ = try await run(town, "deactivate", slug(town))
    _ = try await run(town, "reactivate", slug(town))
    _ = try await run(town, "set", slug(town), "--emergency-number", "112")
    try await UserCommand.run(
      ["create", "by-command@example.test", "--role", "operator", "--tenant", slug(town)],
      ["DATABASE_ADMIN_URL": town.installation.adminURL, "LAMPPOST_PASSWORD": "four lamps in the rain"])
    let rows = try await town.database.read(
      """
      SELECT kind, subject, before::text, after::text FROM audit_events
       WHERE tenant_id = \(town.id) AND note = 'by command' ORDER BY id
      """)
    let told = try rows.map { row in
      (try row.get(0, as: String.self), try row.get(2, as: String?.self) ?? "", try row.get(3, as: String?.self) ?? "")
    }
    #expect(told.map(\.0) == ["tenant_changed", "tenant_changed", "tenant_changed", "tenant_changed", "changed"])
    #expect(told.first?.1 == #"{"emergency_number": "911"}"# && told.first?.2 == #"{"emergency_number": "112"}"#)
    #expect(told.dropFirst().first?.2.contains("www.") == true)
    #expect(told[2].2 == #"{"active": false}"# && told[3].2 == #"{"active": true}"#)
    #expect(told.last?.2.contains("operator") == true)
    town.installation.application.tenants.forgetAll()
    let page = try await town.browser(.administrator).get("/staff/audit")
    #expect(page.text.contains("Command line") && !page.text.contains("by command"), "\(page.status)")
    #expect(try await VerifyHistory(database: town.installation.admin)(tenantID: town.id, since: nil).damages.isEmpty)
  }
}
