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
}
