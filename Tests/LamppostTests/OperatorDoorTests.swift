import Civic
import FoundationEssentials
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// An operator is a person of a township too. None of its administrators can get hold of their account.
@Suite struct OperatorDoorTests {
  private static func town() async throws -> (Township, admin: Browser, chief: Client, id: Int, email: String) {
    let town = try await Township()
    let (admin, chief) = (try await town.browser(.administrator), try await town.somebody(.operator))
    let email: String = try await town.database.read("SELECT email FROM people WHERE id = \(chief.personID!)")
      .first!.get(0)
    return (town, admin, chief, chief.personID!, email)
  }

  /// All that the database keeps of the account itself.
  private static func account(_ id: Int, _ town: Township) async throws -> String {
    try await town.database.read(
      """
      SELECT to_jsonb(p)::text || coalesce((SELECT jsonb_agg(f)::text FROM second_factors f WHERE f.person_id = p.id), '')
             || coalesce((SELECT jsonb_agg(m)::text FROM department_members m WHERE m.person_id = p.id), '')
        FROM people p WHERE p.tenant_id = \(town.id) AND p.id = \(id)
      """
    ).first!.get(0)
  }

  @Test("an administrator changes neither role, name, access nor departments of an operator, by API and page")
  func people() async throws {
    let (town, admin, chief, id, _) = try await Self.town()
    let before = try await Self.account(id, town)
    let keeper = try await town.somebody(.administrator)
    let changes: [JSONValue] = [
      .object(["role": .string("citizen")]), .object(["role": .string("administrator")]),
      .object(["active": .bool(false)]), .object(["name": .string("Mallory")]),
      .object(["departments": .array([.string("roads")])]), .object(["areas": .array([])]), .object([:]),
    ]
    for change in changes {
      #expect(try await keeper.patch("/api/v1/users/\(id)", change).status == 403, "\(change.text)")
    }
    for fields in [
      [("name", "Mallory")], [("name", "A operator"), ("role", "citizen"), ("active", "true")],
      [("name", "A operator"), ("role", "operator"), ("active", "false")],
    ] {
      #expect(try await admin.post("/admin/people/\(id)", fields).status == 403)
    }
    #expect(try await !admin.get("/admin/people/\(id)").text.contains("id=\"change-title\""), "no form is offered")
    #expect(
      try await keeper.post("/api/v1/departments/roads/members", .object(["person": .integer(id)])).status == 403)
    #expect(
      try await keeper.delete("/api/v1/departments/roads/members/\(id)").status == 403)
    #expect(try await admin.post("/admin/departments/roads", [("action", "add"), ("person", "\(id)")]).status == 403)
    #expect(try await Self.account(id, town) == before)
    #expect(try await chief.get("/api/v1/me")["role"]?.string == "operator", "still signed in")
  }

  @Test("an administrator takes over no operator by an invitation, an account of the same address, or a data request")
  func takeover() async throws {
    let (town, admin, _, id, email) = try await Self.town()
    let before = try await Self.account(id, town)
    let keeper = try await town.somebody(.administrator)
    for role in ["viewer", "administrator"] {
      let invitation = try await keeper.post(
        "/api/v1/invitations", .object(["email": .string(email), "name": .string("M"), "role": .string(role)]))
      #expect(invitation.fields == ["email": "email_taken"], "\(invitation.text)")
    }
    #expect(
      try await town.anonymous.post(
        "/api/v1/users",
        .object([
          "email": .string(email.uppercased()), "name": .string("M"), "password": .string("a-new-password-of-mine"),
        ])
      ).fields == ["email": "email_taken"])
    #expect(
      try await keeper.post(
        "/api/v1/data-requests", .object(["subject": .string(email), "action": .string("delete")])
      ).status == 403)
    #expect(
      try await admin.post("/staff/data-requests", [("subject", email), ("action", "delete")]).status == 403)
    #expect(try await Self.account(id, town) == before)
  }

  @Test(
    "password, address, second factor and sessions are each person's own: what an administrator sends changes theirs")
  func ownDoors() async throws {
    let (town, _, chief, id, email) = try await Self.town()
    let before = try await Self.account(id, town)
    let keeper = try await town.somebody(.administrator)
    let session = try await town.browser(.operator)
    for (path, body) in [
      ("/api/v1/me/password", ["current_password": "x", "new_password": "a-new-password-of-mine", "person": "\(id)"]),
      ("/api/v1/me/email", ["email": "mallory@example.test", "password": "x", "person": "\(id)"]),
      ("/api/v1/me/totp", ["password": "x", "person": "\(id)"]),
    ] {
      let answer = try await keeper.post(path, .object(body.mapValues { .string($0) }))
      #expect([404, 422].contains(answer.status), "\(path) \(answer.text)")
    }
    let listed = try await session.client.get("/api/v1/me/sessions").items
    let own = try #require(listed.first?["id"]?.string)
    #expect(try await keeper.delete("/api/v1/me/sessions/\(own)").status == 404)
    #expect(try await session.get("/api/v1/me").status == 200)
    // A forgotten password: the link goes to the operator's own address alone, and nobody else is shown it.
    let asked = try await keeper.post("/api/v1/password-reset", .object(["email": .string(email)]))
    #expect(asked.status < 300 && !asked.text.contains("reset"))
    try await town.runJobs()
    let mails = town.installation.mails
    #expect(mails.mails(to: email).count == 1)
    #expect(try await Self.account(id, town) == before)
    #expect(try await chief.get("/api/v1/me").status == 200)
  }

  @Test("the database itself makes nobody an operator, and no administrator becomes one")
  func role() async throws {
    let (town, admin, _, _, _) = try await Self.town()
    let keeper = try await town.somebody(.administrator)
    let other = try await town.somebody(.agent)
    #expect(
      try await keeper.patch("/api/v1/users/\(other.personID!)", .object(["role": .string("operator")])).status == 403)
    #expect(
      try await keeper.patch("/api/v1/users/\(keeper.personID!)", .object(["role": .string("operator")])).status == 403)
    #expect(
      try await keeper.post(
        "/api/v1/invitations",
        .object(["email": .string("new@example.test"), "name": .string("N"), "role": .string("operator")])
      ).status >= 400)
    _ = try await admin.post(
      "/admin/people/\(other.personID!)", [("name", "A"), ("role", "operator"), ("active", "true")])
    let app = town.installation.application.database.tenant(town.id)
    await #expect(throws: (any Error).self) {
      _ = try await app.write("UPDATE people SET role = 'operator' WHERE id = \(other.personID!)")
    }
    let count: Int = try await town.database.read(
      "SELECT count(*) FROM people WHERE tenant_id = \(town.id) AND role = 'operator'"
    ).first!.get(0)
    #expect(count == 1)
  }
}
