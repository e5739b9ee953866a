import FoundationEssentials
import HTTPServer
import JSON
import Testing

@testable import Civic
@testable import Lamppost

/// How a township shows itself: its name and its colours.
@Suite struct BrandingTests: PageCalling {
  private static let path = "/api/v1/settings/branding"

  private func change(_ client: Client, _ text: String) async throws -> Client.Answer {
    try await client.patch(Self.path, try JSONValue.parse(Array(text.utf8)))
  }

  /// The address of the style sheet that a page links beside our own.
  private func sheet(_ page: Client.Answer) -> String? {
    page.text.firstMatch(of: /<link rel="stylesheet" href="(\/theme\/[^"]+)">/).map { String($0.1) }
  }

  @Test("a township that has chosen nothing wears Lamppost's own, and its pages ask for nothing more")
  func plain() async throws {
    let town = try await Township()
    let home = try await town.anonymous.get("/")
    #expect(sheet(home) == nil && home.text.contains("<meta name=\"theme-color\" content=\"#12233f\">"))
    let branding = try await town.somebody(.administrator).get(Self.path)
    #expect(branding.status == 200 && branding["style_sheet"] == .null && branding["accent_by_day"] == .null)
  }

  @Test("colours that an administrator chose are worn by every page at once, and by the app on the start screen")
  func colours() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let answer = try await change(admin, ##"{"brand_colour": "#7A0019", "accent_colour": "ffcc33"}"##)
    #expect(answer.status == 200 && answer["brand_colour"]?.string == "#7a0019", "\(answer.text)")
    #expect(answer["accent_by_night"]?.string == "#ffcc33" && answer["accent_by_day"]?.string != "#ffcc33")
    for path in ["/", "/report", "/map", "/sign-in", "/nowhere"] {
      let page = try await town.anonymous.with("Accept", "text/html").get(path)
      #expect(sheet(page) == answer["style_sheet"]?.string, "\(path)")
      #expect(page.text.contains("<meta name=\"theme-color\" content=\"#7a0019\">"), "\(path)")
      #expect(!page.text.contains("style="), "no style stands in a page")
    }
    let manifest = try await town.anonymous.get("/manifest.webmanifest")
    #expect(manifest["theme_color"]?.string == "#7a0019" && manifest["background_color"]?.string == "#7a0019")
    let back = try await change(admin, #"{"brand_colour": null, "accent_colour": null}"#)
    #expect(back.status == 200 && back["style_sheet"] == .null)
    #expect(sheet(try await town.anonymous.get("/")) == nil)
  }

  @Test("the colours that are reckoned with are those of the style sheet")
  func tokens() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let css = try String(contentsOfFile: root + "/Client/styles/app/tokens.css", encoding: .utf8)
    let halves = css.split(separator: "@media").map(String.init)
    try #require(halves.count == 2)
    func value(_ name: String, _ text: String) -> Colour? {
      let line = text.split(separator: "\n").first { $0.contains(" \(name): #") }
      guard let word = line?.split(separator: "#").last?.dropLast() else { return nil }
      return Colour(word.count == 3 ? word.map { "\($0)\($0)" }.joined() : String(word))
    }
    for (name, colour) in Theme.dayOwn { #expect(value(name, halves[0]) == colour, "\(name) by day") }
    for (name, colour) in Theme.nightOwn {
      #expect(value(name, halves[1]) ?? value(name, halves[0]) == colour, "\(name) by night")
    }
    let grounds = [
      "ground", "surface", "raised", "danger-ground", "good-ground", "warn-ground", "info-ground",
      "internal-ground",
    ]
    #expect(grounds.map { value("--" + $0, halves[0]) } == Theme.dayGrounds)
    #expect(grounds.map { value("--" + $0, halves[1]) } == Theme.nightGrounds)
  }

  @Test("the style sheet is made of its name alone, is kept for ever, and holds nothing but colours")
  func styleSheet() async throws {
    let town = try await Township()
    let theme = Theme(brand: Colour("#7a0019"), accent: nil)
    let name = try #require(ThemeName(theme))
    let answer = try await town.anonymous.get(Paths.theme(name))
    #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/css; charset=utf-8")
    #expect(answer.headers["Cache-Control"] == "public, max-age=31536000, immutable")
    #expect(answer.text.contains("--night:#7a0019;") && answer.text.contains("prefers-color-scheme:dark"))
    #expect(answer.text.wholeMatch(of: /[a-z0-9#:;{}()@.\- \n]+/) != nil, "\(answer.text)")
    // Of another release: served, and not kept.
    let older = try await town.anonymous.get("/theme/7a0019-own-00000000.css")
    #expect(older.status == 200 && older.headers["Cache-Control"] == "no-store" && older.bytes == answer.bytes)
    for wrong in ["7A0019-own-00000000", "own-own-00000000", "7a0019-own", "7a0019-red-00000000", "}*{-own-00000000"] {
      #expect(try await town.anonymous.get("/theme/\(wrong).css").status == 404, "\(wrong)")
    }
  }

  @Test("what is no colour and no name is refused at its field, by API and on the page, which keeps what was entered")
  func refusals() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let wrong = try await change(
      admin, ##"{"brand_colour": "#12345", "accent_colour": "red; } body {", "name": " ", "short_name": 7, "logo": 1}"##
    )
    #expect(wrong.status == 422)
    #expect(wrong.fields["brand_colour"] == "invalid_format" && wrong.fields["accent_colour"] == "invalid_format")
    #expect(wrong.fields["name"] == "required" && wrong.fields["short_name"] == "wrong_type")
    let browser = try await town.browser(.administrator)
    let page = try await browser.post(
      "/admin/branding", [("name", "Springfield <b>"), ("brand_colour", "#zzz"), ("action", "save")])
    #expect(page.status == 422 && page.text.contains("href=\"#field-brand_colour\""))
    #expect(page.text.contains("value=\"#zzz\"") && page.text.contains("value=\"Springfield &lt;b&gt;\""))
    for client in [try await town.somebody(.manager), try await town.somebody(.citizen)] {
      #expect(try await change(client, ##"{"brand_colour": "#123456"}"##).status == 403)
    }
    #expect(sheet(try await town.anonymous.get("/")) == nil)
  }

  @Test("the browser's own chooser counts where it was moved and the text was not, so that it works without scripts")
  func chooser() async throws {
    let town = try await Township()
    let browser = try await town.browser(.administrator)
    func save(_ text: String, _ chosen: String, _ shown: String) async throws -> String? {
      let answer = try await browser.post(
        "/admin/branding",
        [
          ("name", "Springfield"), ("short_name", ""), ("brand_colour", text), ("brand_colour_chooser", chosen),
          ("brand_colour_shown", shown), ("accent_colour", ""), ("action", "save"),
        ])
      #expect(answer.status == 303, "\(answer.text)")
      return try await town.somebody(.administrator).get(Self.path)["brand_colour"]?.string
    }
    #expect(try await save("", "#12233f", "") == nil, "a chooser that nobody moved is no choice")
    #expect(try await save("", "#ff0000", "") == "#ff0000")
    #expect(try await save("#00ff00", "#ff0000", "#ff0000") == "#00ff00")
    #expect(try await save("#00ff00", "#0000ff", "#00ff00") == "#0000ff")
    #expect(try await save("", "#0000ff", "#0000ff") == nil, "an emptied text takes the colour away")
  }

  @Test("the preview shows what is not saved yet, and says what becomes of an accent that cannot be read")
  func preview() async throws {
    let town = try await Township()
    let browser = try await town.browser(.administrator)
    let page = try await browser.post(
      "/admin/branding",
      [("name", "Here"), ("brand_colour", "#7a0019"), ("accent_colour", "#ffff00"), ("action", "preview")])
    #expect(page.status == 200 && page.text.contains("fill=\"#7a0019\"") && !page.text.contains("style="))
    #expect(page.text.contains("On light pages the accent #ffff00 is worn as"))
    #expect(!page.text.contains("On dark pages the accent"))
    #expect(sheet(try await town.anonymous.get("/")) == nil, "nothing is saved")
  }

  @Test("a new name stands above every page and in the manifest, and the audit log tells who gave it")
  func names() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let answer = try await change(admin, #"{"name": "Springfield <b>", "short_name": "S’field"}"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(try await town.anonymous.get("/").text.contains("<span>Springfield &lt;b&gt;</span>"))
    let manifest = try await town.anonymous.get("/manifest.webmanifest")
    #expect(manifest["name"]?.string == "Springfield <b>" && manifest["short_name"]?.string == "S’field")
    #expect(try await change(admin, #"{"short_name": null}"#)["short_name"] == .null)
    let rows = try await town.database.read(
      """
      SELECT actor_id, after ->> 'name' FROM audit_events
       WHERE tenant_id = \(town.id) AND subject = 'branding' ORDER BY id
      """)
    #expect(rows.count == 2)
    #expect(
      try rows[0].get(0, as: Int?.self) == admin.personID && rows[0].get(1, as: String?.self) == "Springfield <b>")
    #expect(try await town.browser(.administrator).get("/staff/audit").text.contains("Name, colours and logo"))
  }

  @Test("the configuration file carries name and colours to another township, and leaves what it does not speak of")
  func configuration() async throws {
    let (one, other) = (try await Township(), try await Township())
    let (from, to) = (try await one.somebody(.administrator), try await other.somebody(.administrator))
    _ = try await change(from, ##"{"name": "Springfield", "short_name": "S", "brand_colour": "#7a0019"}"##)
    let file = try await from.get("/api/v1/configuration")
    #expect(file["branding"]?["brand_colour"]?.string == "#7a0019" && file["branding"]?["style_sheet"] == nil)
    let outcome = try await to.send(.post, "/api/v1/configuration", file.bytes)
    #expect(outcome["sections"]?["branding"]?["changed"]?.integer == 1, "\(outcome.text)")
    #expect(try await to.get(Self.path)["name"]?.string == "Springfield")
    let half = ##"{"lamppost_configuration": 1, "branding": {"accent_colour": "#0b57a4"}}"##
    _ = try await to.send(.post, "/api/v1/configuration", Array(half.utf8))
    let branding = try await to.get(Self.path)
    #expect(branding["accent_colour"]?.string == "#0b57a4" && branding["short_name"]?.string == "S")
    let wrong = #"{"lamppost_configuration": 1, "branding": {"accent_colour": "blue"}}"#
    let refused = try await to.send(.post, "/api/v1/configuration", Array(wrong.utf8))
    #expect(refused.fields == ["branding.accent_colour": "invalid_format"])
  }
}
