import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// A township's configuration as one file.
@Suite struct ConfigurationTests: PageCalling {
  private static let path = "/api/v1/configuration"

  private func value(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

  /// A township with something of everything.
  private func furnished() async throws -> (Township, Client) {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    for (path, body) in [
      ("/api/v1/departments", #"{"name": "Forestry <b>"}"#),
      (
        "/api/v1/calendars",
        #"{"name": "Office", "hours": {"monday": ["09:00-17:00"]}, "holidays": ["2026-12-25", "01-01"]}"#
      ),
      (
        "/api/v1/categories",
        """
        {"name": "Fallen tree", "group": "Parks", "department": "parks", "calendar": "office", "private": true,
         "targets": {"high": {"first_response": 60, "resolution": 480}},
         "attributes": [{"label": "Size?", "type": "choice", "options": ["small", {"key": "b", "label": "Big"}]}]}
        """
      ),
      ("/api/v1/templates", #"{"name": "Thanks", "body": "Thank you.", "visibility": "public"}"#),
      ("/api/v1/templates", #"{"name": "Thanks", "body": "Thanks again.", "visibility": "private"}"#),
      (
        "/api/v1/rules",
        """
        {"name": "Trees", "when": {"categories": ["fallen-tree"]},
         "then": {"department": "parks", "assignee": \(admin.personID!), "tags": ["tree"]}}
        """
      ),
      ("/api/v1/rules", #"{"name": "All", "then": {"tags": ["new"]}}"#),
    ] {
      let answer = try await admin.post(path, try value(body))
      try #require(answer.status == 201, "\(path): \(answer.text)")
    }
    _ = try await admin.patch("/api/v1/settings", try value(#"{"emergency_number": "112"}"#))
    _ = try await admin.patch(
      "/api/v1/workflow", try value(#"{"statuses": [{"status": "on_hold", "names": {"en": "Paused"}}]}"#))
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      VALUES (\(town.id), 'wards', 'one', 'One', ST_Multi(ST_MakeEnvelope(-72.123456, 42, -71, 43, 4326)))
      """)
    return (town, admin)
  }

  /// A township without anything.
  private func empty() async throws -> (Township, Client) {
    let town = try await Township()
    for table in ["categories", "departments"] {
      _ = try await town.installation.admin.write { transaction in
        try await transaction.execute(
          table == "categories"
            ? "DELETE FROM categories WHERE tenant_id = \(town.id)"
            : "DELETE FROM departments WHERE tenant_id = \(town.id)")
      }
    }
    return (town, try await town.somebody(.administrator))
  }

  private func count(_ answer: Client.Answer, _ section: String, _ what: String) -> Int? {
    answer["sections"]?[section]?[what]?.integer
  }

  @Test("the file of one township brought into an empty one gives the same file, and once more changes nothing")
  func roundTrip() async throws {
    let (_, admin) = try await furnished()
    let file = try await admin.get(Self.path)
    #expect(file.status == 200 && file["lamppost_configuration"]?.integer == 1)
    #expect(file.headers["Content-Disposition"]?.hasSuffix("-configuration.json\"") == true)
    #expect(!file.text.contains("assignee") && !file.text.contains("@example.test"), "no people")
    let (town, other) = try await empty()
    let document = try value(file.text)
    let trial = try await other.post(Self.path + "?dry_run=true", document)
    #expect(trial.status == 200 && trial["dry_run"]?.bool == true, "\(trial.text)")
    #expect(count(trial, "categories", "added") == 4 && count(trial, "rules", "added") == 2)
    #expect(count(trial, "settings", "changed") == 1 && count(trial, "deadlines", "unchanged") == 1)
    #expect(try await other.get("/api/v1/category-order").items.isEmpty, "nothing is saved by a dry run")
    let brought = try await other.post(Self.path, document)
    #expect(brought.status == 200 && count(brought, "areas", "added") == 1, "\(brought.text)")
    #expect(try await other.get(Self.path).text == file.text)
    let events = try await town.database.read(
      "SELECT count(*) FROM audit_events WHERE tenant_id = \(town.id) AND kind = 'changed'"
    ).first?.get(0, as: Int.self)
    #expect(events ?? 0 >= 14, "every change stands in the audit log")
    let again = try await other.post(Self.path, document)
    #expect(again["changes"]?.array?.isEmpty == true, "\(again.text)")
    let later = try await town.database.read(
      "SELECT count(*) FROM audit_events WHERE tenant_id = \(town.id) AND kind = 'changed'"
    ).first?.get(0, as: Int.self)
    #expect(later == events)
    #expect(try await other.get(Self.path).text == file.text)
    // The new township works by it.
    let report = try await town.anonymous.post(
      "/api/v1/requests",
      try value(
        #"{"title": "Tree", "category": "fallen-tree", "location": null, "attributes": {"size": "b"}}"#))
    #expect(report.status == 201, "\(report.text)")
  }

  @Test("what a file leaves out stays, a member as a thing, and order is taken from the file")
  func partial() async throws {
    let (town, admin) = try await furnished()
    let answer = try await admin.post(
      Self.path,
      try value(
        """
        {"lamppost_configuration": 1,
         "categories": [{"slug": "street-light", "notice": "Number <b>"}, {"slug": "pothole", "name": "Hole"}],
         "rules": [{"name": "All"}, {"name": "Trees", "stop": true}]}
        """))
    #expect(answer.status == 200, "\(answer.text)")
    let categories = try await admin.get("/api/v1/category-order").items
    #expect(
      categories.compactMap { $0["slug"]?.string } == ["street-light", "pothole", "fallen-tree", "harassment"])
    #expect(categories[0]["attributes"]?.array?.count == 2 && categories[0]["name"]?.string == "Street light")
    let rules = try await admin.get("/api/v1/rules").items
    #expect(rules.compactMap { $0["name"]?.string } == ["All", "Trees"])
    #expect(rules[1]["then"]?["assignee"]?.integer == admin.personID, "the person whom a rule names stays")
    #expect(rules[1]["stop"]?.bool == true)
    #expect(try await town.anonymous.get("/api/v1/categories").items.count == 4)
  }

  @Test("every mistake of a file is told with its path, and nothing of the file is saved")
  func refusals() async throws {
    let (town, admin) = try await furnished()
    let before = try await admin.get(Self.path).text
    let wrong = try await admin.post(
      Self.path,
      try value(
        """
        {"lamppost_configuration": 2, "colour": "red", "settings": {"contact_email": "nobody", "x": 1},
         "departments": [{"slug": "roads", "name": "Roads 2"}, {"slug": "roads", "name": "A"}, {"slug": "-B"}],
         "categories": [7, {"slug": "pothole", "attributes": [{"label": "A", "type": "maybe"}]}, {"name": "X"}],
         "areas": [{"layer": "wards", "slug": "two", "name": "Two", "boundary": {"type": "Point"}}],
         "rules": [{"name": "R", "then": {"assignee": 1}}], "people": []}
        """))
    #expect(
      wrong.fields == [
        "lamppost_configuration": "unknown_option", "colour": "unknown_field", "people": "unknown_field",
        "settings.contact_email": "invalid_format", "settings.x": "unknown_field",
        "departments.1.slug": "name_taken", "departments.2.slug": "invalid_format", "departments.2.name": "required",
        "categories.0": "wrong_type", "categories.1.attributes.0.type": "unknown_option",
        "categories.2.slug": "required", "areas.0.boundary": "invalid_format",
        "rules.0.then.assignee": "unknown_field",
      ], "\(wrong.text)")
    // What only the database knows is told by its path, too.
    let unknown = try await admin.post(
      Self.path,
      try value(
        """
        {"lamppost_configuration": 1, "settings": {"emergency_number": "999"},
         "categories": [{"slug": "pothole", "department": "none"}, {"slug": "new-one", "name": "New", "calendar": "none"}],
         "rules": [{"name": "R", "when": {"categories": ["none"]}}]}
        """))
    #expect(
      unknown.fields == [
        "categories.0.department": "unknown_department", "categories.1.calendar": "unknown_calendar",
        "rules.0.when.categories": "unknown_category",
      ], "\(unknown.text)")
    #expect(try await admin.get(Self.path).text == before)
    #expect(try await admin.post(Self.path, .object([:])).fields == ["lamppost_configuration": "required"])
    #expect(try await admin.post(Self.path + "?dry_run=maybe", .object([:])).status == 400)
    _ = town
  }

  @Test("only administrators fetch a file or bring one in")
  func permission() async throws {
    let town = try await Township()
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] {
      let somebody = try await town.somebody(role)
      for answer in [
        try await somebody.get(Self.path), try await somebody.post(Self.path, .object([:])),
        try await somebody.get("/admin/configuration"), try await somebody.get("/admin/configuration/file"),
        try await post(somebody, "/admin/configuration", [("action", "apply")]),
      ] {
        #expect(answer.status == 403, "\(role)")
      }
    }
    #expect(try await town.anonymous.get(Self.path).status == 401)
  }

  @Test("the page shows what a file would change, and changes it when it is told to")
  func page() async throws {
    let (town, admin) = try await empty()
    let file =
      #"{"lamppost_configuration": 1, "categories": [{"slug": "leak", "name": "Leak <b>"}], "departments": []}"#
    let shown = try await admin.upload(
      "/admin/configuration", fields: [("action", "look")], files: [("file", "c.json", Array(file.utf8))])
    #expect(shown.status == 200 && shown.text.contains("1 thing would change"), "\(shown.text)")
    #expect(try await admin.get("/api/v1/category-order").items.isEmpty)
    let held = try #require(shown.text.firstMatch(of: /name="held" value="([^"]+)"/)).1
    let other = try await town.somebody(.administrator)
    #expect(
      try await post(other, "/admin/configuration", [("action", "apply"), ("held", String(held))]).status == 422,
      "somebody else's file is nobody's")
    let applied = try await post(admin, "/admin/configuration", [("action", "apply"), ("held", String(held))])
    #expect(applied.status == 200 && applied.text.contains("1 thing was changed"), "\(applied.text)")
    #expect(try await admin.get("/api/v1/categories/leak")["name"]?.string == "Leak <b>")
    let wrong = try await admin.upload(
      "/admin/configuration", fields: [("action", "look")],
      files: [("file", "c.json", Array(#"{"lamppost_configuration": 1, "areas": [{}]}"#.utf8))])
    #expect(wrong.status == 422 && wrong.text.contains("<code>areas.0.layer</code>"))
    #expect(try await post(admin, "/admin/configuration", [("action", "look")]).status == 422)
    #expect(try await admin.get("/admin/configuration/file").text == admin.get(Self.path).text)
  }

  @Test("the command line writes a file and brings it in, as one township alone")
  func command() async throws {
    let (town, admin) = try await furnished()
    let (other, theirs) = try await empty()
    let path = "/tmp/\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func run(_ arguments: [String], _ town: Township) async throws {
      let slug = String(town.host.dropLast(".test".count))
      try await ConfigCommand.run(
        arguments + ["--tenant", slug, path], ["DATABASE_ADMIN_URL": town.installation.adminURL])
    }
    try await run(["export"], town)
    let written = try String(contentsOfFile: path, encoding: .utf8)
    #expect(try await admin.get(Self.path).text == written)
    try await run(["import", "--dry-run"], other)
    #expect(try await theirs.get("/api/v1/category-order").items.isEmpty)
    try await run(["import"], other)
    #expect(try await theirs.get(Self.path).text == admin.get(Self.path).text)
    await #expect(throws: UsageError.self) { try await ConfigCommand.run(["erase"], ["DATABASE_ADMIN_URL": "x"]) }
  }
}
