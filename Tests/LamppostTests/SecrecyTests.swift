import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// What only staff may know must not reach anybody else, by any call.
@Suite struct SecrecyTests {
  /// Words that stand in an internal comment, an internal history row, a contact, and a file's name.
  static let secrets = ["zugzwangword", "internalrowword", "carla-contact", "5550199", "filenameword", "Eicar-Test"]

  /// A report with everything internal that there is.
  private func arranged() async throws -> (Township, reference: String, code: String, attachment: String) {
    let town = try await Township()
    let answer = try await town.anonymous.upload(
      "/api/v1/requests",
      fields: [
        (
          "request",
          #"{"title":"Lamp","description":"Dark","category":"street-light","location":{"latitude":42.36,"longitude":-71.06},"contact":{"name":"carla-contact","email":"carla-contact@example.test","phone":"5550199"}}"#
        )
      ], files: [("files", "filenameword.jpg", Samples.eicar)])
    let reference = try #require(answer["reference"]?.string, "\(answer.text)")
    let code = try #require(answer["tracking_code"]?.string)
    let attachment = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    let agent = try await town.somebody(.agent)
    for (body, visibility) in [("zugzwangword among us", "internal"), ("we come", "public"), ("which?", "private")] {
      let comment = try await agent.post(
        "/api/v1/requests/\(reference)/comments", .object(["body": .string(body), "visibility": .string(visibility)]))
      #expect(comment.status == 201)
    }
    _ = try await agent.post("/api/v1/requests/\(reference)/assignment", .object(["department": .string("roads")]))
    _ = try await town.database.write(
      """
      INSERT INTO request_events (tenant_id, request_id, kind, visibility, note)
      SELECT tenant_id, id, 'edited', 'internal', 'internalrowword' FROM requests WHERE tenant_id = \(town.id)
      """)
    try await town.runJobs()
    return (town, reference, code, attachment)
  }

  /// Every GET of the API with a parameter filled in, from the list of routes itself. Its description says "assignee".
  private func targets(_ town: Township, _ reference: String, _ code: String, _ attachment: String) -> [String] {
    var targets = town.installation.handler.router.routes.filter {
      $0.method == .get && $0.template != Paths.description.template
    }.map {
      $0.template.replacing("{reference}", with: reference).replacing("{code}", with: code)
        .replacing("{id}", with: attachment)
    }
    targets += [
      "/api/v1/requests?q=zugzwangword", "/api/v1/requests?q=lamp", "/api/v1/requests?near=42.36,-71.06&radius=100",
      "/api/v1/requests?bbox=-71.1,42.3,-71,42.4", "/api/v1/requests?sort=oldest",
      "/api/v1/map?bbox=-71.1,42.3,-71,42.4&zoom=12", "/api/v1/map?bbox=-71.1,42.3,-71,42.4&zoom=3&q=zugzwangword",
    ]
    return targets
  }

  @Test("no call tells a stranger, a citizen or the reporter what is internal")
  func outsiders() async throws {
    let (town, reference, code, attachment) = try await arranged()
    let outsiders = [
      ("stranger", town.anonymous), ("citizen", try await town.somebody(.citizen)), ("holder", town.holder(of: code)),
    ]
    for (name, client) in outsiders {
      for target in targets(town, reference, code, attachment) {
        let answer = try await client.get(target)
        for secret in Self.secrets { #expect(!answer.text.contains(secret), "\(name) read \(secret) at \(target)") }
        #expect(!answer.text.contains("\"assignee\""), "\(name) at \(target)")
      }
      #expect(try await client.get("/api/v1/requests?q=zugzwangword").items.isEmpty)
      for query in ["assignee=none", "assignee=1", "department=roads"] {
        #expect([401, 403].contains(try await client.get("/api/v1/requests?\(query)").status))
      }
    }
  }

  @Test("the private thread is the reporter's and the staff's alone")
  func privateThread() async throws {
    let (town, reference, code, _) = try await arranged()
    let path = "/api/v1/requests/\(reference)/comments"
    func bodies(_ client: Client) async throws -> [String?] {
      try await client.get(path).items.map { $0["body"]?.string }
    }
    #expect(try await bodies(town.anonymous) == ["we come"])
    #expect(try await bodies(town.somebody(.citizen)) == ["we come"])
    #expect(try await bodies(town.holder(of: code)) == ["we come", "which?"])
    #expect(try await bodies(town.somebody(.viewer)) == ["zugzwangword among us", "we come", "which?"])
  }

  @Test("staff read what is internal; contact details only those who may")
  func staff() async throws {
    let (town, reference, _, attachment) = try await arranged()
    let path = "/api/v1/requests/\(reference)"
    let viewer = try await town.somebody(.viewer)
    #expect(try await !viewer.get(path).text.contains("carla-contact"))
    #expect(try await viewer.get(path + "/history").text.contains("internalrowword"))
    #expect(try await viewer.get("/api/v1/requests?q=zugzwangword").items.count == 1)
    #expect(try await viewer.get("/api/v1/attachments/\(attachment)")["signature"]?.string?.contains("Eicar") == true)
    #expect(try await town.somebody(.agent).get(path)["contact"]?["email"]?.string == "carla-contact@example.test")
    // A crew sees the contact of what is theirs.
    #expect(try await town.somebody(.crew, department: "roads").get(path)["contact"]?["phone"]?.string == "5550199")
    #expect(try await town.somebody(.crew, department: "parks").get(path)["contact"] == nil)
  }

  @Test("a viewer, and a crew whose request it is not, never learn who reported")
  func reporterName() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let (reference, _) = try await town.report(by: citizen)
    let path = "/api/v1/requests/\(reference)"
    _ = try await citizen.post(path + "/comments", .object(["body": .string("me"), "visibility": .string("private")]))
    for client in [try await town.somebody(.viewer), try await town.somebody(.crew, department: "parks")] {
      for target in [path, path + "/history", path + "/comments"] {
        let answer = try await client.get(target)
        #expect(answer.status == 200 && !answer.text.contains("A citizen"), "\(target)")
        #expect(!answer.text.contains("\"id\":\(citizen.personID!),\"name\""), "\(target)")
      }
    }
    #expect(try await town.somebody(.agent).get(path + "/history").text.contains("A citizen"))
  }

