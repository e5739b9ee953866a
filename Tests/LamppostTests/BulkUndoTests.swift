import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// What bulk changes leave behind, and how they are taken back.
@Suite struct BulkUndoTests: BulkCalling {
  @Test(
    "each kind of change follows the rules of its single one, and can be taken back while nothing has happened since")
  func kindsAndUndo() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let crew = try await town.somebody(.crew)
    var references: [String] = []
    for _ in 0..<3 { references.append(try await town.report().reference) }
    let before = try await agent.get("/api/v1/requests/" + references[0])
    let actions: [(JSONValue, (Client.Answer) -> Bool)] = [
      (
        action("assign", ["assignee": .integer(crew.personID!), "department": .string("roads")]),
        { $0["assignee"]?["id"]?.integer == crew.personID && $0["status"]?.string == "assigned" }
      ),
      (
        action("status", ["status": .string("on_hold"), "reason": .string("Waiting for <b>parts</b>")]),
        { $0["status"]?.string == "on_hold" }
      ),
      (action("categorize", ["category": .string("pothole")]), { $0["category"]?.string == "pothole" }),
      (
        action("categorize", ["category": .string("harassment")]),
        { $0["category"]?.string == "harassment" && $0["visibility"]?.string == "private" }
      ),
      (action("prioritize", ["priority": .string("urgent")]), { $0["priority"]?.string == "urgent" }),
    ]
    for (change, holds) in actions {
      let done = try await bulk(agent, ["references": list(references), "action": change])
      #expect(count(done, "changed") == 3, "\(done.text)")
      #expect(holds(try await agent.get("/api/v1/requests/" + references[0])), "\(change.text)")
      // Somebody else works on the last one: that one is not taken back.
      _ = try await agent.patch("/api/v1/requests/" + references[2], .object(["title": .string(UUID().uuidString)]))
      let changes = try #require(done["undo"])
      let foreign = try await bulk(
        try await town.somebody(.manager), ["action": action("undo", ["changes": changes])])
      #expect(refused(foreign) == ["undo_not_allowed": 2, "version_mismatch": 1], "\(foreign.text)")
      let undone = try await bulk(agent, ["action": action("undo", ["changes": changes])])
      #expect(count(undone, "changed") == 2 && refused(undone) == ["version_mismatch": 1], "\(undone.text)")
      let after = try await agent.get("/api/v1/requests/" + references[0])
      for field in [
        "status", "assignee", "department", "category", "priority", "expected_by", "visibility", "closed_at",
      ] {
        #expect(after[field] == before[field], "\(field) after \(change.text)")
      }
      // What was undone is not undone twice.
      let twice = try await bulk(agent, ["action": action("undo", ["changes": changes])])
      #expect(refused(twice) == ["version_mismatch": 3])
    }
  }

  @Test("what was reopened by mistake has ended again when it had")
  func reopening() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let done = try await agent.post(
      path + "/status", .object(["status": .string("completed"), "note": .string("done")]))
    let reopened = try await bulk(
      agent, ["references": list([reference]), "action": action("status", ["status": .string("under_review")])])
    #expect(try await agent.get(path)["closed_at"]?.isNull == true)
    _ = try await bulk(agent, ["action": action("undo", ["changes": try #require(reopened["undo"])])])
    let now = try await agent.get(path)
    #expect(now["status"]?.string == "completed" && now["closed_at"] == done["closed_at"])
  }

  @Test("an end that the reporter had confirmed keeps its time when its reopening is taken back")
  func confirmedEnd() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, code) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    _ = try await agent.post(
      path + "/status", .object(["status": .string("completed"), "note": .string("New bulb")]))
    let confirmed = try await town.holder(of: try #require(code)).post(
      path + "/confirm", .object(["resolved": .bool(true)]))
    try #require(confirmed["status"]?.string == "closed" && confirmed["closed_at"]?.string != nil)
    let reopened = try await bulk(
      agent, ["references": list([reference]), "action": action("status", ["status": .string("under_review")])])
    #expect(try await agent.get(path)["closed_at"]?.isNull == true)
    let undone = try await bulk(agent, ["action": action("undo", ["changes": try #require(reopened["undo"])])])
    #expect(count(undone, "changed") == 1, "\(undone.text)")
    let now = try await agent.get(path)
    #expect(now["status"]?.string == "closed" && now["closed_at"] == confirmed["closed_at"], "\(now.text)")
  }

  @Test("a hidden request that moves to a private category stays hidden, and its history says no more than happened")
  func hiddenRequest() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (hidden, _) = try await town.report()
    let (open, _) = try await town.report()
    _ = try await agent.patch("/api/v1/requests/\(hidden)", .object(["visibility": .string("hidden")]))
    let moved = try await bulk(
      agent,
      [
        "references": list([hidden, open]),
        "action": action("categorize", ["category": .string("harassment")]),
      ])
    #expect(count(moved, "changed") == 2, "\(moved.text)")
    for (reference, visibility, told) in [(hidden, "hidden", false), (open, "private", true)] {
      let path = "/api/v1/requests/\(reference)"
      #expect(try await agent.get(path)["visibility"]?.string == visibility)
      let last = try #require(try await agent.get(path + "/history").items.last { $0["kind"]?.string == "edited" })
      #expect(last.text.contains("harassment"))
      #expect(last.text.contains("\"visibility\\\":") == told || last.text.contains("private") == told, "\(last.text)")
    }
    let undone = try await bulk(agent, ["action": action("undo", ["changes": try #require(moved["undo"])])])
    #expect(count(undone, "changed") == 2, "\(undone.text)")
    #expect(try await agent.get("/api/v1/requests/\(hidden)")["visibility"]?.string == "hidden")
    #expect(try await agent.get("/api/v1/requests/\(open)")["visibility"]?.string == "public")
  }
}
