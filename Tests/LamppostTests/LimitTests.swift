import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// Staff who are limited to areas or categories are staff within them, and anybody beyond.
@Suite(.timeLimit(.minutes(2))) struct LimitTests {
  /// A township of two wards with a public and a private request in each, all assigned to roads.
  private struct Arranged {
    let town: Township
    let administrator: Client
    /// An agent of the western ward.
    let agent: Client
    /// References.
    var insidePublic = "", insidePrivate = "", outsidePublic = "", outsidePrivate = ""

    var inside: Set<String> { [insidePublic, insidePrivate] }
    var outside: [String] { [outsidePublic, outsidePrivate] }

    func path(_ reference: String, _ rest: String = "") -> String { "/api/v1/requests/\(reference)\(rest)" }
  }

  private static let box = "bbox=-72,41,-70,43"

  private func arranged(_ role: Role = .agent) async throws -> Arranged {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary) VALUES
        (\(town.id), 'wards', 'west', 'West', ST_Multi(ST_MakeEnvelope(-72, 41, -71.05, 43, 4326))),
        (\(town.id), 'wards', 'east', 'East', ST_Multi(ST_MakeEnvelope(-71.05, 41, -70, 43, 4326)))
      """)
    let admin = try await town.somebody(.administrator)
    let agent = try await town.somebody(role)
    var arranged = Arranged(town: town, administrator: admin, agent: agent)
    func report(_ longitude: Double, _ category: String, _ title: String) async throws -> String {
      let (reference, _) = try await town.report([
        ("category", .string(category)), ("location", .at(42.3, longitude)), ("title", .string(title)),
      ])
      _ = try await admin.post("/api/v1/requests/\(reference)/assignment", .object(["department": .string("roads")]))
      _ = try await admin.post(
        "/api/v1/requests/\(reference)/comments",
        .object(["body": .string("secretword @A \(role.rawValue)"), "visibility": .string("internal")]))
      return reference
    }
    arranged.insidePublic = try await report(-71.1, "street-light", "Lamp westward")
    arranged.insidePrivate = try await report(-71.1, "harassment", "Quiet westward")
    arranged.outsidePublic = try await report(-71.0, "street-light", "Lamp eastward")
    arranged.outsidePrivate = try await report(-71.0, "harassment", "Quiet eastward")
    try await town.runJobs()
    try await limit(arranged, ["areas": .array([.string("wards:west")])])
    return arranged
  }

  private func limit(_ arranged: Arranged, _ fields: [String: JSONValue]) async throws {
    let answer = try await arranged.administrator.patch(
      "/api/v1/users/\(arranged.agent.personID!)", .object(fields))
    try #require(answer.status == 200, "\(answer.text)")
  }

  private func references(_ answer: Client.Answer) -> Set<String> {
    Set(answer.items.compactMap { $0["reference"]?.string })
  }

  @Test("lists, searches and every filter find what lies within the limits")
  func lists() async throws {
    let a = try await arranged()
    for query in [
      "", "?q=secretword", "?q=westward", "?near=42.3,-71.1&sort=nearest", "?\(Self.box)", "?department=roads",
      "?assignee=none", "?sort=oldest", "?mentions=me",
    ] {
      #expect(references(try await a.agent.get("/api/v1/requests" + query)) == a.inside, "\(query)")
    }
    for query in ["?q=eastward", "?area=wards:east", "?near=42.3,-71.0&radius=1000"] {
      // A misspelt word may find what looks alike within.
      let found = references(try await a.agent.get("/api/v1/requests" + query))
      #expect(found.isSubset(of: query.contains("q=") ? a.inside : []), "\(query)")
    }
    // What everybody finds is there for them as for everybody.
    let everybodys = try await a.agent.get("/api/v1/requests?as=public")
    #expect(references(everybodys) == [a.insidePublic, a.outsidePublic])
    #expect(!everybodys.text.contains("\"assignee\"") && !everybodys.text.contains("\"department\""))
    #expect(try await a.agent.get("/api/v1/requests?as=king").status == 400)
    #expect(references(try await a.administrator.get("/api/v1/requests")).count == 4)
  }

  @Test("a request beyond the limits is what the public sees of it; nothing of it can be changed")
  func beyond() async throws {
    let a = try await arranged()
    let stranger = a.town.anonymous
    for rest in ["", "/comments", "/history"] {
      let (mine, theirs) = (
        try await a.agent.get(a.path(a.outsidePublic, rest)), try await stranger.get(a.path(a.outsidePublic, rest))
      )
      #expect(mine.status == 200 && !mine.text.contains("secretword") && !mine.text.contains("\"actor\""), "\(rest)")
      #expect(rest == "" || mine.items == theirs.items, "\(rest)")
      #expect(try await a.agent.get(a.path(a.outsidePrivate, rest)).status == 404, "\(rest)")
      #expect(try await a.agent.get(a.path(a.insidePrivate, rest)).status == 200, "\(rest)")
    }
    for reference in a.outside {
      for (rest, body) in [
        ("/status", #"{"status":"in_progress"}"#), ("/assignment", #"{"department":"parks"}"#), ("/opened", "{}"),
        ("/undo", "{}"), ("/presence", "{}"),
      ] {
        let answer = try await a.agent.send(.post, a.path(reference, rest), Array(body.utf8))
        #expect(answer.status == 403, "\(rest): \(answer.text)")
      }
      let edit = try await a.agent.patch(a.path(reference), .object(["priority": .string("urgent")]))
      #expect(edit.status == (reference == a.outsidePublic ? 403 : 404))
      for visibility in ["internal", "public"] {
        let comment = try await a.agent.post(
          a.path(reference, "/comments"), .object(["body": .string("x"), "visibility": .string(visibility)]))
        #expect(comment.status == (reference == a.outsidePublic ? 403 : 404), "\(visibility)")
      }
      #expect(try await a.agent.get("/staff/requests/\(reference)").status == 403)
    }
    // The page of everybody is theirs, with the way back to their work, and none to the staff's page of it.
    let page = try await a.agent.get("/requests/\(a.outsidePublic)")
    #expect(page.status == 200 && page.text.contains("href=\"/staff\"") && !page.text.contains("/staff/requests/"))
    #expect(try await a.agent.get("/requests/\(a.insidePublic)").text.contains("/staff/requests/\(a.insidePublic)"))
    #expect(try await a.agent.get("/staff/requests/\(a.insidePublic)").text.contains("secretword"))
    let changed = try await a.agent.post(
      a.path(a.insidePublic, "/status"), .object(["status": .string("in_progress")]))
    #expect(changed.status == 200)
  }

  @Test("map, clusters and counts hold what lies within, whether they are counted or matched")
  func maps() async throws {
    let a = try await arranged()
    func count(_ client: Client, _ query: String) async throws -> Int {
      try await client.get("/api/v1/map?\(Self.box)&\(query)")["features"]?.array?
        .reduce(0) { $0 + ($1["properties"]?["count"]?.integer ?? 1) } ?? 0
    }
    func expect(_ expected: Int, _ client: Client, _ query: String) async throws {
      let found = try await count(client, query)
      #expect(found == expected, "\(query)")
    }
    // So many that the map shows clusters.
    let references = (0..<300).map { _ in Reference(bits: UInt64.random(in: 0...UInt64.max)).stored }
    _ = try await a.town.database.write(
      """
      INSERT INTO requests (tenant_id, reference, title, category_id, priority, location, public_location, visibility)
      SELECT tenant_id, new.reference, 'Many', category_id, 2, new.place, new.place, 'public'
        FROM requests, LATERAL (
          SELECT reference, ST_MakePoint(CASE WHEN n % 2 = 0 THEN -71.2 ELSE -70.9 END, 42.3 + n / 10000.0) AS place
            FROM unnest(\(references)) WITH ORDINALITY AS r (reference, n)) new
       WHERE tenant_id = \(a.town.id) AND requests.reference = \(Reference(a.insidePublic)!.stored)
      """)
    try await a.town.runJobs()
    try await expect(304, a.administrator, "zoom=8")
    try await expect(152, a.agent, "zoom=8")
    try await expect(150, a.agent, "zoom=14&q=Many")
    try await expect(302, a.agent, "zoom=8&as=public")
    // Categories the counts know themselves.
    try await limit(a, ["areas": .array([]), "categories": .array([.string("harassment")])])
    try await expect(2, a.agent, "zoom=8")
    try await limit(a, ["categories": .array([.string("street-light")])])
    try await expect(302, a.agent, "zoom=8")
    try await expect(0, a.agent, "zoom=8&category=harassment")
    // The public map is everybody's, and says so to its script; a card of it, too.
    let page = try await a.agent.get("/map").text
    #expect(page.contains("data-eyes=\"public\""))
    #expect(try await !a.administrator.get("/map").text.contains("data-eyes"))
    #expect(try await a.agent.get("/map/requests/\(a.outsidePublic)").status == 200)
    #expect(try await a.agent.get("/map/requests/\(a.outsidePrivate)").status == 404)
  }

  @Test("figures, their export, areas' counts, saved views and departments count what lies within")
  func counts() async throws {
    let a = try await arranged()
    let view = JSONValue.object(["name": .string("Roads"), "filter": .object(["department": .string("roads")])])
    for (client, count) in [(a.agent, 2), (a.administrator, 4)] {
      let statistics = try await client.get("/api/v1/statistics")
      #expect(statistics["totals"]?["open"]?.integer == count && statistics["totals"]?["new_week"]?.integer == count)
      let areas = statistics["areas"]?.array?.map { $0["open"]?.integer ?? 0 }.reduce(0, +)
      #expect(areas == count)
      let export = try await client.get("/staff/dashboard/export?table=areas").text
      #expect(export.contains("East,\(count == 2 ? 0 : 2),"), "\(export)")
      #expect(try await client.post("/api/v1/views", view)["count"]?.integer == count)
      #expect(try await client.get("/api/v1/views").items.first?["count"]?.integer == count)
      #expect(try await client.get("/api/v1/departments/roads")["open_requests"]?.integer == count)
      let open = try await client.get("/api/v1/areas?counts=true")["features"]?.array?
        .reduce(0) { $0 + ($1["properties"]?["open"]?.integer ?? 0) }
      #expect(open == count)
      let triage = try await client.get("/staff").text
      #expect(triage.contains("eastward") == (count == 4) && triage.contains("Lamp westward"))
      #expect(triage.contains("id=\"limits\"") == (count == 2))
    }
  }

  @Test("bulk changes, similar requests and mentions reach no further than the limits")
  func work() async throws {
    let a = try await arranged()
    let all = ([a.insidePublic] + a.outside).map(JSONValue.string)
    let action = JSONValue.object(["type": .string("prioritize"), "priority": .string("urgent")])
    for selection in [["references": JSONValue.array(all)], ["filter": .object(["q": .string("secretword")])]] {
      let answer = try await a.agent.post(
        "/api/v1/bulk", .object(selection.merging(["action": action, "dry_run": .bool(false)]) { $1 }))
      #expect(answer.status == 200, "\(answer.text)")
    }
    for (reference, priority) in [
      (a.insidePublic, "urgent"), (a.outsidePublic, "medium"), (a.outsidePrivate, "medium"),
    ] {
      #expect(try await a.administrator.get(a.path(reference))["priority"]?.string == priority)
    }
    let near = JSONValue.object(["location": .at(42.3, -71.0), "category": .string("street-light")])
    #expect(references(try await a.agent.post("/api/v1/requests/similar", near)) == [a.outsidePublic])
    #expect(try await a.agent.get(a.path(a.outsidePublic, "/similar")).items.isEmpty)
    let mentions = try await a.agent.get("/staff/mentions").text
    #expect(mentions.contains("Lamp westward") && !mentions.contains("eastward"))
  }

  @Test("open screens hear of what lies within as staff, of the rest as everybody")
  func stream() async throws {
    let a = try await arranged()
    let process = try ServingProcess(a.town.installation)
    let screen = try await EventClient(process, a.agent)
    _ = try await screen.events(through: "hello")
    for reference in [a.outsidePrivate, a.outsidePublic] {
      _ = try await a.administrator.post(
        a.path(reference, "/comments"), .object(["body": .string("x"), "visibility": .string("internal")]))
      _ = try await a.administrator.post(a.path(reference, "/presence"))
    }
    _ = try await a.administrator.post(
      a.path(a.outsidePublic, "/comments"), .object(["body": .string("we come"), "visibility": .string("public")]))
    let (last, _) = try await a.town.report([
      ("category", .string("harassment")), ("location", .at(42.3, -71.1)),
    ])
    // What was written just before the stream began may be told, too.
    let heard = try await screen.events { $0.data.contains(last) }
    #expect(!heard.contains { $0.data.contains(a.outsidePrivate) })
    let beyond = heard.filter { $0.data.contains(a.outsidePublic) }
    #expect(!beyond.isEmpty && beyond.allSatisfy { $0["kind"] == nil && $0.name != "presence" })
    #expect(heard.last?["kind"]?.string == "created" && heard.last?["visibility"]?.string == "public")
    await process.stop()
  }

  @Test("files of a request beyond the limits are the public's: internal ones are not known")
  func files() async throws {
    let a = try await arranged()
    var found: [Int] = []
    for reference in [a.insidePublic, a.outsidePublic, a.outsidePrivate] {
      let file = try await a.administrator.upload(
        a.path(reference, "/attachments"), fields: [("visibility", "internal")],
        files: [("file", "a.jpg", try Samples.photo())])
      let id = try #require(file["id"]?.string, "\(file.text)")
      found.append(try await a.agent.get("/api/v1/attachments/\(id)").status)
    }
    #expect(found == [200, 404, 404])
  }

  @Test("who moves a request beyond their limits is told that it is done, and sees it no more")
  func moved() async throws {
    let a = try await arranged()
    let answer = try await a.agent.patch(a.path(a.insidePrivate), .object(["location": .at(42.3, -71.0)]))
    #expect(answer.status == 200 && answer["location"]?["longitude"]?.double == -71.0)
    #expect(try await a.agent.get(a.path(a.insidePrivate)).status == 404)
    #expect(try await a.administrator.get(a.path(a.insidePrivate))["areas"]?.array?.first?.string == "wards:east")
  }

  @Test("nobody is given a request that they could not see")
  func assignment() async throws {
    let a = try await arranged(.crew)
    let body = JSONValue.object(["assignee": .integer(a.agent.personID!)])
    #expect(try await a.administrator.post(a.path(a.insidePublic, "/assignment"), body).status == 200)
    let refused = try await a.administrator.post(a.path(a.outsidePublic, "/assignment"), body)
    #expect(refused.fields == ["assignee": "unknown_person"])
    #expect(
      try await a.administrator.get("/staff/requests/\(a.insidePublic)").text.contains("value=\"\(a.agent.personID!)\"")
    )
    #expect(
      try await !a.administrator.get("/staff/requests/\(a.outsidePublic)").text.contains(
        "value=\"\(a.agent.personID!)\""))
    let bulk = try await a.administrator.post(
      "/api/v1/bulk",
      .object([
        "references": .array([.string(a.insidePrivate), .string(a.outsidePrivate)]),
        "action": .object(["type": .string("assign"), "assignee": .integer(a.agent.personID!)]),
      ]))
    #expect(bulk.status == 200 && bulk.text.contains("unknown_person"), "\(bulk.text)")
    #expect(try await a.administrator.get(a.path(a.insidePrivate))["assignee"]?["id"]?.integer == a.agent.personID)
    #expect(try await a.administrator.get(a.path(a.outsidePrivate))["assignee"]?["id"] == nil)
  }

  @Test("what they reported, support and follow themselves is theirs as anybody's, wherever it lies")
  func own() async throws {
    let a = try await arranged()
    let (mine, _) = try await a.town.report(
      [("location", .at(42.3, -71.0)), ("title", .string("My own"))], by: a.agent)
    #expect(try await a.agent.get(a.path(mine))["title"]?.string == "My own")
    #expect(try await a.agent.patch(a.path(mine), .object(["title": .string("Mine")])).status == 200)
    #expect(try await a.agent.get("/me").text.contains("Mine"))
    #expect(try await a.agent.post(a.path(a.outsidePublic, "/support")).status == 200)
    #expect(try await a.agent.get("/me").text.contains("Lamp eastward"))
  }

  @Test("an unknown place lies within no area, and both limits hold together")
  func both() async throws {
    let a = try await arranged()
    let (nowhere, _) = try await a.town.report([("location", .null), ("category", .string("harassment"))])
    #expect(try await a.agent.get(a.path(nowhere)).status == 404)
    try await limit(a, ["categories": .array([.string("harassment")])])
    #expect(references(try await a.agent.get("/api/v1/requests")) == [a.insidePrivate])
    try await limit(a, ["areas": .array([])])
    #expect(references(try await a.agent.get("/api/v1/requests")) == [a.insidePrivate, a.outsidePrivate, nowhere])
    try await limit(a, ["categories": .array([])])
    #expect(references(try await a.agent.get("/api/v1/requests")).count == 5)
  }
}
