import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// The page of one request for staff.
@Suite struct StaffRequestPageTests {
  private static let contact: [(String, JSONValue)] = [
    ("contact", .object(["name": .string("Rita Reporter"), "email": .string("rita@example.test")]))
  ]

  private func version(_ page: Client.Answer) throws -> String {
    String(try #require(page.text.firstMatch(of: /name="version" value="([0-9]+)"/)).1)
  }

  @Test("staff alone may open it, and only that of their own township")
  func access() async throws {
    let (town, other) = (try await Township(), try await Township())
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let stranger = try await town.anonymous.get(path)
    #expect(stranger.status == 303 && stranger.headers["Location"]?.hasPrefix("/sign-in?next=") == true)
    #expect(try await town.browser(.citizen).get(path).status == 403)
    #expect(try await other.browser(.agent).get(path).status == 404)
    #expect(try await other.browser(.agent).post(path, [("action", "public"), ("public_body", "x")]).status == 404)
    let page = try await town.browser(.agent).get(path)
    #expect(page.status == 200 && page.text.contains("Broken lamp") && page.text.contains(reference))
  }

  @Test("a viewer sees the internal side but neither the reporter nor any form")
  func viewer() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report(Self.contact)
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    #expect(try await agent.get(path).text.contains("rita@example.test"))
    _ = try await agent.post(path, [("action", "internal"), ("internal_body", "Ask the foreman.")])
    let viewer = try await town.browser(.viewer)
    let page = try await viewer.get(path).text
    #expect(page.contains("Ask the foreman."))
    for hidden in ["rita@example.test", "Rita Reporter", "name=\"action\"", "id=\"reporter\"", "<textarea"] {
      #expect(!page.contains(hidden), "\(hidden)")
    }
    for form in [
      [("action", "internal"), ("internal_body", "x")], [("action", "status"), ("status", "in_progress")],
      [("action", "take")], [("action", "priority"), ("priority", "high")],
    ] {
      let answer = try await viewer.post(path, form.map { (name: $0.0, value: $0.1) } + [("version", "2")])
      #expect(answer.status == 403, "\(form)")
    }
  }

