import FoundationEssentials
import Glibc
import HTTPServer
import JSON
import Testing

@testable import Lamppost

/// A township's logo, from a stranger's file to what stands above every page.
@Suite struct LogoTests {
  private static let path = "/api/v1/settings/branding"

  private func send(_ admin: Client, _ bytes: [UInt8], _ name: String = "logo.png") async throws -> Client.Answer {
    try await admin.upload(Self.path + "/logos", files: [("file", name, bytes)])
  }

  private func state(_ admin: Client, _ id: String) async throws -> Client.Answer {
    try await admin.get(Self.path + "/logos/\(id)")
  }

  /// Runs the scan, and lets the serving process look anew, as it does after a few seconds.
  private func scan(_ town: Township) async throws {
    try await town.runJobs()
    town.installation.application.tenants.forget(town.id)
  }

  private func band(_ town: Township) async throws -> String {
    let text = try await town.anonymous.get("/").text
    return String(try #require(text.firstMatch(of: /<a class="brand"[^>]*>(.*)<\/a>/)).1)
  }

  @Test("a logo is nobody's to see before its scan; then it stands above every page, drawn anew and small")
  func worn() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let photo = try Samples.photo()
    let sent = try await send(admin, photo, "seal.jpg")
    #expect(sent.status == 202 && sent["state"]?.string == "quarantined" && sent["address"] == .null, "\(sent.text)")
    let id = try #require(sent["id"]?.string)
    #expect(try await band(town).contains("icon"), "until then the lamp stays")
    #expect(try await town.browser(.administrator).get("/admin/branding").text.contains("data-pending"))
    try await scan(town)
    let logo = try await state(admin, id)
    #expect(logo["state"]?.string == "clean" && logo["worn"]?.bool == true, "\(logo.text)")
    #expect(max(logo["width"]?.integer ?? 0, logo["height"]?.integer ?? 0) <= Logo.edge)
    let address = try #require(logo["address"]?.string)
    #expect(try await band(town).contains("src=\"\(address)\" alt=\"\""), "the name stands beside it")
    #expect(try await band(town).contains("<span>"))
    let picture = try await town.anonymous.get(address)
    #expect(picture.status == 200 && picture.headers["Content-Type"] == "image/jpeg")
    #expect(picture.headers["Cache-Control"] == "public, max-age=31536000, immutable")
    #expect(picture.headers["Content-Security-Policy"] == "sandbox; default-src 'none'")
    #expect(!picture.bytes.contains(sequence: Array("Exif".utf8)) && picture.bytes.count <= Logo.mostStoredBytes)
    #expect(access(town.installation.uploads + "/quarantine/" + id, F_OK) != 0, "what was received is gone")
    let named = try await admin.patch(Self.path, .object(["shows_name": .bool(false)]))
    #expect(named["shows_name"]?.bool == false)
    let name = try #require(named["name"]?.string)
    #expect(try await band(town).contains("alt=\"\(name)\""), "who cannot see it is told the name once")
    #expect(!(try await band(town).contains("<span>")))
  }

