import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// The people of a township and their departments, kept by administrators.
@Suite struct PeopleTests {
  private func change(_ client: Client, _ id: Int?, _ fields: [String: JSONValue]) async throws -> Client.Answer {
    try await client.patch("/api/v1/users/\(id ?? 0)", .object(fields))
  }

  @Test("an administrator finds people by name, address, role, department and access, page by page")
  func list() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] { _ = try await town.somebody(role) }
    let paver = try await town.somebody(.crew, department: "roads")
    let names = { (path: String) in
      try await admin.get("/api/v1/users" + path).items.compactMap { $0["name"]?.string }
    }
    #expect(try await names("").count == 7)
    #expect(try await names("?role=viewer,citizen") == ["A citizen", "A viewer"])
    #expect(try await names("?q=MANAG") == ["A manager"])
    #expect(try await names("?department=roads").count == 1)
    _ = try await change(admin, paver.personID, ["active": .bool(false)])
    #expect(try await names("?active=false") == ["A crew"])
    #expect(try await names("?active=true").count == 6)
    let first = try await admin.get("/api/v1/users?limit=4")
    let cursor = try #require(first["next_cursor"]?.string)
    #expect(try await names("?limit=4&cursor=\(cursor)").count == 3)
    #expect(try await admin.get("/api/v1/users?limit=4&role=crew&cursor=\(cursor)").code == "invalid_cursor")
    for wrong in ["?role=king", "?active=maybe", "?q=", "?staff=no", "?staff=true&role=crew"] {
      #expect(try await admin.get("/api/v1/users" + wrong).status == 400, "\(wrong)")
    }
    let page = try await admin.get("/admin/people?q=manager").text
    #expect(page.contains("A manager") && !page.contains("A viewer"))
    #expect(try await !admin.get("/admin/people").text.contains("A citizen"))
    #expect(try await admin.get("/admin/people?role=citizen").text.contains("A citizen"))
  }

  @Test("a manager reads staff and changes nobody; others read no addresses, citizens nothing at all")
  func readers() async throws {
    let town = try await Township()
    let manager = try await town.somebody(.manager)
    let (agent, citizen) = (try await town.somebody(.agent), try await town.somebody(.citizen))
    let path = "/api/v1/users/\(agent.personID!)"
    #expect(try await manager.get(path)["email"]?.string?.hasSuffix("@example.test") == true)
    #expect(try await manager.get("/api/v1/users/\(citizen.personID!)").status == 404)
    #expect(try await manager.get("/api/v1/users?role=citizen").items.isEmpty)
    #expect(try await manager.patch(path, .object(["role": .string("viewer")])).status == 403)
    #expect(try await manager.get("/admin/people/\(agent.personID!)").text.contains("No limit"))
    #expect(try await !manager.get("/admin/people/\(agent.personID!)").text.contains("<h2 id=\"change-title\">"))
    #expect(try await manager.get("/").text.contains("href=\"/admin/people\""))
    for client in [try await town.somebody(.viewer), agent, try await town.somebody(.crew)] {
      #expect(try await client.get(path).status == 403)
      #expect(try await client.get("/api/v1/users").status == 403)
      #expect(try await client.get("/admin/people").status == 403)
      #expect(try await !client.get("/api/v1/users?staff=true").text.contains("@"))
    }
    #expect(try await citizen.get("/api/v1/users?staff=true").status == 403)
  }

  @Test("a change of role, name, departments and limits holds at the next call, and is kept with who made it")
  func changes() async throws {
    let town = try await Township()
    let (admin, person) = (try await town.somebody(.administrator), try await town.somebody(.viewer))
    #expect(try await person.get("/api/v1/settings").status == 403)
    let changed = try await change(
      admin, person.personID,
      [
        "role": .string("agent"), "name": .string("Ana <Ruiz>"), "categories": .array([.string("pothole")]),
        "departments": .array([.string("roads"), .string("parks"), .string("roads")]),
      ])
    #expect(changed.status == 200, "\(changed.text)")
    #expect(changed["departments"]?.array?.compactMap(\.string) == ["parks", "roads"])
    #expect(changed["categories"]?.array?.compactMap(\.string) == ["pothole"] && changed["role"]?.string == "agent")
    let page = try await admin.get("/admin/people/\(person.personID!)").text
    #expect(page.contains("Ana &lt;Ruiz&gt;") && !page.contains("<Ruiz>") && page.contains("Parks, Roads"))
    #expect(try await admin.get("/admin").text.contains("<ins>Ana &lt;Ruiz&gt;</ins>"))
    let kept = try await town.database.read(
      "SELECT before::text, after::text FROM audit_events WHERE tenant_id = \(town.id) AND kind = 'changed'")
    #expect(kept.count == 1)
    #expect(try kept[0].get(0, as: String.self).contains("viewer") && kept[0].get(1, as: String.self).contains("agent"))
    // Whoever leaves the staff leaves departments and limits, too.
    let left = try await change(admin, person.personID, ["role": .string("citizen")])
    #expect(left["departments"]?.array?.isEmpty == true && left["categories"]?.array?.isEmpty == true)
    #expect(try await person.get("/staff").status == 403)
  }

  @Test("what cannot be is refused beside its field, by the page as by the API")
  func refusals() async throws {
    let town = try await Township()
    let (admin, person) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    let list = JSONValue.array([.string("nowhere")])
    for (fields, expected) in [
      (["name": .string(" ")], ["name": "required"]), (["role": .string("king")], ["role": "unknown_option"]),
      (["departments": list], ["departments": "unknown_department"]), (["areas": list], ["areas": "unknown_area"]),
      (["categories": list], ["categories": "unknown_category"]), (["areas": .string("x")], ["areas": "wrong_type"]),
      (["role": .string("administrator"), "categories": list], ["categories": "limits_not_allowed"]),
      (["colour": .bool(true)], ["colour": "unknown_field"]),
    ] as [([String: JSONValue], [String: String])] {
      let answer = try await change(admin, person.personID, fields)
      #expect(answer.status == 422 && answer.fields == expected, "\(answer.text)")
    }
    #expect(try await change(admin, 1_000_000_000, ["name": .string("x")]).status == 404)
    let browser = try await town.browser(.administrator)
    let path = "/admin/people/\(person.personID!)"
    let refused = try await browser.post(path, [("name", ""), ("role", "crew"), ("active", "true")])
    #expect(refused.status == 422 && refused.text.contains("#field-name"))
    #expect(refused.text.contains("<option value=\"crew\" selected>"))
    let saved = try await browser.post(
      path, [("name", "Bo"), ("role", "crew"), ("active", "true"), ("departments", "roads"), ("categories", "pothole")])
    #expect(saved.status == 303 && saved.headers["Location"] == path + "?done=1")
    let now = try await admin.get("/api/v1/users/\(person.personID!)")
    #expect(now["name"]?.string == "Bo" && now["departments"]?.array?.count == 1 && now["role"]?.string == "crew")
  }

  @Test("nobody changes their own role or access, the last administrator stays, operators are operators' to change")
  func rules() async throws {
    let town = try await Township()
    let (admin, op) = (try await town.somebody(.administrator), try await town.somebody(.operator))
    let own = try await change(admin, admin.personID, ["role": .string("viewer")])
    #expect(own.fields == ["role": "own_account"])
    #expect(try await change(admin, admin.personID, ["active": .bool(false)]).fields == ["active": "own_account"])
    #expect(try await change(admin, admin.personID, ["name": .string("Me")]).status == 200)
    let page = try await town.browser(.administrator)
    let mine = try await page.get("/admin/people/\(page.client.personID!)").text
    #expect(mine.contains("ask another administrator") && !mine.contains("name=\"role\""))
    _ = try await change(op, page.client.personID, ["role": .string("viewer")])
    for fields in [["role": .string("agent")], ["active": .bool(false)]] as [[String: JSONValue]] {
      let last = try await change(op, admin.personID, fields)
      #expect(last.status == 409 && last.code == "last_administrator")
    }
    #expect(try await change(admin, op.personID, ["name": .string("x")]).status == 403)
    #expect(try await change(admin, op.personID, ["active": .bool(false)]).status == 403)
    let agent = try await town.somebody(.agent)
    #expect(try await change(admin, agent.personID, ["role": .string("operator")]).status == 403)
    #expect(try await change(op, agent.personID, ["role": .string("operator")]).status == 403)
    let other = try await town.somebody(.operator)
    #expect(try await change(op, other.personID, ["active": .bool(false)]).status == 200)
  }

  @Test("of two administrators who take the role from each other at once, one keeps it")
  func race() async throws {
    let town = try await Township()
    let (one, other) = (try await town.somebody(.administrator), try await town.somebody(.administrator))
    async let first = change(one, other.personID, ["role": .string("viewer")])
    async let second = change(other, one.personID, ["role": .string("viewer")])
    let answers = [try await first.status, try await second.status].sorted()
    #expect(answers == [200, 403] || answers == [200, 409])
    let left = try await town.database.read(
      "SELECT 1 FROM people WHERE tenant_id = \(town.id) AND role = 'administrator' AND active")
    #expect(left.count == 1)
  }

  @Test("deactivation ends sessions and tokens at once, offers the person for nothing, and shows what they leave open")
  func deactivation() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let leaving = try await town.browser(.crew, department: "roads")
    let id = leaving.client.personID!
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)/assignment"
    _ = try await admin.post(path, .object(["assignee": .integer(id)]))
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let tokens = try await town.installation.application.tokens.issue(personID: id, epoch: 1, tenant: tenant)
    #expect(try await leaving.get("/staff").status == 200)
    let answer = try await change(admin, id, ["active": .bool(false)])
    #expect(answer.status == 200 && answer["open_requests"]?.integer == 1)
    let refused = try await leaving.get("/staff")
    #expect(refused.status == 303 && refused.headers["Location"]?.hasPrefix("/sign-in?") == true)
    let bearer = Client(township: town, headers: ["Authorization": "Bearer \(tokens.access)"])
    #expect(try await bearer.get("/api/v1/me").status == 401)
    let refresh = try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded").send(
      .post, "/api/v1/token", Array("grant_type=refresh_token&refresh_token=\(tokens.refresh)".utf8))
    #expect(refresh.code == "invalid_grant")
    #expect(try await admin.post(path, .object(["assignee": .integer(id)])).fields == ["assignee": "unknown_person"])
    #expect(try await !admin.get("/staff/requests/\(reference)").text.contains("<option value=\"\(id)\""))
    let page = try await admin.get("/admin/people/\(id)").text
    #expect(page.contains("1 open request is assigned") && page.contains("Hand them over"))
    #expect(page.contains("/staff?assignee=\(id)"))
    // They can come back; what ended stays ended.
    #expect(try await change(admin, id, ["active": .bool(true)]).status == 200)
    #expect(try await bearer.get("/api/v1/me").status == 401)
  }

  @Test("departments are added, renamed, left by members and deactivated, never deleted, by the API and by the page")
  func departments() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let viewer = try await town.somebody(.viewer)
    let made = try await admin.post("/api/v1/departments", .object(["name": .string("Snow & <Ice>")]))
    #expect(made.status == 201 && made["slug"]?.string == "snow-ice", "\(made.text)")
    #expect(
      try await admin.post("/api/v1/departments", .object(["name": .string("Snow - Ice")])).fields == [
        "name": "name_taken"
      ])
    #expect(try await admin.post("/api/v1/departments", .object(["name": .string("")])).fields == ["name": "required"])
    let path = "/api/v1/departments/snow-ice"
    let added = try await admin.post(path + "/members", .object(["person": .integer(viewer.personID!)]))
    #expect(added["members"]?.integer == 1 && added["people"]?.array?.first?["name"]?.string == "A viewer")
    #expect(
      try await admin.post(path + "/members", .object(["person": .integer(0)])).fields == ["person": "unknown_person"])
    let citizen = try await town.somebody(.citizen)
    #expect(try await admin.post(path + "/members", .object(["person": .integer(citizen.personID!)])).status == 422)
    #expect(try await admin.delete(path + "/members/\(viewer.personID!)").status == 204)
    #expect(try await viewer.get(path)["people"]?.array?.isEmpty == true)
    #expect(try await viewer.post("/api/v1/departments", .object(["name": .string("x")])).status == 403)
    #expect(try await viewer.get("/api/v1/departments").items.count == 3)
    #expect(try await admin.delete(path).status == 405)
    #expect(try await admin.get("/api/v1/departments/none").status == 404)
    let page = try await admin.get("/admin/departments").text
    #expect(page.contains("Snow &amp; &lt;Ice&gt;") && !page.contains("<Ice>"))
    let browser = try await town.browser(.administrator)
    let form = "/admin/departments/snow-ice"
    #expect(
      try await browser.post(form, [("action", "add"), ("person", "\(viewer.personID!)")]).headers["Location"]
        == form + "?done=1")
    #expect(try await browser.get(form).text.contains("<form method=\"post\" action=\"\(form)\">"))
    #expect(try await browser.post(form, [("action", "add"), ("person", "")]).status == 422)
    #expect(try await browser.post(form, [("action", "remove"), ("person", "\(viewer.personID!)")]).status == 303)
    #expect(try await browser.post(form, [("action", "change"), ("name", "Snow"), ("active", "true")]).status == 303)
    #expect(
      try await browser.post("/admin/departments", [("name", "Lights")]).headers["Location"]
        == "/admin/departments/lights?done=1")
    #expect(try await browser.post("/admin/departments", [("name", "lights")]).text.contains("#field-name"))
    #expect(try await viewer.get(path)["name"]?.string == "Snow")
  }

  @Test("a department that is not active takes nothing new, and shows what waits in it")
  func inactiveDepartment() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let (reference, _) = try await town.report()
    let assignment = "/api/v1/requests/\(reference)/assignment"
    let roads = JSONValue.object(["department": .string("roads")])
    #expect(try await admin.post(assignment, roads).status == 200)
    _ = try await town.database.write(
      """
      UPDATE categories SET department_id = (SELECT id FROM departments WHERE tenant_id = \(town.id) AND slug = 'roads')
       WHERE tenant_id = \(town.id)
      """)
    let off = try await admin.patch("/api/v1/departments/roads", .object(["active": .bool(false)]))
    #expect(off["active"]?.bool == false && off["open_requests"]?.integer == 1)
    #expect(try await admin.post(assignment, roads).fields == ["department": "unknown_department"])
    #expect(try await admin.get("/admin/departments/roads").text.contains("Hand them over"))
    // Nor does its category send new reports there.
    let (new, _) = try await town.report()
    #expect(try await admin.get("/api/v1/requests/\(new)")["department"]?.string == nil)
    #expect(try await admin.get("/api/v1/requests/\(reference)")["department"]?.string == "roads")
  }

  @Test("a member of several departments works for each of them")
  func several() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let crew = try await town.somebody(.crew)
    _ = try await change(admin, crew.personID, ["departments": .array([.string("roads"), .string("parks")])])
    for department in ["roads", "parks"] {
      let (reference, _) = try await town.report()
      let path = "/api/v1/requests/\(reference)"
      #expect(try await crew.post(path + "/status", .object(["status": .string("in_progress")])).status == 403)
      _ = try await admin.post(path + "/assignment", .object(["department": .string(department)]))
      #expect(try await crew.post(path + "/status", .object(["status": .string("in_progress")])).status == 200)
    }
  }

  @Test("the audit log and the page say deactivated and reactivated, not changed; both with what else was changed")
  func words() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    let crew = try await town.somebody(.crew)
    let path = "/admin/people/\(crew.personID!)"
    func send(_ name: String, _ isActive: String) async throws -> String {
      let sent = try await admin.post(path, [("name", name), ("role", "crew"), ("active", isActive)])
      return try await admin.get(#require(sent.headers["Location"])).text
    }
    let off = try await send("Quimby", "false")
    #expect(off.contains("Quimby is deactivated: signed out everywhere.") && !off.contains("Saved."))
    #expect(try await send("Quimby", "false").contains("Saved."))
    #expect(try await send("Quimby", "true").contains("Quimby is active again."))
    #expect(try await send("Quentin", "true").contains("Saved."))
    let rows = try await admin.client.get("/api/v1/audit").items.filter {
      $0["subject"]?.string == "person \(crew.personID!)"
    }
    #expect(rows.compactMap { $0["kind"]?.string }.sorted() == ["changed", "deactivated", "reactivated"])
    let deactivated = try #require(rows.first { $0["kind"]?.string == "deactivated" })
    #expect(deactivated["after"]?["active"]?.bool == false && deactivated["after"]?["name"]?.string == "Quimby")
    let page = try await admin.get("/staff/audit").text
    #expect(page.contains("Deactivated") && page.contains("Activated again"))
  }
}
