import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// Templates kept by page.
@Suite struct TemplatePageTests {
  @Test("a template is added, changed, removed and brought back by the pages, each told by the audit log")
  func pages() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    #expect(try await admin.get("/admin/templates").text.contains("There are no templates yet."))
    let wrong = try await admin.post(
      "/admin/templates/new", [("name", ""), ("body", "Kept"), ("visibility", "public")])
    #expect(wrong.status == 422 && wrong.text.contains("#field-name") && wrong.text.contains("Kept"))
    let added = try await admin.post(
      "/admin/templates/new",
      [("name", "On the <way>"), ("body", "We come for {reference}."), ("visibility", "public")])
    let address = try #require(added.headers["Location"]?.split(separator: "?").first.map(String.init))
    let list = try await admin.get("/admin/templates").text
    #expect(list.contains("On the &lt;way&gt;") && !list.contains("<way>"))
    let page = try await admin.get(address).text
    #expect(page.contains("We come for {reference}."))
    let changed = try await admin.post(address, [("name", "Soon"), ("body", "Soon."), ("visibility", "private")])
    #expect(changed.headers["Location"] == address + "?done=1")
    let removed = try await admin.post(address, [("action", "remove")])
    let after = try await admin.get(try #require(removed.headers["Location"])).text
    #expect(after.contains("The template has been removed.") && after.contains("Undo"))
    #expect(try await admin.get(address).status == 404)
    #expect(try await town.somebody(.agent).get("/api/v1/templates").items.isEmpty)
    let id = try #require(address.split(separator: "/").last)
    _ = try await admin.post("/admin/templates", [("template", String(id))])
    #expect(try await town.somebody(.agent).get("/api/v1/templates").items.first?["name"]?.string == "Soon")
    let log = try await town.database.read(
      "SELECT after::text FROM audit_events WHERE tenant_id = \(town.id) AND subject = \("template \(id)") ORDER BY id")
    #expect(log.count == 4)
    for role in [Role.viewer, .agent, .manager] {
      #expect(try await town.browser(role).get("/admin/templates").status == 403)
      #expect(try await town.browser(role).post("/admin/templates", [("template", String(id))]).status == 403)
    }
  }

  @Test("a removed template is brought back by API, of its own township alone")
  func restoring() async throws {
    let (town, other) = (try await Township(), try await Township())
    let admin = try await town.somebody(.administrator)
    let added = try await admin.post(
      "/api/v1/templates",
      .object(["name": .string("a"), "body": .string("b"), "visibility": .string("internal")]))
    let id = try #require(added["id"]?.integer)
    #expect(try await admin.delete("/api/v1/templates/\(id)").status == 200)
    #expect(try await admin.delete("/api/v1/templates/\(id)").status == 404)
    #expect(try await other.somebody(.administrator).post("/api/v1/templates/\(id)/restore").status == 404)
    #expect(try await admin.post("/api/v1/templates/\(id)/restore")["name"]?.string == "a")
    #expect(try await admin.get("/api/v1/templates").items.count == 1)
  }
}
