import Civic
import FoundationEssentials
import HTTPServer
import Testing

@testable import Lamppost

/// What holds for every page.
@Suite struct PageTests {
  private func signedIn(_ town: Township) async throws -> (client: Client, token: String) {
    let person = try await town.somebody(.agent)
    let tenant = try await town.installation.application.tenants.tenant(host: town.host)
    let sessions = town.installation.application.sessions
    let token = try await sessions.create(personID: person.personID!, epoch: 1, tenant: tenant)
    let cookie = "\(SessionStore.cookieName)=\(token.text)"
    return (Client(township: town, headers: ["Cookie": cookie]), sessions.csrfToken(for: token))
  }

  private func postForm(_ client: Client, _ path: String, _ fields: [(name: String, value: String)]) async throws
    -> Client.Answer
  {
    try await client.with("Content-Type", "application/x-www-form-urlencoded")
      .send(.post, path, Array(Query(fields).encoded.utf8))
  }

  @Test("no page lets a script or a style in that is not a file of ours, and none can be framed")
  func policy() async throws {
    let answer = try await Township().anonymous.get("/sign-in")
    let policy = try #require(answer.headers["Content-Security-Policy"])
    #expect(policy.contains("script-src 'self'") && policy.contains("style-src 'self'"))
    #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
    #expect(!answer.text.contains("style=") && !answer.text.contains("onclick"))
  }

