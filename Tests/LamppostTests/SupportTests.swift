import Civic
import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// "Is it one of these?" and "Same problem".
@Suite struct SupportTests {
  private func sample(
    _ latitude: Double, _ longitude: Double, category: String? = "pothole", title: String? = nil
  ) -> JSONValue {
    var members: [String: JSONValue] = ["location": .at(latitude, longitude)]
    members["category"] = category.map(JSONValue.string)
    members["title"] = title.map(JSONValue.string)
    return .object(members)
  }

  private func pothole(_ title: String, _ latitude: Double, _ more: (String, JSONValue)...) -> [(String, JSONValue)] {
    [("title", .string(title)), ("category", .string("pothole")), ("location", .at(latitude, -71.06))] + more
  }

  @Test("open reports nearby of the same kind are found, best first; far, ended, private and foreign ones are not")
  func similar() async throws {
    let town = try await Township()
    try await town.report(pothole("Near <b>hole</b>", 42.3603))
    let (exact, _) = try await town.report(pothole("Deep pothole at the church", 42.3601))
    try await town.report(pothole("Far", 42.37))
    try await town.report([("title", .string("Lamp")), ("location", .at(42.36, -71.06))])
    let (ended, _) = try await town.report(pothole("Ended", 42.36))
    try await town.report([("category", .string("harassment")), ("location", .at(42.36, -71.06))])
    _ = try await town.database.write(
      "UPDATE requests SET closed_at = now() WHERE tenant_id = \(town.id) AND title = 'Ended'")
    try await Township().report(pothole("Foreign", 42.36))
    let found = try await town.anonymous.post(
      "/api/v1/requests/similar", sample(42.36, -71.06, title: "Pothole church"))
    #expect(found.items.map { $0["title"]?.string } == ["Deep pothole at the church", "Near <b>hole</b>"])
    let first = try #require(found.items.first)
    #expect(first["reference"]?.string == exact && first["supporters"]?.integer == 0 && first["thumbnail"] == .null)
    #expect((9...13).contains(first["distance"]?.double ?? 0))
    // Like one that exists: without itself.
    let others = try await town.anonymous.get("/api/v1/requests/\(exact)/similar")
    #expect(others.items.map { $0["title"]?.string } == ["Near <b>hole</b>"])
    // Without kind and words: whatever is near, nearest first.
    let near = try await town.anonymous.post("/api/v1/requests/similar", sample(42.36, -71.06, category: nil))
    #expect(near.items.count == 3 && near.items.first?["title"]?.string == "Lamp")
    #expect(!near.text.contains(ended))
    #expect(
      try await town.anonymous.post("/api/v1/requests/similar", .object(["location": .null])).items.isEmpty)
    #expect(try await town.anonymous.post("/api/v1/requests/similar", .object([:])).code == "required")
    #expect(try await town.anonymous.post("/api/v1/requests/similar", sample(91, 0)).code == "out_of_range")
  }

  @Test("a blurred place stays blurred: what looks the same is measured from it, and its address is not told")
  func blurred() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report(pothole("Secret", 42.36, ("address", .string("1 Main Street"))))
    _ = try await town.database.write(
      """
      UPDATE requests SET public_location = ST_SetSRID(ST_MakePoint(-71.06, 42.361), 4326)::geography
       WHERE tenant_id = \(town.id)
      """)
    let found = try await town.anonymous.post("/api/v1/requests/similar", sample(42.36, -71.06)).items.first
    #expect(found?["address"] == .null && (110...113).contains(found?["distance"]?.double ?? 0))
    let (other, _) = try await town.report(pothole("Other", 42.36))
    let near = try await town.anonymous.get("/api/v1/requests/\(other)/similar").items
    #expect(near.map { $0["reference"]?.string } == [reference] && near.first?["address"] == .null)
    let staff = try await town.somebody(.viewer).get("/api/v1/requests/\(other)/similar").items.first
    #expect(staff?["address"]?.string == "1 Main Street" && staff?["distance"]?.double == 0)
    // Where the place is not known, or is half a street, nothing can be near it.
    let (unknown, _) = try await town.report([("location", .null)])
    #expect(try await town.anonymous.get("/api/v1/requests/\(unknown)/similar").items.isEmpty)
    var wide = sample(42.36, -71.06)
    if case .object(let object) = wide {
      let location: JSONValue = .object([
        "latitude": .number(42.36), "longitude": .number(-71.06), "accuracy": .number(900),
      ])
      wide = .object(
        JSONObject(members: object.members.filter { $0.key != "location" } + [.init(key: "location", value: location)]))
    }
    #expect(try await town.anonymous.post("/api/v1/requests/similar", wide).items.isEmpty)
  }

  @Test("everybody is counted once, may take it back, and leaves nothing that says who they are")
  func support() async throws {
    let town = try await Township()
    let (reference, code) = try await town.report()
    let path = "/api/v1/requests/\(reference)/support"
    let citizen = try await town.somebody(.citizen)
    #expect(try await citizen.post(path)["supporters"]?.integer == 1)
    #expect(try await citizen.post(path)["supporters"]?.integer == 1)
    let guest = try await town.anonymous.post(path)
    #expect(guest["supporters"]?.integer == 2)
    let token = try #require(guest["token"]?.string)
    let cookie = try #require(guest.headers["Set-Cookie"])
    #expect(cookie.hasPrefix("__Host-supporter=\(token);") && cookie.contains("HttpOnly") && cookie.contains("Secure"))
    let again = town.anonymous.with("Cookie", "__Host-supporter=\(token)")
    let second = try await again.post(path)
    #expect(second["supporters"]?.integer == 2 && second["token"] == nil && second.headers["Set-Cookie"] == nil)
    // Its reporter has the problem anyway.
    #expect(try await town.holder(of: try #require(code)).post(path)["supporters"]?.integer == 2)
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)")["supporters"]?.integer == 2)
    // No version is used up: nobody's change is refused for it.
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)")["version"]?.integer == 1)
    #expect(try await town.anonymous.with("Supporter-Token", token).delete(path)["supporters"]?.integer == 1)
    #expect(try await town.anonymous.with("Supporter-Token", token).delete(path)["supporters"]?.integer == 1)
    // Who sends something else believes to take back what would stay.
    for wrong in ["", token + "A", "<script>", String(token.dropLast()) + "*"] {
      #expect(try await town.anonymous.with("Supporter-Token", wrong).delete(path).status == 400)
    }
    #expect(try await citizen.delete(path)["supporters"]?.integer == 0)
    #expect(try await Township().anonymous.post(path).status == 404)
    let (other, _) = try await town.report()
    _ = try await again.post(path)
    _ = try await again.post("/api/v1/requests/\(other)/support")
    let digests = try await town.database.read("SELECT guest FROM supporters WHERE tenant_id = \(town.id)")
    #expect(Set(try digests.map { try $0.get(0, as: [UInt8].self) }).count == 2)
  }

  @Test("many at once are all counted, and each once")
  func manyAtOnce() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report()
    let path = "/api/v1/requests/\(reference)/support"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        let token = "AAAAAAAAAAAAAAAAAAAA" + (number % 10 < 5 ? "A" : "B") + (number % 5 < 3 ? "A" : "Q")
        group.addTask { _ = try await town.anonymous.with("Supporter-Token", token).post(path) }
      }
      try await group.waitForAll()
    }
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)")["supporters"]?.integer == 4)
  }

  @Test("without scripts the form asks before it sends, keeps everything, and sends at the second word")
  func interstitial() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report(pothole("A <i>hole</i>", 42.36))
    let fields: [(String, String)] = [
      ("category", "pothole"), ("title", "Hole"), ("description", "\"quoted\" <script>"), ("who", "anonymous"),
      ("street", "x"), ("found_for", "x"), ("spot", "42.3601,-71.06,15;At the corner"), ("action", "send"),
    ]
    let asked = try await town.anonymous.upload("/report", fields: fields, files: [("files", "a.png", [1, 2, 3])])
    #expect(asked.status == 200 && asked.text.contains("Is it one of these?"))
    #expect(asked.text.contains("A &lt;i&gt;hole") && asked.text.contains("/requests/\(reference)/support"))
    #expect(!asked.text.contains("<script>\""))
    let hidden = asked.text.matches(of: /<input type="hidden" name="([^"]+)" value="([^"]*)">/).map {
      (
        name: String($0.1),
        value: String($0.2).replacing("&quot;", with: "\"").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      )
    }
    #expect(hidden.contains { $0 == ("description", "\"quoted\" <script>") })
    func press(_ action: String) async throws -> Client.Answer {
      try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
        .send(.post, "/report", Array(Query(hidden + [("action", action)]).encoded.utf8))
    }
    let back = try await press("edit")
    #expect(back.status == 200 && back.text.contains("value=\"Hole\"") && back.text.contains("At the corner"))
    let sent = try await press("send")
    #expect(sent.status == 303 && sent.headers["Location"]?.hasPrefix("/track/") == true)
    let kept = try await town.database.read("SELECT 1 FROM attachments WHERE tenant_id = \(town.id)")
    #expect(kept.count == 1)
    let same = try await town.anonymous.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, "/requests/\(reference)/support", Array("return=//evil.example".utf8))
    #expect(same.status == 303 && same.headers["Location"] == "/requests/\(reference)?supported=1")
    #expect(same.headers["Set-Cookie"]?.hasPrefix("__Host-supporter=") == true)
  }
}

