import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct WorkingTests {
  @Test("a report goes from its first opening to its end, and the reporter sees what is theirs to see")
  func story() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    #expect(try await agent.post(path + "/opened")["status"]?.string == "under_review")
    let crew = try await town.somebody(.crew, department: "roads")
    let assigned = try await agent.post(
      path + "/assignment", .object(["assignee": .integer(crew.personID!), "department": .string("roads")]))
    #expect(assigned["status"]?.string == "assigned")
    #expect(assigned["assignee"]?["id"]?.integer == crew.personID)
    #expect(try await crew.post(path + "/status", .object(["status": .string("in_progress")])).status == 200)
    #expect(try await crew.post(path + "/status", .object(["status": .string("completed")])).code == "note_required")
    let done = try await crew.post(
      path + "/status", .object(["status": .string("completed"), "note": .string("New bulb")]))
    #expect(done["status"]?.string == "completed" && done["closed_at"]?.string != nil)
    let history = try await town.holder(of: try #require(code)).get(path + "/history").items
    #expect(
      history.compactMap { $0["after"]?.string } == [
        "submitted", "under_review", "assigned", "in_progress", "completed",
      ])
    #expect(history.last?["note"]?.string == "New bulb")
    #expect(try await crew.get("/api/v1/requests?assignee=me").items.count == 1)
  }

  @Test("comments and history come in pages")
  func pages() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let agent = try await town.somebody(.agent)
    let path = "/api/v1/requests/\(reference)"
    for number in 0..<5 {
      _ = try await agent.post(
        path + "/comments", .object(["body": .string("\(number)"), "visibility": .string("public")]))
    }
    for list in ["comments", "history"] {
      var seen: [JSONValue] = []
      var cursor = ""
      repeat {
        let page = try await agent.get("\(path)/\(list)?limit=2" + cursor)
        #expect(page.status == 200 && page.items.count <= 2)
        seen += page.items
        cursor = page["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
      } while !cursor.isEmpty
      #expect(seen == (try await agent.get("\(path)/\(list)").items))
      #expect(seen.count == (list == "comments" ? 5 : 6))
    }
    #expect(try await agent.get("\(path)/comments?cursor=x").code == "invalid_cursor")
  }

  @Test("very many long comments can still be added to")
  func manyComments() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    _ = try await town.database.write(
      """
      INSERT INTO comments (tenant_id, request_id, visibility, body)
      SELECT tenant_id, id, 'public', (SELECT left(string_agg(md5(n::text || m::text), ' '), 9900)
        FROM generate_series(1, 320) m) FROM requests, generate_series(1, 120) n WHERE tenant_id = \(town.id)
      """)
    let added = try await town.somebody(.agent).post(
      "/api/v1/requests/\(reference)/comments", .object(["body": .string("one more"), "visibility": .string("public")]))
    #expect(added.status == 201)
  }

  @Test("a crew changes what is theirs, and nothing else")
  func crew() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let crew = try await town.somebody(.crew, department: "roads")
    let start: JSONValue = .object(["status": .string("in_progress")])
    #expect(try await crew.post(path + "/status", start).status == 403)
    #expect(try await crew.post(path + "/assignment", .object(["assignee": .integer(crew.personID!)])).status == 403)
    _ = try await town.somebody(.manager).post(path + "/assignment", .object(["department": .string("roads")]))
    #expect(try await crew.post(path + "/status", start).status == 200)
    #expect(try await town.somebody(.crew, department: "parks").post(path + "/status", start).status == 403)
  }

  @Test("who may not change a request is told so, whichever version they name")
  func versionOfOthers() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    for client in [try await town.somebody(.viewer), try await town.somebody(.crew)] {
      let late = client.with("If-Match", "\"7\"")
      #expect(try await late.post(path + "/status", .object(["status": .string("in_progress")])).status == 403)
      #expect(try await late.post(path + "/assignment", .object(["department": .string("roads")])).status == 403)
      #expect(try await late.patch(path, .object(["priority": .string("low")])).status == 403)
      #expect(try await late.post(path + "/confirm", .object(["resolved": .bool(true)])).status == 403)
    }
    let agent = try await town.somebody(.agent).with("If-Match", "\"7\"")
    #expect(try await agent.post(path + "/status", .object(["status": .string("in_progress")])).status == 412)
  }

  @Test("null says no status and no visibility")
  func nothingSaid() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    let status = try await agent.post(path + "/status", .object(["status": .null]))
    #expect(status.status == 422 && status.fields == ["status": "required"])
    let comment = try await agent.post(path + "/comments", .object(["body": .string("Seen."), "visibility": .null]))
    #expect(comment.status == 422 && comment.fields == ["visibility": "required"])
    #expect(try await agent.get(path)["status"]?.string == "submitted")
    #expect(try await agent.get(path + "/comments").items.isEmpty)
  }

  @Test("a version is a number in quotes, written in one way", arguments: ["1", "\"+1\"", "\"01\"", "\"\"", "\"-1\""])
  func malformedVersion(header: String) async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let agent = try await town.somebody(.agent)
    let answer = try await agent.with("If-Match", header).post("/api/v1/requests/\(reference)/withdraw")
    #expect(answer.status == 400 && answer.code == "malformed_request")
    #expect(try await agent.get("/api/v1/requests/\(reference)")["version"]?.integer == 1)
  }

  @Test("only members of staff who work can be given work")
  func assignees() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)/assignment"
    let agent = try await town.somebody(.agent)
    let other = try await Township()
    for somebody in [
      try await town.somebody(.citizen), try await town.somebody(.viewer), try await other.somebody(.agent),
    ] {
      let answer = try await agent.post(path, .object(["assignee": .integer(somebody.personID!)]))
      #expect(answer.status == 422 && answer.code == "unknown_person")
    }
    #expect(try await agent.post(path, .object(["department": .string("navy")])).code == "unknown_department")
    #expect(try await agent.post(path, .object([:])).code == "required")
    _ = try await agent.post(path, .object(["assignee": .integer(agent.personID!)]))
    let freed = try await agent.post(path, .object(["assignee": .null]))
    #expect(freed["assignee"] == .null && freed["status"]?.string == "assigned")
  }

  struct Cell: Sendable, CustomTestStringConvertible {
    let role: Role?
    let call: String
    let allowed: Bool
    var testDescription: String { "\(role?.rawValue ?? "stranger") \(call)" }
  }

  /// Calls by role, as the permission table has it; the letters are those of `calls`.
  static let cells: [Cell] = [
    (nil, ""), (.citizen, ""), (.viewer, ""), (.agent, "SAPIVEF"), (.crew, "I"), (.manager, "SAPIVEF"),
    (.administrator, "SAPIVEF"), (.operator, "SAPIVEF"),
  ].flatMap { (role: Role?, letters: String) in
    "SAPIVEF".map { Cell(role: role, call: String($0), allowed: letters.contains($0)) }
  }

  @Test("who may do what to a request that is not theirs", arguments: cells)
  func permissions(cell: Cell) async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let client = if let role = cell.role { try await town.somebody(role) } else { town.anonymous }
    func comment(_ visibility: String) async throws -> Int {
      try await client.post(
        path + "/comments", .object(["body": .string("x"), "visibility": .string(visibility)])
      ).status
    }
    let status =
      switch cell.call {
      case "S": try await client.post(path + "/status", .object(["status": .string("in_progress")])).status
      case "A": try await client.post(path + "/assignment", .object(["department": .string("roads")])).status
      case "P": try await comment("public")
      case "I": try await comment("internal")
      case "V": try await comment("private")
      case "E": try await client.patch(path, .object(["title": .string("x")])).status
      default: try await client.upload(path + "/attachments", files: [("file", "a.jpg", [1, 2, 3])]).status
      }
    let refusal = cell.role == nil ? 401 : 403
    #expect(cell.allowed ? (200...202).contains(status) : status == refusal, "\(status)")
  }

  @Test("a reporter writes in the private thread alone, by code and by account")
  func reporterWrites() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let own = try await town.report(by: citizen)
    func say(_ client: Client, _ reference: String, _ visibility: String) async throws -> Int {
      try await client.post(
        "/api/v1/requests/\(reference)/comments",
        .object(["body": .string("x"), "visibility": .string(visibility)])
      ).status
    }
    #expect(try await say(citizen, own.reference, "private") == 201)
    #expect(try await say(citizen, own.reference, "public") == 403)
    #expect(try await say(citizen, own.reference, "internal") == 403)
    let (reference, code) = try await town.report()
    let message = try await town.anonymous.post(
      "/api/v1/track/\(try #require(code))/messages", .object(["body": .string("pole 7")]))
    #expect(message.status == 201 && message["from"]?.string == "reporter")
    #expect(try await say(town.anonymous, reference, "private") == 401)
    let forgotten = try await town.somebody(.agent).post(
      "/api/v1/requests/\(reference)/comments", .object(["body": .string("x")]))
    #expect(forgotten.fields == ["visibility": "required"])
  }
}