  @Test("every file that a page names is there, may be kept for ever, and comes compressed to who takes it so")
  func assets() async throws {
    let town = try await Township()
    let page = try await town.anonymous.get("/").text
    let links = page.matches(of: /(?:href|src)="(\/static\/[^"]+)"/).map { String($0.1) }
    #expect(links.count >= 3)
    for link in links {
      let plain = try await town.anonymous.get(link)
      #expect(plain.status == 200 && plain.headers["Cache-Control"]?.contains("immutable") == true, "\(link)")
      // Pictures are as small as they get already.
      if link.hasSuffix(".png") { continue }
      let brotli = try await town.anonymous.with("Accept-Encoding", "gzip, br;q=0.9").get(link)
      #expect(brotli.headers["Content-Encoding"] == "br" && brotli.headers["Vary"] == "Accept-Encoding", "\(link)")
      #expect(try await town.anonymous.with("Accept-Encoding", "br;q=0").get(link).headers["Content-Encoding"] == nil)
    }
    #expect(try await town.anonymous.get("/static/app.css").status == 404)
  }

  @Test("a form of thousands of fields is refused before anybody looks through it")
  func manyFields() async throws {
    let town = try await Township()
    let most = Array(repeating: (name: "a", value: "x"), count: PageForm.fieldLimit)
    for path in ["/report", "/sign-in", "/find", "/track"] {
      #expect(try await postForm(town.anonymous, path, most).status == 422)
      #expect(try await postForm(town.anonymous, path, most + [(name: "a", value: "x")]).status == 413)
    }
  }

  @Test("a form without the session's token, or with another's, changes nothing")
  func forgery() async throws {
    let town = try await Township()
    let (client, token) = try await signedIn(town)
    let (_, foreign) = try await signedIn(town)
    for wrong in [nil, "", "x", foreign] {
      let answer = try await postForm(client, "/sign-out", wrong.map { [("csrf_token", $0)] } ?? [])
      #expect(answer.status == 403, "\(wrong ?? "none")")
      #expect(answer.headers["Content-Type"]?.hasPrefix("text/html") == true)
    }
    #expect(try await client.get("/api/v1/me").status == 200)
    #expect(try await postForm(client, "/sign-out", [("csrf_token", token)]).status == 303)
    #expect(try await client.get("/api/v1/me").status == 401)
  }

  @Test("another site cannot post a form in a stranger's browser")
  func otherSite() async throws {
    let stranger = try await Township().anonymous
    for site in ["cross-site", "same-site"] {
      let answer = try await postForm(
        stranger.with("Sec-Fetch-Site", site), "/language", [("language", "fr"), ("return", "/")])
      #expect(answer.status == 403, "\(site)")
    }
    #expect(
      try await postForm(stranger.with("Sec-Fetch-Site", "same-origin"), "/language", [("language", "fr")]).status
        == 303)
  }

  @Test("the language is the one that was chosen, else the browser's; what leads elsewhere is not gone to")
  func language() async throws {
    let stranger = try await Township().anonymous
    #expect(try await stranger.get("/").text.contains("<html lang=\"en\">"))
    #expect(try await stranger.with("Accept-Language", "fr").get("/").text.contains("<html lang=\"fr\">"))
    // Also where no route leads.
    let lost = try await stranger.with("Accept-Language", "fr").with("Accept", "text/html").get("/nowhere")
    #expect(lost.status == 404 && lost.text.contains("<html lang=\"fr\">"))
    let chosen = try await postForm(stranger, "/language", [("language", "es"), ("return", "/sign-in?next=%2Fme")])
    #expect(chosen.headers["Location"] == "/sign-in?next=%2Fme")
    #expect(chosen.headers["Set-Cookie"]?.hasPrefix("language=es;") == true)
    let both = stranger.with("Cookie", "language=es").with("Accept-Language", "fr")
    #expect(try await both.get("/").text.contains("<html lang=\"es\">"))
    for elsewhere in [
      "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nX: y", "",
    ] {
      let answer = try await postForm(stranger, "/language", [("language", "es"), ("return", elsewhere)])
      #expect(answer.headers["Location"] == "/", "\(elsewhere)")
    }
    #expect(try await postForm(stranger, "/language", [("language", "xx")]).status == 422)
  }

  @Test("a browser is told of a mistake by a page with the call's id, a program by problem+json")
  func errors() async throws {
    let town = try await Township()
    let page = try await town.anonymous.with("Accept", "text/html").get("/nowhere/<script>")
    #expect(page.status == 404 && page.headers["Content-Type"]?.hasPrefix("text/html") == true)
    #expect(!page.text.contains("<script>"))
    #expect(try await town.anonymous.with("Accept", "text/html").get("/api/v1/requests/x").code == "not_found")
    #expect(try await town.anonymous.get("/nowhere").code == "not_found")
  }

  @Test("signing in by the page: wrong entries are told beside their field, right ones lead to where one wanted to go")
  func signIn() async throws {
    let town = try await Township()
    let empty = try await postForm(town.anonymous, "/sign-in", [("email", "a@b.test"), ("password", "")])
    #expect(empty.status == 422 && empty.text.contains("href=\"#field-password\""))
    #expect(empty.text.contains("value=\"a@b.test\""))
    let wrong = try await postForm(town.anonymous, "/sign-in", [("email", "a@b.test"), ("password", "<b>secret")])
    #expect(wrong.status == 422 && !wrong.text.contains("secret"))
    let registered = try await town.anonymous.post(
      "/api/v1/users",
      .object(["name": .string("Ann"), "email": .string("ann@example.test"), "password": .string("a long enough one")]))
    #expect(registered.status == 201)
    let form = [("email", "Ann@Example.test"), ("password", "a long enough one"), ("next", "/map?q=a%20b")]
    let right = try await postForm(town.anonymous, "/sign-in", form.map { (name: $0.0, value: $0.1) })
    #expect(right.status == 303 && right.headers["Location"] == "/map?q=a%20b")
    #expect(right.headers["Set-Cookie"]?.hasPrefix(SessionStore.cookieName + "=") == true)
  }

  @Test("a page for people with an account sends strangers to sign in and back")
  func detour() async throws {
    let town = try await Township()
    for route in town.installation.handler.router.routes
    where route.method == .get && route.access == .signedIn && Paths.isPage(route.template)
      && !route.template.contains("{")
    {
      let answer = try await town.anonymous.get(route.template + "?a=b c")
      #expect(answer.status == 303, "\(route.template)")
      #expect(answer.headers["Location"]?.hasPrefix("/sign-in?next=%2F") == true, "\(route.template)")
    }
    let broken = town.anonymous.with("Authorization", "Bearer nobody's")
    for path in ["/sign-in", "/me"] { #expect(try await broken.get(path).status == 401, "no walk in a circle") }
  }

  @Test("the app can be installed: its manifest names icons that are there, its worker is looked for anew each time")
  func installable() async throws {
    let stranger = try await Township().anonymous
    let manifest = try await stranger.get("/manifest.webmanifest")
    #expect(manifest.headers["Content-Type"] == "application/manifest+json")
    for icon in try #require(manifest["icons"]?.array) {
      #expect(try await stranger.get(try #require(icon["src"]?.string)).headers["Content-Type"] == "image/png")
    }
    let worker = try await stranger.get("/sw.js")
    #expect(worker.status == 200 && worker.headers["Cache-Control"] == "no-cache")
    #expect(worker.headers["Content-Type"]?.hasPrefix("text/javascript") == true)
    #expect(worker.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'")
  }
}
