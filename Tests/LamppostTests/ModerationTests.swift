import Civic
import FoundationEssentials
import Glibc
import HTTPServer
import JSON
import Testing

@testable import Lamppost

@Suite struct ModerationTests {
  /// A public request with a public update and a clean public photo.
  private func arranged() async throws -> (town: Township, reference: String, comment: Int, photo: String) {
    let town = try await Township()
    let answer = try await town.anonymous.upload(
      "/api/v1/requests",
      fields: [
        (
          "request",
          #"{"title":"Loud neighbour","description":"Zugzwang","category":"pothole","location":{"latitude":42.36,"longitude":-71.06}}"#
        )
      ], files: [("files", "a.jpg", try Samples.photo())])
    let reference = try #require(answer["reference"]?.string, "\(answer.text)")
    let photo = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    let agent = try await town.somebody(.agent)
    let said = try await agent.post(
      "/api/v1/requests/\(reference)/comments",
      .object(["body": .string("The xylophone at number 12"), "visibility": .string("public")]))
    try await town.runJobs()
    return (town, reference, try #require(said["id"]?.integer), photo)
  }

  @Test("anybody points something out without an account; staff read it, hide the thing and show it again")
  func flagged() async throws {
    let (town, reference, comment, photo) = try await arranged()
    let path = "/api/v1/requests/\(reference)"
    for body: [String: JSONValue] in [
      ["reason": .string("personal"), "text": .string("That is my <b>name</b>")],
      ["reason": .string("offensive"), "comment": .integer(comment)],
      ["reason": .string("personal"), "attachment": .string(photo)],
      ["reason": .string("spam"), "attachment": .string(photo)],
    ] {
      let answer = try await town.anonymous.post(path + "/abuse", .object(body))
      #expect(answer.status == 202 && answer["received"]?.bool == true, "\(answer.text)")
    }
    let agent = try await town.somebody(.agent)
    let items = try await agent.get("/api/v1/moderation").items
    #expect(items.map { $0["reason"]?.string } == ["personal", "offensive", "personal", "spam"])
    #expect(items[1]["excerpt"]?.string == "The xylophone at number 12" && items[2]["count"]?.integer == 2)
    let page = try await town.browser(.agent).get("/staff/moderation")
    #expect(page.text.contains("That is my &lt;b&gt;name&lt;/b&gt;") && page.text.contains("Moderation (3)"))
    // The photo and the update leave the public; the request stays.
    for index in [1, 2] {
      let id = try #require(items[index]["id"]?.string)
      let bare = try await agent.post("/api/v1/moderation/\(id)", .object(["decision": .string("hide")]))
      #expect(bare.fields == ["note": "required"])
      let decided = try await agent.post(
        "/api/v1/moderation/\(id)", .object(["decision": .string("hide"), "note": .string("tells a name")]))
      #expect(decided.status == 200, "\(decided.text)")
      let again = try await agent.post(
        "/api/v1/moderation/\(id)", .object(["decision": .string("hide"), "note": .string("x")]))
      #expect(again.status == 409)
    }
    #expect(try await agent.get("/api/v1/moderation").items.count == 1, "both of the photo are decided by one")
    let seen = try await town.anonymous.get(path)
    #expect(seen["attachments"]?.array?.isEmpty == true)
    #expect(try await town.anonymous.get("/api/v1/attachments/\(photo)/content").status == 404)
    #expect(try await town.anonymous.get("/api/v1/attachments/\(photo)/thumbnail").status == 404)
    #expect(try await town.anonymous.get(path + "/comments").items.isEmpty)
    #expect(try await town.anonymous.get("/api/v1/requests?q=xylophone").items.isEmpty)
    #expect(try await !town.anonymous.get("/requests/\(reference)").text.contains("xylophone"))
    #expect(try await agent.get("/api/v1/requests?q=xylophone").items.count == 1, "staff still find it")
    #expect(try await agent.get(path + "/history").text.contains("tells a name"))
    #expect(try await !town.anonymous.get(path + "/history").text.contains("tells a name"))
    // And back, from the page.
    let browser = try await town.browser(.agent)
    for field in [("comment", "\(comment)"), ("attachment", photo)] {
      let shown = try await browser.post(
        "/staff/moderation", [("action", "unhide"), ("reference", reference), (name: field.0, value: field.1)])
      #expect(shown.status == 303, "\(shown.text)")
    }
    #expect(try await town.anonymous.get("/api/v1/attachments/\(photo)/content").status == 200)
    #expect(try await town.anonymous.get("/api/v1/requests?q=xylophone").items.count == 1)
  }

  @Test("a hidden request leaves every public list, and comes back; a removed one is gone for everybody")
  func wholeRequest() async throws {
    let (town, reference, _, photo) = try await arranged()
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    let moderation = path + "/moderation"
    func act(_ action: String, by client: Client) async throws -> Client.Answer {
      try await client.post(moderation, .object(["action": .string(action), "reason": .string("insult")]))
    }
    _ = try await town.anonymous.post(path + "/abuse", .object(["reason": .string("offensive")]))
    #expect(try await act("hide", by: agent).status == 200)
    #expect(try await agent.get("/api/v1/moderation").items.isEmpty, "hiding decides what was pointed out")
    for target in [path, "/requests/\(reference)", "/api/v1/attachments/\(photo)/content", path + "/comments"] {
      #expect(try await town.anonymous.get(target).status == 404, "\(target)")
    }
    for target in ["/api/v1/requests", "/api/v1/requests?q=zugzwang", "/map/list"] {
      #expect(try await !town.anonymous.get(target).text.contains(reference), "\(target)")
    }
    #expect(try await act("hide", by: agent).code == "transition_not_allowed")
    #expect(try await act("unhide", by: agent).status == 200)
    #expect(try await town.anonymous.get(path).status == 200)
    #expect(try await act("remove", by: agent).status == 403)
    #expect(try await act("remove", by: town.somebody(.manager)).status == 200)
    #expect(try await town.anonymous.get(path).status == 410)
    #expect(try await agent.get(path).status == 410)
  }

  @Test("what is removed for good is destroyed: a comment's words, a file's bytes")
  func removed() async throws {
    let (town, reference, comment, photo) = try await arranged()
    let manager = try await town.somebody(.manager)
    let path = "/api/v1/requests/\(reference)"
    for thing: [String: JSONValue] in [["comment": .integer(comment)], ["attachment": .string(photo)]] {
      let answer = try await manager.post(
        path + "/moderation",
        .object(thing.merging(["action": .string("remove"), "reason": .string("a face")]) { $1 }))
      #expect(answer.status == 200, "\(answer.text)")
    }
    try await town.runJobs()
    #expect(try await manager.get("/api/v1/attachments/\(photo)/content").status == 410)
    let store = town.installation.application.store
    let id = try #require(AttachmentID(pathComponent: photo))
    for path in [store.path(id, tenant: town.id), store.thumbnailPath(id, tenant: town.id)] {
      #expect(access(path, F_OK) != 0)
    }
    #expect(try await !manager.get(path + "/comments").text.contains("xylophone"))
    #expect(try await manager.get("/api/v1/requests?q=xylophone").items.isEmpty)
    // A second run of the job finds nothing to do.
    _ = try await town.database.write(
      "INSERT INTO jobs (tenant_id, kind, subject) VALUES (\(town.id), 'delete_files', \(photo))")
    try await town.runJobs()
    #expect(try await town.database.read("SELECT 1 FROM jobs WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("what the public does not see cannot be pointed out, and is not told of")
  func unseen() async throws {
    let (town, reference, _, _) = try await arranged()
    let agent = try await town.somebody(.agent)
    let path = "/api/v1/requests/\(reference)"
    let secret = try await agent.post(
      path + "/comments", .object(["body": .string("inner"), "visibility": .string("internal")]))
    let (hidden, _) = try await town.report([("category", .string("harassment"))])
    let reason = JSONValue.string("spam")
    let unseen = try await town.anonymous.post(
      path + "/abuse", .object(["reason": reason, "comment": .integer(secret["id"]!.integer!)]))
    #expect(unseen.fields == ["comment": "unknown_option"], "as one that never was")
    #expect(
      try await town.anonymous.post("/api/v1/requests/\(hidden)/abuse", .object(["reason": reason])).status == 404)
    #expect(try await town.anonymous.get("/requests/\(hidden)/abuse").status == 404)
    let elsewhere = try await Township()
    #expect(try await elsewhere.anonymous.post(path + "/abuse", .object(["reason": reason])).status == 404)
    let wrong = try await town.anonymous.post(
      path + "/abuse", .object(["reason": .string("ugly"), "attachment": .string("x")]))
    #expect(wrong.fields == ["reason": "unknown_option", "attachment": "invalid_format"])
    for _ in 0..<25 { _ = try await town.anonymous.post(path + "/abuse", .object(["reason": reason])) }
    #expect(try await agent.get("/api/v1/moderation").items.count == 20, "a flood does not bury the queue")
    let crew = try await town.somebody(.crew)
    #expect(try await crew.get("/api/v1/moderation").status == 403)
    #expect(try await !town.browser(.crew).get("/staff").text.contains("/staff/moderation"))
  }

  @Test("the pages: pointing out, its mistakes, and leaving a thing as it is")
  func pages() async throws {
    let (town, reference, comment, photo) = try await arranged()
    let seen = try await town.anonymous.get("/requests/\(reference)").text
    for link in ["abuse?comment=\(comment)", "abuse?attachment=\(photo)", "/requests/\(reference)/abuse\""] {
      #expect(seen.contains(link), "\(link)")
    }
    let form = town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
    let path = "/requests/\(reference)/abuse"
    let wrong = try await form.send(
      .post, path, Array(Query([("text", "Why <not>"), ("comment", "\(comment)")]).encoded.utf8))
    #expect(wrong.status == 422 && wrong.text.contains("#field-reason") && wrong.text.contains("Why &lt;not&gt;"))
    #expect(wrong.text.contains("name=\"comment\" value=\"\(comment)\""))
    let sent = try await form.send(
      .post, path, Array(Query([("reason", "wrong"), ("comment", "\(comment)"), ("attachment", "")]).encoded.utf8))
    #expect(sent.status == 303 && sent.headers["Location"] == "/requests/\(reference)?done=flagged", "\(sent.text)")
    let agent = try await town.browser(.agent)
    let item = try #require(try await agent.client.get("/api/v1/moderation").items.first)
    let id = try #require(item["id"]?.string)
    let bare = try await agent.post("/staff/moderation", [("id", id), ("decision", "hide")])
    #expect(bare.status == 422 && bare.text.contains("Say why."))
    #expect(try await agent.post("/staff/moderation", [("id", id), ("decision", "dismiss")]).status == 303)
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)/comments").items.count == 1)
    #expect(try await agent.get("/staff/moderation").text.contains("Left as it is"))
    #expect(try await agent.post("/staff/moderation", [("id", id), ("decision", "dismiss")]).status == 409)
  }

