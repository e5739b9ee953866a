import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import QRCode
import Testing

@testable import Lamppost

/// A request as citizens see it, and what its reporter does there.
@Suite struct RequestPageTests {
  static let script = "<script>alert(1)</script>"

  /// Posts a page's form as the same caller.
  private func post(_ client: Client, _ path: String, _ fields: [(name: String, value: String)]) async throws
    -> Client.Answer
  {
    try await client.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, path, Array(Query(fields).encoded.utf8))
  }

  private func version(_ page: Client.Answer) throws -> String {
    String(try #require(page.text.firstMatch(of: /name="version" value="([0-9]+)"/)).1)
  }

  private func status(
    _ status: String, _ reference: String, _ words: [String: JSONValue] = [:], by staff: Client
  ) async throws {
    let answer = try await staff.post(
      "/api/v1/requests/\(reference)/status", .object(words.merging(["status": .string(status)]) { $1 }))
    try #require(answer.status == 200, "\(answer.text)")
  }

  @Test("everybody reads a public request: its state in plain words, its due date, and what staff said to all")
  func publicPage() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([("description", .string("Dark since Monday"))])
    let agent = try await town.somebody(.agent)
    for (body, visibility) in [("We come tomorrow", "public"), ("zugzwang", "internal"), ("only for you", "private")] {
      _ = try await agent.post(
        "/api/v1/requests/\(reference)/comments", .object(["body": .string(body), "visibility": .string(visibility)]))
    }
    let page = try await town.anonymous.get("/requests/\(reference)")
    #expect(page.status == 200)
    for words in [
      "Broken lamp", "Dark since Monday", "Received", "We aim to mend this by", "We come tomorrow", reference,
    ] {
      #expect(page.text.contains(words), "\(words)")
    }
    for words in ["zugzwang", "only for you", "id=\"thread\"", "id=\"changes\"", "noindex"] {
      #expect(!page.text.contains(words), "\(words)")
    }
    #expect(page.text.contains("property=\"og:title\" content=\"Broken lamp\""))
    // Whoever works there is shown what citizens see, and the way to what staff see.
    let staff = try await agent.get("/requests/\(reference)")
    #expect(!staff.text.contains("zugzwang") && staff.text.contains("/staff/requests/\(reference)"))
    #expect(!page.text.contains("/staff/"))
    let around = try #require(page.text.firstMatch(of: /href="(\/map\?[^"]+)"/)).1.replacing("&amp;", with: "&")
    #expect(around.contains("selected=\(reference)"))
    let map = try await town.anonymous.get(String(around))
    #expect(map.status == 200 && map.text.contains("Broken lamp"))
  }

  @Test("what is overdue is said to be")
  func overdue() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    _ = try await town.database.write(
      "UPDATE requests SET expected_by = now() - interval '3 days 1 hour' WHERE tenant_id = \(town.id)")
    let page = try await town.anonymous.get("/requests/\(reference)").text
    #expect(page.contains("3 days ago") && page.contains("It is overdue.") && page.contains("badge overdue"))
  }

  @Test("a removed request is gone, a private one is nothing to a stranger, and to staff it is at their page")
  func lookups() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let (hidden, _) = try await town.report([("category", .string("harassment"))])
    let agent = try await town.somebody(.agent)
    #expect(try await town.anonymous.get("/requests/\(hidden)").status == 404)
    #expect(try await town.anonymous.get("/requests/0000-0000").status == 404)
    #expect(try await agent.get("/requests/\(hidden)").headers["Location"] == "/staff/requests/\(hidden)")
    #expect(try await Township().anonymous.get("/requests/\(reference)").status == 404)
    _ = try await town.database.write("UPDATE requests SET visibility = 'removed' WHERE tenant_id = \(town.id)")
    #expect(try await town.anonymous.get("/requests/\(reference)").status == 410)
  }

  @Test("a script in any field shows as text to everybody")
  func scripts() async throws {
    let town = try await Township()
    let fields = ["title", "description", "address"].map { ($0, JSONValue.string("\($0) \(Self.script)\"'>")) }
    let (reference, code) = try await town.report(fields)
    let agent = try await town.somebody(.agent)
    for visibility in ["public", "private"] {
      _ = try await agent.post(
        "/api/v1/requests/\(reference)/comments",
        .object(["body": .string("said \(visibility) \(Self.script)"), "visibility": .string(visibility)]))
    }
    try await status("on_hold", reference, ["reason": .string("why \(Self.script)")], by: agent)
    let code1 = try #require(code)
    for path in ["/requests/\(reference)", "/track/\(code1)?sent=1&done=%3Cscript%3E", "/track/\(code1)/edit"] {
      let page = try await town.anonymous.get(path).text
      #expect(!page.contains("<script>alert"), "\(path)")
      #expect(page.contains("title &lt;script&gt;"), "\(path)")
    }
  }

  @Test("a tracking code opens its report in its own township, and no other code opens anything")
  func codes() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/track/\(try #require(code))"
    let page = try await town.anonymous.get(path)
    #expect(page.status == 200 && page.text.contains(reference) && page.text.contains("id=\"thread\""))
    #expect(
      page.text.contains("<meta name=\"robots\" content=\"noindex\">")
        && page.headers["Referrer-Policy"] == "no-referrer")
    #expect(page.headers["Cache-Control"]?.contains("no-store") == true)
    #expect(!page.text.contains("og:url"))
    #expect(try await Township().anonymous.get(path).status == 404)
    for wrong in ["x", "00000000000000000000000000", "%3Cscript%3E", String(repeating: "A", count: 5000)] {
      #expect(try await town.anonymous.get("/track/\(wrong)").status == 404)
      #expect(try await post(town.anonymous, "/track/\(wrong)", [("action", "message"), ("body", "x")]).status == 404)
    }
  }

  @Test("who has just reported reads the reference and the link to keep")
  func greeting() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/track/\(try #require(code))"
    let page = try await town.anonymous.get(path + "?sent=1").text
    #expect(page.contains("<strong class=\"reference\">\(reference)</strong>"))
    #expect(page.contains(">http://\(town.host)\(path)</a>"))
    let drawn = try #require(QRCode("http://\(town.host)\(path)")?.svgPath)
    #expect(page.contains("d=\"\(drawn)\""))
    #expect(!(try await town.anonymous.get(path).text.contains("class=\"reference\"")))
  }

  @Test("reporter and staff talk in private: an answer to the question that put it on hold")
  func thread() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/track/\(try #require(code))"
    let agent = try await town.somebody(.agent)
    try await status("on_hold", reference, ["reason": .string("Which pole?")], by: agent)
    let asked = try await town.anonymous.get(path).text
    #expect(asked.contains("id=\"question\"") && asked.contains("Which pole?") && asked.contains("Your answer"))
    let empty = try await post(town.anonymous, path, [("action", "message"), ("body", "  ")])
    #expect(empty.status == 422 && empty.text.contains("href=\"#field-body\""))
    let sent = try await post(town.anonymous, path, [("action", "message"), ("body", "The\r\nthird")])
    #expect(sent.status == 303 && sent.headers["Location"] == path + "?done=message")
    #expect(try await town.anonymous.get(path + "?done=message").text.contains("The\nthird"))
    #expect(!(try await town.anonymous.get("/requests/\(reference)").text.contains("third")))
    #expect(try await agent.get("/api/v1/requests/\(reference)/comments").items.last?["from"]?.string == "reporter")
    #expect(try await post(town.anonymous, path, [("action", "dance")]).status == 400)
    // The reference alone opens no thread.
    #expect(
      try await post(town.anonymous, "/requests/\(reference)", [("action", "message"), ("body", "x")]).status == 401)
  }

  @Test("a report is corrected within a quarter of an hour; afterwards one is told kindly, and to whom to write")
  func editing() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report([("description", .string("Old"))])
    let path = "/track/\(try #require(code))"
    #expect(try await town.anonymous.get(path).text.contains("\(path)/edit"))
    let form = try await town.anonymous.get(path + "/edit")
    #expect(form.status == 200 && form.text.contains("value=\"Broken lamp\""))
    #expect(form.text.contains("<option value=\"street-light\" selected>"))
    let seen = try version(form)
    let empty = try await post(
      town.anonymous, path + "/edit", [("version", seen), ("title", ""), ("description", "kept"), ("address", "")])
    #expect(empty.status == 422 && empty.text.contains("href=\"#field-title\"") && empty.text.contains("kept"))
    let fields = [("title", "Lamp 7"), ("description", ""), ("category", "pothole"), ("address", "Elm St")].map {
      (name: $0.0, value: $0.1)
    }
    let saved = try await post(town.anonymous, path + "/edit", [("version", seen)] + fields)
    #expect(saved.status == 303 && saved.headers["Location"] == path + "?done=edited")
    let page = try await town.anonymous.get("/requests/\(reference)").text
    #expect(page.contains("Lamp 7") && page.contains("Elm St") && page.contains("Pothole") && !page.contains("Old"))
    #expect(try await post(town.anonymous, path + "/edit", [("version", seen)] + fields).status == 412)
    _ = try await town.database.write(
      "UPDATE requests SET created_at = now() - interval '16 minutes' WHERE tenant_id = \(town.id)")
    let late = try await post(
      town.anonymous, path + "/edit", [("version", try version(form)), ("title", "Late")] + fields)
    #expect([412, 422].contains(late.status))
    for page in [try await town.anonymous.get(path + "/edit"), try await town.anonymous.get(path + "/withdraw")] {
      #expect(page.status == 200 && page.text.contains("15 minutes") && page.text.contains("\(path)#thread"))
    }
    #expect(!(try await town.anonymous.get(path).text.contains("\(path)/edit")))
  }

  @Test("withdrawing takes a second press, and is final")
  func withdrawing() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/track/\(try #require(code))"
    let form = try await town.anonymous.get(path + "/withdraw")
    #expect(try await town.anonymous.get("/requests/\(reference)").text.contains("Received"))
    #expect(try await post(town.anonymous, path + "/withdraw", []).status == 400)
    let done = try await post(town.anonymous, path + "/withdraw", [("version", try version(form))])
    #expect(done.status == 303)
    #expect(try await town.anonymous.get(path).text.contains("badge withdrawn"))
    #expect(try await town.anonymous.get(path + "/edit").text.contains("The report has come to its end."))
  }

  @Test("the reporter confirms what is done, or disputes it and staff look again; nobody else does either")
  func confirming() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let citizen = try await town.somebody(.citizen)
    for resolved in [true, false] {
      let (reference, code) = try await town.report()
      let path = "/api/v1/requests/\(reference)/confirm"
      let reporter = town.holder(of: try #require(code))
      let body = JSONValue.object(["resolved": .bool(resolved), "note": .string("Still dark")])
      #expect(try await reporter.post(path, body).code == "transition_not_allowed")
      try await status("completed", reference, ["note": .string("New bulb")], by: agent)
      #expect(try await town.anonymous.post(path, body).status == 401)
      #expect(try await citizen.post(path, body).status == 403)
      #expect(try await agent.post(path, body).status == 403)
      #expect(try await reporter.post(path).fields == ["resolved": "required"])
      #expect(try await reporter.with("If-Match", "\"1\"").post(path, body).status == 412)
      let answer = try await reporter.post(path, body)
      #expect(answer.status == 200 && answer["status"]?.string == (resolved ? "closed" : "under_review"))
      #expect((answer["closed_at"]?.string != nil) == resolved)
      #expect(try await reporter.post(path, body).code == "transition_not_allowed")
      let history = try await town.anonymous.get("/api/v1/requests/\(reference)/history")
      #expect(history.items.last?["kind"]?.string == "confirmation" && !history.text.contains("Still dark"))
      #expect(
        try await agent.get("/api/v1/requests/\(reference)/comments").items.last?["visibility"]?.string == "private")
    }
  }

  @Test("the buttons of the page say whether it is mended")
  func buttons() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, code) = try await town.report()
    let path = "/track/\(try #require(code))"
    try await status("completed", reference, ["note": .string("New bulb")], by: agent)
    let page = try await town.anonymous.get(path)
    #expect(page.text.contains("Yes, it is mended") && page.text.contains("No, it is not"))
    #expect(!(try await town.anonymous.get("/requests/\(reference)").text.contains("Yes, it is mended")))
    let fields = [("action", "confirm"), ("version", try version(page))].map { (name: $0.0, value: $0.1) }
    let no = try await post(town.anonymous, path, fields + [("resolved", "false"), ("note", "Dark again")])
    #expect(no.headers["Location"] == path + "?done=disputed")
    let after = try await town.anonymous.get(path).text
    #expect(after.contains("Dark again") && after.contains("Being looked at"))
    #expect(try await post(town.anonymous, path, fields + [("resolved", "true")]).status == 412)
  }

  @Test("somebody with an account has the same at the request's own address, and only for their own")
  func account() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let other = try await town.somebody(.citizen)
    let (reference, _) = try await town.report(by: citizen)
    let path = "/requests/\(reference)"
    let page = try await citizen.get(path)
    #expect(page.text.contains("id=\"thread\"") && page.text.contains("\(path)/edit"))
    #expect(!(try await other.get(path).text.contains("id=\"thread\"")))
    #expect(try await post(other, path, [("action", "message"), ("body", "x")]).status == 403)
    #expect(try await other.get(path + "/edit").status == 403)
    #expect(try await post(other, path + "/withdraw", [("version", "1")]).status == 403)
    #expect(try await post(citizen, path, [("action", "message"), ("body", "hello")]).status == 303)
    #expect(try await citizen.get(path).text.contains("hello"))
    #expect(try await town.anonymous.get(path + "/edit").headers["Location"]?.hasPrefix("/sign-in") == true)
  }

  @Test("the reporter is told of each file; strangers see only pictures that are clean and public")
  func files() async throws {
    let town = try await Township()
    let answer = try await town.anonymous.upload(
      "/api/v1/requests",
      fields: [("request", #"{"title":"Lamp","category":"harassment","location":null}"#)],
      files: [
        ("files", "a.jpg", Samples.eicar), ("files", "b.png", try Samples.photo()), ("files", "c.txt", Array("x".utf8)),
      ])
    let path = "/track/\(try #require(answer["tracking_code"]?.string))"
    let waiting = try await town.anonymous.get(path).text
    #expect(waiting.contains("data-scanning") && waiting.contains("Being checked for viruses"))
    try await town.runJobs()
    let judged = try await town.anonymous.get(path).text
    #expect(judged.contains("A virus was found") && !judged.contains("Eicar") && !judged.contains("data-scanning"))
    #expect(judged.contains("This file could not be accepted. Only JPEG"))
    let picture = String(try #require(judged.firstMatch(of: /src="(\/track\/[^"]+\/thumbnail)"/)).1)
    #expect(try await town.anonymous.get(picture).headers["Content-Type"]?.hasPrefix("image/") == true)
    #expect(try await Township().anonymous.get(picture).status == 404)
    let (_, otherCode) = try await town.report()
    let code = try #require(answer["tracking_code"]?.string)
    #expect(try await town.anonymous.get(picture.replacing(code, with: try #require(otherCode))).status == 404)
  }

  @Test("the reporter adds a file by the page; another form cannot bring one along")
  func attaching() async throws {
    let town = try await Township()
    let (_, code) = try await town.report()
    let path = "/track/\(try #require(code))"
    let files = [(part: "file", name: "a.jpg", bytes: Samples.eicar)]
    let none = try await town.anonymous.upload(path, fields: [("action", "attach")], files: [("file", "", [])])
    #expect(none.status == 422 && none.text.contains("href=\"#field-file\""))
    let two = try await town.anonymous.upload(path, fields: [("action", "attach")], files: files + files)
    #expect(two.status == 413)
    let message = try await town.anonymous.upload(path, fields: [("action", "message"), ("body", "x")], files: files)
    #expect(message.status == 303)
    #expect(!(try await town.anonymous.get(path).text.contains("id=\"files\"")))
    let sent = try await town.anonymous.upload(path, fields: [("action", "attach")], files: files)
    #expect(sent.status == 303 && sent.headers["Location"] == path + "?done=attached")
    #expect(try await town.anonymous.get(path).text.contains("Being checked for viruses"))
    try await town.runJobs()
    #expect(try await town.anonymous.get(path).text.contains("A virus was found"))
  }

  @Test("who has the same problem says so by a button, once, and can take it back")
  func support() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/requests/\(reference)"
    #expect(try await town.anonymous.get(path).text.contains("Same problem</button>"))
    let said = try await post(town.anonymous, path + "/support", [])
    #expect(said.status == 303 && said.headers["Location"] == path + "?supported=1")
    let cookie = try #require(said.headers["Set-Cookie"]?.prefix { $0 != ";" })
    let supporter = town.anonymous.with("Cookie", String(cookie))
    let page = try await supporter.get(path + "?supported=1").text
    #expect(page.contains("1 other person has this problem too.") && page.contains("Take it back"))
    #expect(page.contains("Thank you. Staff see"))
    #expect(!(try await town.anonymous.get(path + "?supported=1").text.contains("Take it back")))
    let reporters = try await town.anonymous.get("/track/\(try #require(code))").text
    #expect(reporters.contains("1 other person") && !reporters.contains("Same problem</button>"))
    #expect(try await post(supporter, path + "/support", [("take_back", "true")]).status == 303)
    #expect(!(try await town.anonymous.get(path).text.contains("other person")))
  }

  @Test("a report is found again by its reference, its code, or the whole link that was copied")
  func finding() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let (hidden, _) = try await town.report([("category", .string("harassment"))])
    let code1 = try #require(code)
    #expect(try await town.anonymous.get("/").text.contains("href=\"/find\""))
    let page = try await town.anonymous.get("/find")
    #expect(page.status == 200 && page.text.contains("href=\"\(Paths.lostLink())\""))
    #expect(try await town.anonymous.get(Paths.lostLink()).status == 200)
    for (typed, found) in [
      (reference, "/requests/\(reference)"),
      (reference.lowercased().replacing("-", with: " "), "/requests/\(reference)"),
      (code1, "/track/\(code1)"), ("https://x.test/track/\(code1)?sent=1", "/track/\(code1)"),
    ] {
      let answer = try await post(town.anonymous, "/find", [("code", typed)])
      #expect(answer.status == 303 && answer.headers["Location"] == found, "\(typed)")
    }
    for typed in ["", "nothing", hidden, "0000-0000", Self.script, "/", String(repeating: "x", count: 9999)] {
      let answer = try await post(town.anonymous, "/find", [("code", typed)])
      #expect(answer.status == 422 && answer.text.contains("href=\"#field-code\""), "\(typed)")
      #expect(!answer.text.contains("<script>alert"))
    }
    #expect(try await post(Township().anonymous, "/find", [("code", code1)]).status == 422)
  }

  @Test("where staff decide what becomes public, the reporter is told")
  func publication() async throws {
    let town = try await Township()
    _ = try await town.database.write("UPDATE tenants SET publishes_at_once = false WHERE id = \(town.id)")
    let (reference, code) = try await town.report()
    #expect(try await town.anonymous.get("/requests/\(reference)").status == 404)
    let page = try await town.anonymous.get("/track/\(try #require(code))").text
    #expect(page.contains("Staff look at each report before it becomes public."))
    let (_, secret) = try await town.report([("category", .string("harassment"))])
    #expect(try await town.anonymous.get("/track/\(try #require(secret))").text.contains("Only you and staff"))
  }
}