  @Test(
    "an infected file is deleted, told of with its signature, and worn by nobody; no other file is taken for a picture")
  func refused() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let infected = try #require(try await send(admin, Samples.eicar, "town <b>.png")["id"]?.string)
    try await scan(town)
    let logo = try await state(admin, infected)
    #expect(logo["state"]?.string == "infected" && logo["worn"]?.bool == false && logo["address"] == .null)
    #expect(logo["signature"]?.string?.contains("Eicar") == true)
    #expect(access(town.installation.uploads + "/quarantine/" + infected, F_OK) != 0)
    let page = try await town.browser(.administrator).get("/admin/branding").text
    #expect(page.contains("town &lt;b&gt;.png carried malware (") && page.contains("Nobody has seen it"))
    #expect(try await admin.patch(Self.path, .object(["logo": .string(infected)])).fields == ["logo": "unknown_option"])
    for (bytes, reason) in [(Array("words".utf8), "unaccepted_type"), ([], "empty")] {
      let id = try #require(try await send(admin, bytes)["id"]?.string)
      try await scan(town)
      let failed = try await state(admin, id)
      #expect(failed["state"]?.string == "failed" && failed["reason"]?.string == reason, "\(failed.text)")
    }
    #expect(try await band(town).contains("icon"))
    let rows = try await town.database.read(
      "SELECT after::text FROM audit_events WHERE tenant_id = \(town.id) AND subject = 'logo' ORDER BY id"
    ).map { try $0.get(0, as: String.self) }
    #expect(rows.contains { $0.contains("infected") && $0.contains("Eicar") }, "\(rows)")
  }

  @Test("what is too large, too much or nothing is refused at the door, by API and on the page, and leaves no file")
  func limits() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let large = [UInt8](repeating: 7, count: Logo.mostBytes + 1)
    #expect(try await send(admin, large).code == "too_large")
    #expect(try await admin.upload(Self.path + "/logos", files: []).fields == ["file": "required"])
    #expect(try await admin.post(Self.path + "/logos").code == "unsupported_media_type")
    let browser = try await town.browser(.administrator)
    let page = try await browser.client.upload(
      "/admin/branding", fields: [(PageForm.tokenField, browser.token), ("action", "logo")],
      files: [("file", "a.png", large)])
    #expect(page.status == 413 && page.text.contains("href=\"#field-file\""))
    let nothing = try await browser.client.upload(
      "/admin/branding", fields: [(PageForm.tokenField, browser.token), ("action", "logo")], files: [])
    #expect(nothing.status == 422 && nothing.text.contains("href=\"#field-file\""))
    for _ in 0..<Logo.mostWaiting { #expect(try await send(admin, [1]).status == 202) }
    #expect(try await send(admin, [1]).code == "too_many_files")
    for role in [try await town.somebody(.manager), try await town.somebody(.citizen)] {
      #expect(try await send(role, [1]).status == 403)
      #expect(try await role.get(Self.path + "/logos").status == 403)
    }
    let waiting = try await admin.get(Self.path + "/logos").items.compactMap { $0["id"]?.string }
    #expect(waiting.count == Logo.mostWaiting)
    for id in waiting { #expect(access(town.installation.uploads + "/quarantine/" + id, F_OK) == 0) }
  }

  @Test("a logo is taken down, and brought back; the newer of two is worn, whichever is scanned first")
  func taken() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let photo = try Samples.photo()
    let older = try #require(try await send(admin, photo)["id"]?.string)
    let newer = try #require(try await send(admin, photo)["id"]?.string)
    try await scan(town)
    #expect(try await state(admin, older)["worn"]?.bool == false)
    #expect(try await state(admin, newer)["worn"]?.bool == true)
    let browser = try await town.browser(.administrator)
    #expect(try await browser.post("/admin/branding", [("action", "bare")]).status == 303)
    #expect(try await band(town).contains("icon"))
    let address = try #require(try await state(admin, older)["address"]?.string)
    #expect(try await town.anonymous.get(address).status == 404, "what is not worn is for administrators")
    let seen = try await admin.get(address)
    #expect(seen.status == 200 && seen.headers["Cache-Control"] == "private, no-store")
    #expect(try await browser.get("/admin/branding").text.contains("value=\"\(older)\""))
    #expect(try await browser.post("/admin/branding", [("action", "wear"), ("logo", older)]).status == 303)
    #expect(try await band(town).contains(address))
    #expect(try await admin.get(Self.path)["logo"]?.string == older)
    #expect(try await admin.patch(Self.path, .object(["logo": .null]))["logo"] == .null)
    let changes = try await town.database.read(
      "SELECT 1 FROM audit_events WHERE tenant_id = \(town.id) AND subject = 'branding' AND after ? 'logo'")
    #expect(changes.count == 4, "put up, taken down, put up, taken down")
  }

  @Test("a scan that ends after somebody chose another logo puts nothing up, and only some old ones are kept")
  func late() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let photo = try Samples.photo()
    _ = try await send(admin, photo)
    #expect(try await admin.patch(Self.path, .object(["logo": .null])).status == 200)
    try await scan(town)
    #expect(try await band(town).contains("icon"), "it was taken down before it was up")
    var ids: [String] = []
    for _ in 0...Logo.kept {
      ids.append(try #require(try await send(admin, photo)["id"]?.string))
      try await scan(town)
    }
    let items = try await admin.get(Self.path + "/logos").items
    #expect(items.count == Logo.kept && items.first?["worn"]?.bool == true)
    #expect(try await state(admin, ids[0]).status == 404)
    let store = "\(town.installation.uploads)/store/\(town.id)/"
    #expect(access(store + ids[0], F_OK) != 0 && access(store + ids[Logo.kept], F_OK) == 0)
  }

  @Test("a logo of one township is nothing in another, by whatever name")
  func isolation() async throws {
    let (one, other) = (try await Township(), try await Township())
    let (admin, stranger) = (try await one.somebody(.administrator), try await other.somebody(.administrator))
    let id = try #require(try await send(admin, try Samples.photo())["id"]?.string)
    try await scan(one)
    let address = try #require(try await state(admin, id)["address"]?.string)
    #expect(try await one.anonymous.get(address).status == 200)
    #expect(try await other.anonymous.get(address).status == 404)
    #expect(try await stranger.get(address).status == 404)
    #expect(try await state(stranger, id).status == 404)
    #expect(try await stranger.patch(Self.path, .object(["logo": .string(id)])).fields == ["logo": "unknown_option"])
    #expect(try await stranger.get(Self.path + "/logos").items.isEmpty)
    #expect(try await stranger.get("/api/v1/attachments/\(id)").status == 404)
    #expect(try await admin.get("/api/v1/attachments/\(id)/content").status == 404, "it is no file of a request")
  }
}