  @Test("what the reporter is answered to a change holds nothing internal")
  func answersToChanges() async throws {
    let (town, reference, code, _) = try await arranged()
    let holder = town.holder(of: code)
    let path = "/api/v1/requests/\(reference)"
    let answers = [
      try await holder.patch(path, .object(["title": .string("Lamp post")])),
      try await holder.post(path + "/comments", .object(["body": .string("x"), "visibility": .string("private")])),
      try await town.anonymous.post("/api/v1/track/\(code)/messages", .object(["body": .string("x")])),
      try await holder.upload(path + "/attachments", files: [("file", "a.jpg", [1])]),
      try await holder.post(path + "/withdraw"),
    ]
    for answer in answers {
      #expect((200...202).contains(answer.status), "\(answer.text)")
      for secret in Self.secrets { #expect(!answer.text.contains(secret)) }
      #expect(!answer.text.contains("\"assignee\""))
    }
  }

  @Test("a private category's request cannot be made public")
  func staysPrivate() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([("category", .string("harassment"))])
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    #expect(try await agent.patch(path, .object(["visibility": .string("public")]))["visibility"]?.string == "private")
    #expect(try await town.anonymous.get(path).status == 404)
  }

  @Test("a private category's report is nobody's but the reporter's and the staff's")
  func privateCategory() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report([("category", .string("harassment")), ("title", .string("Quietly"))])
    let path = "/api/v1/requests/\(reference)"
    #expect(try await town.anonymous.get(path).status == 404)
    #expect(try await town.somebody(.citizen).get(path).status == 404)
    #expect(try await town.holder(of: try #require(code)).get(path).status == 200)
    #expect(try await town.somebody(.viewer).get(path).status == 200)
    #expect(try await town.anonymous.get("/api/v1/requests").items.isEmpty)
    #expect(try await town.anonymous.get("/api/v1/requests?q=quietly").items.isEmpty)
    try await town.runJobs()
    let map = "/api/v1/map?bbox=-71.1,42.3,-71,42.4&zoom=12"
    #expect(try await town.anonymous.get(map)["features"]?.array?.isEmpty == true)
    #expect(try await town.somebody(.viewer).get(map)["features"]?.array?.count == 1)
  }

  @Test("a request moved into a private category disappears from the public at once")
  func becomesPrivate() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    _ = try await town.somebody(.agent).patch(path, .object(["category": .string("harassment")]))
    #expect(try await town.anonymous.get(path).status == 404)
  }

  @Test("one request's tracking code opens no other request")
  func otherCode() async throws {
    let (town, reference, _, attachment) = try await arranged()
    let other = try await town.report()
    let stranger = town.holder(of: try #require(other.code))
    #expect(try await stranger.get("/api/v1/requests/\(reference)/comments").items.count == 1)
    #expect(try await stranger.get("/api/v1/attachments/\(attachment)").text.contains("Eicar") == false)
    #expect(try await stranger.patch("/api/v1/requests/\(reference)", .object(["title": .string("x")])).status == 403)
  }
}

enum Samples {
  /// The industry's test file. Kept in two pieces, so that no scanner objects to this source file.
  static let eicar =
    Array(#"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-"#.utf8) + Array("ANTIVIRUS-TEST-FILE!$H+H*".utf8)
}
