import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

@Suite struct AdministrationTests {
  @Test("an administrator changes a category and the settings, seen at once; who did it and when is kept")
  func changes() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let changed = try await admin.patch(
      "/api/v1/categories/pothole",
      .object([
        "name": .string("Hole <b>"), "stop_message": .string("Call 911"), "resolution_hours": .integer(48),
        "default_priority": .string("urgent"),
      ]))
    #expect(changed.status == 200 && changed["name"]?.string == "Hole <b>", "\(changed.text)")
    let listed = try await town.anonymous.get("/api/v1/categories").items
    #expect(listed.first { $0["slug"]?.string == "pothole" }?["stop_message"]?.string == "Call 911")
    let settings = try await admin.patch(
      "/api/v1/settings", .object(["emergency_number": .string("112"), "contact_email": .string("hall@example.test")]))
    #expect(settings.status == 200 && settings["publishes_at_once"]?.bool == true, "\(settings.text)")
    #expect(try await town.anonymous.get("/privacy").text.contains("mailto:hall@example.test"))
    let page = try await admin.get("/admin").text
    #expect(
      page.contains("Category pothole") && page.contains("Contact email address: ") && page.contains("<ins>112</ins>"))
    #expect(page.contains("A administrator"))
    #expect(try await admin.patch("/api/v1/settings", .object([:])).status == 200)
    let count = try await town.database.read(
      "SELECT count(*) FROM audit_events WHERE tenant_id = \(town.id) AND kind = 'changed'"
    ).first?.get(0, as: Int.self)
    #expect(count == 2, "what changes nothing is no change")
    for path in ["/admin/categories", "/admin/categories/pothole"] {
      let text = try await admin.get(path).text
      #expect(text.contains("Hole &lt;b&gt;") && !text.contains("Hole <b>"), "\(path)")
    }
    #expect(try await admin.get("/admin/categories/no-such").status == 404)
  }

  @Test("what cannot be is refused beside its field, by the page as by the API")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let wrong = try await admin.patch(
      "/api/v1/categories/pothole",
      .object(["name": .string(" "), "resolution_hours": .integer(0), "default_priority": .string("huge")]))
    #expect(
      wrong.fields == ["name": "required", "resolution_hours": "out_of_range", "default_priority": "unknown_option"])
    #expect(
      try await admin.patch("/api/v1/settings", .object(["contact_email": .string("x")])).fields
        == ["contact_email": "invalid_format"])
    let form = Query([("name", ""), ("resolution_hours", "soon"), ("default_priority", "low")]).encoded
    let page = try await admin.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, "/admin/categories/pothole", Array(form.utf8))
    #expect(page.status == 422 && page.text.contains("#field-name") && page.text.contains("#field-resolution_hours"))
    let right = Query([("name", "Hole"), ("default_priority", "low"), ("active", "true")]).encoded
    let saved = try await admin.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, "/admin/categories/pothole", Array(right.utf8))
    #expect(saved.status == 303 && saved.headers["Location"] == "/admin/categories/pothole?done=1")
    let settings = Query([("emergency_number", "112"), ("contact_email", ""), ("publishes_at_once", "false")]).encoded
    #expect(
      try await admin.with("Content-Type", "application/x-www-form-urlencoded")
        .send(.post, "/admin/settings", Array(settings.utf8)).status == 303)
    #expect(try await admin.get("/api/v1/settings")["publishes_at_once"]?.bool == false)
    // Another township keeps its own.
    let other = try await Township()
    #expect(try await other.somebody(.administrator).get("/api/v1/settings")["emergency_number"]?.string == "911")
  }
}
