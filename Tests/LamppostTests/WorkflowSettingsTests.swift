import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// What a township makes of the workflow.
@Suite struct WorkflowSettingsTests: PageCalling {
  private func entry(_ status: String, _ fields: [String: JSONValue]) -> JSONValue {
    .object(fields.merging(["status": .string(status)]) { $1 })
  }

  private func change(_ town: Township, _ statuses: [JSONValue]) async throws {
    let answer = try await town.somebody(.administrator).patch(
      "/api/v1/workflow", .object(["statuses": .array(statuses)]))
    try #require(answer.status == 200, "\(answer.text)")
  }

  @Test("a switched-off status is refused by its name, offered nowhere, and assignment does not move to it")
  func switchedOff() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let browser = try await town.browser(.agent)
    let (held, _) = try await town.report()
    try await status("on_hold", held, ["reason": .string("Rain")], by: agent)
    try await change(town, ["on_hold", "assigned"].map { entry($0, ["active": .bool(false)]) })
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let refused = try await agent.post(
      path + "/status", .object(["status": .string("on_hold"), "reason": .string("Rain")]))
    #expect(refused.code == "transition_not_allowed" && refused["detail"]?.string?.contains("on_hold") == true)
    let assigned = try await agent.post(path + "/assignment", .object(["department": .string("roads")]))
    #expect(assigned["status"]?.string == "submitted" && assigned["department"]?.string == "roads")
    let bulk = try await agent.post(
      "/api/v1/bulk",
      .object([
        "references": .array([.string(reference)]),
        "action": .object(["type": .string("status"), "status": .string("assigned")]),
      ]))
    #expect(bulk["refused"]?.array?.first?["code"]?.string == "transition_not_allowed")
    let page = try await browser.get("/staff/requests/\(reference)").text
    #expect(!page.contains("value=\"on_hold\"") && page.contains("value=\"in_progress\""))
    // The queue holds one of the first, and none of the second.
    let queue = try await browser.get("/staff").text
    #expect(queue.contains("<option value=\"on_hold\">") && !queue.contains("<option value=\"assigned\">"))
    // What stands in a switched-off status goes on from there.
    try await status("in_progress", held, by: agent)
    #expect(try await !browser.get("/staff").text.contains("<option value=\"on_hold\">"))
  }

  @Test("without a review the first opening changes nothing, and what is reopened is new again")
  func withoutReview() async throws {
    let town = try await Township()
    try await change(town, [entry("under_review", ["active": .bool(false)])])
    let citizen = try await town.somebody(.citizen)
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report(by: citizen)
    let path = "/api/v1/requests/\(reference)"
    let opened = try await agent.post(path + "/opened")
    #expect(opened["status"]?.string == "submitted" && opened["version"]?.integer == 1)
    try await status("completed", reference, ["note": .string("Done")], by: agent)
    let disputed = try await citizen.post(path + "/confirm", .object(["resolved": .bool(false)]))
    #expect(disputed["status"]?.string == "submitted" && disputed["closed_at"] == .null)
  }

  @Test("the public map's filter says the township's own words, and does not offer what is switched off")
  func mapFilter() async throws {
    let town = try await Township()
    func options() async throws -> [String] {
      let page = try await town.anonymous.get("/map").text
      let select = page.split(separator: "id=\"field-status\"").last?.split(separator: "</select>").first ?? ""
      return select.matches(of: />([^<\n]+)<\/option>/).map { String($0.1) }
    }
    #expect(
      try await options() == ["Any state", "Open", "New", "Being worked on", "Waiting", "Done", "Ended without work"])
    try await change(
      town,
      [
        entry("completed", ["names": .object(["en": .string("Mended")])]), entry("on_hold", ["active": .bool(false)]),
        entry("under_review", ["active": .bool(false), "names": .object(["en": .string("Unused")])]),
      ])
    #expect(
      try await options() == ["Any state", "Open", "New", "Being worked on", "Mended, Closed", "Ended without work"])
    // A link to what is off still says what it shows.
    #expect(try await town.anonymous.get("/map?status=on_hold").text.contains(">Waiting</option>"))
    let agent = try await town.browser(.agent)
    try await town.report()
    let triage = try await agent.get("/staff").text
    #expect(triage.contains("Needed for: Mended.") && triage.contains("Needed for: Rejected."))
  }

  @Test("own names are shown on pages and in mails in each language; programs see the usual words")
  func names() async throws {
    let town = try await Township()
    try await change(
      town,
      [
        entry("in_progress", ["names": .object(["en": .string("Being <mended>"), "fr": .string("En réparation")])])
      ])
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report()
    try await status("in_progress", reference, by: agent)
    for path in ["/requests/\(reference)", "/staff/requests/\(reference)", "/staff", "/map"] {
      let english = try await agent.get(path).text
      #expect(english.contains("Being &lt;mended&gt;") && !english.contains("Being <mended>"), "\(path)")
      let french = try await agent.with("Accept-Language", "fr").get(path).text
      #expect(french.contains("En réparation"), "\(path)")
      let spanish = try await agent.with("Accept-Language", "es").get(path).text
      #expect(!spanish.contains("Being &lt;mended&gt;"), "\(path)")
    }
    #expect(try await agent.get("/api/v1/requests/\(reference)")["status"]?.string == "in_progress")
    let settings = try await town.anonymous.get("/api/v1/workflow")
    let own = settings["statuses"]?.array?.first { $0["status"]?.string == "in_progress" }
    #expect(own?["names"]?["fr"]?.string == "En réparation" && own?["optional"]?.bool == true)
    // Taken away again.
    try await change(town, [entry("in_progress", ["names": .object([:])])])
    #expect(try await agent.get("/requests/\(reference)").text.contains("Being worked on"))
  }

  @Test("what cannot be is refused beside its field, by the page as by the API; others may not change it")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let wrong = try await admin.patch(
      "/api/v1/workflow",
      .object([
        "closes_after_days": .integer(0),
        "statuses": .array([
          entry("completed", ["active": .bool(false)]), entry("lost", [:]),
          entry("on_hold", ["names": .object(["en": .string(String(repeating: "x", count: 41)), "xx": .string("?")])]),
          .string("x"),
        ]),
      ]))
    #expect(
      wrong.fields == [
        "closes_after_days": "out_of_range", "statuses.0.active": "not_optional",
        "statuses.1.status": "unknown_option", "statuses.2.names.en": "too_long",
        "statuses.2.names.xx": "unknown_field", "statuses.3": "wrong_type",
      ], "\(wrong.text)")
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] {
      let somebody = try await town.somebody(role)
      #expect(try await somebody.patch("/api/v1/workflow", .object([:])).status == 403, "\(role)")
      #expect(try await somebody.get("/admin/workflow").status == 403, "\(role)")
    }
    let form = [
      ("closes_after_days", "soon"), ("active_on_hold", "true"), ("name_on_hold_en", String(repeating: "y", count: 41)),
    ].map { (name: $0.0, value: $0.1) }
    let page = try await post(admin, "/admin/workflow", form)
    #expect(page.status == 422 && page.text.contains("#field-closes_after_days"))
    #expect(page.text.contains("#field-name_on_hold_en") && page.text.contains("value=\"yyyy"))
    #expect(try await town.anonymous.get("/api/v1/workflow")["closes_after_days"] == .null)
  }

  @Test("the page switches off, renames and sets the days; who did it is kept")
  func page() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let form =
      [("closes_after_days", "14"), ("name_rejected_en", "Not ours")]
      + ["under_review", "assigned", "in_progress", "rejected", "duplicate"].map { ("active_\($0)", "true") }
    let saved = try await post(admin, "/admin/workflow", form.map { (name: $0.0, value: $0.1) })
    #expect(saved.status == 303, "\(saved.text)")
    let settings = try await admin.get("/api/v1/workflow")
    #expect(settings["closes_after_days"]?.integer == 14)
    let off = settings["statuses"]?.array?.filter { $0["active"]?.bool == false }.map { $0["status"]?.string }
    #expect(off == ["on_hold"])
    let page = try await admin.get("/admin/workflow").text
    #expect(page.contains("value=\"Not ours\"") && page.contains("value=\"14\""))
    #expect(try await admin.get("/admin").text.contains("closes after days: <del>nothing</del>"))
    #expect(try await Township().anonymous.get("/api/v1/workflow")["closes_after_days"] == .null)
  }
}

