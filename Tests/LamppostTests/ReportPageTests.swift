import Civic
import FoundationEssentials
import Glibc
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// The report page without any script.
@Suite struct ReportPageTests {
  typealias Fields = [(name: String, value: String)]

  private func key(_ page: String) throws -> String {
    String(try #require(page.firstMatch(of: /name="idempotency_key" value="([^"]+)"/)).1)
  }

  private func post(_ client: Client, _ fields: Fields) async throws -> Client.Answer {
    try await client.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, "/report", Array(Query(fields).encoded.utf8))
  }

  private static let whole: Fields = [
    ("category", "pothole"), ("title", "A hole"), ("who", "anonymous"), ("unknown_place", "true"),
    ("similar_seen", "true"), ("action", "send"),
  ]

  private func streets(_ town: Township) async throws {
    for (name, line) in [
      ("Maple Street", "LINESTRING(-71.07 42.36, -71.05 42.36)"),
      ("Elm Avenue", "LINESTRING(-71.06 42.35, -71.06 42.37)"),
      ("Main Street", "LINESTRING(-71.07 42.365, -71.05 42.365)"),
    ] {
      _ = try await town.database.write(
        """
        INSERT INTO streets (tenant_id, name, kind, line)
        VALUES (\(town.id), \(name), 'residential', ST_GeomFromText(\(line), 4326))
        """)
    }
  }

  @Test("a report goes in by the form alone and leads to its tracking page; pressed twice, it is one report")
  func wholeWay() async throws {
    let town = try await Township()
    let page = try await town.anonymous.get("/report")
    #expect(page.status == 200 && page.text.contains("In danger? Call 911."))
    let fields = Self.whole + [("idempotency_key", try key(page.text))]
    let answers = [try await post(town.anonymous, fields), try await post(town.anonymous, fields)]
    let place = try #require(answers[0].headers["Location"])
    #expect(answers.allSatisfy { $0.status == 303 && $0.headers["Location"] == place })
    #expect(place.hasPrefix("/track/") && place.hasSuffix("?sent=1"))
    let code = place.dropFirst(7).prefix { $0 != "?" }
    let report = try await town.anonymous.get("/api/v1/track/\(code)")
    #expect(report["title"]?.string == "A hole" && report["location"] == .null)
    #expect(report["anonymous"]?.bool == true)
    #expect(try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id)").count == 1)
    // Changed and sent again: told, and only a second press makes a second report.
    let changed = try await post(town.anonymous, fields + [("description", "and deeper")])
    #expect(changed.status == 409 && changed.text.contains("sent already"))
    #expect(try key(changed.text) != key(page.text))
  }

  @Test("somebody signed in reports as themselves and is led to the request")
  func signedIn() async throws {
    let town = try await Township()
    let citizen = try await town.somebody(.citizen)
    let fields = Self.whole.filter { $0.name != "who" } + [("who", "account")]
    let answer = try await post(citizen, fields)
    let place = try #require(answer.headers["Location"])
    #expect(answer.status == 303 && place.hasPrefix("/requests/") && place.hasSuffix("?sent=1"))
    // Nobody can claim an account by the form.
    #expect(try await post(town.anonymous, fields).status == 422)
  }

