import Civic
import FoundationEssentials
import JSON
import Testing
import TimeZones

@testable import Lamppost

/// Rules send new reports on their way.
@Suite struct RoutingTests {
  private static func rule(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

  @discardableResult private func add(_ admin: Client, _ text: String) async throws -> Int {
    let answer = try await admin.post("/api/v1/rules", try Self.rule(text))
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(answer["id"]?.integer)
  }

  @Test("a rule gives a new report its department, person, priority and tags, and the history says which rule")
  func routes() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    let crew = try #require(try await town.somebody(.crew).personID)
    try await add(
      admin,
      """
      {"name": "Lamps <b>", "when": {"categories": ["street-light"]}, "then": {"department": "roads", "assignee": \(crew),
       "priority": "urgent", "tags": ["dark", "night"]}}
      """)
    try await add(
      admin, #"{"name": "All", "then": {"department": "parks", "priority": "low", "tags": ["dark", "new"]}}"#)
    let (reference, code) = try await town.report()
    let seen = try await agent.get("/api/v1/requests/\(reference)")
    #expect(seen["department"]?.string == "roads" && seen["assignee"]?["id"]?.integer == crew)
    #expect(seen["priority"]?.string == "urgent" && seen["status"]?.string == "submitted")
    #expect(seen["tags"]?.array?.compactMap(\.string) == ["dark", "night", "new"])
    let history = try await agent.get("/api/v1/requests/\(reference)/history").items
    let routed = try #require(history.first { $0["kind"]?.string == "routed" })
    #expect(routed["note"]?.string == "Lamps <b>; All" && routed["actor"]?.isNull == true)
    let page = try await agent.get("/staff/requests/\(reference)").text
    #expect(page.contains("Routed by rules") && page.contains("Lamps &lt;b&gt;; All") && !page.contains("Lamps <b>"))
    // The reporter and the public learn nothing of it.
    let holder = town.holder(of: try #require(code))
    for client in [town.anonymous, holder] {
      let answer = try await client.get("/api/v1/requests/\(reference)")
      #expect(answer["tags"] == nil && answer["department"] == nil)
      let rows = try await client.get("/api/v1/requests/\(reference)/history").items
      #expect(!rows.contains { $0["kind"]?.string == "routed" })
    }
    // What no rule but the last is about.
    let other = try await town.report([("category", .string("pothole")), ("priority", .string("high"))])
    let pothole = try await agent.get("/api/v1/requests/\(other.reference)")
    #expect(pothole["department"]?.string == "parks" && pothole["priority"]?.string == "low")
  }

  @Test("rules go by area, time of the township, files and anonymity")
  func conditions() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      VALUES (\(town.id), 'wards', 'one', 'One', ST_Multi(ST_MakeEnvelope(-72, 42, -71.5, 43, 4326)))
      """)
    _ = try await town.database.write("UPDATE tenants SET time_zone = 'Asia/Tokyo' WHERE id = \(town.id)")
    let there = Zone(identifier: "Asia/Tokyo")!
    let now = WeekMoment(.now, there)
    try await add(admin, #"{"name": "ward", "when": {"areas": ["wards:one"]}, "then": {"tags": ["ward"]}}"#)
    try await add(admin, #"{"name": "files", "when": {"has_files": true}, "then": {"tags": ["files"]}}"#)
    try await add(admin, #"{"name": "nobody", "when": {"anonymous": true}, "then": {"tags": ["nobody"]}}"#)
    try await add(admin, #"{"name": "day", "when": {"weekdays": [\#(now.weekday)]}, "then": {"tags": ["today"]}}"#)
    let other = now.weekday % 7 + 1
    try await add(admin, #"{"name": "no day", "when": {"weekdays": [\#(other)]}, "then": {"tags": ["another day"]}}"#)
    try await add(admin, #"{"name": "off", "active": false, "then": {"tags": ["off"]}}"#)
    func tags(_ fields: [(String, JSONValue)]) async throws -> [String] {
      let reference = try await town.report(fields).reference
      return try await agent.get("/api/v1/requests/\(reference)")["tags"]?.array?.compactMap(\.string) ?? []
    }
    #expect(try await tags([("location", .at(42.5, -71.7))]) == ["ward", "today"])
    #expect(try await tags([("location", .at(42.5, -71.0)), ("anonymous", .bool(true))]) == ["nobody", "today"])
    #expect(try await tags([("location", .null)]) == ["today"])
    let answer = try await town.anonymous.upload(
      "/api/v1/requests", fields: [("request", #"{"title":"Lamp","category":"pothole","location":null}"#)],
      files: [("files", "a.jpg", try Samples.photo())])
    let reference = try #require(answer["reference"]?.string)
    let seen = try await agent.get("/api/v1/requests/\(reference)")
    #expect(seen["tags"]?.array?.compactMap(\.string) == ["files", "today"])
  }

  @Test("a change of a rule, of its order and of whom it names is known to the very next report")
  func freshness() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    let first = try await add(admin, #"{"name": "1", "then": {"department": "roads"}}"#)
    let second = try await add(admin, #"{"name": "2", "then": {"department": "parks"}}"#)
    func department() async throws -> String? {
      let reference = try await town.report().reference
      return try await agent.get("/api/v1/requests/\(reference)")["department"]?.string
    }
    #expect(try await department() == "roads")
    let order = try await admin.post(
      "/api/v1/rules/order", .object(["rules": .array([.integer(second), .integer(first)])]))
    #expect(order.status == 200 && order.items.compactMap { $0["name"]?.string } == ["2", "1"], "\(order.text)")
    #expect(try await department() == "parks")
    _ = try await town.database.write(
      "UPDATE departments SET active = false WHERE tenant_id = \(town.id) AND slug = 'parks'")
    #expect(try await department() == "roads", "a department that is no more is passed over")
    let listed = try await admin.get("/api/v1/rules").items
    #expect(listed.first?["broken"]?.array?.compactMap(\.string) == ["then.department"])
    // A broken rule can still be switched off.
    #expect(try await admin.patch("/api/v1/rules/\(second)", .object(["active": .bool(false)])).status == 200)
    #expect(try await admin.delete("/api/v1/rules/\(first)").status == 200)
    #expect(try await department() == nil)
    #expect(try await admin.get("/api/v1/rules/\(first)").status == 404)
    #expect(try await admin.post("/api/v1/rules/\(first)/restore").status == 200)
    #expect(try await department() == "roads")
  }

  @Test("a rule that stops keeps later ones away")
  func stops() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    try await add(
      admin, #"{"name": "stop", "stop": true, "when": {"categories": ["pothole"]}, "then": {"tags": ["a"]}}"#)
    try await add(admin, #"{"name": "later", "then": {"tags": ["b"]}}"#)
    for (category, tags) in [("pothole", ["a"]), ("street-light", ["b"])] {
      let reference = try await town.report([("category", .string(category))]).reference
      let seen = try await agent.get("/api/v1/requests/\(reference)")
      #expect(seen["tags"]?.array?.compactMap(\.string) == tags)
    }
  }

  @Test("what a rule names must be there, and each mistake stands at its field")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let citizen = try #require(try await town.somebody(.citizen).personID)
    let unknown = try await admin.post(
      "/api/v1/rules",
      try Self.rule(
        """
        {"name": "x", "when": {"categories": ["no-such"], "groups": ["None"], "areas": ["wards:none"]},
         "then": {"department": "none", "assignee": \(citizen), "notify_person": 999999}}
        """))
    #expect(
      unknown.status == 422
        && unknown.fields == [
          "when.categories": "unknown_category", "when.groups": "unknown_option", "when.areas": "unknown_area",
          "then.department": "unknown_department", "then.assignee": "unknown_person",
          "then.notify_person": "unknown_person",
        ], "\(unknown.text)")
    let wrong = try await admin.post(
      "/api/v1/rules",
      try Self.rule(
        """
        {"name": " ", "when": {"areas": ["wards"], "weekdays": [8], "from": "24:00", "until": "25:00",
         "priorities": ["huge"], "words": "x", "colour": 1}, "then": {"tags": ["a,b"], "notify_email": "x",
         "notify_role": "citizen"}}
        """))
    #expect(
      wrong.fields == [
        "name": "required", "when.areas": "invalid_format", "when.weekdays": "out_of_range",
        "when.from": "out_of_range", "when.until": "invalid_format", "when.priorities": "unknown_option",
        "when.words": "wrong_type", "when.colour": "unknown_field", "then.tags": "invalid_format",
        "then.notify_email": "invalid_format", "then.notify_role": "unknown_option",
      ], "\(wrong.text)")
    #expect(try await admin.get("/api/v1/rules").items.isEmpty)
  }

  @Test("two people change a rule at once: the second is told, and nothing is overwritten")
  func versions() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let id = try await add(admin, #"{"name": "a", "when": {"words": ["gas"]}, "then": {"priority": "urgent"}}"#)
    let first = try await admin.with("If-Match", "\"1\"").patch("/api/v1/rules/\(id)", .object(["name": .string("b")]))
    #expect(first.status == 200 && first.headers["ETag"] == "\"2\"" && first["when"]?["words"]?.array?.count == 1)
    let second = try await admin.with("If-Match", "\"1\"").patch("/api/v1/rules/\(id)", .object(["name": .string("c")]))
    #expect(second.status == 412 && second.code == "version_mismatch")
    #expect(try await admin.with("If-Match", "\"1\"").delete("/api/v1/rules/\(id)").status == 412)
    #expect(try await admin.get("/api/v1/rules/\(id)")["name"]?.string == "b")
    let order = try await admin.post("/api/v1/rules/order", .object(["rules": .array([])]))
    #expect(order.status == 409)
    #expect(try await admin.get("/admin").text.contains("Rule \(id)"))
  }

  @Test("who keeps no rules neither reads nor changes them, and another township has its own")
  func permissions() async throws {
    let (town, other) = (try await Township(), try await Township())
    let id = try await add(try await town.somebody(.administrator), #"{"name": "a"}"#)
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] {
      let somebody = try await town.somebody(role)
      #expect(try await somebody.get("/api/v1/rules").status == 403)
      #expect(try await somebody.patch("/api/v1/rules/\(id)", .object(["name": .string("b")])).status == 403)
      let trial = try await somebody.post("/api/v1/rules/dry-run", try Self.rule(#"{"rule": {"name": "x"}}"#))
      #expect(trial.status == 403)
    }
    let stranger = try await other.somebody(.administrator)
    #expect(try await stranger.get("/api/v1/rules").items.isEmpty)
    for answer in [
      try await stranger.get("/api/v1/rules/\(id)"), try await stranger.delete("/api/v1/rules/\(id)"),
      try await stranger.patch("/api/v1/rules/\(id)", .object(["name": .string("b")])),
      try await stranger.post("/api/v1/rules/\(id)/restore"),
    ] {
      #expect(answer.status == 404)
    }
  }

  @Test("before it is saved a rule tells for how many of the latest reports it would have held")
  func dryRun() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    for title in ["Lamp out", "Lamp broken", "Dark"] { try await town.report([("title", .string(title))]) }
    try await town.report([("category", .string("pothole")), ("title", .string("A lamp lies in the hole"))])
    let trial = try await admin.post(
      "/api/v1/rules/dry-run",
      try Self.rule(#"{"rule": {"name": "x", "when": {"words": ["lamp"]}, "then": {"department": "roads"}}}"#))
    #expect(trial.status == 200, "\(trial.text)")
    #expect(trial["examined"]?.integer == 4 && trial["matched"]?.integer == 3)
    #expect(trial["other_department"]?.integer == 3 && trial["stopped_before"]?.integer == 0)
    let match = try #require(trial["matches"]?.array?.first)
    #expect(match["title"]?.string == "A lamp lies in the hole" && match["would_be"]?.string == "roads")
    #expect(try await admin.get("/api/v1/rules").items.isEmpty, "nothing is kept")
    // A rule before it that stops takes its reports away; the one that is changed is not counted twice.
    let id = try await add(
      admin, #"{"name": "stop", "stop": true, "when": {"categories": ["pothole"]}, "then": {"department": "parks"}}"#)
    let after = try await admin.post(
      "/api/v1/rules/dry-run",
      try Self.rule(
        #"{"limit": 2, "rule": {"name": "x", "when": {"words": ["lamp"]}, "then": {"department": "roads"}}}"#))
    #expect(after["examined"]?.integer == 2 && after["matched"]?.integer == 0 && after["stopped_before"]?.integer == 1)
    let changed = try await admin.post(
      "/api/v1/rules/dry-run", try Self.rule(#"{"id": \#(id), "rule": {"when": {"categories": []}}}"#))
    #expect(changed["matched"]?.integer == 4, "\(changed.text)")
    let wrong = try await admin.post(
      "/api/v1/rules/dry-run", try Self.rule(#"{"rule": {"name": "x", "then": {"department": "none"}}, "limit": 5}"#))
    #expect(wrong.fields == ["rule.then.department": "unknown_department"])
    let none = try await admin.post("/api/v1/rules/dry-run", try Self.rule(#"{"limit": 1001}"#))
    #expect(none.fields == ["rule": "required", "limit": "out_of_range"])
  }

  @Test("whom a rule names is told by mail: a role, a person, an address; an address learns nothing that is not public")
  func mails() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let (manager, viewer) = (try await town.somebody(.manager), try await town.somebody(.viewer))
    func email(_ person: Client) async throws -> String {
      try await town.database.read("SELECT email FROM people WHERE id = \(person.personID!)").first!.get(0)
    }
    let outside = "\(UUID().uuidString.lowercased())@example.test"
    try await add(
      admin,
      """
      {"name": "Tell", "then": {"notify_role": "manager", "notify_person": \(viewer.personID!),
       "notify_email": "\(outside)"}}
      """)
    let reference = try await town.report([("title", .string("Broken lamp"))]).reference
    let secret = try await town.report([("title", .string("Somebody")), ("category", .string("harassment"))])
    try await town.runJobs()
    let mails = town.installation.mails
    for address in [try await email(manager), try await email(viewer), outside] {
      let found = mails.mails(to: address)
      #expect(found.count == 2, "\(address)")
      #expect(found.contains { $0.text.contains(reference) && $0.text.contains("Broken lamp") })
      #expect(found.contains { $0.text.contains("/staff/requests/\(secret.reference)") })
      #expect(found.contains { $0.text.contains("Somebody") } == (address != outside))
    }
    #expect(mails.mails(to: try await email(admin)).isEmpty)
  }

  @Test("a mail tells nobody what the screen would not: no blurred place outside, nothing beyond somebody's limits")
  func mailsWithinLimits() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let (near, far, named) = (
      try await town.somebody(.manager), try await town.somebody(.manager), try await town.somebody(.agent)
    )
    func email(_ person: Client) async throws -> String {
      try await town.database.read("SELECT email FROM people WHERE id = \(person.personID!)").first!.get(0)
    }
    for person in [far, named] {
      let limited = try await admin.patch(
        "/api/v1/users/\(person.personID!)", .object(["categories": .array([.string("pothole")])]))
      #expect(limited.status == 200, "\(limited.text)")
    }
    let outside = "\(UUID().uuidString.lowercased())@example.test"
    try await add(
      admin,
      """
      {"name": "Tell", "then": {"notify_role": "manager", "notify_person": \(named.personID!),
       "notify_email": "\(outside)"}}
      """)
    let blurred = try await admin.patch("/api/v1/categories/street-light", .object(["blurs_location": .bool(true)]))
    #expect(blurred.status == 200, "\(blurred.text)")
    let fields = [("address", JSONValue.string("17 Quiet Lane"))]
    let lamp = try await town.report(fields).reference
    let hole = try await town.report(fields + [("category", .string("pothole"))]).reference
    try await town.runJobs()
    let mails = town.installation.mails
    func told(_ address: String) -> [String: Bool] {
      Dictionary(
        uniqueKeysWithValues: mails.mails(to: address).map {
          ($0.text.contains(lamp) ? lamp : hole, $0.text.contains("17 Quiet Lane"))
        })
    }
    #expect(told(try await email(near)) == [lamp: true, hole: true])
    #expect(told(outside) == [lamp: false, hole: true])
    for person in [far, named] { #expect(told(try await email(person)) == [hole: true]) }
    // Who was limited after the mail was asked for is not told either.
    _ = try await admin.patch(
      "/api/v1/users/\(near.personID!)", .object(["categories": .array([.string("pothole")])]))
    _ = try await town.database.write(
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      SELECT r.tenant_id, 'send_routed', r.id || ':' || rules.id || ':person ' || \(near.personID!)::bigint
        FROM requests r, routing_rules rules
       WHERE r.tenant_id = \(town.id) AND rules.tenant_id = r.tenant_id AND r.reference = \(Reference(lamp)!.stored)
      """)
    try await town.runJobs()
    #expect(mails.mails(to: try await email(near)).count == 2)
  }
}
