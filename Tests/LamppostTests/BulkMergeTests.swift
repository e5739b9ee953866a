import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// Many reports of one problem made duplicates of one of them, and taken apart again.
@Suite struct BulkMergeTests: BulkCalling {
  private func path(_ reference: String) -> String { "/api/v1/requests/\(reference)" }

  private func duplicates(of survivor: String) -> JSONValue { action("duplicate", ["of": .string(survivor)]) }

  private func reports(_ count: Int, in town: Township) async throws -> [String] {
    var references: [String] = []
    for number in 0..<count {
      references.append(try await town.report([("title", .string("Dark \(number)"))]).reference)
    }
    return references
  }

  @Test(
    "a preview tells how many become duplicates, which cannot and why; each is merged as a single one, and taken back")
  func thereAndBack() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let ann = try await town.somebody(.citizen)
    let all = try await reports(6, in: town)
    let survivor = all[2]
    _ = try await ann.post(path(all[0]) + "/support")
    _ = try await ann.post(path(all[1]) + "/support")
    _ = try await ann.post(path(all[0]) + "/follow")
    _ = try await agent.post(
      path(all[1]) + "/comments", .object(["body": .string("A fuse"), "visibility": .string("public")]))
    _ = try await agent.post(path(all[4]) + "/duplicates", .object(["of": .string(all[5])]))
    let (ended, code) = try await town.report()
    let owner = town.holder(of: code!)
    _ = try await owner.post(path(ended) + "/withdraw")
    let call: [String: JSONValue] = [
      "references": list([all[0], all[1], survivor, all[3], all[4], ended]), "action": duplicates(of: survivor),
    ]
    let dry = try await bulk(agent, call.merging(["dry_run": .bool(true)]) { $1 })
    #expect(dry.status == 200 && count(dry, "changed") == 3 && count(dry, "unchanged") == 1, "\(dry.text)")
    #expect(refused(dry) == ["merge_not_allowed": 1, "transition_not_allowed": 1])
    #expect(dry["survivor"]?["reference"]?.string == survivor && dry["survivor"]?["title"]?.string == "Dark 2")
    #expect(try await agent.get(path(all[0]))["status"]?.string == "submitted")

    let done = try await bulk(agent, call)
    for group in ["changed", "unchanged", "refused"] { #expect(done[group] == dry[group]) }
    let merged = try await agent.get(path(all[0]))
    #expect(merged["status"]?.string == "duplicate" && merged["duplicate_of"]?.string == survivor)
    let kinds = try await agent.get(path(all[0]) + "/history").items.map { $0["kind"]?.string ?? "" }
    #expect(kinds.suffix(2) == ["status", "merged"], "\(kinds)")
    let other = try await agent.get(path(survivor))
    // Ann once, and the three who reported.
    #expect(other["supporters"]?.integer == 4 && other["status"]?.string == "submitted", "\(other.text)")
    #expect(try await agent.get(path(survivor) + "/comments").items.map { $0["body"]?.string } == ["A fuse"])
    #expect(try await agent.get(path(survivor) + "/duplicates").items.count == 3)
    // Once more leaves them as they are.
    #expect(count(try await bulk(agent, call), "unchanged") == 4)

    // Somebody else takes one back; the rest is the caller's.
    _ = try await agent.delete(path(all[3]) + "/duplicates")
    let changes = try #require(done["undo"])
    let foreign = try await bulk(try await town.somebody(.manager), ["action": action("undo", ["changes": changes])])
    #expect(refused(foreign) == ["undo_not_allowed": 2, "version_mismatch": 1], "\(foreign.text)")
    let undone = try await bulk(agent, ["action": action("undo", ["changes": changes])])
    #expect(count(undone, "changed") == 2 && refused(undone) == ["version_mismatch": 1], "\(undone.text)")
    let back = try await agent.get(path(all[0]))
    #expect(back["status"]?.string == "submitted" && back["duplicate_of"] == .null && back["supporters"]?.integer == 1)
    #expect(try await agent.get(path(survivor))["supporters"]?.integer == 0)
    try await town.runJobs()
  }