/// The photo of what was done, and the end by silence.
@Suite struct CompletionTests: PageCalling {
  private func town() async throws -> Township {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let answer = try await admin.patch("/api/v1/categories/pothole", .object(["requires_proof": .bool(true)]))
    try #require(answer.status == 200 && answer["requires_proof"]?.bool == true)
    return town
  }

  private let done: JSONValue = .object(["status": .string("completed"), "note": .string("Filled")])

  @Test("where the category asks for it, completing needs a photo by staff; the reporter's is none, nor one of before")
  func proof() async throws {
    let town = try await town()
    let citizen = try await town.somebody(.citizen)
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report([("category", .string("pothole"))], by: citizen)
    let path = "/api/v1/requests/\(reference)"
    let missing = try await agent.post(path + "/status", done)
    #expect(missing.status == 422 && missing.fields == ["proof": "proof_required"])
    #expect(try await agent.post(path + "/status", .object(["status": .string("completed")])).code == "note_required")
    _ = try await citizen.upload(path + "/attachments", files: [("file", "a.jpg", [1])])
    #expect(try await agent.post(path + "/status", done).code == "proof_required")
    #expect(try await agent.upload(path + "/attachments", files: [("file", "b.jpg", [2])]).status == 202)
    #expect(try await agent.post(path + "/status", done).status == 200)
    _ = try await citizen.post(path + "/confirm", .object(["resolved": .bool(false)]))
    #expect(try await agent.post(path + "/status", done).code == "proof_required", "a new look, a new photo")
    // What turned out to be no picture is no proof.
    _ = try await agent.upload(path + "/attachments", files: [("file", "c.jpg", [3])])
    try await town.runJobs()
    #expect(try await agent.post(path + "/status", done).code == "proof_required")
    let other = try await town.report()
    #expect(try await agent.post("/api/v1/requests/\(other.reference)/status", done).status == 200)
  }

