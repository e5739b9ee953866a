import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// Map and queue for staff; here without a script.
@Suite struct TriagePageTests: BulkCalling {
  @Test("staff alone see the queue, and only that of their own township")
  func access() async throws {
    let (town, other) = (try await Township(), try await Township())
    let (reference, _) = try await town.report([("title", .string("<script>alert(1)</script>"))])
    #expect(try await town.anonymous.get("/staff").status == 303)
    #expect(try await town.browser(.citizen).get("/staff").status == 403)
    let page = try await town.browser(.agent).get("/staff")
    #expect(page.status == 200 && page.text.contains("href=\"/staff/requests/\(reference)\""))
    #expect(!page.text.contains("<script>alert"))
    #expect(!(try await other.browser(.agent).get("/staff").text.contains(reference)))
    let viewer = try await town.browser(.viewer)
    let read = try await viewer.get("/staff").text
    #expect(read.contains(reference) && !read.contains("name=\"references\"") && !read.contains("id=\"bulk\""))
    let change = try await viewer.post(
      "/staff", [("step", "confirm"), ("action", "status"), ("status", "in_progress"), ("references", reference)])
    #expect(change.status == 200 && change.text.contains("cannot be changed"))
    #expect(try await town.somebody(.agent).get("/api/v1/requests/\(reference)")["version"]?.integer == 1)
  }

  @Test("an empty queue says why, and leads an administrator of a new township to what is to be set up")
  func empty() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    #expect(try await agent.get("/staff?overdue=true").text.contains("No request matches this filter."))
    let queue = try await agent.get("/staff").text
    #expect(queue.contains("No request is open.") && !queue.contains("Set up categories"))
    #expect(try await town.browser(.administrator).get("/staff").text.contains("Set up categories, people and rules"))
  }

  @Test("filters come from the address; what is open is the beginning, and a filter that is none is left out")
  func filters() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    let (lamp, _) = try await town.report()
    let (hole, _) = try await town.report([("category", .string("pothole")), ("title", .string("Deep hole"))])
    _ = try await town.somebody(.agent).post(
      "/api/v1/requests/\(hole)/status", .object(["status": .string("completed"), "note": .string("filled")]))
    func shown(_ query: String) async throws -> [String] {
      let page = try await agent.get("/staff?" + query)
      #expect(page.status == 200, "\(query)")
      return page.text.matches(of: /id="row-([0-9A-Z-]+)"/).map { String($0.1) }.sorted()
    }
    #expect(try await shown("") == [lamp])
    #expect(try await shown("status=all") == [lamp, hole].sorted())
    #expect(try await shown("status=completed&q=&category=&priority=&sort=") == [hole])
    #expect(try await shown("status=all&category=pothole&sort=priority") == [hole])
    #expect(try await shown("status=all&q=deep") == [hole])
    #expect(try await shown("assignee=me").isEmpty)
    #expect(try await shown("assignee=none&overdue=false") == [lamp])
    #expect(try await shown("area=wards:nowhere").isEmpty)
    for wrong in ["status=blue", "bbox=1,2", "sort=nearest", "priority=x&assignee=y", "cursor=x", "radius=5"] {
      #expect(try await shown(wrong) == [lamp], "\(wrong)")
    }
    #expect(try await agent.get("/staff?q=%3Cscript%3E").text.contains("value=\"&lt;script&gt;\""))
  }

  @Test("a selection is previewed, changed and taken back by forms alone")
  func bulk() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    let reader = try await town.somebody(.viewer)
    let references = [try await town.report().reference, try await town.report().reference]
    let chosen = references.map { (name: "references", value: $0) }
    let empty = try await agent.post("/staff", [("action", "prioritize"), ("priority", "urgent")])
    #expect(empty.status == 422 && empty.text.contains("Select at least one request."))
    let unsaid = try await agent.post(
      "/staff", chosen + [("action", "status"), ("status", "on_hold"), ("step", "confirm")])
    #expect(unsaid.status == 422 && unsaid.text.contains("href=\"#field-reason\""))
    let order: [(name: String, value: String)] = [("action", "status"), ("status", "on_hold"), ("reason", "<b>Parts")]
    let preview = try await agent.post("/staff", chosen + order + [("step", "preview")])
    #expect(preview.status == 200 && preview.text.contains("2 requests will change."), "\(preview.text)")
    #expect(preview.text.contains("&lt;b&gt;Parts"))
    #expect(fields(preview, "references").map(\.value) == references)
    #expect(try await reader.get("/api/v1/requests/\(references[0])")["status"]?.string == "submitted")
    let done = try await agent.post("/staff", fields(preview, "references") + order + [("step", "confirm")])
    #expect(done.text.contains("2 requests were changed."))
    #expect(try await reader.get("/api/v1/requests/\(references[0])")["status"]?.string == "on_hold")
    let undone = try await agent.post("/staff", fields(done, "changes") + [("step", "undo")])
    #expect(undone.text.contains("2 requests were changed."))
    #expect(try await reader.get("/api/v1/requests/\(references[0])")["status"]?.string == "submitted")
    let all = try await agent.post(
      "/staff",
      [
        ("all", "true"), ("query", "category=street-light"), ("action", "prioritize"), ("priority", "urgent"),
        ("step", "preview"),
      ])
    #expect(all.text.contains("2 requests will change."))
    let crew = try await town.browser(.crew)
    let refused = try await crew.post("/staff", chosen + order + [("step", "confirm")])
    #expect(refused.text.contains("they are not yours to change"))
  }

  @Test("a filter is saved under a name and thrown away again")
  func views() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    try await town.report([("category", .string("pothole"))])
    let saved = try await agent.post(
      "/staff", [("step", "save-view"), ("name", "<i>Holes"), ("query", "category=pothole"), ("shared", "true")])
    #expect(saved.status == 303 && saved.headers["Location"] == "/staff?category=pothole")
    let page = try await agent.get("/staff")
    #expect(page.text.contains("&lt;i&gt;Holes") && !page.text.contains("<i>Holes"))
    #expect(try await town.browser(.viewer).get("/staff").text.contains("&lt;i&gt;Holes"))
    let view = try #require(fields(page, "view").first)
    #expect(try await town.browser(.agent).post("/staff", [view, ("step", "delete-view")]).status == 404)
    #expect(try await agent.post("/staff", [view, ("step", "delete-view")]).status == 303)
    #expect(!(try await agent.get("/staff").text.contains("Holes")))
  }

  @Test("the list goes on where it ended")
  func paging() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    for _ in 0..<(TriagePage.pageLength + 3) { try await town.report() }
    let first = try await agent.get("/staff?sort=oldest").text
    let link = try #require(first.firstMatch(of: /id="queue-more" class="button quiet" href="([^"]+)"/)).1
    let second = try await agent.get(String(link).replacing("&amp;", with: "&")).text
    let shown = [first, second].map { Set($0.matches(of: /id="row-([0-9A-Z-]+)"/).map { String($0.1) }) }
    #expect(shown[0].count == TriagePage.pageLength && shown[1].count == 3 && shown[0].isDisjoint(with: shown[1]))
  }
}
