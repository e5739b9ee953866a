import Intake
import Testing

@Suite("A hostile file") struct HostileFileTests {
  private static let infected = Verdict.infected(signature: "Eicar-Test-Signature.UNOFFICIAL")

  @Test("that carries a signature is infected, however it is wrapped")
  func infected() async throws {
    let zip = Fixtures.zip(Fixtures.eicar, as: "a.com")
    let wrapped = [
      Fixtures.eicar, zip, Fixtures.zip(zip, as: "b.zip"), try Fixtures.tarball(Fixtures.eicar, as: "a.com"),
      PDF.carrying(Fixtures.eicar), PDF.carrying(zip), try Fixtures.picture(".jpg") + zip,
    ]
    try await Workshop.withScanner { scanner in
      for file in wrapped { try await scanner.expect(Self.infected, of: file) }
    }
  }

  @Test("of a type that is not accepted is refused by its bytes")
  func types() async throws {
    let svg = "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>"
    let refused = [
      Array("#!/bin/sh\necho hello\n".utf8), Array("<html><script>alert(1)</script></html>".utf8), Array(svg.utf8),
      Fixtures.zip(Array("hello".utf8), as: "picture.jpg"), try Fixtures.picture(".gif"), try Fixtures.picture(".tif"),
      try Fixtures.picture(".ppm"), try Fixtures.picture(".v"), [0xff, 0xd8], Array("\0\0\0\u{1}".utf8),
    ]
    try await Workshop.withScanner { scanner in
      for file in refused { try await scanner.expect(.unaccepted(.unacceptedType), of: file) }
      try await scanner.expect(.unaccepted(.empty), of: [])
    }
  }

  @Test("that is a picture and an archive at once leaves as a picture alone")
  func polyglot() async throws {
    let tail = Fixtures.zip(Array("secret-tail".utf8), as: "tail.txt")
    let png = PNG.adding(text: "secret-text", to: try Fixtures.picture(".png"))
    let polyglots = [try Fixtures.picture(".jpg"), png, try Fixtures.picture(".webp")].map { $0 + tail }
    try await Workshop.withScanner { scanner in
      for file in polyglots {
        let result = try await scanner.inspect(file)
        #expect(result.facts != nil, "\(result.verdict)")
        let survives = result.image.contains(text: "secret") || result.image.contains(text: "PK\u{3}\u{4}")
        #expect(!survives)
      }
    }
  }

  @Test("that is cut short or garbled is a broken image", arguments: [".jpg", ".png", ".webp", ".heic", ".avif"])
  func truncated(format: String) async throws {
    let whole = try Fixtures.picture(format)
    try await Workshop.withScanner { scanner in
      for length in [whole.count / 2, whole.count * 3 / 4, 64] {
        let verdict = try await scanner.verdict(on: Array(whole[..<length]))
        #expect(verdict == .unaccepted(.brokenImage), "\(length) of \(whole.count) bytes")
      }
    }
  }

  @Test("that promises too many pixels is refused before they are decoded")
  func pixelBomb() async throws {
    let bombs = [
      PNG.promising(width: 60_000, height: 60_000), PNG.promising(width: 2_000_000_000, height: 1),
      PNG.promising(width: 2_147_483_647, height: 2_147_483_647),
    ]
    try await Workshop.withScanner { scanner in
      try await scanner.expect(.unaccepted(.tooManyPixels), of: bombs[0])
      for bomb in bombs[1...] {
        let verdict = try await scanner.verdict(on: bomb)
        #expect(verdict == .unaccepted(.tooManyPixels) || verdict == .unaccepted(.brokenImage))
      }
    }
    try await Workshop.withScanner({ $0.maximumPixels = 640 * 480 - 1 }) { scanner in
      for format in [".jpg", ".png", ".webp", ".heic"] {
        let picture = try Fixtures.picture(format)
        try await scanner.expect(.unaccepted(.tooManyPixels), of: picture)
      }
    }
  }

  @Test("nested too deep to be looked into is never clean")
  func nesting() async throws {
    let bomb = (0..<25).reduce(Fixtures.eicar) { inner, _ in Fixtures.zip(inner, as: "inner.zip") }
    try await Workshop.withScanner { scanner in
      try await scanner.expect(.limits, of: bomb)
      // Within another file the engine finds the headers of every layer at once, and so the innermost.
      try await scanner.expect(Self.infected, of: PDF.carrying(bomb))
    }
  }

  @Test("beyond the largest size is refused unread")
  func tooLarge() async throws {
    try await Workshop.withScanner({ $0.maximumFileBytes = 1000 }) { scanner in
      try await scanner.expect(.unaccepted(.tooLarge), of: [UInt8](repeating: 0, count: 1001))
      try await scanner.expect(.unaccepted(.unacceptedType), of: [UInt8](repeating: 0, count: 1000))
    }
  }

  @Test("of the engine's own collection is never clean as an image")
  func collection() async throws {
    let folder = "/usr/share/clamav-testfiles"
    let names = String(decoding: try run("ls", folder), as: UTF8.self).split(separator: "\n")
    #expect(names.count > 20, "the package clamav-testfiles is installed")
    try await Workshop.withScanner { scanner in
      for name in names {
        let file = try File.read("\(folder)/\(name)")
        // Their own signature is not loaded here: the PDF is a document like another.
        guard let result = try? await scanner.inspect(file), let facts = result.facts else { continue }
        #expect(facts.mediaType == .pdf, "\(name)")
      }
      #expect(await scanner.health.isReady)
    }
  }
}
