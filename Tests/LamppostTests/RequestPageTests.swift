import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import QRCode
import Testing

@testable import Lamppost

/// A request as citizens see it.
@Suite struct RequestPageTests: PageCalling {
  static let script = "<script>alert(1)</script>"

  @Test("coordinates that stand in for a street are no address on any page, and a street is")
  func street() async throws {
    let town = try await Township()
    let agent = try await town.browser(.agent)
    for (address, isShown) in [("42.36, -71.06", false), ("1 City Hall Square", true), ("12, rue Haute", true)] {
      let (reference, _) = try await town.report([("address", .string(address))])
      let page = try await town.anonymous.get("/requests/\(reference)").text
      #expect(page.contains("<dt>Address</dt>") == isShown, "\(address)")
      #expect(try await agent.get("/staff/requests/\(reference)").text.contains("<strong>\(address)") == isShown)
    }
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
