import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

/// Two people change the same request at the same moment, as tasks that really run beside each other.
@Suite struct ConcurrencyTests: PageCalling {
  /// A change of each kind that the API has, by what it is called.
  static let changes: [(path: String, body: JSONValue?)] = [
    ("", .object(["title": .string("Other")])), ("/status", .object(["status": .string("in_progress")])),
    ("/assignment", .object(["department": .string("roads")])), ("/withdraw", nil), ("/duplicates", nil),
  ]

  @Test("of two changes made of the same version one is made, and the other told of it", arguments: changes.indices)
  func api(index: Int) async throws {
    let town = try await Township()
    let (one, two) = (try await town.somebody(.agent), try await town.somebody(.manager))
    let (reference, _) = try await town.report()
    let (other, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)"
    let (call, body) = Self.changes[index]
    @Sendable func change(_ client: Client) async throws -> Int {
      let client = client.with("If-Match", "\"1\"")
      if call == "" { return try await client.patch(path, body!).status }
      return try await client.post(path + call, body ?? .object(call == "/duplicates" ? ["of": .string(other)] : [:]))
        .status
    }
    @Sendable func rival(_ client: Client) async throws -> Int {
      try await client.with("If-Match", "\"1\"").patch(path, .object(["priority": .string("urgent")])).status
    }
    async let first = change(one)
    async let second = rival(two)
    let answers = try await [first, second]
    #expect(answers.sorted() == [200, 412], "\(call) \(answers)")
    let now = try await one.get(path)
    #expect(now["version"]?.integer == 2, "nothing was overwritten")
    #expect((now["priority"]?.string == "urgent") == (answers[1] == 200))
  }

  @Test("of two forms sent at once from pages made at the same moment one is saved, and the other shown again")
  func pages() async throws {
    let town = try await Township()
    let (one, two) = (try await town.browser(.agent), try await town.browser(.manager))
    let (reference, _) = try await town.report()
    let path = "/staff/requests/\(reference)"
    let version = try version(try await one.get(path))
    @Sendable func send(_ browser: Browser, _ title: String) async throws -> Client.Answer {
      try await browser.post(
        path, [("action", "text"), ("title", title), ("description", ""), ("version", version), ("seen", "1")])
    }
    async let first = send(one, "From one")
    async let second = send(two, "From two")
    let answers = try await [first, second]
    #expect(answers.map(\.status).sorted() == [303, 412])
    let late = answers[0].status == 412 ? 0 : 1
    #expect(answers[late].text.contains("value=\"\(["From one", "From two"][late])\""), "what was entered is kept")
    #expect(answers[late].text.contains("<ul id=\"meanwhile\">"))
    let title = try await one.get("/api/v1/requests/\(reference)")["title"]?.string
    #expect(title == ["From two", "From one"][late])
  }

  @Test("a reporter who was slower than staff is shown how it stands, with what they entered")
  func reporter() async throws {
    let town = try await Township()
    let ann = try await town.browser(.citizen)
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report()
    _ = try await town.database.write(
      "UPDATE requests SET reporter_id = \(ann.client.personID) WHERE tenant_id = \(town.id)")
    let api = "/api/v1/requests/\(reference)"
    let edit = try version(try await ann.get("/requests/\(reference)/edit"))
    _ = try await agent.patch(api, .object(["priority": .string("high")]))
    let late = try await ann.post(
      "/requests/\(reference)/edit",
      [
        ("title", "Mine <now>"), ("description", "Dark"), ("category", "street-light"), ("address", ""),
        ("version", edit),
      ])
    #expect(late.status == 412 && late.text.contains("Mine &lt;now&gt;") && late.text.contains("error-summary"))
    #expect(try version(late) == "2")
    let withdrawal = try await ann.post("/requests/\(reference)/withdraw", [("version", edit)])
    #expect(withdrawal.status == 412 && withdrawal.text.contains("error-summary"))
    try await status("completed", reference, ["note": .string("Done")], by: agent)
    let page = try version(try await ann.get("/requests/\(reference)"))
    _ = try await agent.patch(api, .object(["priority": .string("low")]))
    let disputed = try await ann.post(
      "/requests/\(reference)",
      [("action", "confirm"), ("resolved", "false"), ("note", "Still dark"), ("version", page)])
    #expect(disputed.status == 412 && disputed.text.contains("Still dark"))
    #expect(try await agent.get(api)["status"]?.string == "completed")
  }

