import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// Two who change the same at once, and forms that do not show all there is: nothing is overwritten or lost.
@Suite struct OvertakenTests: PageCalling {
  private func limited(_ town: Township) async throws -> (id: Int, path: String, admin: Client) {
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    let path = "/api/v1/users/\(agent.personID!)"
    let answer = try await admin.patch(path, .object(["categories": .array([.string("pothole")])]))
    try #require(answer.status == 200, "\(answer.text)")
    return (agent.personID!, path, admin)
  }

  /// What a browser sends of the page's form as it stands: hidden fields, texts, checked boxes, chosen options.
  private func fields(_ page: String) -> [(name: String, value: String)] {
    let forms = page.matches(of: /<form[\s\S]*?<\/form>/).map { String($0.0) }
    let html = forms.first { $0.contains("name=\"version\"") } ?? ""
    var fields: [(name: String, value: String)] = []
    for match in html.matches(of: /<textarea[^>]* name="([^"]+)"[^>]*>\n?([^<]*)</) {
      fields.append((String(match.1), String(match.2)))
    }
    for match in html.matches(of: /<input type="([a-z]+)"([^>]*)>/) {
      let (type, rest) = (String(match.1), String(match.2))
      guard let name = rest.firstMatch(of: /name="([^"]+)"/), let value = rest.firstMatch(of: /value="([^"]*)"/),
        !["checkbox", "radio"].contains(type) || rest.contains(" checked"), name.1 != PageForm.tokenField
      else { continue }
      fields.append((String(name.1), String(value.1)))
    }
    for match in html.matches(of: /<select[^>]* name="([^"]+)"[\s\S]*?<option value="([^"]*)" selected/) {
      fields.append((String(match.1), String(match.2)))
    }
    return fields
  }

  @Test("a limit to a category that is not active any more outlives a change of the person's name")
  func deactivatedLimit() async throws {
    let town = try await Township()
    let (id, path, admin) = try await limited(town)
    _ = try await admin.patch("/api/v1/categories/pothole", .object(["active": .bool(false)]))
    let browser = try await town.browser(.administrator)
    let page = try await browser.get("/admin/people/\(id)").text
    var form = fields(page).filter { $0.name != "name" }
    #expect(form.contains { $0 == ("categories", "pothole") })
    form.append(("name", "Ana"))
    let saved = try await browser.post("/admin/people/\(id)", form)
    #expect(saved.status == 303, "\(saved.text)")
    let now = try await admin.get(path)
    #expect(now["name"]?.string == "Ana" && now["categories"]?.array?.compactMap(\.string) == ["pothole"])
  }

  @Test("a form lifts a limit only where it says so, and an invitation's form holds to the same")
  func liftedLimit() async throws {
    let town = try await Township()
    let (id, path, admin) = try await limited(town)
    let browser = try await town.browser(.administrator)
    let form: [(name: String, value: String)] = [("name", "Ana"), ("role", "agent"), ("active", "true")]
    // Without a word on it, it stays; only some, and none of them, is refused.
    #expect(try await browser.post("/admin/people/\(id)", form).status == 303)
    #expect(try await admin.get(path)["categories"]?.array?.count == 1)
    let refused = try await browser.post("/admin/people/\(id)", form + [("categories_limit", "some")])
    #expect(refused.status == 422 && refused.text.contains("#field-categories_limit"))
    #expect(try await admin.get(path)["categories"]?.array?.count == 1)
    let lifted = try await browser.post("/admin/people/\(id)", form + [("categories_limit", "all")])
    #expect(lifted.status == 303)
    #expect(try await admin.get(path)["categories"]?.array?.isEmpty == true)

    let invitation: [(name: String, value: String)] = [
      ("email", "bo@example.test"), ("name", "Bo"), ("role", "agent"), ("categories_limit", "some"),
    ]
    #expect(try await browser.post("/admin/invitations", invitation).status == 422)
    // A box that is checked counts, whatever is said beside it.
    let checked = invitation.dropLast() + [("categories_limit", "all"), ("categories", "pothole")]
    #expect(try await browser.post("/admin/invitations", Array(checked)).status == 200)
    let open = try await admin.get("/api/v1/invitations").items
    #expect(open.first?["categories"]?.array?.compactMap(\.string) == ["pothole"])
  }

  @Test("whoever changes an older version of a person is told, by the API and by the page, and nothing is overwritten")
  func person() async throws {
    let town = try await Township()
    let (id, path, admin) = try await limited(town)
    let read = try await admin.get(path)
    let version = try #require(read["version"]?.integer)
    #expect(read.headers["ETag"] == "\"\(version)\"")
    let browser = try await town.browser(.administrator)
    let form = fields(try await browser.get("/admin/people/\(id)").text)
    // What they belong to is part of what they are.
    let member = try await admin.post("/api/v1/departments/roads/members", .object(["person": .integer(id)]))
    #expect(member.status == 200)
    let late = try await admin.with("If-Match", "\"\(version)\"").patch(path, .object(["name": .string("Late")]))
    #expect(late.status == 412 && late.code == "version_mismatch")
    let overtaken = try await browser.post("/admin/people/\(id)", form)
    #expect(overtaken.status == 412 && overtaken.text.contains("id=\"overtaken\""))
    #expect(try await admin.get(path)["departments"]?.array?.count == 1)
    // Sent once more, it is meant for what stands there now.
    let again = try await browser.post("/admin/people/\(id)", fields(overtaken.text))
    #expect(again.status == 303, "\(again.text)")
    #expect(try await admin.get(path)["departments"]?.array?.isEmpty == true)
    let unchanged = try await admin.get(path)["version"]?.integer
    _ = try await admin.patch(path, .object(["name": .string("A agent")]))
    #expect(try await admin.get(path)["version"]?.integer == unchanged)
  }

  @Test("a change of one setting in another process takes back nothing that was set a moment ago")
  func settings() async throws {
    let town = try await Township()
    // Each process remembers its townships for some seconds.
    let other = try town.served(with: [:])
    let (here, admin) = (try await other.somebody(.administrator), try await town.somebody(.administrator))
    let there = Client(township: other, headers: admin.headers, personID: admin.personID)
    let path = "/api/v1/settings"
    let version = try #require(try await there.get(path)["version"]?.integer)
    #expect(try await here.get(path)["second_factor_roles"]?.array?.isEmpty == true)
    let guarded = try await admin.patch(path, .object(["second_factor_roles": .array([.string("manager")])]))
    #expect(guarded.status == 200 && guarded.headers["ETag"] == "\"\(version + 1)\"", "\(guarded.text)")
    let late = try await there.with("If-Match", "\"\(version)\"").patch(path, .object(["contact_email": .null]))
    #expect(late.status == 412)
    let changed = try await there.patch(path, .object(["contact_email": .string("hall@example.test")]))
    #expect(changed["second_factor_roles"]?.array?.compactMap(\.string) == ["manager"], "\(changed.text)")
    #expect(try await admin.get(path)["second_factor_roles"]?.array?.count == 1)

    let browser = try await town.browser(.administrator)
    let form = fields(try await browser.get("/admin/settings").text)
    _ = try await admin.patch(path, .object(["emergency_number": .string("112")]))
    let overtaken = try await browser.post("/admin/settings", form)
    #expect(overtaken.status == 412 && overtaken.text.contains("id=\"overtaken\""))
    #expect(try await admin.get(path)["emergency_number"]?.string == "112")
    #expect(try await browser.post("/admin/settings", fields(overtaken.text)).status == 303)
  }

  @Test("workflow, deadlines, departments and templates tell whoever changes an older version, too")
  func others() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let template = try await admin.post(
      "/api/v1/templates",
      .object(["name": .string("Thanks"), "body": .string("Thank you."), "visibility": .string("public")]))
    let id = try #require(template["id"]?.integer)
    let browser = try await town.browser(.administrator)
    for (path, page, change) in [
      ("/api/v1/workflow", "/admin/workflow", ["closes_after_days": .integer(9)]),
      ("/api/v1/settings/deadlines", "/admin/deadlines", ["warning_percent": .integer(55)]),
      ("/api/v1/departments/roads", "/admin/departments/roads", ["name": .string("Streets")]),
      ("/api/v1/templates/\(id)", "/admin/templates/\(id)", ["name": .string("Many thanks")]),
    ] as [(String, String, [String: JSONValue])] {
      let form = fields(try await browser.get(page).text)
      let version = try #require(form.first { $0.name == "version" }?.value, "\(page)")
      let first = try await admin.with("If-Match", "\"\(version)\"").patch(path, .object(change))
      #expect(first.status == 200 && first["version"]?.integer == Int(version)! + 1, "\(first.text)")
      #expect(first.headers["ETag"] == "\"\(Int(version)! + 1)\"")
      let late = try await admin.with("If-Match", "\"\(version)\"").patch(path, .object(change))
      #expect(late.status == 412 && late.code == "version_mismatch", "\(path)")
      let overtaken = try await browser.post(page, form)
      #expect(overtaken.status == 412 && overtaken.text.contains("id=\"overtaken\""), "\(page)")
      let now = try await admin.patch(path, .object([:]))
      let kept = try #require(change.first)
      #expect(now[kept.key] == kept.value, "\(now.text)")
    }
  }
}
