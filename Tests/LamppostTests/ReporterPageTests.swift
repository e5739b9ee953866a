import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// What its reporter does on a request's page, by the code or by their account.
@Suite struct ReporterPageTests: PageCalling {
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
    #expect(
      try await post(town.anonymous, path, fields + [("resolved", "true")]).status == 422,
      "nothing is to be confirmed any more")
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
}
