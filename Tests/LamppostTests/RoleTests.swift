import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// The table of permissions as it is met: what each role is answered at each door.
@Suite struct RoleTests {
  /// A call, and who gets through: the roles citizen, viewer, agent, crew, manager, administrator, operator. A yes, a for
  /// what is assigned to them alone, - no.
  private struct Door {
    let method: HTTPServer.Method
    let path: String
    var body = "{}"
    let who: String

    init(_ method: HTTPServer.Method, _ path: String, _ who: String, _ body: String = "{}") {
      (self.method, self.path, self.who, self.body) = (method, path, who, body)
    }
  }

  private static let doors = [
    // On a request; R stands for its reference.
    Door(.post, "/api/v1/requests/R/status", "--AaAAA", #"{"status":"in_progress"}"#),
    Door(.post, "/api/v1/requests/R/assignment", "--A-AAA", #"{"department":"roads"}"#),
    Door(.patch, "/api/v1/requests/R", "--A-AAA", #"{"priority":"high"}"#),
    Door(.post, "/api/v1/requests/R/comments", "--AaAAA", #"{"body":"x","visibility":"public"}"#),
    Door(.post, "/api/v1/requests/R/comments", "--AaAAA", #"{"body":"x","visibility":"private"}"#),
    Door(.post, "/api/v1/requests/R/comments", "--AAAAA", #"{"body":"x","visibility":"internal"}"#),
    Door(.post, "/api/v1/requests/R/presence", "-AAAAAA"),
    Door(.get, "/staff/requests/R", "-AAAAAA"),
    // Of the township.
    Door(.get, "/api/v1/requests?assignee=none", "-AAAAAA"),
    Door(.get, "/api/v1/statistics", "-AAAAAA"),
    Door(.get, "/api/v1/views", "-AAAAAA"),
    Door(.get, "/api/v1/users?staff=true", "-AAAAAA"),
    Door(.get, "/api/v1/departments", "-AAAAAA"),
    Door(.get, "/staff", "-AAAAAA"),
    Door(.get, "/staff/dashboard", "-AAAAAA"),
    Door(
      .post, "/api/v1/requests", "--A-AAA",
      #"{"title":"x","category":"pothole","location":null,"for_caller":true}"#),
    Door(.get, "/api/v1/users", "----AAA"),
    Door(.get, "/admin/people", "----AAA"),
    Door(.get, "/admin/departments", "----AAA"),
    Door(.get, "/admin", "-----AA"),
    Door(.get, "/admin/settings", "-----AA"),
    Door(.get, "/admin/categories", "-----AA"),
    Door(.get, "/api/v1/settings", "-----AA"),
    Door(.patch, "/api/v1/settings", "-----AA"),
    Door(.patch, "/api/v1/categories/pothole", "-----AA"),
    Door(.post, "/api/v1/templates", "-----AA", #"{"name":"x","body":"x","visibility":"public"}"#),
    Door(.post, "/api/v1/departments", "-----AA", #"{"name":"N"}"#),
  ]

  @Test("each role meets open and shut doors as the table says", arguments: Role.allCases)
  func doors(role: Role) async throws {
    let town = try await Township()
    let person = try await town.somebody(role, department: role == .citizen ? nil : "parks")
    let admin = try await town.somebody(.administrator)
    let column = try #require(Role.allCases.firstIndex(of: role))
    for door in Self.doors {
      let letter = Array(door.who)[column]
      // Twice: for a request that is another department's, and for one of their own.
      for department in door.path.contains("/R") ? ["roads", "parks"] : ["roads"] {
        let (reference, _) = try await town.report()
        _ = try await admin.post(
          "/api/v1/requests/\(reference)/assignment", .object(["department": .string(department)]))
        let path = door.path.replacing("R", with: door.path.contains("/R") ? reference : "R")
        let body = door.body.replacing("N", with: "New \(reference)")
        let answer = try await person.send(door.method, path, door.method == .get ? nil : Array(body.utf8))
        let isOpen = letter == "A" || (letter == "a" && department == "parks")
        let expected = isOpen ? 200...201 : 403...403
        #expect(expected.contains(answer.status), "\(role) \(door.method) \(path) \(department): \(answer.status)")
      }
    }
  }

  @Test("a report that staff write down for a caller is the caller's, and the history says who wrote it")
  func callers() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let contact = JSONValue.object(["name": .string("Carla"), "phone": .string("555 0199")])
    let base: [String: JSONValue] = [
      "title": .string("Lamp"), "category": .string("pothole"), "location": .null,
    ]
    let answer = try await agent.post("/api/v1/requests", .object(base.merging(["contact": contact]) { $1 }))
    let reference = try #require(answer["reference"]?.string, "\(answer.text)")
    let code = try #require(answer["tracking_code"]?.string, "the caller can be told their code")
    let path = "/api/v1/requests/\(reference)"
    #expect(try await town.anonymous.get("/track/\(code)").status == 200)
    #expect(try await agent.get(path)["contact"]?["phone"]?.string == "555 0199")
    #expect(try await agent.get(path)["contact"]?["account"]?.integer == nil)
    let created = try #require(try await agent.get(path + "/history").items.first)
    #expect(created["kind"]?.string == "created" && created["actor"]?["id"]?.integer == agent.personID)
    #expect(try await !town.anonymous.get(path + "/history").text.contains("A agent"))
    #expect(try await agent.get("/staff/requests/\(reference)").text.contains("Written down by staff for a caller"))
    #expect(try await agent.get("/api/v1/requests?mine=true").items.isEmpty, "it is not the agent's own")
    // Without any contact, too; without either it is their own.
    let silent = try await agent.post("/api/v1/requests", .object(base.merging(["for_caller": .bool(true)]) { $1 }))
    #expect(silent["tracking_code"]?.string != nil)
    #expect(try await agent.post("/api/v1/requests", .object(base))["tracking_code"] == nil)
    #expect(try await agent.get("/api/v1/requests?mine=true").items.count == 1)
    #expect(
      try await town.anonymous.post("/api/v1/requests", .object(base.merging(["for_caller": .bool(true)]) { $1 }))
        .status
        == 401)
  }

  @Test("the help desk's page takes a caller's report, with or without what they leave")
  func callersPage() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    #expect(try await agent.get("/staff").text.contains("href=\"/report?who=caller\""))
    let form = try await agent.get("/report?who=caller").text
    #expect(form.contains("value=\"caller\" aria-describedby=\"who-caller-hint\" checked"))
    #expect(try await !town.browser(.crew).get("/report?who=caller").text.contains("value=\"caller\""))
    let fields: [(name: String, value: String)] = [
      ("idempotency_key", "k-1"), ("title", "Lamp"), ("category", "pothole"), ("unknown_place", "true"),
      ("who", "caller"), ("name", "Carla"), ("phone", "555 0199"), ("action", "send"),
    ]
    let sent = try await agent.post("/report", fields)
    #expect(sent.status == 303 && sent.headers["Location"]?.hasPrefix("/track/") == true, "\(sent.text)")
    let listed = try #require(try await agent.get("/api/v1/requests").items.first?["reference"]?.string)
    #expect(try await agent.get("/staff/requests/\(listed)").text.contains("Written down by staff for a caller"))
    let alone = fields.filter { !["name", "phone"].contains($0.name) && $0.name != "idempotency_key" }
    #expect(try await agent.post("/report", alone + [("idempotency_key", "k-2")]).status == 303)
    // Who may not is not believed.
    #expect(try await town.browser(.crew).post("/report", alone + [("idempotency_key", "k-3")]).status == 403)
  }
}
