import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite struct ReportingTests {
  @Test("an anonymous report is taken, numbered, dated and opened by its code")
  func anonymousReport() async throws {
    let town = try await Township()
    let answer = try await town.anonymous.post(
      "/api/v1/requests",
      .object([
        "title": .string("  Lamp is out  "), "description": .string("Since Monday"),
        "category": .string("street-light"),
        "location": .object(["latitude": .number(42.36), "longitude": .number(-71.06), "accuracy": .number(12.5)]),
        "anonymous": .bool(true), "attributes": .object(["pole": .string("A12"), "lamps": .integer(2)]),
      ]))
    #expect(answer.status == 201)
    let reference = try #require(answer["reference"]?.string.flatMap { Reference($0) })
    #expect(answer.headers["Location"] == "/api/v1/requests/\(reference)")
    #expect(answer["title"]?.string == "Lamp is out")
    #expect(answer["status"]?.string == "submitted")
    #expect(answer["priority"]?.string == "medium")
    #expect(answer["location"]?["accuracy"]?.double == 12.5)
    let created = try #require(answer["created_at"]?.string.flatMap(RFC3339.parse))
    let expected = try #require(answer["expected_by"]?.string.flatMap(RFC3339.parse))
    #expect(abs(expected.timeIntervalSince(created) - 72 * 3600) < 0.01)
    let code = try #require(answer["tracking_code"]?.string)
    #expect(code.count == 26)
    let tracked = try await town.anonymous.get("/api/v1/track/\(code.lowercased())")
    #expect(tracked.status == 200)
    #expect(tracked["attributes"]?["pole"]?.string == "A12")
    #expect(tracked["history"]?.array?.count == 1)
  }

  @Test("an anonymous report leaves no trace of who sent it, even by somebody signed in")
  func noTrace() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let report = try await town.report([("anonymous", .bool(true))], by: citizen)
    #expect(report.code != nil)
    let rows = try await town.database.read(
      """
      SELECT reporter_id IS NULL, (SELECT count(*) FROM request_contacts k WHERE k.request_id = r.id
        AND k.tenant_id = r.tenant_id), (SELECT bool_and(actor_id IS NULL) FROM request_events e
        WHERE e.request_id = r.id AND e.tenant_id = r.tenant_id)
        FROM requests r WHERE tenant_id = \(town.id)
      """)
    let (noReporter, contacts, noActor) = try rows.first!.decode(Bool.self, Int.self, Bool.self)
    #expect(noReporter && contacts == 0 && noActor)
  }

  @Test("a report by an account has no tracking code and is found under mine")
  func signedIn() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let report = try await town.report(by: citizen)
    #expect(report.code == nil)
    try await town.report()
    let mine = try await citizen.get("/api/v1/requests?mine=true")
    #expect(mine.items.map { $0["reference"]?.string } == [report.reference])
    #expect(try await town.anonymous.get("/api/v1/requests?mine=true").status == 401)
  }

  @Test("the same key and content answer the same, code included; other content is a conflict")
  func idempotency() async throws {
    let town = try await Township()
    let client = town.anonymous.with("Idempotency-Key", UUID().uuidString)
    let body: JSONValue = .object([
      "title": .string("Once"), "category": .string("pothole"), "location": .null, "description": .string("x"),
    ])
    let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
      for _ in 0..<8 { group.addTask { try await client.post("/api/v1/requests", body) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.allSatisfy { $0.status == 201 && $0.bytes == answers[0].bytes })
    #expect(try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id)").count == 1)
    // The order of fields is no content.
    let shuffled = #"{"location":null,"description":"x","category":"pothole","title":"Once"}"#
    let again = try await client.send(.post, "/api/v1/requests", Array(shuffled.utf8))
    #expect(again.bytes == answers[0].bytes)
    let other = try await client.post(
      "/api/v1/requests",
      .object(["title": .string("Twice"), "category": .string("pothole"), "location": .null]))
    #expect(other.status == 409 && other.code == "idempotency_conflict")
  }

  @Test("a phone that was offline for longer than keys are kept is told of its report, not given a second one")
  func lateRetry() async throws {
    let town = try await Township()
    let client = town.anonymous.with("Idempotency-Key", UUID().uuidString)
    let body: JSONValue = .object([
      "title": .string("Late"), "category": .string("pothole"), "location": .null,
    ])
    let first = try await client.post("/api/v1/requests", body)
    _ = try await town.database.write("DELETE FROM idempotency_keys WHERE tenant_id = \(town.id)")
    let second = try await client.post("/api/v1/requests", body)
    #expect(second.status == 201 && second["reference"] == first["reference"])
    #expect(second["tracking_code"] == first["tracking_code"])
    #expect(try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id)").count == 1)
  }

  @Test("extra questions are judged by their definition")
  func attributes() async throws {
    let town = try await Township()
    let answer = try await town.anonymous.post(
      "/api/v1/requests",
      .object([
        "title": .string("x"), "category": .string("street-light"), "location": .null,
        "attributes": .object(["pole": .string("far too long"), "lamps": .integer(99), "colour": .string("red")]),
      ]))
    #expect(answer.status == 422 && answer.code == "invalid_input")
    #expect(
      answer.fields == [
        "attributes.pole": "too_long", "attributes.lamps": "out_of_range", "attributes.colour": "unknown_field",
      ])
  }

  @Test("the reporter may correct and withdraw for a quarter of an hour, others may not")
  func editing() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let holder = town.holder(of: try #require(code))
    let path = "/api/v1/requests/\(reference)"
    let changed = try await holder.patch(path, .object(["title": .string("Two broken lamps")]))
    #expect(changed.status == 200 && changed["title"]?.string == "Two broken lamps")
    #expect(changed["version"]?.integer == 2)
    #expect(try await town.anonymous.patch(path, .object(["title": .string("mine")])).status == 401)
    #expect(try await town.somebody(.citizen).patch(path, .object(["title": .string("mine")])).status == 403)
    #expect(try await town.somebody(.viewer).patch(path, .object(["title": .string("mine")])).status == 403)
    // What only staff may change is not a correction.
    #expect(try await holder.patch(path, .object(["priority": .string("urgent")])).status == 403)
    let agent = try await town.somebody(.agent)
    #expect(try await agent.patch(path, .object(["priority": .string("urgent")]))["priority"]?.string == "urgent")
    _ = try await town.database.write(
      "UPDATE requests SET created_at = now() - interval '16 minutes' WHERE tenant_id = \(town.id)")
    #expect(try await holder.patch(path, .object(["title": .string("late")])).code == "edit_window_closed")
    #expect(try await holder.post(path + "/withdraw").code == "edit_window_closed")
    _ = try await town.database.write("UPDATE requests SET created_at = now() WHERE tenant_id = \(town.id)")
    #expect(try await holder.post(path + "/withdraw")["status"]?.string == "withdrawn")
  }

  @Test("the second of two who change the same version is told")
  func versions() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let agent = try await town.somebody(.agent).with("If-Match", "\"1\"")
    let path = "/api/v1/requests/\(reference)"
    let answers = try await withThrowingTaskGroup(of: Int.self) { group in
      for title in ["one", "two"] {
        group.addTask { try await agent.patch(path, .object(["title": .string(title)])).status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.sorted() == [200, 412])
    #expect(try await agent.with("If-Match", "1").patch(path, .object([:])).status == 400)
  }

  @Test("a removed request is gone, an unknown one was never there")
  func goneAndAbsent() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    _ = try await town.database.write(
      "UPDATE requests SET visibility = 'removed' WHERE tenant_id = \(town.id)")
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)").status == 410)
    #expect(try await town.somebody(.agent).get("/api/v1/requests/\(reference)").status == 410)
    #expect(try await town.anonymous.get("/api/v1/requests/\(Reference(bits: 5))").status == 404)
    #expect(try await town.anonymous.get("/api/v1/requests/nonsense").status == 404)
  }
}