  @Test("all mistakes are told at once, linked to their fields, and nothing that was entered is lost or run")
  func mistakes() async throws {
    let town = try await Township()
    let script = "<script>alert(1)</script>"
    let answer = try await post(
      town.anonymous,
      [
        ("category", "street-light"), ("q.street-light.lamps", "many" + script), ("description", script),
        ("street", script), ("who", "contact"), ("name", script), ("email", "nonsense"), ("similar_seen", "true"),
      ])
    #expect(answer.status == 422)
    for field in ["title", "street", "email"] { #expect(answer.text.contains("href=\"#field-\(field)\""), "\(field)") }
    #expect(!answer.text.contains(script) && answer.text.contains("&lt;script&gt;alert(1)"))
    let later = try await post(
      town.anonymous,
      Self.whole.filter { $0.name != "category" } + [("category", "street-light"), ("q.street-light.lamps", "99")])
    #expect(later.status == 422 && later.text.contains("href=\"#field-q-street-light-lamps\""))
    #expect(later.text.contains("value=\"99\"") && later.text.contains("id=\"field-q-street-light-lamps\""))
    #expect(try await town.database.read("SELECT 1 FROM requests WHERE tenant_id = \(town.id)").isEmpty)
  }

  @Test("a place is found by streets alone, misspelt too, chosen, and stored with its point")
  func places() async throws {
    let town = try await Township()
    try await streets(town)
    let found = try await post(town.anonymous, [("street", "12 Mapel Street"), ("title", "Kept"), ("action", "find")])
    #expect(found.status == 200 && found.text.contains("12 Maple Street, somewhere along it"))
    #expect(found.text.contains("value=\"Kept\""))
    let corner = try await post(town.anonymous, [("street", "elm & maple"), ("action", "find")])
    let value = try #require(corner.text.firstMatch(of: /id="spot-0" name="spot" value="([^"]+)"/)).1
      .replacing("&amp;", with: "&")
    let place: Fields = [("street", "elm & maple"), ("found_for", "elm & maple"), ("spot", String(value))]
    let sent = try await post(town.anonymous, Self.whole.filter { $0.name != "unknown_place" } + place)
    let code = try #require(sent.headers["Location"]).dropFirst(7).prefix { $0 != "?" }
    let report = try await town.anonymous.get("/api/v1/track/\(code)")
    #expect(report["address"]?.string == "Elm Avenue & Maple Street")
    #expect(abs((report["location"]?["latitude"]?.double ?? 0) - 42.36) < 1e-6)
    // Another text than the one it was found for: the choice is not of this place.
    let stale = try await post(
      town.anonymous,
      Self.whole.filter { $0.name != "unknown_place" } + [
        ("street", "main"), ("found_for", "elm & maple"), ("spot", String(value)),
      ])
    #expect(stale.status == 422 && stale.text.contains("Main Street"))
    let nothing = try await town.anonymous.get("/api/v1/places?q=xyzzy")
    #expect(nothing.status == 200 && nothing.items.isEmpty)
    let coordinates = try await town.anonymous.get("/api/v1/places?q=42.3601,%20-71.06")
    #expect(coordinates.items.first?["location"]?["latitude"]?.double == 42.3601)
    #expect(try await Township().anonymous.get("/api/v1/places?q=maple").items.isEmpty)
    for bad in ["?q=" + String(repeating: "x", count: 201), "?near=here"] {
      #expect([400, 422].contains(try await town.anonymous.get("/api/v1/places" + bad).status), "\(bad)")
    }
  }

  @Test("an address can bring a place and a kind of problem; what makes no sense in it is left out")
  func known() async throws {
    let town = try await Township()
    try await streets(town)
    let page = try await town.anonymous.get("/report?category=pothole&at=42.3601,-71.0605").text
    #expect(
      page.contains("value=\"pothole\" checked")
        && page.contains("value=\"42.3601,-71.0605,0.0;Near Maple Street\" checked"))
    let nonsense = try await town.anonymous.get("/report?category=%3Cscript%3E&at=north,%3Cb%3E")
    #expect(nonsense.status == 200 && !nonsense.text.contains("<b>") && !nonsense.text.contains("spot-0"))
  }

