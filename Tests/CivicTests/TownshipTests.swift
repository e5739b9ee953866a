import Testing

@testable import Civic

@Suite struct TownshipCivicTests {
  @Test(
    "a host name is kept as browsers ask for it",
    arguments: [
      ("Reports.Example.ORG", "reports.example.org"), ("reports.example.org.", "reports.example.org"),
      ("reports.example.org:8443", "reports.example.org"), ("https://reports.example.org/", "reports.example.org"),
      ("localhost", "localhost"), ("192.168.0.1:8080", "192.168.0.1"), ("a-b.c1", "a-b.c1"),
      ("xn--kln-sna.de", "xn--kln-sna.de"),
      // Of RFC 3492, section 7.1, and of names that are in use.
      ("köln.de", "xn--kln-sna.de"), ("MÜNCHEN.de", "xn--mnchen-3ya.de"), ("bücher.example", "xn--bcher-kva.example"),
      ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
      ("почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"),
      ("ليهمابتكلموشعربي", "xn--mgbcah9ar9a4efegftvvn"), ("españa.es", "xn--espaa-rta.es"),
    ])
  func hosts(typed: String, kept: String) {
    #expect(HostName(typed)?.description == kept, "\(typed)")
  }

  @Test(
    "what is no host name is none",
    arguments: [
      "", ".", "a..b", "-a.org", "a-.org", "a_b.org", "a b.org", "user@a.org", "a.org/path", "192.168.0.256",
      "192.168.00.1", "1.2.3", "[::1]",
      "a.org:0", "a.org:x", "a.org:99999", "a/b", "ex\u{0}.org", "e\u{301}t.org", "☃️.org", "a.123",
      String(repeating: "a", count: 64) + ".org", String(repeating: "abcdefg.", count: 40) + "org",
      String(repeating: "ü", count: 64),
    ])
  func noHosts(typed: String) { #expect(HostName(typed) == nil, "\(typed)") }

  @Test("a host name that was kept is kept again as it is")
  func again() {
    for text in ["köln.de", "A.b.", "localhost:1"] {
      let host = HostName(text)!
      #expect(HostName(host.description) == host)
    }
  }

  @Test("colours are read as style sheets write them, and contrast is WCAG's")
  func colours() throws {
    #expect(Colour("#1B6ac9")?.description == "#1b6ac9")
    #expect(Colour("000001")?.description == "#000001")
    for wrong in ["", "#fff", "#12345g", "red", "#1234567", "#+12345", "#-12345", "#１２３４５６"] {
      #expect(Colour(wrong) == nil, "\(wrong)")
    }
    #expect(abs(Colour.white.contrast(with: .black) - 21) < 0.001)
    // Known pairs: #767676 is the lightest grey that can be read on white, #0000ff has 8.59.
    #expect(abs(try #require(Colour("#767676")).contrast(with: .white) - 4.54) < 0.01)
    #expect(abs(try #require(Colour("#0000ff")).contrast(with: .white) - 8.59) < 0.01)
    #expect(abs(try #require(Colour("#777777")).contrast(with: .white) - 4.48) < 0.01)
  }

  @Test("whatever colours a township chooses, every text of its pages can be read, by day and by night")
  func themes() {
    for red in stride(from: 0, through: 255, by: 17) {
      for green in stride(from: 0, through: 255, by: 17) {
        for blue in stride(from: 0, through: 255, by: 17) {
          let colour = Colour(red: UInt8(red), green: UInt8(green), blue: UInt8(blue))
          for (name, text, ground) in Theme(brand: colour, accent: colour).pairs {
            #expect(text.contrast(with: ground) >= Colour.readable, "\(name) of \(colour)")
          }
        }
      }
    }
  }

  @Test("a colour that can be read stays as it was chosen")
  func unchanged() throws {
    let blue = try #require(Colour("#0b57a4"))
    #expect(blue.readable(on: [.white]) == blue)
    #expect(Theme(brand: blue, accent: blue).day["--night"] == blue)
    #expect(Colour(red: 128, green: 128, blue: 128).readable(on: [.white, .black, Colour("#767676")!]) == nil)
  }
}