  @Test("what tells of people is pointed out before it is sent, once, and never refused")
  func pointedOut() async throws {
    let town = try await Township()
    let checked = try await town.anonymous.post(
      "/api/v1/requests/check",
      .object(["title": .string("Car ABC 1234"), "description": .string("Call 617-555-0199, at <a@b.com>")]))
    #expect(
      checked["warnings"]?.array?.map { "\($0["field"]!.string!) \($0["kind"]!.string!) \($0["text"]!.string!)" }
        == ["title plate ABC 1234", "description telephone 617-555-0199", "description email a@b.com"])
    let (_, code) = try await town.report([("title", .string("Call 617-555-0199"))])
    #expect(code != nil, "a program may send it")
    let form = town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
    var fields = [
      ("title", "Call 617-555-0199 <now>"), ("category", "pothole"), ("unknown_place", "true"), ("who", "anonymous"),
      ("action", "send"), ("idempotency_key", "0123456789abcdef0123"),
    ]
    let asked = try await form.send(.post, "/report", Array(Query(fields.map { ($0.0, $0.1) }).encoded.utf8))
    #expect(asked.status == 200 && asked.text.contains("id=\"asked-back\""), "\(asked.text)")
    #expect(asked.text.contains("<strong>617-555-0199</strong>") && asked.text.contains("name=\"details_seen\""))
    #expect(asked.text.contains("Call 617-555-0199 &lt;now&gt;"), "nothing that was entered is lost")
    fields.append(("details_seen", "true"))
    let sent = try await form.send(.post, "/report", Array(Query(fields.map { ($0.0, $0.1) }).encoded.utf8))
    #expect(sent.status == 303 && sent.headers["Location"]?.hasPrefix("/track/") == true, "\(sent.text)")
  }

  @Test("what was private, or never published, is not published by being hidden and shown again; the history says so")
  func shownAgain() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    for visibility in ["private", "hidden", "public"] {
      let (reference, _) = try await town.report()
      let path = "/api/v1/requests/\(reference)"
      // As a report that waits for staff begins: no row of the history hid it.
      _ = try await town.database.write(
        """
        UPDATE requests SET visibility = \(visibility)
         WHERE tenant_id = \(town.id) AND reference = \(Reference(reference)!.stored)
        """)
      for action in ["hide", "unhide"] where visibility != "hidden" || action == "unhide" {
        let answer = try await agent.post(
          path + "/moderation", .object(["action": .string(action), "reason": .string("a look")]))
        #expect(answer.status == 200, "\(answer.text)")
      }
      let expected = visibility == "public" ? "public" : "private"
      #expect(try await agent.get(path)["visibility"]?.string == expected)
      #expect(try await town.anonymous.get(path).status == (expected == "public" ? 200 : 404))
      let row = try #require(try await agent.get(path + "/history").items.last)
      #expect(row["after"]?.string == "{\"visibility\":\"\(expected)\"}", "\(row)")
    }
  }
}