@Suite struct HistoryTests {
  @Test("each row carries the hash of the one before it, and a changed row shows")
  func chain() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let agent = try await town.somebody(.agent)
    for status in ["under_review", "assigned", "in_progress"] {
      _ = try await agent.post("/api/v1/requests/\(reference)/status", .object(["status": .string(status)]))
    }
    func broken() async throws -> Int {
      try await town.database.read(
        """
        SELECT count(*) FROM (
          SELECT e.*, lag(e.hash) OVER (ORDER BY e.sequence) AS expected,
                 request_event_hash(e) AS rehashed, request_event_digest(e) AS redigested
            FROM request_events e WHERE e.tenant_id = \(town.id)) rows
         WHERE previous IS DISTINCT FROM expected OR hash <> rehashed OR digest <> redigested
        """
      ).first!.get(0)
    }
    #expect(try await broken() == 0)
    _ = try await town.database.write(
      "UPDATE request_events SET after = 'closed' WHERE tenant_id = \(town.id) AND sequence = 2")
    #expect(try await broken() == 1)
  }

  @Test("the application's role can neither change nor delete history")
  func appendOnly() async throws {
    let town = try await Township()
    try await town.report()
    let database = town.installation.application.database.tenant(town.id)
    await #expect(throws: (any Error).self) { _ = try await database.write("UPDATE request_events SET note = 'x'") }
    await #expect(throws: (any Error).self) { _ = try await database.write("DELETE FROM request_events") }
  }
}
