import Civic
import FoundationEssentials
import Glibc
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

@Suite struct RedactionTests {
  /// A public request that names somebody everywhere, with a clean public photo.
  private func arranged() async throws -> (town: Township, reference: String, photo: String) {
    let town = try await Township()
    let answer = try await town.anonymous.with("Idempotency-Key", "redact-\(town.id)").upload(
      "/api/v1/requests",
      fields: [
        (
          "request",
          #"{"title":"Mr Quillfeather again","description":"quillfeather did it at night","address":"Quillfeather House","category":"pothole","location":{"latitude":42.36,"longitude":-71.06}}"#
        )
      ], files: [("files", "a.jpg", try Samples.photo())])
    let reference = try #require(answer["reference"]?.string, "\(answer.text)")
    let photo = try #require(answer["attachments"]?.array?.first?["id"]?.string)
    let agent = try await town.somebody(.agent)
    let path = "/api/v1/requests/\(reference)"
    for (body, visibility) in [("We spoke to Quillfeather.", "public"), ("QUILLFEATHER is angry", "internal")] {
      _ = try await agent.post(
        path + "/comments", .object(["body": .string(body), "visibility": .string(visibility)]))
    }
    _ = try await agent.patch(path, .object(["title": .string("Mr Quillfeather once more")]))
    _ = try await agent.post(
      path + "/status", .object(["status": .string("rejected"), "reason": .string("Quillfeather moved out")]))
    try await town.runJobs()
    return (town, reference, photo)
  }

  private func words(_ original: String, _ words: [String] = ["Quillfeather"]) -> JSONValue {
    .object([
      "words": .array(words.map(JSONValue.string)), "original": .string(original), "reason": .string("a name"),
    ])
  }

