import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// After many have another category the rules can be asked anew for them.
@Suite struct BulkRoutingTests: BulkCalling {
  private func path(_ reference: String) -> String { "/api/v1/requests/\(reference)" }

  private func holes(_ admin: Client) async throws {
    let text = #"""
      {"name": "Holes", "when": {"categories": ["pothole"]}, "then": {"department": "roads", "priority": "urgent",
       "tags": ["hole"]}}
      """#
    let answer = try await admin.post("/api/v1/rules", try JSONValue.parse(Array(text.utf8)))
    try #require(answer.status == 201, "\(answer.text)")
  }

  @Test("the rules are asked anew for a selection: what somebody has assigned or ended stays, and undo brings all back")
  func anew() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    try await holes(admin)
    var all: [String] = []
    for _ in 0..<4 { all.append(try await town.report().reference) }
    _ = try await agent.post(path(all[2]) + "/assignment", .object(["department": .string("parks")]))
    _ = try await agent.post(
      path(all[3]) + "/status", .object(["status": .string("rejected"), "reason": .string("No")]))
    let categorized = try await bulk(
      agent, ["references": list(all), "action": action("categorize", ["category": .string("pothole")])])
    #expect(count(categorized, "changed") == 4)
    #expect(try await agent.get(path(all[0]))["department"]?.isNull == true, "by itself nothing is routed")
    let call: [String: JSONValue] = ["references": list(all), "action": action("route")]
    let dry = try await bulk(agent, call.merging(["dry_run": .bool(true)]) { $1 })
    #expect(count(dry, "changed") == 2 && count(dry, "unchanged") == 2, "\(dry.text)")
    let done = try await bulk(agent, call)
    for group in ["changed", "unchanged", "refused"] { #expect(done[group] == dry[group]) }
    let routed = try await agent.get(path(all[0]))
    #expect(routed["department"]?.string == "roads" && routed["tags"]?.array == [.string("hole")])
    #expect(routed["priority"]?.string == "medium" && routed["status"]?.string == "submitted")
    let row = try await agent.get(path(all[0]) + "/history").items.last
    #expect(row?["kind"]?.string == "routed" && row?["actor"]?["id"]?.integer == agent.personID)
    #expect(try await agent.get(path(all[2]))["department"]?.string == "parks")
    // Once more there is nothing left to do.
    #expect(count(try await bulk(agent, call), "changed") == 0)
    let undone = try await bulk(agent, ["action": action("undo", ["changes": try #require(done["undo"])])])
    #expect(count(undone, "changed") == 2, "\(undone.text)")
    let back = try await agent.get(path(all[0]))
    #expect(back["department"]?.isNull == true && back["tags"]?.array == [] && back["category"]?.string == "pothole")
    let crew = try await town.somebody(.crew)
    #expect(refused(try await bulk(crew, call)) == ["forbidden": 4])
    #expect(try await bulk(try await town.somebody(.viewer), call).status == 403)
  }

  @Test("the page says that rules do not run again, and offers to route anew what was given another category")
  func page() async throws {
    let town = try await Township()
    try await holes(try await town.somebody(.administrator))
    let agent = try await town.browser(.agent)
    let reader = try await town.somebody(.viewer)
    let all = [try await town.report().reference, try await town.report().reference]
    #expect(try await agent.get("/staff").text.contains("The rules do not run again by themselves"))
    let done = try await agent.post(
      "/staff",
      all.map { ("references", $0) } + [("action", "categorize"), ("category", "pothole"), ("step", "confirm")])
    #expect(done.text.contains("The rules have not run again for the new category."), "\(done.text)")
    let preview = try await agent.post("/staff", fields(done, "references") + [("action", "route")])
    #expect(preview.text.contains("2 requests will change."), "\(preview.text)")
    let routed = try await agent.post(
      "/staff",
      fields(preview, "references") + fields(preview, "versions") + [("action", "route"), ("step", "confirm")])
    #expect(routed.text.contains("2 requests were changed."))
    #expect(try await reader.get(path(all[0]))["department"]?.string == "roads")
    let other = try await agent.post(
      "/staff", all.map { ("references", $0) } + [("action", "prioritize"), ("priority", "low"), ("step", "confirm")])
    #expect(!other.text.contains("bulk-route"))
  }
}
