import FoundationEssentials
import Glibc
import MailSink
import Testing

@testable import Outbound

@Suite struct MailerTests {
  private static let sender = MailAddress("lamppost@town.test")!

  private func message(
    _ to: String, subject: String = "News", text: String = "Hello", unsubscribe: String? = nil, name: String = "Town"
  ) -> MailMessage {
    MailMessage(
      from: Self.sender, fromName: name, to: MailAddress(to)!, subject: subject, text: text, id: "1.2",
      date: Date(timeIntervalSince1970: 1_700_000_000), language: "fr", unsubscribe: unsubscribe)
  }

  @Test("a mail arrives with its headers and its text, in any script")
  func arrives() async throws {
    let sink = MailSink()
    let text = "Straße, naïve café 🚦 \n.\n..two\n\nlong " + String(repeating: "é=x ", count: 200) + "\nend \n"
    let subject = "Réparation de l’éclairage public — rue de l’Église, à côté du n° 12 🚦🚦"
    try await Mailer(url: "smtp://127.0.0.1:\(sink.port)").send(
      message("a@example.test", subject: subject, text: text, unsubscribe: "https://town.test/follow/X", name: "Łódź"))
    let mail = try #require(sink.mails(to: "a@example.test").first)
    #expect(mail.from == "lamppost@town.test")
    #expect(mail.text == text + "\n")
    #expect(mail.header("Date") == "Tue, 14 Nov 2023 22:13:20 +0000")
    #expect(mail.header("Message-ID") == "<1.2@town.test>")
    #expect(mail.header("Auto-Submitted") == "auto-generated")
    #expect(mail.header("List-Unsubscribe") == "<https://town.test/follow/X>")
    #expect(mail.header("Content-Language") == "fr")
    #expect(decode(try #require(mail.header("Subject"))) == subject)
    #expect(mail.header("From")?.hasSuffix(" <lamppost@town.test>") == true)
    #expect(mail.data.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 < 0x7F } })
  }

  /// Encoded words put together again.
  private func decode(_ header: String) -> String {
    let bytes = header.split(separator: " ").flatMap { word in
      Array(Data(base64Encoded: String(word.dropFirst("=?utf-8?B?".count).dropLast(2))) ?? Data())
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("no text can add a header or a recipient")
  func injection() async throws {
    for bad in [
      "a@b.test\r\nRCPT TO:<c@d.test>", "a@b.test>", "<a@b.test", "a b@c.test", "a@b@c.test", "@b.test", "a@", "",
      "a@b.test\u{0}", "\"a\"@b.test", "-oX@b.test", "é@b.test", "a@.b", "a,b@c.test",
      String(repeating: "a", count: 250) + "@b.test",
    ] { #expect(MailAddress(bad) == nil, "\(bad)") }
    let sink = MailSink()
    for subject in [
      "x\r\nBcc: evil@example.test\r\n\r\nBody", "x\nBcc: evil@example.test", "é\u{2028}\r\nBcc: evil@x.test",
    ] {
      try await Mailer(url: "smtp://127.0.0.1:\(sink.port)").send(
        message(
          "b@example.test", subject: subject, text: "t", unsubscribe: "https://x.test/>\r\nBcc: evil@x.test",
          name: "T\r\nBcc: evil@x.test"))
    }
    #expect(sink.all.count == 3)
    for mail in sink.all {
      #expect(mail.header("Bcc") == nil && mail.header("List-Unsubscribe") == nil && mail.text == "t\n")
    }
  }

  @Test("a refusal by the server is told from a failure that may pass")
  func failures() async throws {
    let sink = MailSink()
    let mailer = try Mailer(url: "smtp://127.0.0.1:\(sink.port)", seconds: 5)
    sink.answer("gone@example.test", by: "550 no such user")
    sink.answer("busy@example.test", by: "451 later")
    await #expect { try await mailer.send(message("gone@example.test")) } throws: { error in
      if case MailError.refused(550) = error { true } else { false }
    }
    await #expect { try await mailer.send(message("busy@example.test")) } throws: { error in
      if case MailError.failed(_, 451) = error { true } else { false }
    }
    await #expect { try await Mailer(url: "smtp://127.0.0.1:1").send(message("x@example.test")) } throws: { error in
      if case MailError.failed = error { true } else { false }
    }
    #expect(sink.all.isEmpty)
  }

  @Test("user and password of the URL are used, and never over a network without encryption")
  func credentials() async throws {
    let sink = MailSink()
    try await Mailer(url: "smtp://lamp:p%40ss@127.0.0.1:\(sink.port)").send(message("a@example.test"))
    #expect(sink.credentials == [Data("\0lamp\0p@ss".utf8).base64EncodedString()])
    #expect(try SMTPServer(url: "smtp://a:b@mail.test", seconds: 1).encryption == .always)
    #expect(try SMTPServer(url: "smtp://mail.test:25", seconds: 1).encryption == .whereOffered)
    #expect(try SMTPServer(url: "smtp://a:b@[::1]:25", seconds: 1).encryption == .none)
  }

  @Test("a URL that is none is refused without being repeated")
  func wrongURLs() {
    for url in [
      "http://x", "smtp://", "smtp://secret:@", "smtp://a@b@c", "smtp:// x", "file://relative", "smtp://%zz:s@h",
    ] {
      let error = #expect(throws: MailerURLError.self) { try Mailer(url: url) }
      #expect(error?.description.contains("secret") == false)
    }
  }

  @Test("without a mail server, mails can be had as files")
  func folder() async throws {
    var template = Array("/var/tmp/lamppost-mail-XXXXXX".utf8CString)
    mkdtemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try await Mailer(url: "file://\(path)/mail").send(message("a@example.test", text: "Hello file"))
    let file = "\(path)/mail/1700000000000-12.eml"
    let handle = try #require(fopen(file, "r"))
    defer { fclose(handle) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = fread(&buffer, 1, buffer.count, handle)
    #expect(String(decoding: buffer.prefix(count), as: UTF8.self).hasSuffix("\r\n\r\nHello file\r\n"))
  }
}
