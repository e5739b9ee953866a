import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// The rules by their pages, and what is done by them later: tags and being routed anew.
@Suite struct RulePageTests {
  @Test("an administrator makes a rule by its page, tries it, moves it, removes it and takes that back")
  func pages() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    try await town.report()
    #expect(try await admin.get("/admin").text.contains("href=\"/admin/rules\""))
    #expect(try await admin.get("/admin/rules").text.contains("There are no rules yet"))
    let fields: [(name: String, value: String)] = [
      ("name", "Lamps <i>"), ("active", "true"), ("when.categories", "street-light"), ("when.weekdays", "1"),
      ("when.weekdays", "2"), ("when.from", "08:00"), ("then.department", "roads"), ("then.tags", "dark, night"),
      ("then.priority", "urgent"), ("then.notify_role", "manager"),
    ]
    let open = fields.filter { !$0.name.hasPrefix("when.w") && $0.name != "when.from" }
    let trial = try await admin.post("/admin/rules/new", open + [("action", "try")])
    #expect(trial.status == 200 && trial.text.contains("It would have held for 1 of the latest 1 reports."))
    #expect(trial.text.contains("1 of them has another department now") && trial.text.contains("Broken lamp"))
    #expect(trial.text.contains("value=\"Lamps &lt;i&gt;\""), "what was entered is kept")
    let saved = try await admin.post("/admin/rules/new", fields + [("action", "save")])
    let address = try #require(saved.headers["Location"]?.split(separator: "?").first.map(String.init))
    #expect(saved.status == 303)
    let page = try await admin.get(address + "?done=1")
    #expect(page.text.contains("Saved.") && page.text.contains("value=\"08:00\"") && !page.text.contains("Lamps <i>"))
    let rule = try #require(
      try await Client(township: town, headers: admin.client.headers).get("/api/v1/rules").items.first)
    #expect(rule["when"]?["weekdays"]?.array?.compactMap(\.integer) == [1, 2] && rule["active"]?.bool == true)
    #expect(rule["then"]?["tags"]?.array?.compactMap(\.string) == ["dark", "night"])
    // Nobody else's change is overwritten.
    _ = try await admin.post(address, fields + [("action", "save"), ("version", "1"), ("stop", "true")])
    let late = try await admin.post(address, fields + [("action", "save"), ("version", "1")])
    #expect(late.status == 412 && late.text.contains("Somebody else changed this"))
    _ = try await admin.post("/admin/rules/new", [("name", "Second"), ("action", "save")])
    let ids = try await admin.client.get("/api/v1/rules").items.compactMap { $0["id"]?.integer }
    let moved = try await admin.post("/admin/rules", [("action", "down"), ("rule", "\(ids[0])")])
    #expect(moved.headers["Location"] == "/admin/rules?done=moved&moved=down.\(ids[0])")
    func order() async throws -> [Int] {
      try await admin.client.get("/api/v1/rules").items.compactMap { $0["id"]?.integer }
    }
    #expect(try await order() == [ids[1], ids[0]])
    _ = try await admin.post("/admin/rules", [("action", "order"), ("order", "\(ids[0]),\(ids[1])")])
    #expect(try await order() == ids)
    let stale = try await admin.post("/admin/rules", [("action", "order"), ("order", "\(ids[0])")])
    #expect(stale.headers["Location"] == "/admin/rules?done=conflict")
    let removed = try await admin.post(address, [("action", "remove")])
    let list = try await admin.get(try #require(removed.headers["Location"]))
    #expect(list.text.contains("The rule has been removed.") && list.text.contains("Undo"))
    #expect(try await order() == [ids[1]])
    _ = try await admin.post("/admin/rules", [("action", "restore"), ("rule", "\(ids[0])")])
    #expect(try await order() == ids)
  }

  @Test("what cannot be comes back as the form with a summary, and everything that was entered")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    let wrong = try await admin.post(
      "/admin/rules/new",
      [
        ("name", ""), ("when.categories", "gone"), ("when.until", "99:00"), ("then.notify_email", "nobody"),
        ("then.tags", "kept"), ("action", "save"),
      ])
    #expect(wrong.status == 422 && wrong.text.contains("error-summary"))
    for field in ["name", "when-until", "then-notify_email"] {
      #expect(wrong.text.contains("href=\"#field-\(field)\""), "\(field)")
    }
    #expect(wrong.text.contains("value=\"kept\""))
    let unknown = try await admin.post(
      "/admin/rules/new", [("name", "x"), ("when.categories", "gone"), ("action", "try")])
    #expect(unknown.status == 422 && unknown.text.contains("#field-when-categories"))
    #expect(try await admin.post("/admin/rules", [("action", "dance")]).status == 422)
    #expect(try await admin.get("/admin/rules/999999").status == 404)
    for role in [Role.agent, .manager] {
      let somebody = try await town.browser(role)
      #expect(try await somebody.get("/admin/rules").status == 403)
      #expect(try await somebody.post("/admin/rules/new", [("name", "x")]).status == 403)
    }
  }

  @Test("staff put tags on a request, find it by them, and take the change back; nobody else sees or seeks them")
  func tags() async throws {
    let town = try await Township()
    let (agent, browser) = (try await town.somebody(.agent), try await town.browser(.agent))
    let (reference, code) = try await town.report()
    try await town.report()
    let changed = try await agent.patch(
      "/api/v1/requests/\(reference)",
      .object(["tags": .array([.string(" winter "), .string("a b"), .string("winter")])]))
    #expect(changed["tags"]?.array?.compactMap(\.string) == ["winter", "a b"], "\(changed.text)")
    let found = try await agent.get("/api/v1/requests?tag=a%20b").items
    #expect(found.compactMap { $0["reference"]?.string } == [reference])
    #expect(try await agent.get("/api/v1/requests?tag=a").items.isEmpty)
    #expect(try await town.anonymous.get("/api/v1/requests?tag=winter").status == 401)
    #expect(try await town.somebody(.citizen).get("/api/v1/requests?tag=winter").status == 403)
    let holder = town.holder(of: try #require(code))
    let sly = try await holder.patch("/api/v1/requests/\(reference)", .object(["tags": .array([])]))
    #expect(sly.status == 403)
    #expect(try await agent.get("/staff?tag=winter").text.contains("class=\"badge plain tag\""))
    let page = try await browser.get("/staff/requests/\(reference)").text
    let version = try #require(page.firstMatch(of: /name="version" value="([0-9]+)"/)).1
    let posted = try await browser.post(
      "/staff/requests/\(reference)", [("action", "tags"), ("version", String(version)), ("tags", "summer, <b>")])
    #expect(posted.headers["Location"]?.hasSuffix("done=tags") == true, "\(posted.text)")
    let after = try await browser.get("/staff/requests/\(reference)?done=tags").text
    #expect(after.contains("Tags changed.") && after.contains("&lt;b&gt;") && !after.contains(">&lt;b>"))
    #expect(
      try await browser.client.with("X-CSRF-Token", browser.token)
        .post("/api/v1/requests/\(reference)/undo")["tags"]?.array?.compactMap(\.string) == ["winter", "a b"])
    let many = JSONValue.array((0...Tag.limit).map { .string("t\($0)") })
    #expect(
      try await agent.patch("/api/v1/requests/\(reference)", .object(["tags": many])).fields == ["tags": "too_many"])
  }

  private func routedTown() async throws -> (Township, Client) {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    for (category, department) in [("street-light", "roads"), ("pothole", "parks")] {
      let rule =
        #"{"name": "\#(category)", "when": {"categories": ["\#(category)"]}, "then": {"department": "\#(department)", "tags": ["\#(category)"]}}"#
      let answer = try await admin.post("/api/v1/rules", try JSONValue.parse(Array(rule.utf8)))
      try #require(answer.status == 201, "\(answer.text)")
    }
    return (town, try await town.somebody(.agent))
  }

  @Test("a request whose category is changed is routed anew, and undoing takes both back")
  func rerouting() async throws {
    let (town, agent) = try await routedTown()
    let reference = try await town.report().reference
    let path = "/api/v1/requests/\(reference)"
    #expect(try await agent.get(path)["department"]?.string == "roads")
    // The first look at it is a change of its own.
    _ = try await agent.get("/staff/requests/\(reference)")
    let changed = try await agent.patch(path, .object(["category": .string("pothole")]))
    #expect(changed["department"]?.string == "parks", "\(changed.text)")
    #expect(changed["tags"]?.array?.compactMap(\.string) == ["street-light", "pothole"])
    let history = try await agent.get(path + "/history").items
    #expect(history.compactMap { $0["kind"]?.string }.filter { $0 != "target" }.suffix(2) == ["routed", "edited"])
    let page = try await agent.get("/staff/requests/\(reference)").text
    #expect(page.contains("<del>Roads</del>") && page.contains("<ins>Parks</ins>"))
    let undone = try await agent.post(path + "/undo")
    #expect(undone["department"]?.string == "roads" && undone["category"]?.string == "street-light", "\(undone.text)")
    #expect(undone["tags"]?.array?.compactMap(\.string) == ["street-light"])
    // What no rule is about any more belongs to nobody.
    let harassment = try await agent.patch(path, .object(["category": .string("harassment")]))
    #expect(harassment["department"]?.isNull == true)
  }

  @Test("a request that somebody has assigned by hand stays where it is")
  func byHand() async throws {
    let (town, agent) = try await routedTown()
    let reference = try await town.report().reference
    let path = "/api/v1/requests/\(reference)"
    _ = try await agent.post(path + "/assignment", .object(["department": .string("roads")]))
    let changed = try await agent.patch(path, .object(["category": .string("pothole")]))
    #expect(changed["department"]?.string == "roads" && changed["category"]?.string == "pothole")
    #expect(changed["tags"]?.array?.compactMap(\.string) == ["street-light"])
  }
}
