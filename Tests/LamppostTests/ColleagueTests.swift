import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// Colleagues: listed, called by name, and what they write often.
@Suite struct ColleagueTests {
  private func name(_ person: Client, _ name: String, in town: Township) async throws {
    _ = try await town.database.write(
      "UPDATE people SET name = \(name) WHERE tenant_id = \(town.id) AND id = \(person.personID)")
  }

  @Test("staff find colleagues by the beginning of a name; citizens neither find nor are found")
  func staff() async throws {
    let town = try await Township()
    let (agent, crew) = (try await town.somebody(.agent), try await town.somebody(.crew, department: "roads"))
    let citizen = try await town.somebody(.citizen)
    _ = try await Township().somebody(.agent)
    try await name(agent, "Ann Lee", in: town)
    try await name(crew, "Bob 100% <b>", in: town)
    try await name(citizen, "Ann Citizen", in: town)
    let all = try await agent.get("/api/v1/users?staff=true")
    #expect(all.items.map { $0["name"]?.string } == ["Ann Lee", "Bob 100% <b>"])
    #expect(
      all.items.last?["departments"]?.array?.compactMap(\.string) == ["roads"] && all.items.first?["email"] == nil)
    for (text, count) in [("ann", 1), ("le", 1), ("%", 0), ("100%25", 1), ("nn", 0), ("_", 0)] {
      let path = "/api/v1/users?staff=true&q=\(text == "%" ? "%25" : text)"
      #expect(try await agent.get(path).items.count == count, "\(text)")
    }
    #expect(try await citizen.get("/api/v1/users?staff=true").status == 403)
    #expect(try await town.anonymous.get("/api/v1/users?staff=true").status == 401)
    #expect(try await agent.get("/api/v1/users").status == 403)
    for wrong in ["?staff=false", "?staff=true&q=", "?staff=true&limit=0"] {
      #expect(try await agent.get("/api/v1/users" + wrong).status == 400, "\(wrong)")
    }
  }

  @Test("who is called in an internal comment finds it; nobody is called where others read")
  func mentions() async throws {
    let town = try await Township()
    let (agent, crew) = (try await town.somebody(.agent), try await town.browser(.crew))
    let citizen = try await town.somebody(.citizen)
    try await name(crew.client, "Bob Stone", in: town)
    try await name(citizen, "Carl Citizen", in: town)
    let (reference, _) = try await town.report([("title", .string("<i>Lamp</i>"))])
    let (other, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)/comments"
    for (visibility, body) in [
      ("public", "@Bob Stone in public"), ("private", "@Bob Stone in private"),
      ("internal", "@Bob Stoner @Carl Citizen"),
    ] {
      let body: JSONValue = .object(["body": .string(body), "visibility": .string(visibility)])
      #expect(try await agent.post("/api/v1/requests/\(other)/comments", body).status == 201)
    }
    let call: JSONValue = .object([
      "body": .string("<script> ask @bob stone, @Bob Stone!"), "visibility": .string("internal"),
    ])
    #expect(try await agent.post(path, call).status == 201)
    let found = try await crew.get("/api/v1/requests?mentions=me").items
    #expect(found.map { $0["reference"]?.string } == [reference])
    #expect(try await agent.get("/api/v1/requests?mentions=me").items.isEmpty)
    #expect(try await citizen.get("/api/v1/requests?mentions=me").status == 403)
    #expect(try await town.anonymous.get("/api/v1/requests?mentions=me").status == 401)
    #expect(try await agent.get("/api/v1/requests?mentions=you").status == 400)
    let page = try await crew.get("/staff/mentions").text
    #expect(page.contains("<span class=\"mention\">@bob stone</span>") && page.contains("&lt;script&gt; ask"))
    #expect(page.contains("&lt;i&gt;Lamp") && page.contains("/staff/requests/\(reference)#comment-"))
    let shown = try await crew.get("/staff/requests/\(reference)").text
    #expect(shown.components(separatedBy: "<span class=\"mention\">").count == 3)
    #expect(try await town.browser(.viewer).get("/staff/mentions").text.contains("Nobody has called you yet"))
    #expect(try await town.browser(.citizen).get("/staff/mentions").status == 403)
    let map = try await crew.get("/api/v1/map?bbox=-72,42,-70,43&zoom=18&mentions=me")
    #expect(map["features"]?.array?.count == 1)
  }

  @Test("templates are kept by administrators and used by all staff")
  func templates() async throws {
    let town = try await Township()
    let administrator = try await town.somebody(.administrator)
    let path = "/api/v1/templates"
    let new: JSONValue = .object([
      "name": .string("Thanks <b>"), "body": .string("About {title} ({reference}) {other}"),
      "visibility": .string("public"),
    ])
    let made = try await administrator.post(path, new)
    #expect(made.status == 201, "\(made.text)")
    let own = "\(path)/\(try #require(made["id"]?.integer))"
    for client in [try await town.somebody(.agent), try await town.somebody(.viewer)] {
      #expect(try await client.get(path).items.count == 1)
      #expect(try await client.post(path, new).status == 403)
      #expect(try await client.patch(own, .object([:])).status == 403)
      #expect(try await client.delete(own).status == 403)
    }
    let other = try await Township().somebody(.administrator)
    #expect(try await other.get(path).items.isEmpty)
    #expect(try await other.patch(own, .object(["name": .string("x")])).status == 404)
    #expect(try await other.delete(own).status == 404)
    #expect(try await town.anonymous.get(path).status == 401)
    #expect(try await administrator.post(path, .object([:])).fields.count == 3)
    #expect(try await administrator.patch(own, .object(["name": .null])).fields == ["name": "required"])
    #expect(try await administrator.patch(own, .object(["visibility": .string("secret")])).code == "unknown_option")
    let changed = try await administrator.patch(own, .object(["name": .string("Thanks")]))
    #expect(changed["name"]?.string == "Thanks" && changed["visibility"]?.string == "public")

    let (reference, _) = try await town.report([("title", .string("Lamp {reference} <script>"))])
    let agent = try await town.browser(.agent)
    let desk = "/staff/requests/\(reference)"
    #expect(try await agent.get(desk).text.contains(">Thanks</option>"))
    let inserted = try await agent.post(
      desk,
      [
        ("action", "public"), ("insert", "true"), ("template", "\(made["id"]!.integer!)"), ("public_body", "Hello."),
      ])
    #expect(inserted.status == 200)
    #expect(
      inserted.text.contains("Hello.\n\nAbout Lamp {reference} &lt;script&gt; (\(reference)) {other}</textarea>"))
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)/comments").items.isEmpty)
    #expect(try await administrator.delete(own).status == 200)
    #expect(try await administrator.delete(own).status == 404)
  }
}