  /// A request that staff call done, with its reporter.
  private func completed() async throws -> (Township, agent: Client, reporter: Browser, reference: String) {
    let town = try await Township()
    let (agent, reporter) = (try await town.somebody(.agent), try await town.browser(.citizen))
    let (reference, _) = try await town.report(by: reporter.client.with("X-CSRF-Token", reporter.token))
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/status", .object(["status": .string("completed"), "note": .string("Done")]))
    return (town, agent, reporter, reference)
  }

  private func notes(_ reference: String, _ agent: Client) async throws -> [String] {
    try await agent.get("/api/v1/requests/\(reference)/comments").items.compactMap { $0["body"]?.string }
  }

  @Test(
    "of a dispute and a reopening at the same moment both go well or the dispute's words are kept", arguments: 0..<4)
  func disputedAndReopened(_ round: Int) async throws {
    let (_, agent, reporter, reference) = try await completed()
    let path = "/api/v1/requests/\(reference)"
    let reporting = reporter.client.with("X-CSRF-Token", reporter.token)
    async let dispute = reporting.post(
      path + "/confirm", .object(["resolved": .bool(false), "note": .string("Still dark \(round)")]))
    async let reopening = agent.post(
      path + "/status", .object(["status": .string("under_review"), "reason": .string("Not done")]))
    let (disputed, reopened) = try await (dispute, reopening)
    #expect([200, 422].contains(disputed.status) && [200, 422].contains(reopened.status))
    #expect([disputed.status, reopened.status].contains(200))
    if disputed.status == 422 { #expect(disputed.text.contains("kept as a message to staff")) }
    #expect(try await notes(reference, agent) == ["Still dark \(round)"], "once, whoever was faster")
    #expect(try await agent.get(path)["status"]?.string == "under_review")
  }

  @Test("what a reporter writes about a report that staff have reopened is kept once, as a message that staff see")
  func overtaken() async throws {
    let (town, agent, reporter, reference) = try await completed()
    let path = "/api/v1/requests/\(reference)"
    let version = try version(try await reporter.get("/requests/\(reference)"))
    _ = try await agent.post(path + "/status", .object(["status": .string("under_review"), "reason": .string("Hm")]))
    let form = [
      ("action", "confirm"), ("version", version), ("resolved", "false"), ("note", "Still <b>dark</b>"),
    ]
    for _ in 0..<2 {
      let sent = try await reporter.post("/requests/\(reference)", form)
      let location = try #require(sent.headers["Location"])
      #expect(sent.status == 303 && location.contains("done=kept"))
      let page = try await reporter.get(location).text
      #expect(page.contains("has been kept as a message") && page.contains("Still &lt;b&gt;dark&lt;/b&gt;"))
    }
    #expect(try await notes(reference, agent) == ["Still <b>dark</b>"])
    #expect(try await agent.get("/staff/requests/\(reference)").text.contains("Still &lt;b&gt;dark&lt;/b&gt;"))
    #expect(try await !town.anonymous.get(path + "/comments").text.contains("dark"), "it is between them")
    let kinds = try await agent.get(path + "/history").items.compactMap { $0["kind"]?.string }
    #expect(kinds.filter { $0 == "message" }.count == 1 && !kinds.contains("confirmation"))
    // A confirmation with a word: the same. Without one there is nothing to keep, and it is refused as before.
    let reporting = reporter.client.with("X-CSRF-Token", reporter.token)
    let thanks = try await reporting.post(
      path + "/confirm", .object(["resolved": .bool(true), "note": .string("Thank you")]))
    #expect(thanks.code == "transition_not_allowed" && thanks.text.contains("kept as a message to staff"))
    let bare = try await reporting.post(path + "/confirm", .object(["resolved": .bool(true)]))
    #expect(bare.code == "transition_not_allowed" && !bare.text.contains("kept"))
    #expect(try await notes(reference, agent).sorted() == ["Still <b>dark</b>", "Thank you"])
    // Somebody else keeps nothing there.
    let stranger = try await town.somebody(.citizen).post(
      path + "/confirm", .object(["resolved": .bool(false), "note": .string("Spam")]))
    #expect(stranger.status == 403)
    #expect(try await notes(reference, agent).count == 2)
  }

  @Test("while it is still completed, a form made before another change comes back with what was written in it")
  func stale() async throws {
    let (_, agent, reporter, reference) = try await completed()
    let version = try version(try await reporter.get("/requests/\(reference)"))
    _ = try await agent.patch("/api/v1/requests/\(reference)", .object(["priority": .string("urgent")]))
    let sent = try await reporter.post(
      "/requests/\(reference)",
      [("action", "confirm"), ("version", version), ("resolved", "false"), ("note", "Still dark")])
    #expect(sent.status == 412 && sent.text.contains("Still dark"))
    #expect(try await notes(reference, agent).isEmpty, "nothing is sent twice")
  }
}
