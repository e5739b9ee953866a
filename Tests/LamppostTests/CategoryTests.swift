import Civic
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// The categories of a township, kept by administrators.
@Suite struct CategoryTests: PageCalling {
  private func value(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

  @Test("a new category has a slug of its name, its questions and its notice, and takes reports by them")
  func creation() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let made = try await admin.post(
      "/api/v1/categories",
      try value(
        """
        {"name": "Fallen tree", "group": "Parks", "icon": "🌳", "notice": "Keep away <b>", "department": "parks",
         "default_priority": "high", "resolution_hours": 24,
         "attributes": [
          {"label": "How thick?", "type": "number", "min": 1, "max": 200.5, "required": true},
          {"key": "where", "label": "Where?", "type": "choice",
           "options": ["road", {"key": "path", "label": "Foot path"}]},
          {"key": "note", "label": "Else?", "type": "text", "max_length": 20}]}
        """))
    #expect(made.status == 201 && made["slug"]?.string == "fallen-tree", "\(made.text)")
    #expect(made["version"]?.integer == 1 && made.headers["ETag"] == "\"1\"")
    #expect(made["attributes"]?.array?.compactMap { $0["key"]?.string } == ["how-thick", "where", "note"])
    #expect(try await admin.get("/api/v1/categories/fallen-tree").text == made.text)
    let shown = try await town.anonymous.get("/api/v1/categories").items.first { $0["slug"]?.string == "fallen-tree" }
    #expect(shown?["attributes"]?.array?.count == 3 && shown?["notice"]?.string == "Keep away <b>")
    let form = try await town.anonymous.get("/report").text
    #expect(form.contains("Foot path") && form.contains("Keep away &lt;b&gt;"))
    func report(_ answers: String) async throws -> Client.Answer {
      try await town.anonymous.post(
        "/api/v1/requests",
        try value(#"{"title": "Tree", "category": "fallen-tree", "location": null, "attributes": \#(answers)}"#))
    }
    #expect(try await report("{}").fields == ["attributes.how-thick": "required"])
    #expect(try await report(#"{"how-thick": 300}"#).fields == ["attributes.how-thick": "out_of_range"])
    let reference = try #require(try await report(#"{"how-thick": 30, "where": "path"}"#)["reference"]?.string)
    let seen = try await town.somebody(.agent).get("/api/v1/requests/\(reference)")
    #expect(seen["department"]?.string == "parks" && seen["priority"]?.string == "high")
    let second = try await admin.post("/api/v1/categories", .object(["name": .string("Fallen tree")]))
    #expect(second.status == 422 && second.fields == ["name": "name_taken"])
    #expect(try await admin.get("/admin").text.contains("Category fallen-tree"))
  }

  @Test("what a category or a question cannot be is refused, each mistake at its place")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let wrong = try await admin.post(
      "/api/v1/categories",
      try value(
        """
        {"slug": "-No", "department": 3, "colour": "red",
         "attributes": [{"type": "choice", "label": "A", "key": "a b"},
          {"type": "number", "label": "B", "min": 3, "max": 2, "options": ["x"]},
          {"type": "text", "label": "C", "max_length": 0}, {"type": "text", "label": "C"}, 7,
          {"type": "choices", "label": "D", "options": ["x", "x"]}, {"type": "maybe", "label": " "}]}
        """))
    #expect(
      wrong.fields == [
        "name": "required", "slug": "invalid_format", "department": "wrong_type", "colour": "unknown_field",
        "attributes.0.key": "invalid_format", "attributes.0.options": "required",
        "attributes.1.max": "out_of_range", "attributes.1.options": "unknown_field",
        "attributes.2.max_length": "out_of_range", "attributes.3.key": "name_taken", "attributes.4": "wrong_type",
        "attributes.5.options": "invalid_format", "attributes.6.label": "required",
        "attributes.6.type": "unknown_option",
      ], "\(wrong.text)")
    let wrongs: [(body: String, fields: [String: String])] = [
      (#"{"name": "New"}"#, ["name": "name_taken"]), (#"{"name": "A", "slug": "order"}"#, ["slug": "name_taken"]),
      (#"{"name": "A", "slug": "pothole"}"#, ["slug": "name_taken"]),
      (#"{"name": "A", "department": "none"}"#, ["department": "unknown_department"]),
      (#"{"name": "A", "attributes": {}}"#, ["attributes": "wrong_type"]),
      (#"{"name": "A\u0000"}"#, ["name": "invalid_text"]),
    ]
    for (body, fields) in wrongs {
      #expect(try await admin.post("/api/v1/categories", try value(body)).fields == fields, "\(body)")
    }
    #expect(try await admin.patch("/api/v1/categories/pothole", .object(["slug": .string("x")])).status == 422)
    #expect(try await admin.get("/api/v1/categories/none").status == 404)
    // A department that was switched off stays where it is named, and is named nowhere else.
    _ = try await admin.patch("/api/v1/categories/pothole", .object(["department": .string("roads")]))
    _ = try await admin.patch("/api/v1/departments/roads", .object(["active": .bool(false)]))
    #expect(try await admin.patch("/api/v1/categories/pothole", .object(["icon": .string("🕳")])).status == 200)
    #expect(
      try await admin.patch("/api/v1/categories/harassment", .object(["department": .string("roads")])).fields
        == ["department": "unknown_department"])
  }

  @Test("only administrators make, change, read or order categories")
  func permission() async throws {
    let town = try await Township()
    let body = JSONValue.object(["name": .string("X")])
    for role in [Role.citizen, .viewer, .agent, .crew, .manager] {
      let somebody = try await town.somebody(role)
      for answer in [
        try await somebody.post("/api/v1/categories", body), try await somebody.get("/api/v1/category-order"),
        try await somebody.get("/api/v1/categories/pothole"),
        try await somebody.patch("/api/v1/categories/pothole", body),
        try await somebody.post("/api/v1/category-order", .object(["categories": .array([])])),
        try await somebody.get("/admin/categories/new"), try await somebody.get("/admin/categories/pothole"),
        try await post(somebody, "/admin/categories/new", [("name", "X")]),
        try await post(somebody, "/admin/categories", [("up", "pothole")]),
      ] {
        #expect(answer.status == 403, "\(role)")
      }
    }
    #expect(try await town.anonymous.post("/api/v1/categories", body).status == 401)
    // Another township's administrator finds nothing.
    let other = try await Township()
    _ = try await other.somebody(.administrator).post("/api/v1/categories", .object(["name": .string("Theirs")]))
    #expect(try await town.somebody(.administrator).get("/api/v1/categories/theirs").status == 404)
  }

  @Test("a question that was answered is asked no more when it is removed, keeps its words, and can be asked again")
  func answered() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let reference = try await town.report([("attributes", .object(["pole": .string("A1")]))]).reference
    let path = "/api/v1/categories/street-light"
    let removed = try await admin.patch(path, .object(["attributes": .array([])]))
    let left = removed["attributes"]?.array ?? []
    #expect(left.count == 1 && left.first?["key"]?.string == "pole" && left.first?["retired"]?.bool == true)
    let shown = try await town.anonymous.get("/api/v1/categories").items.first { $0["slug"]?.string == "street-light" }
    #expect(shown?["attributes"]?.array?.isEmpty == true)
    #expect(try await !town.anonymous.get("/report").text.contains("q.street-light.pole"))
    let late = try await town.anonymous.post(
      "/api/v1/requests",
      try value(#"{"title": "Lamp", "category": "street-light", "location": null, "attributes": {"pole": "B"}}"#))
    #expect(late.fields == ["attributes.pole": "unknown_field"])
    #expect(try await town.somebody(.agent).get("/staff/requests/\(reference)").text.contains("Pole"))
    // By the page it is asked again.
    let page = try await admin.get("/admin/categories/street-light")
    #expect(page.text.contains("Asked no more") && page.text.contains(#"value="restore.0""#))
    let restored = try await post(
      admin, "/admin/categories/street-light",
      [
        ("name", "Street light"), ("default_priority", "medium"), ("active", "true"), ("has_questions", "true"),
        ("version", try version(page)), ("attributes.0.key", "pole"), ("attributes.0.label", "Pole number"),
        ("attributes.0.type", "text"), ("attributes.0.max_length", "5"), ("attributes.0.retired", "true"),
        ("edit", "restore.0"),
      ])
    #expect(restored.status == 200 && restored.text.contains(#"value="Pole number""#))
    #expect(
      !restored.text.contains(#"name="attributes.0.retired""#), "nothing is saved yet, and it is asked in the form")
    let again = try await admin.patch(
      path, try value(#"{"attributes": [{"key": "pole", "label": "Pole number", "type": "text"}]}"#))
    #expect(again["attributes"]?.array?.first?["retired"] == nil && again.status == 200)
    #expect(try await town.somebody(.agent).get("/staff/requests/\(reference)").text.contains("Pole number"))
  }

  @Test("of two who change a category at once the second is told, and what they entered is kept")
  func versions() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let path = "/api/v1/categories/pothole"
    let first = admin.with("If-Match", "\"1\"")
    #expect(try await first.patch(path, .object(["name": .string("Hole")]))["version"]?.integer == 2)
    let late = try await first.patch(path, .object(["name": .string("Pit")]))
    #expect(late.status == 412 && late.code == "version_mismatch")
    #expect(try await admin.patch(path, .object(["name": .string("Hole")]))["version"]?.integer == 2, "nothing changed")
    func save(_ version: String) async throws -> Client.Answer {
      try await post(
        admin, "/admin/categories/pothole",
        [("name", "Pit <i>"), ("default_priority", "low"), ("active", "true"), ("version", version)])
    }
    let told = try await save("1")
    #expect(told.status == 412 && told.text.contains("Somebody else changed this category"))
    #expect(told.text.contains("value=\"Pit &lt;i&gt;\"") && told.text.contains(#"name="version" value="2""#))
    #expect(try await admin.get(path)["name"]?.string == "Hole")
    #expect(try await save("2").status == 303)
    #expect(try await admin.get(path)["name"]?.string == "Pit <i>")
  }

  @Test("categories and groups are put into an order, by the API and by buttons")
  func order() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    func listed() async throws -> [String] {
      try await town.anonymous.get("/api/v1/categories").items.compactMap { $0["slug"]?.string }
    }
    #expect(try await listed() == ["harassment", "pothole", "street-light"])
    let order = JSONValue.object([
      "categories": .array(["street-light", "harassment", "pothole"].map(JSONValue.string))
    ])
    #expect(try await admin.post("/api/v1/category-order", order).items.count == 3)
    #expect(try await listed() == ["street-light", "harassment", "pothole"])
    #expect(
      try await admin.post("/api/v1/category-order", .object(["categories": .array([.string("pothole")])])).code
        == "conflict")
    #expect(try await admin.post("/api/v1/category-order", .object([:])).fields == ["categories": "required"])
    let moved = try await post(admin, "/admin/categories", [("up", "pothole")])
    #expect(moved.status == 303 && moved.headers["Location"] == "/admin/categories?moved=up.pothole")
    #expect(try await listed() == ["street-light", "pothole", "harassment"])
    _ = try await admin.patch("/api/v1/categories/harassment", .object(["group": .string("Safety")]))
    #expect(try await post(admin, "/admin/categories", [("group_up", "harassment")]).status == 303)
    #expect(try await listed() == ["harassment", "street-light", "pothole"])
    let page = try await admin.get("/admin/categories?moved=group_up.harassment").text
    #expect(page.contains("Move Safety down") && page.matches(of: /autofocus/).count == 1)
    // A new one comes last.
    _ = try await admin.post("/api/v1/categories", .object(["name": .string("Noise")]))
    #expect(try await listed().last == "noise")
    #expect(try await post(admin, "/admin/categories", [("up", "none")]).status == 404)
  }

  @Test("the page adds, moves and removes questions without a script, and keeps what was entered")
  func questionRows() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    var fields: [(name: String, value: String)] = [
      ("name", "Leak & <b>"), ("default_priority", "high"), ("active", "true"), ("has_questions", "true"),
      ("attributes.0.label", "Hot <i>?"), ("attributes.0.type", "boolean"), ("attributes.0.options", "left over"),
    ]
    let path = "/admin/categories/new"
    let added = try await post(admin, path, fields + [("edit", "add")])
    #expect(added.status == 200 && added.text.contains("Leak &amp; &lt;b&gt;") && added.text.contains("Hot &lt;i&gt;?"))
    #expect(added.text.contains(#"name="attributes.1.label""#) && added.text.contains("id=\"question-1\" tabindex"))
    fields += [
      ("attributes.1.label", "Which?"), ("attributes.1.type", "choice"),
      ("attributes.1.options", "street\r\nhouse = In the house\r\n\r\n"), ("attributes.1.required", "true"),
    ]
    let moved = try await post(admin, path, fields + [("edit", "up.1")]).text
    #expect(
      moved.contains(##"id="field-attributes-0-label" name="attributes.0.label" value="Which?""##)
        || moved.range("Which?") < moved.range("Hot &lt;i&gt;?"))
    #expect(try await !post(admin, path, fields + [("edit", "remove.0")]).text.contains("Hot"))
    #expect(try await admin.get("/api/v1/category-order").items.count == 3, "nothing is saved by these")
    let wrong = try await post(
      admin, path, fields + [("attributes.2.label", "N"), ("attributes.2.type", "number"), ("attributes.2.min", "x")])
    #expect(wrong.status == 422 && wrong.text.contains("#field-attributes-2-min") && wrong.text.contains("Question 3"))
    // An empty row that was added and not filled in does no harm.
    let saved = try await post(admin, path, fields + [("attributes.2.label", ""), ("attributes.2.type", "text")])
    #expect(saved.status == 303, "\(saved.text)")
    let slug = try #require(saved.headers["Location"]?.split(separator: "/").last?.split(separator: "?").first)
    let kept = try await admin.get("/api/v1/categories/\(slug)")["attributes"]?.array ?? []
    #expect(kept.count == 2 && kept[0]["options"] == nil && kept[0]["type"]?.string == "boolean")
    #expect(kept[1]["options"]?.text == #"["street",{"key":"house","label":"In the house"}]"#)
    #expect(kept[1]["required"]?.bool == true)
  }

  @Test("a category that becomes private takes its reports out of the public's sight, for good")
  func privacy() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let reference = try await town.report().reference
    func publicStatus() async throws -> Int { try await town.anonymous.get("/api/v1/requests/\(reference)").status }
    #expect(try await publicStatus() == 200)
    _ = try await admin.patch("/api/v1/categories/street-light", .object(["private": .bool(true)]))
    try await town.runJobs()
    #expect(try await publicStatus() == 404)
    _ = try await admin.patch("/api/v1/categories/street-light", .object(["private": .bool(false)]))
    try await town.runJobs()
    #expect(try await publicStatus() == 404, "its reporter was promised it")
  }
}

extension String {
  fileprivate func range(_ text: String) -> String.Index { self.ranges(of: text).first?.lowerBound ?? endIndex }
}
