import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// Rules that name somebody who cannot take a report, or could not see it.
@Suite struct RoutingLimitTests {
  /// A township of two wards, with somebody for each.
  private struct Arranged {
    let town: Township
    let admin: Client
    let agent: Client
    let west: Client

    func rule(_ text: String) async throws -> Client.Answer {
      try await admin.post("/api/v1/rules", try JSONValue.parse(Array(text.utf8)))
    }

    func report(_ longitude: Double, _ category: String = "street-light") async throws -> Client.Answer {
      let reference = try await town.report([
        ("location", .at(42.3, longitude)), ("category", .string(category)),
      ]).reference
      return try await agent.get("/api/v1/requests/\(reference)")
    }

    /// What the history says of its routing.
    func routed(_ request: Client.Answer) async throws -> JSONValue? {
      let reference = request["reference"]?.string ?? ""
      let row = try await agent.get("/api/v1/requests/\(reference)/history").items.last {
        $0["kind"]?.string == "routed"
      }
      return try row?["after"]?.string.map { try JSONValue.parse(Array($0.utf8)) }
    }

    func limit(_ person: Client, _ fields: [String: JSONValue]) async throws {
      let answer = try await admin.patch("/api/v1/users/\(person.personID!)", .object(fields))
      try #require(answer.status == 200, "\(answer.text)")
    }
  }