  @Test("a proof that is blackened stays one, however often, and though what it was made of is destroyed")
  func blackenedProof() async throws {
    let town = try await town()
    let citizen = try await town.somebody(.citizen)
    let (agent, manager) = (try await town.somebody(.agent), try await town.somebody(.manager))
    let (reference, _) = try await town.report([("category", .string("pothole"))], by: citizen)
    let path = "/api/v1/requests/\(reference)"
    func blacken(_ id: String) async throws -> String {
      let region: JSONValue = .object(["x": .integer(0), "y": .integer(0), "width": .integer(2), "height": .integer(2)])
      let answer = try await manager.post(
        "/api/v1/attachments/\(id)/redaction",
        .object(["regions": .array([region]), "original": .string("destroy"), "reason": .string("a face")]))
      try await town.runJobs()
      return try #require(answer["id"]?.string, "\(answer.text)")
    }
    func send(_ client: Client) async throws -> String {
      let answer = try await client.upload(path + "/attachments", files: [("file", "a.jpg", try Samples.photo())])
      try await town.runJobs()
      return try #require(answer["id"]?.string, "\(answer.text)")
    }
    _ = try await blacken(try await send(citizen))
    #expect(try await agent.post(path + "/status", done).code == "proof_required", "the reporter's is none")
    _ = try await blacken(try await blacken(try await send(agent)))
    #expect(try await agent.post(path + "/status", done).status == 200)
  }

