import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// What the operator does with the townships of the installation.
@Suite struct TownshipsTests {
  static func input(_ slug: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
    .object(
      [
        "slug": .string(slug), "name": .string("New \(slug)"), "hosts": .array([.string("\(slug).test")]),
        "time_zone": .string("Europe/Paris"), "language": .string("fr"),
      ].merging(more) { $1 })
  }

  static func slug() -> String { "n-\(UUID().uuidString.lowercased())" }

  @Test("an operator makes a township, which is served at once in its language, with categories to begin with")
  func create() async throws {
    let home = try await Township()
    let boss = try await home.somebody(.operator)
    let slug = Self.slug()
    let made = try await boss.post("/api/v1/tenants", Self.input(slug, ["bbox": .string("2.2,48.8,2.5,48.9")]))
    #expect(made.status == 201 && made["search_language"]?.string == "french", "\(made.text)")
    #expect(made["bbox"]?.string == "2.2,48.8,2.5,48.9" && made["requests"]?.integer == 0)
    let new = Township(installation: home.installation, id: try await Self.id(slug, home), host: "\(slug).test")
    let page = try await new.anonymous.get("/")
    #expect(page.status == 200 && page.text.contains("New \(slug)") && page.text.contains("lang=\"fr\""))
    let categories = try await new.anonymous.get("/api/v1/categories").items.compactMap { $0["name"]?.string }
    #expect(categories.count == StarterCategories.all.count && categories.contains("Nid-de-poule"))
    #expect(try await new.report([("category", .string("pothole")), ("location", .at(48.85, 2.35))]).reference != "")
    let outside = try await new.anonymous.post(
      "/api/v1/requests",
      .object(["title": .string("x"), "category": .string("pothole"), "location": .at(40, 2.35)]))
    #expect(outside.code == "outside_area")
    let own = try await home.installation.admin.read(
      "SELECT actor_id FROM audit_events WHERE tenant_id = \(new.id) AND kind = 'tenant_created'")
    #expect(
      try own.map { try $0.get(0, as: Int?.self) } == [nil], "and in its own, whose people the operator is none of")
    let empty = Self.slug()
    _ = try await boss.post("/api/v1/tenants", Self.input(empty, ["categories": .string("none")]))
    let bare = Township(installation: home.installation, id: try await Self.id(empty, home), host: "\(empty).test")
    #expect(try await bare.anonymous.get("/api/v1/categories").items.isEmpty)
    // In the record of the operator's own township, where whoever keeps the installation looks.
    let events = try await home.database.read(
      "SELECT subject FROM audit_events WHERE tenant_id = \(home.id) AND kind = 'tenant_created' ORDER BY id")
    #expect(try events.map { try $0.get(0, as: String.self) } == ["township \(slug)", "township \(empty)"])
  }

  private static func id(_ slug: String, _ town: Township) async throws -> Int {
    try #require(
      try await town.installation.admin.read("SELECT id FROM tenants WHERE slug = \(slug)").first?.get(0))
  }

  @Test("what cannot be is refused at its field, and a township's names are its own")
  func refusals() async throws {
    let home = try await Township()
    let boss = try await home.somebody(.operator)
    let wrong = try await boss.post(
      "/api/v1/tenants",
      .object([
        "slug": .string("No Good"), "name": .string(" "), "hosts": .array([]), "time_zone": .string("Mars/Base"),
        "language": .string("tlh"), "search_language": .string("klingon"), "bbox": .string("1,2,1,2"),
      ]))
    #expect(
      wrong.fields == [
        "slug": "invalid_format", "name": "required", "hosts": "required", "time_zone": "unknown_option",
        "language": "unknown_option", "search_language": "unknown_option", "bbox": "invalid_format",
      ])
    for boundary in [
      #"{"type": "Point", "coordinates": [1, 2]}"#, #"{"type": "FeatureCollection", "features": []}"#,
      #"{"type": "Polygon", "coordinates": [[[1, 2], [1, 2], [1, 2], [1, 2]]]}"#, #"{"a": 1}"#, #""text""#,
      #"{"type": "Polygon", "coordinates": [[[1, 2], [300, 2], [3, 3], [1, 2]]]}"#,
    ] {
      let answer = try await boss.post(
        "/api/v1/tenants", Self.input(Self.slug(), ["boundary": try .parse(Array(boundary.utf8))]))
      #expect(answer.fields == ["boundary": "invalid_format"], "\(boundary): \(answer.text)")
    }
    let other = try await Township()
    let taken = String(other.host.dropLast(".test".count))
    #expect(try await boss.post("/api/v1/tenants", Self.input(taken)).fields == ["slug": "slug_taken"])
    let host = try await boss.post(
      "/api/v1/tenants", Self.input(Self.slug(), ["hosts": .array([.string(other.host.uppercased() + ".:443")])]))
    #expect(host.fields == ["hosts": "host_taken"])
    let count = try await home.installation.admin.read(
      "SELECT count(*) FROM audit_events WHERE tenant_id = \(home.id) AND kind LIKE 'tenant%'")
    #expect(try count.first?.get(0, as: Int.self) == 0, "what was refused left nothing")
  }

  @Test("a township that is switched off answers nobody, keeps everything, and comes back as it was")
  func power() async throws {
    let (home, other) = (try await Township(), try await Township())
    let boss = try await home.somebody(.operator)
    let slug = String(other.host.dropLast(".test".count))
    let (reference, code) = try await other.report()
    let staff = try await other.browser(.administrator)
    let token = try await other.somebody(.agent)
    #expect(try await boss.patch("/api/v1/tenants/\(slug)", .object(["active": .bool(false)])).status == 200)
    for client in [other.anonymous, staff.client, token, other.holder(of: try #require(code))] {
      for target in ["/api/v1/requests/\(reference)", "/api/v1/requests", "/api/v1/me", "/api/v1/stream"] {
        #expect(try await client.get(target).code == "township_inactive", "\(target)")
      }
      let page = try await client.get("/staff")
      #expect(page.status == 503 && page.text.contains("switched off") && !page.text.contains("<nav"))
    }
    let signIn = try await other.anonymous.post(
      "/api/v1/session", .object(["email": .string("a@b.test"), "password": .string("x")]))
    #expect(signIn.code == "township_inactive")
    #expect(try await boss.get("/api/v1/tenants/\(slug)")["requests"]?.integer == 1)
    #expect(try await boss.patch("/api/v1/tenants/\(slug)", .object(["active": .bool(true)])).status == 200)
    #expect(try await token.get("/api/v1/requests/\(reference)").status == 200)
    let own = String(home.host.dropLast(".test".count))
    #expect(
      try await boss.patch("/api/v1/tenants/\(own)", .object(["active": .bool(false)])).code == "own_township")
    #expect(
      try await boss.patch("/api/v1/tenants/\(own)", .object(["hosts": .array([.string("else.test")])])).fields
        == ["hosts": "own_township"])
  }

  @Test("nobody but an operator reaches the townships, and no role of the application makes one")
  func guarded() async throws {
    let (home, other) = (try await Township(), try await Township())
    let slug = String(other.host.dropLast(".test".count))
    for role in Role.allCases where role != .operator {
      let person = try await home.somebody(role)
      for path in ["tenants", "tenants/\(slug)"] { #expect(try await person.get("/api/v1/\(path)").status == 403) }
      #expect(try await person.post("/api/v1/tenants", Self.input(Self.slug())).status == 403)
      #expect(try await person.patch("/api/v1/tenants/\(slug)", .object(["active": .bool(false)])).status == 403)
      #expect(try await person.get("/operator").status == 403)
    }
    // Past the routes: the functions themselves ask, and the tables do not let the application's roles.
    let administrator = try await home.somebody(.administrator)
    let boss = try await other.somebody(.operator)
    let application = home.installation.application.database
    for attack: SQL in [
      "SELECT * FROM operator_townships(\(administrator.personID!), NULL, NULL, NULL, 10)",
      // An operator of another township is none here.
      "SELECT * FROM operator_townships(\(boss.personID!), NULL, NULL, NULL, 10)",
      "UPDATE people SET role = 'operator' WHERE id = \(administrator.personID!)",
      "INSERT INTO people (tenant_id, email, name, role) VALUES (\(home.id), 'x@y.test', 'X', 'operator')",
      "INSERT INTO tenants (slug, name) VALUES ('spy', 'Spy')", "DELETE FROM tenant_hosts",
      "UPDATE tenants SET deactivated_at = now()", "SELECT require_operator(1)",
      "INSERT INTO tenant_hosts (host, tenant_id) VALUES ('spy.test', \(home.id))",
    ] {
      await #expect(throws: DatabaseError.self) { _ = try await application.tenant(home.id).write(attack) }
    }
  }

  @Test("the operator finds a township by a part of its name, one page after another")
  func search() async throws {
    let home = try await Township()
    let boss = try await home.somebody(.operator)
    let word = "w\(UUID().uuidString.prefix(8).lowercased())"
    for index in 1...3 { _ = try await boss.post("/api/v1/tenants", Self.input("\(word)-\(index)")) }
    let first = try await boss.get("/api/v1/tenants?q=\(word)&limit=2")
    #expect(first.items.compactMap { $0["slug"]?.string } == ["\(word)-1", "\(word)-2"])
    let cursor = try #require(first["next_cursor"]?.string)
    let rest = try await boss.get("/api/v1/tenants?q=\(word)&limit=2&cursor=\(cursor)")
    #expect(rest.items.compactMap { $0["slug"]?.string } == ["\(word)-3"] && rest["next_cursor"]?.isNull == true)
    #expect(try await boss.get("/api/v1/tenants?q=other&cursor=\(cursor)").code == "invalid_cursor")
    let page = try await boss.get("/operator?q=\(word)-2")
    #expect(page.text.contains("New \(word)-2") && !page.text.contains("New \(word)-1"))
    #expect(try await boss.get("/operator?q=no-such-town").text.contains("no-such-town"))
  }

  @Test("the same through the pages: made, refused with everything kept, changed, switched off and on")
  func pages() async throws {
    let home = try await Township()
    let boss = try await home.browser(.operator)
    let slug = Self.slug()
    #expect(try await boss.get("/operator/new").text.contains("field-hosts"))
    let fields: [(name: String, value: String)] = [
      ("name", "Sousville <b>"), ("slug", slug), ("hosts", "\(slug).test\r\nwww.\(slug).test."),
      ("language", "es"), ("search_language", ""), ("time_zone", "Europe/Madrid"), ("bbox", "1, 2, 3"),
      ("categories", "starter"),
    ]
    let refused = try await boss.post("/operator/new", fields)
    #expect(
      refused.status == 422 && refused.text.contains("#field-bbox") && refused.text.contains("Sousville &lt;b&gt;"))
    let right = fields.map { $0.name == "bbox" ? (name: "bbox", value: "-4, 40, -3, 41") : $0 }
    let made = try await boss.post("/operator/new", right)
    #expect(made.status == 303 && made.headers["Location"] == "/operator/townships/\(slug)?done=made", "\(made.text)")
    let page = try await boss.get("/operator/townships/\(slug)")
    #expect(page.text.contains("www.\(slug).test") && page.text.contains("-4.0,40.0,-3.0,41.0"))
    let again = try await boss.post("/operator/new", right)
    #expect(again.status == 422 && again.text.contains("#field-slug"))
    for (action, word) in [("off", "Switch on"), ("on", "Switch off")] {
      #expect(try await boss.post("/operator/townships/\(slug)", [("action", action)]).status == 303)
      #expect(try await boss.get("/operator/townships/\(slug)").text.contains(word))
    }
    let changed = try await boss.post(
      "/operator/townships/\(slug)",
      [
        ("action", "save"), ("name", "Norteville"), ("hosts", "\(slug).test"), ("language", "en"),
        ("search_language", "english"), ("time_zone", "UTC"), ("removes_boundary", "true"),
      ])
    #expect(changed.status == 303)
    let township = try await boss.get("/api/v1/tenants/\(slug)")
    #expect(township["name"]?.string == "Norteville" && township["bbox"]?.isNull == true)
    #expect(township["hosts"]?.array?.count == 1)
  }
}
