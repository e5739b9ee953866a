import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// What happens between the preview of a bulk change and the doing, and what a call that is sent twice is told.
@Suite struct BulkVersionTests: BulkCalling {
  private func path(_ reference: String) -> String { "/api/v1/requests/\(reference)" }

  private func priority(_ name: String) -> JSONValue { action("prioritize", ["priority": .string(name)]) }

  @Test("what somebody has changed since the preview is not overwritten, and who changes many is told")
  func changedSince() async throws {
    let town = try await Township()
    let (agent, manager) = (try await town.somebody(.agent), try await town.somebody(.manager))
    var all: [String] = []
    for _ in 0..<4 { all.append(try await town.report().reference) }
    var call: [String: JSONValue] = ["references": list(all), "action": priority("high")]
    let dry = try await bulk(agent, call.merging(["dry_run": .bool(true)]) { $1 })
    let versions = dry["versions"] ?? .null
    #expect(versions.array?.count == 4 && versions.array?.first?["version"]?.integer == 1, "\(dry.text)")
    _ = try await manager.patch(path(all[1]), .object(["priority": .string("low")]))
    // Somebody did the very same: nothing is left to do, and nothing to complain of.
    _ = try await manager.patch(path(all[2]), .object(["priority": .string("high")]))
    call["versions"] = versions
    let done = try await bulk(agent, call)
    #expect(count(done, "changed") == 2 && count(done, "unchanged") == 1, "\(done.text)")
    #expect(refused(done) == ["version_mismatch": 1] && done["versions"]?.array?.isEmpty == true)
    #expect(try await agent.get(path(all[1]))["priority"]?.string == "low")
  }

