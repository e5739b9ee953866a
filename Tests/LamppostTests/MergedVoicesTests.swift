import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// Who supported or reported two reports that were made one is one voice, where that can be known.
@Suite struct MergedVoicesTests {
  private func path(_ reference: String) -> String { "/api/v1/requests/\(reference)" }

  private func supporters(_ town: Township, _ reference: String) async throws -> Int? {
    try await town.anonymous.get(path(reference))["supporters"]?.integer
  }

  /// A guest of one browser.
  private func guest(_ town: Township, supporting reference: String) async throws -> Client {
    let token = try #require(try await town.anonymous.post(path(reference) + "/support")["token"]?.string)
    return town.anonymous.with("Supporter-Token", token)
  }

  private func merge(_ reference: String, into other: String, by agent: Client) async throws {
    let answer = try await agent.post(path(reference) + "/duplicates", .object(["of": .string(other)]))
    try #require(answer.status == 200, "\(answer.text)")
  }

  @Test("a guest who supported both is counted once, and twice again when the merge is taken back")
  func guests() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let ann = try await town.somebody(.citizen)
    let (duplicate, _) = try await town.report(by: ann)
    let (survivor, _) = try await town.report(by: ann)
    let both = try await guest(town, supporting: duplicate)
    _ = try await both.post(path(survivor) + "/support")
    _ = try await guest(town, supporting: duplicate)
    _ = try await guest(town, supporting: survivor)
    try await merge(duplicate, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 3)
    // It is theirs to take back once, too.
    let gone = try await both.delete(path(survivor) + "/support")
    #expect(gone["supporters"]?.integer == 2 && gone["supported"]?.bool == false, "\(gone.text)")
    #expect(try await both.post(path(survivor) + "/support")["supporters"]?.integer == 3)
    #expect(try await agent.delete(path(duplicate) + "/duplicates").status == 200)
    // What they took back they took back of both.
    #expect(try await supporters(town, duplicate) == 1)
    #expect(try await supporters(town, survivor) == 2)
  }

  @Test("over chains of merges, taken apart in any order, everybody is counted once")
  func chains() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let ann = try await town.somebody(.citizen)
    var all: [String] = []
    for _ in 0..<4 { all.append(try await town.report(by: ann).reference) }
    let everywhere = try await guest(town, supporting: all[0])
    for reference in all.dropFirst() { _ = try await everywhere.post(path(reference) + "/support") }
    let twice = try await guest(town, supporting: all[0])
    _ = try await twice.post(path(all[2]) + "/support")
    try await merge(all[0], into: all[1], by: agent)
    #expect(try await supporters(town, all[1]) == 2)
    try await merge(all[2], into: all[3], by: agent)
    #expect(try await supporters(town, all[3]) == 2)
    try await merge(all[1], into: all[3], by: agent)
    #expect(try await supporters(town, all[3]) == 2)
    _ = try await agent.delete(path(all[2]) + "/duplicates")
    #expect(try await supporters(town, all[3]) == 2)
    #expect(try await supporters(town, all[2]) == 2)
    _ = try await agent.delete(path(all[0]) + "/duplicates")
    #expect(try await supporters(town, all[3]) == 1)
    _ = try await agent.delete(path(all[1]) + "/duplicates")
    for (reference, count) in zip(all, [2, 1, 2, 1]) {
      #expect(try await supporters(town, reference) == count, "\(reference)")
    }
  }

  @Test("reports of one address are one voice, with an account or without, and nobody supports their own")
  func addresses() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let carl = try await town.somebody(.citizen)
    let address = try await carl.get("/api/v1/me")["email"]?.string ?? ""
    func report(_ email: String) async throws -> String {
      try await town.report([("contact", .object(["email": .string(email)]))]).reference
    }
    let survivor = try await report("ann@example.test")
    let own = try await report("Ann@Example.test")
    let (one, other) = (try await report("bob@example.test"), try await report("bob@example.test"))
    let (account, nameless) = (try await report(address), try await town.report().reference)
    try await merge(own, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 0, "Ann reported it herself")
    try await merge(one, into: survivor, by: agent)
    try await merge(other, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 1, "Bob")
    _ = try await carl.post(path(survivor) + "/support")
    try await merge(account, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 2, "Carl, by his account and by his address")
    try await merge(nameless, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 3, "nobody knows who that was")
    // Bob stays as long as one of his reports does.
    _ = try await agent.delete(path(one) + "/duplicates")
    #expect(try await supporters(town, survivor) == 3)
    _ = try await carl.delete(path(survivor) + "/support")
    #expect(try await supporters(town, survivor) == 3, "his other report speaks for Carl")
    for reference in [other, account, own, nameless] {
      #expect(try await agent.delete(path(reference) + "/duplicates").status == 200)
    }
    #expect(try await supporters(town, survivor) == 0)
  }

  @Test("the database alone cannot tell that two voices are of one guest")
  func sealed() async throws {
    let town = try await Township()
    let references = [try await town.report().reference, try await town.report().reference]
    let both = try await guest(town, supporting: references[0])
    _ = try await both.post(path(references[1]) + "/support")
    let rows = try await town.database.read("SELECT sealed, guest FROM supporters WHERE tenant_id = \(town.id)")
    let sealed = try rows.map { try $0.get(0, as: [UInt8].self) }
    let digests = try rows.map { try $0.get(1, as: [UInt8].self) }
    #expect(sealed.count == 2 && Set(sealed).count == 2 && Set(digests).count == 2)
    let seal = GuestSeal(town.installation.application.secret)
    #expect(sealed.compactMap(seal.open).count == 2 && Set(sealed.compactMap(seal.open)).count == 1)
    // Nothing but the number drawn and what it hides.
    #expect(zip(sealed[0], sealed[1]).filter { $0 == $1 }.count < 12)
    #expect(seal.open([1, 2, 3]) == nil)
  }

  @Test("a voice whose account was deleted still counts once")
  func deleted() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let carl = try await town.somebody(.citizen)
    let address = try await carl.get("/api/v1/me")["email"]?.string ?? ""
    let (survivor, _) = try await town.report()
    let (duplicate, _) = try await town.report([("contact", .object(["email": .string(address)]))])
    _ = try await carl.post(path(survivor) + "/support")
    try await merge(duplicate, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 1)
    _ = try await town.database.write(
      """
      WITH voices AS (
        DELETE FROM supporters WHERE person_id = \(carl.personID!) RETURNING tenant_id, request_id, created_at, coalesce(twin, id) AS twin)
      INSERT INTO supporters (tenant_id, request_id, guest, created_at, twin)
      SELECT tenant_id, request_id, sha256(uuid_send(gen_random_uuid())), created_at, twin FROM voices
      """)
    let (third, _) = try await town.report()
    try await merge(third, into: survivor, by: agent)
    #expect(try await supporters(town, survivor) == 2)
  }
}
