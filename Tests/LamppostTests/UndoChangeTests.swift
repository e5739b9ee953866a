import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// Taking the last change back.
@Suite struct UndoChangeTests {
  private func stands(_ request: Client.Answer) -> [String] {
    [
      "status", "priority", "category", "title", "description", "visibility", "location", "address", "department",
      "closed_at", "expected_by",
    ].map { "\($0): \(request[$0]?.text ?? "")" } + ["assignee: \(request["assignee"]?["id"]?.integer ?? 0)"]
  }

  @Test("whatever was changed stands as before, and the history tells both")
  func everything() async throws {
    let town = try await Township()
    let place: JSONValue = .object([
      "latitude": .number(42.36), "longitude": .number(-71.06), "accuracy": .number(12.5),
    ])
    let (reference, _) = try await town.report([("location", place), ("description", .string("Dark"))])
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    let changes: [(call: String, body: [String: JSONValue])] = [
      ("", ["title": .string("Other"), "description": .string("")]), ("", ["priority": .string("urgent")]),
      ("", ["category": .string("pothole")]), ("", ["category": .string("harassment")]),
      ("", ["location": .null, "address": .string("1 Main Street")]), ("", ["location": .at(42.4, -71.1)]),
      ("", ["visibility": .string("hidden")]),
      ("/assignment", ["assignee": .integer(agent.personID!), "department": .string("roads")]),
      ("/status", ["status": .string("in_progress")]),
      ("/status", ["status": .string("completed"), "note": .string("Done")]),
    ]
    for change in changes {
      let before = try await agent.get(path)
      let changed =
        change.call == ""
        ? try await agent.patch(path, .object(change.body))
        : try await agent.post(path + change.call, .object(change.body))
      try #require(changed.status == 200, "\(change) \(changed.text)")
      #expect(stands(changed) != stands(before), "\(change)")
      let version = changed["version"]!.integer!
      let undone = try await agent.with("If-Match", "\"\(version)\"").post(path + "/undo")
      #expect(undone.status == 200, "\(change) \(undone.text)")
      #expect(stands(undone) == stands(before), "\(change)")
      #expect(undone["version"]?.integer == version + 1)
    }
    let kinds = try await agent.get(path + "/history").items.map { $0["kind"]?.string ?? "" }
    #expect(kinds.filter { $0 == "edited" }.count == 14)
    #expect(kinds.filter { $0 == "assignment" }.count == 2 && kinds.filter { $0 == "status" }.count == 6)
  }

  @Test("an end that was reopened by mistake has its old time again")
  func reopened() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    let closed = try await agent.post(
      path + "/status", .object(["status": .string("rejected"), "reason": .string("Not ours")]))
    _ = try await agent.post(path + "/status", .object(["status": .string("under_review")]))
    let undone = try await agent.post(path + "/undo")
    #expect(undone["status"]?.string == "rejected" && undone["closed_at"] == closed["closed_at"])
  }

  @Test("nobody takes back what somebody else did, what is old, what has changed since, or what they may not change")
  func refusals() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let (agent, other) = (try await town.somebody(.agent), try await town.somebody(.manager))
    #expect(try await agent.post(path + "/undo").code == "undo_not_allowed")
    _ = try await agent.patch(path, .object(["priority": .string("urgent")]))
    #expect(try await other.post(path + "/undo").code == "undo_not_allowed")
    #expect(try await town.somebody(.viewer).post(path + "/undo").status == 403)
    #expect(try await town.somebody(.crew, department: "parks").post(path + "/undo").code == "undo_not_allowed")
    #expect(try await agent.with("If-Match", "\"1\"").post(path + "/undo").status == 412)
    #expect(try await Township().somebody(.agent).post(path + "/undo").status == 404)
    _ = try await other.patch(path, .object(["title": .string("Mine now")]))
    #expect(try await agent.post(path + "/undo").code == "undo_not_allowed")
    let request = try await agent.get(path)
    #expect(request["priority"]?.string == "urgent" && request["title"]?.string == "Mine now")
    let (old, _) = try await town.report()
    _ = try await town.database.write(
      """
      INSERT INTO request_events (tenant_id, request_id, at, actor_id, kind, visibility, before, after)
      SELECT tenant_id, id, now() - interval '31 seconds', \(agent.personID), 'status', 'public', 'under_review', 'submitted'
        FROM requests WHERE tenant_id = \(town.id) AND reference = \(old.replacing("-", with: ""))
      """)
    #expect(try await agent.post("/api/v1/requests/\(old)/undo").code == "undo_not_allowed")
  }

  @Test("what a reporter withdrew stays withdrawn")
  func withdrawn() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report(by: agent)
    let path = "/api/v1/requests/\(reference)"
    _ = try await agent.patch(path, .object(["priority": .string("low")]))
    _ = try await agent.post(path + "/withdraw")
    #expect(try await agent.post(path + "/undo").code == "undo_not_allowed")
  }

  @Test("the page offers to take a change back, and does")
  func page() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    let version = { (page: Client.Answer) in
      String(try #require(page.text.firstMatch(of: /name="version" value="([0-9]+)"/)).1)
    }
    let first = try await agent.get(path)
    #expect(!first.text.contains("value=\"undo\""), "looking is not a change of one's own making")
    _ = try await agent.post(path, [("action", "priority"), ("priority", "urgent"), ("version", version(first))])
    let done = try await agent.get(path + "?done=priority")
    #expect(done.text.contains("Priority changed.") && done.text.contains("value=\"undo\""))
    #expect(try await !town.browser(.manager).get(path + "?done=priority").text.contains("value=\"undo\""))
    let undone = try await agent.post(path, [("action", "undo"), ("version", version(done))])
    #expect(undone.status == 303)
    #expect(try await agent.get("/api/v1/requests/\(reference)")["priority"]?.string == "medium")
    #expect(try await agent.post(path, [("action", "undo"), ("version", version(done))]).status == 412)
  }

  @Test("what was taken back at once was no answer: the target for one stands as it did")
  func noAnswer() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let reference = try await town.report().reference
    let path = "/api/v1/requests/\(reference)"
    _ = try await agent.post(path + "/assignment", .object(["department": .string("roads")]))
    #expect(try await agent.get(path)["responded_at"]?.string != nil)
    #expect(try await agent.post(path + "/undo").status == 200)
    #expect(try await agent.get(path)["responded_at"]?.isNull == true)
    // A word to the reporter stays one.
    _ = try await agent.post(path + "/comments", .object(["body": .string("Soon"), "visibility": .string("public")]))
    _ = try await agent.post(path + "/assignment", .object(["department": .string("roads")]))
    _ = try await agent.post(path + "/undo")
    #expect(try await agent.get(path)["responded_at"]?.string != nil)
  }
}