  private func arranged() async throws -> Arranged {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO areas (tenant_id, layer, slug, name, boundary)
      SELECT \(town.id), 'wards', slug, slug, ST_Multi(ST_MakeEnvelope(west, 42, west + 0.4, 43, 4326))
        FROM (VALUES ('west', -71.5), ('east', -71.0)) AS wards (slug, west)
      """)
    let arranged = Arranged(
      town: town, admin: try await town.somebody(.administrator), agent: try await town.somebody(.agent),
      west: try await town.somebody(.crew))
    try await arranged.limit(arranged.west, ["areas": .array([.string("wards:west")])])
    return arranged
  }

  @Test("nobody is given by a rule what they could not see: it goes to the department, and the history says why")
  func beyond() async throws {
    let a = try await arranged()
    let person = a.west.personID!
    let made = try await a.rule(#"{"name": "All", "then": {"department": "roads", "assignee": \#(person)}}"#)
    #expect(made.status == 201, "\(made.text)")
    let inside = try await a.report(-71.3)
    #expect(inside["assignee"]?["id"]?.integer == person && inside["department"]?.string == "roads")
    #expect(try await a.routed(inside)?["passed_over"] == nil)
    let outside = try await a.report(-70.9)
    #expect(outside["assignee"]?.isNull == true && outside["department"]?.string == "roads", "\(outside.text)")
    #expect(try await a.routed(outside)?["passed_over"]?.string == "assignee_limited")
    let page = try await a.agent.get("/staff/requests/\(outside["reference"]?.string ?? "")").text
    #expect(page.contains("A rule names a person who may not see this request: passed over"))
    // Limits that change count for the next report.
    try await a.limit(a.west, ["areas": .array([.string("wards:east")])])
    #expect(try await a.report(-70.9)["assignee"]?["id"]?.integer == person)
    #expect(try await a.report(-71.3)["assignee"]?.isNull == true)
    try await a.limit(a.west, ["areas": .array([])])
    #expect(try await a.report(-71.3)["assignee"]?["id"]?.integer == person)
    try await a.limit(a.west, ["categories": .array([.string("pothole")])])
    #expect(try await a.report(-71.3)["assignee"]?.isNull == true)
    #expect(try await a.report(-71.3, "pothole")["assignee"]?["id"]?.integer == person)
  }

  @Test("a rule whose person could see none of its reports is not saved; one that may be seen in part is")
  func saving() async throws {
    let a = try await arranged()
    let person = a.west.personID!
    let blind = try await a.rule(
      #"{"name": "East", "when": {"areas": ["wards:east"]}, "then": {"assignee": \#(person)}}"#)
    #expect(blind.status == 422 && blind.fields == ["then.assignee": "unknown_person"], "\(blind.text)")
    let partly = try await a.rule(
      #"{"name": "Both", "when": {"areas": ["wards:east", "wards:west"]}, "then": {"assignee": \#(person)}}"#)
    #expect(partly.status == 201, "\(partly.text)")
    try await a.limit(a.west, ["categories": .array([.string("pothole")])])
    let lamps = #"{"name": "Lamps", "when": {"categories": ["street-light"]}, "then": {"assignee": \#(person)}}"#
    #expect(try await a.rule(lamps).fields == ["then.assignee": "unknown_person"])
    #expect(try await a.rule(lamps.replacing("street-light", with: "pothole")).status == 201)
    // A viewer takes no requests at all.
    let viewer = try await a.town.somebody(.viewer).personID!
    #expect(
      try await a.rule(#"{"name": "Viewer", "then": {"assignee": \#(viewer)}}"#).fields
        == ["then.assignee": "unknown_person"])
    // Limited later, the rule says itself that it is broken, and can still be renamed.
    let id = partly["id"]?.integer ?? 0
    try await a.limit(a.west, ["areas": .array([.string("wards:west")]), "categories": .array([])])
    _ = try await a.admin.patch(
      "/api/v1/rules/\(id)", .object(["when": .object(["areas": .array([.string("wards:west")])])]))
    try await a.limit(a.west, ["areas": .array([.string("wards:east")])])
    let broken = try await a.admin.get("/api/v1/rules/\(id)")
    #expect(broken["broken"]?.array?.compactMap(\.string) == ["then.assignee"], "\(broken.text)")
    #expect(try await a.admin.patch("/api/v1/rules/\(id)", .object(["name": .string("Else")])).status == 200)
  }

  @Test("a deactivated person and a deactivated department are passed over, and the history says so")
  func gone() async throws {
    let a = try await arranged()
    let person = a.west.personID!
    _ = try await a.rule(#"{"name": "All", "then": {"department": "roads", "assignee": \#(person)}}"#)
    try await a.limit(a.west, ["active": .bool(false)])
    #expect(try await a.admin.patch("/api/v1/departments/roads", .object(["active": .bool(false)])).status == 200)
    let request = try await a.report(-71.3)
    #expect(request["assignee"]?.isNull == true && request["department"]?.isNull == true, "\(request.text)")
    #expect(try await a.routed(request)?["passed_over"]?.string == "department_gone, assignee_gone")
    // Nor is a category's own department, where it is no more, given anything when somebody changes the category.
    _ = try await a.town.database.write(
      """
      UPDATE categories SET department_id = (SELECT id FROM departments WHERE tenant_id = \(a.town.id) AND slug = 'roads')
       WHERE tenant_id = \(a.town.id) AND slug = 'pothole'
      """)
    let reference = request["reference"]?.string ?? ""
    let moved = try await a.agent.patch("/api/v1/requests/\(reference)", .object(["category": .string("pothole")]))
    #expect(moved.status == 200 && moved["department"]?.isNull == true, "\(moved.text)")
  }

  @Test("a rule's mail does not tell somebody of a report beyond their limits")
  func mail() async throws {
    let a = try await arranged()
    let person = a.west.personID!
    _ = try await a.rule(#"{"name": "Tell", "then": {"notify_person": \#(person)}}"#)
    _ = try await a.rule(#"{"name": "Tell all", "then": {"notify_role": "crew"}}"#)
    func subjects() async throws -> Int {
      try await a.town.database.read(
        "SELECT count(*) FROM jobs WHERE tenant_id = \(a.town.id) AND kind = 'notify_routed'"
      ).first?.get(0) ?? 0
    }
    let outside = try await a.report(-70.9)
    #expect(try await subjects() == 2)
    let request: Int =
      try await a.town.database.read("SELECT id FROM requests WHERE tenant_id = \(a.town.id) ORDER BY id DESC LIMIT 1")
      .first?.get(0) ?? 0
    let covered = try await a.town.database.read(
      "SELECT 1 FROM people p WHERE p.id = \(person) AND \(ListStaff.covering(requestID: request))")
    #expect(covered.isEmpty && outside.status == 200)
    try await a.town.runJobs()
    #expect(try await a.town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(a.town.id)").isEmpty)
  }
}