  @Test("what comes into a filter after its preview is not changed, and what has left it is told")
  func movedSince() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (stays, _) = try await town.report()
    let (leaves, _) = try await town.report()
    var call: [String: JSONValue] = [
      "filter": .object(["category": .string("street-light")]), "action": priority("urgent"),
    ]
    let dry = try await bulk(agent, call.merging(["dry_run": .bool(true)]) { $1 })
    let (comes, _) = try await town.report()
    _ = try await agent.patch(path(leaves), .object(["category": .string("pothole")]))
    call["versions"] = dry["versions"]
    let done = try await bulk(agent, call)
    #expect(done["changed"]?["references"] == list([stays]), "\(done.text)")
    #expect(refused(done) == ["version_mismatch": 2])
    for reference in [comes, leaves] {
      #expect(try await agent.get(path(reference))["priority"]?.string == "medium")
    }
    for (versions, code) in [
      (JSONValue.array([]), "required"), (.array([.object(["reference": .string(stays)])]), "invalid_format"),
      (.string("1"), "required"),
    ] {
      call["versions"] = versions
      #expect(try await bulk(agent, call).fields == ["versions": code])
    }
  }

  @Test("the page without scripts tells of what was changed between its preview and its confirmation")
  func page() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    let manager = try await town.somebody(.manager)
    let all = [try await town.report().reference, try await town.report().reference]
    let order: [(name: String, value: String)] = [("action", "prioritize"), ("priority", "high"), ("all", "true")]
    let preview = try await agent.post("/staff", order + [("step", "preview")])
    _ = try await manager.patch(path(all[0]), .object(["priority": .string("low")]))
    try await town.report()
    let done = try await agent.post(
      "/staff",
      order + fields(preview, "versions") + fields(preview, "idempotency_key") + [("step", "confirm")])
    #expect(done.text.contains("1 request was changed."), "\(done.text)")
    #expect(done.text.contains("2 cannot be changed: somebody has changed them since."))
    #expect(try await manager.get(path(all[0]))["priority"]?.string == "low")
  }

  @Test("a call that is sent twice with one key changes once and tells the same, its undo list included")
  func repeated() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    var all: [String] = []
    for _ in 0..<3 { all.append(try await town.report().reference) }
    let keyed = agent.with("Idempotency-Key", "one")
    let call: [String: JSONValue] = [
      "references": list(all + [Reference(bits: 12345).description]), "action": priority("high"),
    ]
    // A dry run does not use the key up.
    _ = try await bulk(keyed, call.merging(["dry_run": .bool(true)]) { $1 })
    let first = try await bulk(keyed, call)
    #expect(count(first, "changed") == 3 && refused(first) == ["not_found": 1])
    _ = try await agent.patch(path(all[0]), .object(["priority": .string("low")]))
    let second = try await bulk(keyed, call)
    #expect(second.text == first.text)
    #expect(try await agent.get(path(all[0]))["priority"]?.string == "low")
    let other = try await bulk(keyed, ["references": list(all), "action": priority("low")])
    #expect(other.status == 409 && other.code == "idempotency_conflict")
    #expect(try await bulk(agent.with("Idempotency-Key", "ü"), call).status == 422)
    let undone = try await bulk(agent, ["action": action("undo", ["changes": try #require(second["undo"])])])
    #expect(count(undone, "changed") == 2 && refused(undone) == ["version_mismatch": 1])
    // A key of one person means nothing to another.
    let foreign = try await bulk(try await town.somebody(.manager).with("Idempotency-Key", "one"), call)
    #expect(count(foreign, "changed") == 3)
  }

  @Test("calls with one key that come at once share the work and tell the same")
  func atOnce() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    try await add(250, to: town)
    let keyed = agent.with("Idempotency-Key", "at once")
    let call: [String: JSONValue] = ["filter": .object([:]), "action": priority("high")]
    let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
      for _ in 0..<4 { group.addTask { try await bulk(keyed, call) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.map(\.text)).count == 1, "\(answers.map { $0.text.prefix(200) })")
    #expect(answers.first?["undo"]?.array?.count == 250)
    let events = try await town.database.read(
      "SELECT count(*) FROM request_events WHERE tenant_id = \(town.id) AND kind = 'edited'")
    #expect(try events.first?.get(0, as: Int.self) == 250)
  }

  @Test(
    "a call that broke off after its first batch tells so, and goes on from there when it is sent again with its key")
  func brokenOff() async throws {
    let town = try await Township()
    let application = town.installation.application
    let agent = try await town.somebody(.agent)
    try await add(150, to: town)
    let tenant = try await application.tenants.tenant(host: town.host)
    let person = Actor.Person(id: agent.personID!, name: "", email: "", role: .agent)
    let actor = Actor(tenant: tenant, person: person)
    let object = JSONObject(members: [
      .init(key: "filter", value: .object([:])), .init(key: "action", value: priority("high")),
    ])
    let call = try BulkCall(ObjectInput(object), as: actor)
    let claim = try IdempotencyClaim(
      key: "broken", actor: actor, scope: BulkRoutes.scope, content: object.canonicalBytes, secret: application.secret)
    let impatient = BulkChange(
      database: application.database.setting("lock_timeout", to: "200ms"), secret: application.secret,
      ruleBook: RuleBook())
    let first = try await town.database.write { transaction in
      _ = try await transaction.query(
        "SELECT 1 FROM requests WHERE tenant_id = \(town.id) ORDER BY id DESC LIMIT 1 FOR UPDATE")
      return try await impatient(call, claim: claim, as: actor)
    }
    #expect(first.changed.count == 100 && first.refused.first?.references.count == 50)
    let second = try await impatient(call, claim: claim, as: actor)
    #expect(second.changed.count == 150 && second.refused.isEmpty)
    #expect(second.changed.prefix(100).map(\.reference) == first.changed.map(\.reference))
  }

  private func add(_ count: Int, to town: Township) async throws {
    _ = try await town.database.write(
      """
      INSERT INTO requests (tenant_id, reference, title, category_id, priority, visibility, location)
      SELECT \(town.id), 'A' || lpad(n::text, 7, '0'), 'One of many', (SELECT min(id) FROM categories
        WHERE tenant_id = \(town.id)), 2, 'public', ST_MakePoint(-71, 42)::geography FROM generate_series(1, \(count)) n
      """)
  }
}
