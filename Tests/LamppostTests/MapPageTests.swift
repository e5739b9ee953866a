import Civic
import FoundationEssentials
import JSON
import Testing

@testable import Lamppost

@Suite("The public map and list")
struct MapPageTests {
  private let script = "<script>alert(1)</script>"

  @Test("without scripts it is a list with a form that finds, and text is never markup")
  func list() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([
      ("title", .string("Lamp \(script) dark")), ("address", .string(script)),
    ])
    try await town.report([("title", .string("A hole")), ("category", .string("pothole"))])
    let page = try await town.anonymous.get("/map")
    #expect(page.status == 200 && page.text.contains("A hole") && page.text.contains("/requests/\(reference)"))
    #expect(
      page.text.contains("Lamp &lt;script&gt;alert(1)&lt;/script&gt; dark") && !page.text.contains("<script>alert"))
    #expect(page.text.contains("Street light") && page.text.contains("data-latitude=\"42.36\""))
    #expect(page.headers["Content-Security-Policy"]?.contains("img-src 'self' blob: data:;") == true)
    let found = try await town.anonymous.get("/map?q=hole&category=&status=&since=&sort=")
    #expect(found.text.contains("A hole") && !found.text.contains(reference))
    #expect(found.text.contains(#"name="q" maxlength="200" value="hole""#))
    let narrowed = try await town.anonymous.get("/map?category=street-light&status=submitted,under_review&since=7")
    #expect(narrowed.text.contains(reference) && !narrowed.text.contains("A hole"))
    #expect(
      narrowed.text.contains(#"<option value="street-light" selected>"#) && narrowed.text.contains("(<span>3</span>)"))
    let written = try await town.anonymous.get(
      "/map?q=%3Cscript%3Ealert(1)%3C/script%3E&area=a:%3Cscript%3E&status=closed")
    #expect(
      written.status == 200 && !written.text.contains("<script>alert") && written.text.contains("No reports here"))
  }

  @Test("the list of a place holds what lies there, page by page")
  func pages() async throws {
    let town = try await Township()
    for number in 0..<32 {
      try await town.report([("title", .string("Near \(number).")), ("location", .at(42.3, -71.1))])
    }
    try await town.report([("title", .string("Far away")), ("location", .at(42.9, -71.9))])
    let first = try await town.anonymous.get("/map/list?bbox=-71.2,42.2,-71,42.4")
    #expect(first.status == 200 && !first.text.contains("<html") && !first.text.contains("Far away"))
    #expect(first.text.components(of: "class=\"result\"") == 30)
    let link = try #require(first.text.firstMatch(of: /href="(\/map\?[^"]*cursor=[^"]*)"/)).1
    let next = try await town.anonymous.get(String(link).replacing("&amp;", with: "&"))
    #expect(next.status == 200 && next.text.components(of: "class=\"result\"") == 2, "\(next.status)")
    #expect(next.text.contains("Near 0.") && next.text.contains("Back to the start"))
  }

  @Test("what the public may not know is on no list, map or card")
  func hidden() async throws {
    let town = try await Township()
    let (reference, _) = try await town.report([
      ("title", .string("Secret thing")), ("category", .string("harassment")),
    ])
    #expect(try await !town.anonymous.get("/map").text.contains("Secret thing"))
    #expect(try await town.anonymous.get("/map/requests/\(reference)").status == 404)
    #expect(try await !town.anonymous.get("/map").text.contains("value=\"harassment\""))
    let (open, _) = try await town.report([("title", .string("Open thing"))])
    let card = try await town.anonymous.get("/map/requests/\(open)")
    #expect(card.status == 200 && card.text.contains("<h2><a href=\"/requests/\(open)\">Open thing</a></h2>"))
    #expect(try await Township().anonymous.get("/map/requests/\(open)").status == 404)
  }

  @Test(
    "an address that says nothing sensible is told so",
    arguments: [
      "bbox=1,2,3", "status=broken", "since=8", "area=x", "sort=nearest", "cursor=zzz",
      "q=" + String(repeating: "a", count: 201),
    ])
  func wrong(query: String) async throws {
    let town = try await Township()
    for path in ["/map", "/map/list"] {
      let answer = try await town.anonymous.get("\(path)?\(query)")
      #expect(answer.status == 400, "\(path)?\(query): \(answer.status)")
    }
  }

  @Test("clusters stand apart: no two of them in one quarter of a tile's side, and their numbers are those of the list")
  func clusters() async throws {
    let town = try await Township()
    _ = try await town.database.write(
      """
      INSERT INTO requests (tenant_id, reference, title, category_id, status, priority, location, public_location, visibility)
      SELECT \(town.id), lpad(n::text, 8, '0'), 'Bulk ' || n, (SELECT min(id) FROM categories WHERE tenant_id = \(town.id)),
             'submitted', 2, place, place, 'public'
        FROM (SELECT n, ST_SetSRID(ST_MakePoint(-71.1 + 0.0003 * n, 42.3 + 0.0001 * (n % 30)), 4326)::geography AS place
                FROM generate_series(1, 300) n) places
      """)
    let answer = try await town.anonymous.get("/api/v1/map?bbox=-71.2,42.2,-71,42.4&zoom=13")
    let features = answer["features"]?.array ?? []
    #expect(features.compactMap { $0["properties"]?["count"]?.integer }.reduce(0, +) == 300)
    let columns = features.compactMap { $0["geometry"]?["coordinates"]?.array?[0].double }.map {
      ($0 + 180) / 360 * 32_768
    }
    let squares = columns.sorted()
    #expect(features.count > 3 && features.count < 30)
    // Each at most 15 hundredths of its square off the middle.
    #expect(squares.allSatisfy { abs($0 - $0.rounded(.down) - 0.5) <= 0.1501 })
  }
}

extension String {
  fileprivate func components(of part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