  @Test("blackened words are gone from every answer, the search, the history and what is kept for a repeated call")
  func everywhere() async throws {
    let (town, reference, _) = try await arranged()
    let path = "/api/v1/requests/\(reference)"
    let agent = try await town.somebody(.agent)
    let changed = try await agent.post(path + "/redaction", words("seal"))
    #expect(changed.status == 200 && changed["title"]?.string == "Mr [redacted] once more", "\(changed.text)")
    #expect(changed["address"]?.string == "[redacted] House")
    for client in [town.anonymous, agent, try await town.somebody(.viewer)] {
      for target in [
        path, path + "/comments", path + "/history", "/requests/\(reference)", "/api/v1/requests",
        "/api/v1/map?bbox=-71.1,42.3,-71,42.4&zoom=12", "/map/list",
      ] {
        #expect(try await !client.get(target).text.lowercased().contains("quillfeather"), "\(target)")
      }
      #expect(try await client.get("/api/v1/requests?q=quillfeather").items.isEmpty)
    }
    let left = try await town.database.read(
      """
      SELECT 1 FROM requests r WHERE r.tenant_id = \(town.id) AND to_jsonb(r)::text ILIKE '%quillfeather%'
      UNION ALL SELECT 1 FROM comments WHERE tenant_id = \(town.id) AND body ILIKE '%quillfeather%'
      UNION ALL SELECT 1 FROM request_events e WHERE tenant_id = \(town.id) AND to_jsonb(e)::text ILIKE '%quillfeather%'
      UNION ALL SELECT 1 FROM idempotency_keys WHERE tenant_id = \(town.id) AND response ILIKE '%quillfeather%'
      """)
    #expect(left.isEmpty)
    let chain = try await town.database.read(
      """
      SELECT count(*) FROM request_events e LEFT JOIN request_events p
          ON p.tenant_id = e.tenant_id AND p.request_id = e.request_id AND p.sequence = e.sequence - 1
       WHERE e.tenant_id = \(town.id) AND (e.hash <> request_event_hash(e) OR e.previous IS DISTINCT FROM p.hash)
      """
    ).first?.get(0, as: Int.self)
    #expect(chain == 0, "the chain is whole")
    // The sealed originals are for managers, who may destroy them.
    #expect(try await agent.get(path + "/sealed").status == 403)
    let manager = try await town.somebody(.manager)
    let sealed = try await manager.get(path + "/sealed")
    #expect(
      sealed["texts"]?.array?.map { $0["original"]?.string }
        == [
          "Mr Quillfeather once more", "quillfeather did it at night", "Quillfeather House",
          "We spoke to Quillfeather.",
          "QUILLFEATHER is angry", "Mr Quillfeather again", "Mr Quillfeather once more", "Quillfeather moved out",
        ], "\(sealed.text)")
    #expect(sealed["texts"]?.array?.suffix(3).allSatisfy { $0["field"]?.string?.hasPrefix("history ") == true } == true)
    // The rest of each row can still be read.
    let history = try await agent.get(path + "/history").items
    #expect(history.contains { $0["note"]?.string == "[redacted] moved out" }, "\(history)")
    #expect(
      history.contains {
        $0["before"]?.string == #"{"title":"Mr [redacted] again"}"#
          && $0["after"]?.string == #"{"title":"Mr [redacted] once more"}"#
      }, "\(history)")
    #expect(try await VerifyHistory(database: town.installation.admin)(tenantID: town.id).damages == [])
    #expect(try await manager.delete(path + "/sealed").status == 204)
    #expect(try await manager.get(path + "/sealed")["texts"]?.array?.isEmpty == true)
  }

  @Test("answers to the category's questions lose the words, too, and words of ours in the history stay what they are")
  func answers() async throws {
    let town = try await Township()
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report([
      ("attributes", .object(["pole": .string("Quill"), "lamps": .integer(3)])), ("title", .string("A high pole")),
    ])
    let path = "/api/v1/requests/\(reference)"
    let edited = try await agent.patch(
      path, .object(["priority": .string("high"), "title": .string(#"A "high" \% pole"#)]))
    #expect(edited.status == 200, "\(edited.text)")
    let changed = try await agent.post(path + "/redaction", words("seal", ["quill", "high", #""_"#]))
    #expect(changed["attributes"]?["pole"]?.string == "[redacted]", "\(changed.text)")
    #expect(changed["attributes"]?["lamps"]?.integer == 3 && changed["priority"]?.string == "high")
    let row = try #require(try await agent.get(path + "/history").items.first { $0["kind"]?.string == "edited" })
    #expect(row["before"]?.string == #"{"title":"A [redacted] pole","priority":"medium"}"#, "\(row)")
    #expect(row["after"]?.string == #"{"title":"A \"[redacted]\" \\% pole","priority":"high"}"#, "\(row)")
    let sealed = try await town.somebody(.manager).get(path + "/sealed")["texts"]?.array ?? []
    #expect(sealed.contains { $0["field"]?.string == "answer pole" && $0["original"]?.string == "Quill" }, "\(sealed)")
    #expect(
      try await town.browser(.manager).get("/staff/requests/\(reference)/redact?sealed=show").text.contains("Answer"))
  }

  @Test("the database lets nobody write history anew by way of blackening it")
  func forged() async throws {
    let town = try await Township()
    try await town.report()
    let database = town.installation.application.database.tenant(town.id)
    let id: Int = try await town.database.read("SELECT id FROM requests WHERE tenant_id = \(town.id)").first!.get(0)
    _ = try await database.write(
      RequestEvent(requestID: id, actorID: nil, kind: .message, visibility: .private, note: "50% of us_all").insertion)
    for note in ["60% of us_all", "50% of usXall", "[redacted] more", "", "%"] {
      let change = #"[{"sequence": 2, "note": "\#(note)"}]"#
      await #expect(throws: DatabaseError.self, "\(note)") {
        try await database.write("SELECT redact_request_history(\(id), \(change)::jsonb, NULL)")
      }
    }
    let change = #"[{"sequence": 2, "note": "50% of [redacted]"}]"#
    _ = try await database.write("SELECT redact_request_history(\(id), \(change)::jsonb, NULL)")
    let note: String? = try await database.read("SELECT note FROM request_events WHERE sequence = 2").first?.get(0)
    #expect(note == "50% of [redacted]")
  }

  @Test("what is to be destroyed is kept nowhere; only those who may destroy do so")
  func destroyed() async throws {
    let (town, reference, _) = try await arranged()
    let path = "/api/v1/requests/\(reference)/redaction"
    #expect(try await town.somebody(.agent).post(path, words("destroy")).status == 403)
    #expect(try await town.somebody(.crew).post(path, words("seal")).status == 403)
    #expect(try await town.anonymous.post(path, words("seal")).status == 401)
    let manager = try await town.somebody(.manager)
    #expect(try await manager.post(path, words("destroy")).status == 200)
    #expect(try await town.database.read("SELECT 1 FROM sealed_texts WHERE tenant_id = \(town.id)").isEmpty)
    #expect(try await manager.post(path, words("destroy")).fields == ["words": "unknown_option"])
    let wrong = try await manager.post(
      path, .object(["words": .array([]), "original": .string("burn"), "reason": .string(" ")]))
    #expect(wrong.fields == ["words": "required", "original": "unknown_option", "reason": "required"])
  }

  private func region(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> JSONValue {
    .object(["x": .integer(x), "y": .integer(y), "width": .integer(width), "height": .integer(height)])
  }

  @Test("a photo that came with a merge and was blackened since goes back with the merge, both of it")
  func mergedPhoto() async throws {
    let (town, reference, photo) = try await arranged()
    let agent = try await town.somebody(.agent)
    let survivor = try await town.report().reference
    _ = try await agent.post(
      "/api/v1/requests/\(reference)/status", .object(["status": .string("under_review")]))
    let merged = try await agent.post(
      "/api/v1/requests/\(reference)/duplicates", .object(["of": .string(survivor)]))
    #expect(merged.status == 200, "\(merged.text)")
    let sent = try await agent.post(
      "/api/v1/attachments/\(photo)/redaction",
      .object([
        "regions": .array([region(0, 0, 10, 10)]), "original": .string("seal"), "reason": .string("a face"),
      ]))
    let new = try #require(sent["id"]?.string, "\(sent.text)")
    try await town.runJobs()
    func photos(_ reference: String) async throws -> [String] {
      try await town.anonymous.get("/api/v1/requests/\(reference)")["attachments"]?.array?
        .compactMap { $0["id"]?.string } ?? []
    }
    #expect(try await photos(survivor) == [new])
    #expect(try await agent.delete("/api/v1/requests/\(reference)/duplicates").status < 300)
    #expect(try await photos(survivor).isEmpty)
    #expect(try await photos(reference) == [new])
  }

  @Test("a photo with a part blackened is a new file in the old one's place; the old one is sealed at once")
  func photo() async throws {
    let (town, reference, photo) = try await arranged()
    let agent = try await town.somebody(.agent)
    let old = try await agent.get("/api/v1/attachments/\(photo)")
    let (width, height) = (try #require(old["width"]?.integer), try #require(old["height"]?.integer))
    let before = try await town.anonymous.get("/api/v1/attachments/\(photo)/content").bytes
    let sent = try await agent.post(
      "/api/v1/attachments/\(photo)/redaction",
      .object([
        "regions": .array([region(0, 0, width / 2, 1_000), region(width - 1, height - 1, 1, 1)]),
        "original": .string("seal"), "reason": .string("a face"),
      ]))
    #expect(sent.status == 202, "\(sent.text)")
    let new = try #require(sent["id"]?.string)
    #expect(new != photo)
    // Before the new one is made there is none, rather than the old one.
    for target in ["content", "thumbnail"] {
      #expect(try await town.anonymous.get("/api/v1/attachments/\(photo)/\(target)").status == 404)
      #expect(try await agent.get("/api/v1/attachments/\(photo)/\(target)").status == 404)
    }
    try await town.runJobs()
    let content = try await town.anonymous.get("/api/v1/attachments/\(new)/content")
    #expect(content.status == 200 && content.bytes != before)
    let seen = try await town.anonymous.get("/api/v1/requests/\(reference)")["attachments"]?.array ?? []
    #expect(seen.map { $0["id"]?.string } == [new])
    #expect(seen.first?["width"]?.integer == width && seen.first?["height"]?.integer == height)
    let manager = try await town.somebody(.manager)
    #expect(try await manager.get("/api/v1/attachments/\(photo)/content").bytes == before)
    #expect(try await manager.get("/api/v1/attachments/\(photo)")["sealed"]?.bool == true)
    #expect(
      try await manager.get("/api/v1/requests/\(reference)/sealed")["attachments"]?.array?.first?.string == photo)
    _ = try await manager.delete("/api/v1/requests/\(reference)/sealed")
    try await town.runJobs()
    #expect(try await manager.get("/api/v1/attachments/\(photo)/content").status == 410)
    let id = try #require(AttachmentID(pathComponent: photo))
    let store = town.installation.application.store
    #expect(access(store.path(id, tenant: town.id), F_OK) != 0)
    #expect(access(store.thumbnailPath(id, tenant: town.id), F_OK) != 0)
    #expect(access(town.installation.uploads + "/quarantine/" + new, F_OK) != 0)
  }

  @Test("boxes outside of the image, on documents, or of what is sealed already are refused")
  func refusals() async throws {
    let (town, _, photo) = try await arranged()
    let manager = try await town.somebody(.manager)
    let path = "/api/v1/attachments/\(photo)/redaction"
    func send(_ regions: [JSONValue], _ original: String = "seal") async throws -> Client.Answer {
      try await manager.post(
        path, .object(["regions": .array(regions), "original": .string(original), "reason": .string("x")]))
    }
    #expect(try await send([region(90_000, 0, 5, 5)]).fields == ["regions": "out_of_range"])
    #expect(try await send([region(-1, 0, 5, 5)]).fields == ["regions.0": "out_of_range"])
    #expect(try await send([region(0, 0, 0, 5)]).fields == ["regions.0": "out_of_range"])
    #expect(try await send([]).fields == ["regions": "required"])
    #expect(try await send([.string("x"), .object(["x": .integer(1)])]).status == 422)
    #expect(try await send(Array(repeating: region(0, 0, 5, 5), count: 51)).fields == ["regions": "too_many"])
    #expect(try await send([region(0, 0, 5, 5)], "destroy").status == 202)
    #expect(try await send([region(0, 0, 5, 5)]).code == "failed")
    let elsewhere = try await Township()
    let stranger = try await elsewhere.somebody(.manager)
    #expect(
      try await stranger.post(
        path, .object(["regions": .array([region(0, 0, 5, 5)]), "original": .string("seal"), "reason": .string("x")])
      ).status == 404)
    try await town.runJobs()
  }

  @Test("the pages: words, boxes as numbers, what is wrong beside its field")
  func pages() async throws {
    let (town, reference, photo) = try await arranged()
    let manager = try await town.browser(.manager)
    let staff = try await manager.get("/staff/requests/\(reference)").text
    #expect(staff.contains("/staff/files/\(photo)/redact") && staff.contains("/staff/requests/\(reference)/redact"))
    let wrong = try await manager.post(
      "/staff/files/\(photo)/redact",
      [("x", "1"), ("y", ""), ("width", "x"), ("height", "4"), ("original", "seal"), ("reason", "R <b>")])
    #expect(wrong.status == 422 && wrong.text.contains("#field-regions") && wrong.text.contains("R &lt;b&gt;"))
    #expect(wrong.text.contains("name=\"width\" inputmode=\"numeric\" size=\"5\" maxlength=\"6\" value=\"x\""))
    let done = try await manager.post(
      "/staff/files/\(photo)/redact",
      [
        ("x", ""), ("y", ""), ("width", ""), ("height", ""), ("x", "1"), ("y", "2"), ("width", "3"), ("height", "4"),
        ("original", "seal"), ("reason", "a face"),
      ])
    #expect(done.status == 303, "\(done.text)")
    try await town.runJobs()
    let empty = try await manager.post("/staff/requests/\(reference)/redact", [("original", "seal"), ("reason", "x")])
    #expect(empty.status == 422 && empty.text.contains("#field-words"))
    let words = try await manager.post(
      "/staff/requests/\(reference)/redact",
      [("words", "quillfeather\r\nat night"), ("original", "seal"), ("reason", "x")])
    #expect(words.status == 303, "\(words.text)")
    let page = try await manager.get("/staff/requests/\(reference)/redact?sealed=show").text
    #expect(page.contains("quillfeather did it at night") && page.contains("[redacted] did it [redacted]"))
    #expect(try await manager.post("/staff/requests/\(reference)/redact", [("action", "destroy")]).status == 303)
    #expect(try await !manager.get("/staff/requests/\(reference)/redact?sealed=show").text.contains("did it at night"))
    #expect(try await town.browser(.crew).get("/staff/files/\(photo)/redact").status == 403)
  }

  private func readings(_ town: Township) async throws -> [JSONValue] {
    try await town.somebody(.administrator).get("/api/v1/audit?kind=sealed_read").items
  }

  @Test("who reads sealed words leaves a row of the audit log; knowing that there are some leaves none")
  func readingWords() async throws {
    let (town, reference, _) = try await arranged()
    let path = "/api/v1/requests/\(reference)"
    let manager = try await town.browser(.manager)
    #expect(try await manager.client.get(path + "/sealed").status == 200)
    #expect(try await readings(town).isEmpty, "there is nothing to read yet")
    _ = try await manager.client.with("X-CSRF-Token", manager.token).post(path + "/redaction", words("seal"))
    let page = try await manager.get("/staff/requests/\(reference)/redact").text
    #expect(page.contains(" originals are kept") && page.contains("sealed=show"))
    #expect(!page.contains("Quillfeather") && page.contains("Look at the originals"))
    #expect(try await readings(town).isEmpty)
    #expect(
      try await town.browser(.agent).get("/staff/requests/\(reference)/redact?sealed=show").text.contains(
        "Quillfeather") == false)
    #expect(try await readings(town).isEmpty)
    let shown = try await manager.get("/staff/requests/\(reference)/redact?sealed=show").text
    #expect(shown.contains("Mr Quillfeather once more"))
    _ = try await manager.client.get(path + "/sealed")
    let rows = try await readings(town)
    #expect(rows.count == 2)
    for row in rows {
      #expect(
        row["actor"]?["id"]?.integer == manager.client.personID && row["subject_name"]?.string == reference,
        "\(row.text)")
      #expect(row["after"]?["fields"]?.string?.hasPrefix("title, description, address, comment") == true, "\(row.text)")
      #expect(row["at"]?.string != nil && !row.text.contains("Quillfeather"))
    }
    let audit = try await town.browser(.administrator).get("/staff/audit?kind=sealed_read").text
    #expect(audit.contains("Read a sealed original") && audit.contains(reference))
  }

  @Test("who is given the bytes of a sealed photo leaves a row; the page of the request shows it to nobody unasked")
  func readingPhotos() async throws {
    let (town, reference, photo) = try await arranged()
    let manager = try await town.browser(.manager)
    _ = try await manager.client.with("X-CSRF-Token", manager.token).post(
      "/api/v1/attachments/\(photo)/redaction",
      .object([
        "regions": .array([region(0, 0, 2, 2)]), "original": .string("seal"), "reason": .string("a face"),
      ]))
    try await town.runJobs()
    let page = try await manager.get("/staff/requests/\(reference)").text
    #expect(page.contains("Look at the original") && !page.contains("/api/v1/attachments/\(photo)/thumbnail"))
    #expect(try await readings(town).isEmpty)
    #expect(try await town.somebody(.agent).get("/api/v1/attachments/\(photo)/content").status == 404)
    #expect(try await readings(town).isEmpty)
    for part in ["content", "thumbnail"] {
      #expect(try await manager.get("/api/v1/attachments/\(photo)/\(part)").status == 200)
    }
    let rows = try await readings(town)
    #expect(rows.count == 2 && rows.allSatisfy { $0["after"]?["attachment"]?.string == photo }, "\(rows)")
    #expect(rows.allSatisfy { $0["actor"]?["id"]?.integer == manager.client.personID })
    // What is not sealed is looked at by everybody, and nobody counts.
    let new = try #require(
      try await manager.client.get("/api/v1/requests/\(reference)")["attachments"]?.array?.compactMap {
        $0["id"]?.string
      }
      .first { $0 != photo })
    #expect(try await manager.get("/api/v1/attachments/\(new)/content").status == 200)
    #expect(try await readings(town).count == 2)
  }

  @Test("every way of taking somebody's data out leaves a row of the audit log, refused ones none")
  func exports() async throws {
    let town = try await Township()
    let manager = try await town.browser(.manager)
    let address = "\(UUID().uuidString.lowercased())@example.test"
    try await town.report([("contact", .object(["email": .string(address)]))])
    func rows() async throws -> [JSONValue] {
      try await town.somebody(.administrator).get("/api/v1/audit?kind=exported").items
    }
    let call: JSONValue = .object(["subject": .string(address), "action": .string("export")])
    #expect(try await town.somebody(.agent).post("/api/v1/data-requests", call).status == 403)
    #expect(try await rows().isEmpty)
    _ = try await manager.post("/staff/data-requests", [("subject", address), ("action", "find")])
    #expect(try await rows().isEmpty, "to be told how much there is is not to be given it")
    #expect(
      try await manager.client.with("X-CSRF-Token", manager.token).post("/api/v1/data-requests", call).status == 200)
    let page = try await manager.post("/staff/data-requests", [("subject", address), ("action", "export")])
    #expect(page.status == 200 && page.text.contains("Broken lamp"))
    let citizen = try await town.somebody(.citizen)
    #expect(try await citizen.get("/api/v1/me/export").status == 200)
    let found = try await rows()
    #expect(
      found.filter { $0["subject"]?.string == "data request" }.map { $0["actor"]?["id"]?.integer } == [
        manager.client.personID, manager.client.personID,
      ])
    #expect(
      found.filter { $0["subject"]?.string == "account" }.map { $0["actor"]?["id"]?.integer } == [citizen.personID])
    #expect(!found.contains { $0.text.contains(address) }, "the log does not tell whose it was")
  }

  @Test("a browser asks before it shows a public photo again, is told that it has it, and no more once it is hidden")
  func caches() async throws {
    let (town, reference, photo) = try await arranged()
    for part in ["content", "thumbnail"] {
      let path = "/api/v1/attachments/\(photo)/\(part)"
      let first = try await town.anonymous.get(path)
      let tag = try #require(first.headers["ETag"])
      #expect(first.status == 200 && first.headers["Cache-Control"] == "public, no-cache")
      for known in [tag, "W/" + tag, "\"other\", " + tag] {
        let again = try await town.anonymous.with("If-None-Match", known).get(path)
        #expect(again.status == 304 && again.bytes.isEmpty && again.headers["ETag"] == tag)
      }
      #expect(try await town.anonymous.with("If-None-Match", "\"other\"").get(path).status == 200)
      // What staff and reporters are given is kept nowhere.
      let staff = try await town.somebody(.agent).with("If-None-Match", tag).get(path)
      #expect(
        staff.status == 200 && staff.headers["Cache-Control"] == "private, no-store" && staff.headers["ETag"] == nil)
    }
    let agent = try await town.somebody(.agent)
    let tag = "\"\(photo)\""
    let hidden = try await agent.post(
      "/api/v1/requests/\(reference)/moderation",
      .object(["attachment": .string(photo), "action": .string("hide"), "reason": .string("a face")]))
    try #require(hidden.status < 300, "\(hidden.text)")
    for part in ["content", "thumbnail"] {
      let answer = try await town.anonymous.with("If-None-Match", tag).get("/api/v1/attachments/\(photo)/\(part)")
      #expect(answer.status == 404, "what a browser has of it is shown no more")
    }
  }
}