  @Test("too many posts are told to wait; what was entered stays, what was uploaded does not")
  func tooMany() async throws {
    let town = try await Township()
    let installation = town.installation
    let configuration = try ServeConfiguration(environment: [
      "DATABASE_URL": installation.databaseURL, "REDIS_URL": try Environment.required("TEST_REDIS_URL"),
      "LAMPPOST_UPLOADS": installation.uploads, "LAMPPOST_PUBLIC": installation.configuration.publicFolder,
      "LAMPPOST_SECRET": "dGVzdHMgYXJlIG5vdCBzZWNyZXQsIGJ1dCB0aGlzIGlzIGxvbmc=", "LAMPPOST_REPORTS_PER_MINUTE": "1",
    ])
    let application = try Application(
      configuration, database: town.installation.application.database, redis: town.installation.application.redis,
      log: Log(component: "test"))
    let context = Context(
      application: application, actor: Actor(tenant: try await application.tenants.tenant(host: town.host)),
      session: nil, clientAddress: "203.0.113.99")
    let writer = try application.quarantine.open(name: "a.png")
    try writer.append([1])
    let file = try await writer.commit()
    var answers: [Response] = []
    for files in [[], [file]] {
      var context = context
      context.form = PageForm([("title", "Kept"), ("action", "send")], files: files)
      answers.append(try await ReportPage.submit(Request(method: .post, path: "/report"), context))
    }
    #expect(answers.map(\.status.code) == [422, 429])
    guard case .bytes(let bytes) = answers[1].content else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("value=\"Kept\"") && !text.contains("name=\"held\""))
    #expect(access(application.quarantine.path(file.id), F_OK) != 0)
  }

  @Test("a category that stops says why, on the page and by the API")
  func stopped() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      "UPDATE categories SET stop_message = 'Call 911 <now>.', icon = '⚡' WHERE tenant_id = \(town.id) AND slug = 'pothole'"
    )
    #expect(try await town.anonymous.get("/report").text.contains("Call 911 &lt;now&gt;."))
    let page = try await post(town.anonymous, Self.whole)
    #expect(page.status == 422 && page.text.contains("href=\"#field-category\""))
    let call = try await town.anonymous.post(
      "/api/v1/requests",
      .object(["title": .string("x"), "category": .string("pothole"), "location": .null]))
    #expect(call.status == 422 && call.code == "category_stopped" && call["detail"]?.string == "Call 911 <now>.")
    let listed = try await town.anonymous.get("/api/v1/categories").items
    #expect(listed.contains { $0["stop_message"]?.string == "Call 911 <now>." && $0["icon"]?.string == "⚡" })
  }

  @Test("photos outlive a mistake in the form: they wait, can be removed, and belong to the report in the end")
  func heldPhotos() async throws {
    let town = try await Township()
    let first = try await town.anonymous.upload(
      "/report", fields: [("category", "pothole"), ("who", "anonymous"), ("unknown_place", "true")],
      files: [("files", "one.png", Array("one".utf8)), ("files", "two<b>.png", Array("two".utf8)), ("files", "", [])])
    #expect(first.status == 422 && first.text.contains("two&lt;b&gt;.png"))
    let held = String(try #require(first.text.firstMatch(of: /name="held" value="([^"]+)"/)).1)
    let drop = String(try #require(first.text.firstMatch(of: /name="drop" value="([^"]+)"/)).1)
    let fields: Fields = Self.whole + [("held", held), ("drop", drop)]
    // Another form cannot take them.
    let stranger = try await post(town.anonymous, fields + [("idempotency_key", "another-form-of-another")])
    #expect(stranger.status == 303)
    let sent = try await post(town.anonymous, fields + [("idempotency_key", try key(first.text))])
    let code = try #require(sent.headers["Location"]).dropFirst(7).prefix { $0 != "?" }
    let report = try await town.anonymous.get("/api/v1/track/\(code)")
    #expect(report["attachments"]?.array?.count == 1)
    let counted = try await town.database.read("SELECT file_name FROM attachments WHERE tenant_id = \(town.id)")
    #expect(try counted.map { try $0.get(0, as: String.self) } == ["two<b>.png"])
    // Nor can the same form make another report of them for somebody else.
    let citizen = try await town.somebody(.citizen)
    let again = fields + [("idempotency_key", try key(first.text))]
    #expect(try await post(citizen, again).status == 409)
    // Whoever never saw the answer sends again, when the scan has taken the file: it is the same report.
    let stored = try await town.database.read("SELECT id FROM attachments WHERE tenant_id = \(town.id)")
    let path = town.installation.application.quarantine.path(try #require(stored.first).get(0))
    try FileManager.default.removeItem(atPath: path)
    let resent = try await post(town.anonymous, again)
    #expect(resent.status == 303 && resent.headers["Location"] == sent.headers["Location"])
  }

  @Test("the page weighs at most 60 KB in all without a map, its scripts at most 30 KB")
  func weight() async throws {
    let town = try await Township()
    let page = try await town.anonymous.get("/report")
    let client = town.anonymous.with("Accept-Encoding", "br")
    var waiting = page.text.matches(of: /(?:href|src)="(\/static\/[^"]+)"/).map { String($0.1) }
      .filter { !$0.contains("apple-touch-icon") }
    var (seen, scripts, total) = (Set<String>(), 0, page.bytes.count)
    while let link = waiting.popLast() {
      guard seen.insert(link).inserted else { continue }
      let file = try await client.get(link)
      #expect(file.status == 200, "\(link)")
      total += file.bytes.count
      guard link.hasSuffix(".js") else { continue }
      scripts += file.bytes.count
      // What a module imports at once; what it may ask for later stands in `import(…)`.
      let text = try await town.anonymous.get(link).text
      waiting += text.matches(of: /(?:from|import)"\.\/([^"]+\.js)"/).map { "/static/" + $0.1 }
    }
    #expect(!seen.contains { $0.contains("map") })
    #expect(seen.filter { $0.hasSuffix(".js") }.count >= 2)
    #expect(scripts <= 30_000, "\(scripts)")
    #expect(total <= 60_000, "\(total)")
  }
}