  @Test("the page takes the photo along with the completion, all or nothing")
  func together() async throws {
    let town = try await town()
    let agent = try await town.browser(.agent)
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    let path = "/staff/requests/\(reference)"
    func send(_ status: String, _ note: String, file: Bool) async throws -> Client.Answer {
      let version = try version(try await agent.get(path))
      return try await agent.client.upload(
        path,
        fields: [
          ("csrf_token", agent.token), ("action", "status"), ("version", version), ("status", status), ("note", note),
        ], files: file ? [("proof", "proof.jpg", [1, 2])] : [("proof", "", [])])
    }
    let without = try await send("completed", "Filled <b>", file: false)
    #expect(without.status == 422 && without.text.contains("href=\"#field-proof\""))
    #expect(without.text.contains("Filled &lt;b&gt;"))
    #expect(try await send("completed", "", file: true).status == 422)
    #expect(try await send("in_progress", "", file: true).status == 422)
    let count = try await town.database.read("SELECT count(*) FROM attachments WHERE tenant_id = \(town.id)")
    #expect(try count.first?.get(0, as: Int.self) == 0, "what was refused left no file")
    #expect(try await send("completed", "Filled", file: true).status == 303)
    #expect(try await agent.get("/api/v1/requests/\(reference)")["status"]?.string == "completed")
  }

  @Test("of many at once, those without their photo are left")
  func bulk() async throws {
    let town = try await town()
    let agent = try await town.somebody(.agent)
    let (lamp, _) = try await town.report()
    let (hole, _) = try await town.report([("category", .string("pothole"))])
    let answer = try await agent.post(
      "/api/v1/bulk",
      .object([
        "references": .array([.string(lamp), .string(hole)]),
        "action": .object(["type": .string("status"), "status": .string("completed"), "note": .string("Done")]),
      ]))
    #expect(answer["changed"]?["count"]?.integer == 1)
    let refused = answer["refused"]?.array?.first
    #expect(refused?["code"]?.string == "proof_required" && refused?["references"]?.array == [.string(hole)])
  }

  @Test("silence closes after the township's days, once, by the township; a word of the reporter begins them anew")
  func silence() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let agent = try await town.somebody(.agent)
    let admin = try await town.somebody(.administrator)
    let (silent, _) = try await town.report(by: citizen)
    let (spoken, _) = try await town.report(by: citizen)
    let (open, _) = try await town.report(by: citizen)
    for reference in [silent, spoken] { try await status("completed", reference, ["note": .string("Done")], by: agent) }
    _ = try await citizen.post(
      "/api/v1/requests/\(spoken)/comments", .object(["body": .string("Wait"), "visibility": .string("private")]))
    _ = try await town.database.write(
      """
      UPDATE comments SET created_at = now() + interval '5 days' WHERE tenant_id = \(town.id)
      """)
    let close = CloseSilent(database: town.installation.admin)
    let later: @Sendable (Double) -> Date = { days in Date.now.addingTimeInterval(days * 86_400) }
    #expect(try await close(now: later(400), tenantID: town.id) == 0, "never, unless the township says so")
    _ = try await admin.patch("/api/v1/workflow", .object(["closes_after_days": .integer(10)]))
    #expect(try await close(now: later(9.9), tenantID: town.id) == 0)
    // Two workers at once.
    async let first = close(now: later(10.1), tenantID: town.id)
    async let second = close(now: later(10.1), tenantID: town.id)
    #expect(try await first + second == 1)
    #expect(try await close(now: later(10.1), tenantID: town.id) == 0)
    let request = try await agent.get("/api/v1/requests/\(silent)")
    #expect(request["status"]?.string == "closed" && request["version"]?.integer == 3)
    let last = try await agent.get("/api/v1/requests/\(silent)/history").items.last
    #expect(last?["before"]?.string == "completed" && last?["after"]?.string == "closed" && last?["actor"] == .null)
    #expect(try await agent.get("/staff/requests/\(silent)").text.contains("Closed by itself"))
    #expect(try await agent.get("/api/v1/requests/\(spoken)")["status"]?.string == "completed")
    #expect(try await close(now: later(15.1), tenantID: town.id) == 1)
    #expect(try await agent.get("/api/v1/requests/\(open)")["status"]?.string == "submitted")
    #expect(try await agent.post("/api/v1/requests/\(silent)/undo").code == "undo_not_allowed")
    try await town.runJobs()
  }

  @Test("the operator's command reads its time")
  func command() throws {
    #expect(try CloseSilentCommand.time("2030-01-31T12:00:00Z") == Date(timeIntervalSince1970: 1_896_091_200))
    #expect(throws: UsageError.self) { try CloseSilentCommand.time("tomorrow") }
  }
}