@Suite struct SimilarityTests {
  @Test("kind, family, words, distance and time each speak for a duplicate, and the score says how much")
  func score() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      "UPDATE categories SET group_name = 'Streets' WHERE tenant_id = \(town.id) AND slug IN ('pothole', 'street-light')"
    )
    func report(_ title: String, _ latitude: Double, _ category: String = "street-light") async throws -> String {
      try await town.report([
        ("title", .string(title)), ("location", .at(latitude, -71.06)), ("category", .string(category)),
      ]).reference
    }
    let here = try await report("Lamp is dark", 42.36)
    let same = try await report("Lamp is dark", 42.36)
    let far = try await report("Lamp is dark", 42.362)
    let other = try await report("Something else", 42.36)
    let old = try await report("Lamp is dark", 42.36)
    let family = try await report("Lamp is dark", 42.36, "pothole")
    _ = try await town.database.write(
      """
      UPDATE requests SET created_at = now() - interval '90 days'
       WHERE tenant_id = \(town.id) AND reference = \(old.replacing("-", with: ""))
      """)
    let found = try await town.somebody(.agent).get("/api/v1/requests/\(here)/similar").items
    let scores = Dictionary(
      uniqueKeysWithValues: found.map { ($0["reference"]?.string ?? "", $0["score"]?.double ?? -1) })
    #expect(found.first?["reference"]?.string == same && scores[same] == 1)
    #expect(found.first?["category_group"]?.string == "Streets")
    for worse in [far, other, old, family] {
      #expect(scores[worse].map { $0 > 0 && $0 < 1 } == true, "\(scores)")
    }
    #expect(found.map { $0["score"]?.double ?? 0 } == scores.values.sorted(by: >))
  }
}