  @Test("each composer writes for those it names: an internal comment reaches no citizen")
  func voices() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let (reference, _) = try await town.report(by: citizen)
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    for voice in ["internal", "public", "private"] {
      let answer = try await agent.post(path, [("action", voice), (voice + "_body", "Said \(voice).")])
      #expect(answer.status == 303 && answer.headers["Location"] == "\(path)?done=\(voice)")
    }
    let page = try await agent.get(path).text
    for label in ["Internal – staff only", "Public update – anyone", "Private – reporter and staff"] {
      // On the composer and on what was said.
      #expect(page.components(separatedBy: label).count == 3, "\(label)")
    }
    let api = "/api/v1/requests/\(reference)"
    for reader in [citizen, town.anonymous] {
      for call in [api, api + "/comments", api + "/history", "/api/v1/requests?q=internal"] {
        #expect(try await !reader.get(call).text.contains("Said internal"), "\(call)")
      }
    }
    #expect(try await citizen.get(api + "/comments").items.count == 2)
    #expect(try await town.anonymous.get(api + "/comments").items.count == 1)
    let empty = try await agent.post(path, [("action", "public"), ("public_body", "  ")])
    #expect(empty.status == 422 && empty.text.contains("href=\"#field-public_body\""))
    #expect(try await agent.post(path, [("action", "erase")]).status == 422)
  }

  @Test("the first look by somebody who may change it is written down, a viewer's is not")
  func opening() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let api = "/api/v1/requests/\(reference)"
    let agent = try await town.browser(.agent)
    _ = try await town.browser(.viewer).get(path)
    _ = try await town.browser(.crew, department: "parks").get(path)
    _ = try await agent.client.with("Sec-Purpose", "prefetch").get(path)
    #expect(try await agent.get(api)["status"]?.string == "submitted")
    for _ in 0..<2 { _ = try await agent.get(path) }
    let request = try await agent.get(api)
    #expect(request["status"]?.string == "under_review" && request["version"]?.integer == 2)
  }

  @Test("what is changed from the page is changed by the rules of the API, and written down")
  func changes() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    let changes: [[(String, String)]] = [
      [("action", "take")],
      [("action", "assign"), ("assignee", ""), ("department", "parks")],
      [("action", "priority"), ("priority", "urgent")],
      [("action", "category"), ("category", "pothole")],
      [("action", "text"), ("title", "Deep hole"), ("description", "By the bridge")],
      [("action", "pin"), ("latitude", "42.37"), ("longitude", "-71.05"), ("address", "1 Main Street")],
      [("action", "visibility"), ("visibility", "hidden")],
      [("action", "status"), ("status", "on_hold"), ("reason", "Waiting for parts")],
    ]
    for change in changes {
      let version = try version(try await agent.get(path))
      let answer = try await agent.post(path, change.map { (name: $0.0, value: $0.1) } + [("version", version)])
      #expect(answer.status == 303, "\(change) \(answer.text)")
    }
    let request = try await agent.get("/api/v1/requests/\(reference)")
    #expect(request["status"]?.string == "on_hold" && request["priority"]?.string == "urgent")
    #expect(request["category"]?.string == "pothole" && request["title"]?.string == "Deep hole")
    #expect(request["location"]?["latitude"]?.double == 42.37 && request["address"]?.string == "1 Main Street")
    #expect(request["visibility"]?.string == "hidden" && request["department"]?.string == "parks")
    #expect(request["assignee"] == .null)
    let page = try await agent.get(path).text
    for words in ["<ins>Urgent</ins>", "<ins>Pothole</ins>", "<ins>Deep hole</ins>", "Waiting for parts", "<ins>Parks"]
    {
      #expect(page.contains(words), "\(words)")
    }
  }

  @Test("a status that needs words is refused without them, and what was entered is kept")
  func requirements() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    let version = try version(try await agent.get(path))
    let refused = try await agent.post(
      path, [("action", "status"), ("version", version), ("status", "completed"), ("reason", "Kept <b>")])
    #expect(refused.status == 422 && refused.text.contains("href=\"#field-note\""))
    #expect(
      refused.text.contains("Kept &lt;b&gt;")
        && refused.text.contains("value=\"completed\" data-needs=\"note\" selected"))
    #expect(!refused.text.contains("value=\"closed\""), "closing does not follow a review")
    for wrong in [("latitude", "north"), ("latitude", "91"), ("longitude", "")] {
      var fields = [("action", "pin"), ("version", version), ("latitude", "42"), ("longitude", "-71")]
      fields = fields.map { $0.0 == wrong.0 ? wrong : $0 }
      let answer = try await agent.post(path, fields.map { (name: $0.0, value: $0.1) })
      #expect(answer.status == 422 && answer.text.contains("href=\"#field-\(wrong.0)\""), "\(wrong)")
    }
  }

  @Test("who was slower is shown how it stands now, with what they entered kept")
  func conflict() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let (slow, fast) = (try await town.browser(.agent), try await town.browser(.manager))
    let first = try await slow.get(path)
    let version = try version(first)
    let seen = String(try #require(first.text.firstMatch(of: /name="seen" value="([0-9]+)"/)).1)
    _ = try await fast.post(path, [("action", "priority"), ("priority", "urgent"), ("version", version)])
    let late = try await slow.post(
      path,
      [("action", "text"), ("title", "My better title"), ("description", ""), ("version", version), ("seen", seen)])
    #expect(late.status == 412 && late.text.contains("id=\"conflict\""))
    #expect(late.text.contains("value=\"My better title\"") && late.text.contains("<ins>Urgent</ins>"))
    let meanwhile = try #require(late.text.firstMatch(of: /<ul id="meanwhile">([\s\S]*?)<\/ul>/)).1
    #expect(meanwhile.contains("Urgent") && meanwhile.contains("A manager") && !meanwhile.contains("Under review"))
    #expect(late.text.contains("<h1>Broken lamp</h1>"))
    let again = try await slow.post(
      path,
      [("action", "text"), ("title", "My better title"), ("description", ""), ("version", try self.version(late))])
    #expect(again.status == 303)
    #expect(try await slow.post(path, [("action", "priority"), ("priority", "low")]).status == 400)
  }

  @Test("a crew works on what is theirs, and reads the rest")
  func crew() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report(Self.contact)
    let path = "/staff/requests/\(reference)"
    let crew = try await town.browser(.crew, department: "roads")
    let foreign = try await crew.get(path).text
    #expect(!foreign.contains("form-status") && !foreign.contains("rita@example.test"))
    #expect(foreign.contains("form-internal") && !foreign.contains("form-public"))
    let start = [("action", "status"), ("status", "in_progress"), ("version", "1")].map { (name: $0.0, value: $0.1) }
    #expect(try await crew.post(path, start).status == 403)
    _ = try await town.somebody(.agent).post(
      "/api/v1/requests/\(reference)/assignment", .object(["department": .string("roads")]))
    let own = try await crew.get(path)
    #expect(own.text.contains("form-status") && own.text.contains("rita@example.test"))
    #expect(!own.text.contains("form-priority") && !own.text.contains("form-assign"))
    let started = try await crew.post(
      path, [("action", "status"), ("status", "in_progress"), ("version", try version(own))])
    #expect(started.status == 303)
  }

  @Test("markup in any field is shown as it was written")
  func markup() async throws {
    let town = try await Township()
    let evil = "<script>alert(1)</script>\"'><img src=x>"
    let (reference, _) = try await town.report([
      ("title", .string(evil)), ("description", .string(evil)), ("address", .string(evil)),
      ("contact", .object(["name": .string(evil), "phone": .string(evil)])),
      ("attributes", .object(["pole": .string("<b>")])),
    ])
    try await town.report([("title", .string(evil))])
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    for voice in ["internal", "public", "private"] {
      _ = try await agent.post(path, [("action", voice), (voice + "_body", evil)])
    }
    let version = try version(try await agent.get(path))
    _ = try await agent.post(
      path, [("action", "status"), ("status", "on_hold"), ("reason", evil), ("version", version)])
    let upload = try await agent.client.upload(
      path, fields: [("csrf_token", agent.token), ("action", "upload")], files: [("files", "<img src=x>.txt", [1])])
    #expect(upload.status == 303, "\(upload.text)")
    let page = try await agent.get(path).text
    #expect(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("<b>"))
    #expect(page.components(separatedBy: "&lt;script&gt;").count > 8)
  }

  @Test("files that a form brings are kept all or none, and shown with how their check stands")
  func files() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let agent = try await town.browser(.agent)
    let fields = [("csrf_token", agent.token), ("action", "upload"), ("file_visibility", "internal")]
    let two = try await agent.client.upload(
      path, fields: fields, files: [("files", "a.txt", [1]), ("files", "b.txt", [2])])
    #expect(two.status == 303 && two.headers["Location"] == "\(path)?done=upload")
    let page = try await agent.get(path).text
    #expect(page.contains("a.txt") && page.contains("Being checked for viruses") && page.contains("Staff only"))
    #expect(try await agent.client.upload(path, fields: fields, files: []).status == 422)
    let crew = try await town.browser(.crew, department: "parks")
    let foreign = try await crew.client.upload(
      path, fields: [("csrf_token", crew.token), ("action", "upload")], files: [("files", "c.txt", [3])])
    #expect(foreign.status == 403)
    let count = try await town.database.read("SELECT count(*) FROM attachments WHERE tenant_id = \(town.id)")
    #expect(try count.first?.get(0, as: Int.self) == 2)
    try await town.runJobs()
    #expect(try await agent.get(path).text.contains("Could not be accepted"))
  }
}