  @Test("after the usual time a bulk merge is taken apart one by one, not by undo")
  func tooLate() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let all = try await reports(2, in: town)
    let done = try await bulk(agent, ["references": list([all[0]]), "action": duplicates(of: all[1])])
    _ = try await town.database.write("UPDATE merges SET at = at - interval '31 seconds' WHERE tenant_id = \(town.id)")
    let undone = try await bulk(agent, ["action": action("undo", ["changes": try #require(done["undo"])])])
    #expect(refused(undone) == ["undo_not_allowed": 1])
    #expect(try await agent.delete(path(all[0]) + "/duplicates").status == 200)
  }

  @Test("a survivor that is none, or not the caller's to change, is told before anything is merged")
  func badSurvivors() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let all = try await reports(3, in: town)
    let (withdrawn, code) = try await town.report()
    _ = try await town.holder(of: code!).post(path(withdrawn) + "/withdraw")
    let foreign = try await Township().report().reference
    let references = list([all[0], all[1]])
    for (of, expected) in [
      (JSONValue.null, "required"), (.string("nonsense"), "unknown_request"), (.string(foreign), "unknown_request"),
      (.string(withdrawn), "merge_not_allowed"), (.integer(7), "wrong_type"),
    ] {
      for isDryRun in [true, false] {
        let answer = try await bulk(
          agent,
          ["references": references, "action": action("duplicate", ["of": of]), "dry_run": .bool(isDryRun)])
        #expect(answer.status == 422 && answer.fields == ["action.of": expected], "\(answer.text)")
      }
    }
    let crew = try await town.somebody(.crew)
    #expect(try await bulk(crew, ["references": references, "action": duplicates(of: all[2])]).status == 403)
    let viewer = try await town.somebody(.viewer)
    #expect(try await bulk(viewer, ["references": references, "action": duplicates(of: all[2])]).status == 403)
    // What the one named is a duplicate of itself stands for it.
    _ = try await agent.post(path(all[1]) + "/duplicates", .object(["of": .string(all[2])]))
    let done = try await bulk(agent, ["references": list([all[0]]), "action": duplicates(of: all[1])])
    #expect(done["survivor"]?["reference"]?.string == all[2])
    #expect(try await agent.get(path(all[0]))["duplicate_of"]?.string == all[2])
  }

  @Test("two who merge the same reports the opposite way at once leave no circle and lose nothing")
  func opposite() async throws {
    let town = try await Township()
    let (agent, manager) = (try await town.somebody(.agent), try await town.somebody(.manager))
    let all = try await reports(12, in: town)
    async let one = bulk(agent, ["references": list(all), "action": duplicates(of: all[0])])
    async let other = bulk(manager, ["references": list(all), "action": duplicates(of: all[11])])
    let answers = [try await one, try await other]
    #expect(answers.allSatisfy { $0.status == 200 }, "\(answers.map(\.text))")
    let open = try await town.database.read(
      "SELECT count(*) FROM requests WHERE tenant_id = \(town.id) AND duplicate_of IS NULL")
    #expect(try open.first?.get(0, as: Int.self) == 1)
    let merges = try await town.database.read("SELECT count(*) FROM merges WHERE tenant_id = \(town.id)")
    #expect(try merges.first?.get(0, as: Int.self) == 11)
  }

  @Test("without scripts the survivor is chosen among the selected or typed, previewed, merged and taken back")
  func page() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    let reader = try await town.somebody(.viewer)
    let all = try await reports(3, in: town)
    let chosen = all.prefix(2).map { (name: "references", value: $0) }
    #expect(try await agent.get("/staff").text.contains("id=\"bulk-duplicate\""))
    let unsaid = try await agent.post("/staff", chosen + [("action", "duplicate")])
    #expect(unsaid.status == 422 && unsaid.text.contains("href=\"#field-of\""), "\(unsaid.text)")
    #expect(unsaid.text.contains("<option value=\"\(all[0])\">\(all[0]) · Dark 0</option>"))
    let wrong = try await agent.post("/staff", chosen + [("action", "duplicate"), ("of", "nonsense")])
    #expect(wrong.status == 422 && wrong.text.contains("value=\"nonsense\""))
    let preview = try await agent.post(
      "/staff", chosen + [("action", "duplicate"), ("survivor", all[0]), ("step", "preview")])
    #expect(
      preview.text.contains("1 request will change.") && preview.text.contains("They become duplicates of Dark 0."))
    let form =
      fields(preview, "references") + fields(preview, "versions") + fields(preview, "idempotency_key")
      + [("action", "duplicate"), ("survivor", all[0]), ("step", "confirm")]
    let done = try await agent.post("/staff", form)
    #expect(done.text.contains("1 request was changed."))
    #expect(try await reader.get(path(all[1]))["duplicate_of"]?.string == all[0])
    // Reloading the page tells the same, with the same undo.
    let again = try await agent.post("/staff", form)
    #expect(fields(again, "changes").map(\.value) == fields(done, "changes").map(\.value))
    let undone = try await agent.post("/staff", fields(again, "changes") + [("step", "undo")])
    #expect(undone.text.contains("1 request was changed."))
    #expect(try await reader.get(path(all[1]))["duplicate_of"] == .null)
    // Gone back, and something else asked for under the same key.
    let other = form.map { $0.name == "survivor" ? (name: $0.name, value: all[2]) : $0 }
    let told = try await agent.post("/staff", other)
    #expect(told.text.contains("This form has done its work already.") && told.text.contains("duplicates of Dark 2"))
    #expect(try await reader.get(path(all[1]))["duplicate_of"] == .null)
  }

  @Test("a township that does not use duplicates is not offered them")
  func switchedOff() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      "UPDATE tenants SET statuses = '{\"duplicate\": {\"off\": true}}' WHERE id = \(town.id)")
    let all = try await reports(2, in: town)
    let agent = try await town.browser(.agent)
    #expect(!(try await agent.get("/staff").text.contains("bulk-duplicate")))
    let answer = try await bulk(
      try await town.somebody(.agent), ["references": list([all[0]]), "action": duplicates(of: all[1])])
    #expect(refused(answer) == ["transition_not_allowed": 1], "\(answer.text)")
  }
}
