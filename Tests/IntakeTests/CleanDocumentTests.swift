import Intake
import Testing

@Suite("A document") struct CleanDocumentTests {
  @Test("loses its metadata, its scripts and what is attached to it, and keeps its pages")
  func cleaned() async throws {
    try await Workshop.withScanner { scanner in
      let result = try await scanner.inspect(PDF.revealing)
      let facts = try #require(result.facts, "\(result.verdict)")
      #expect(facts.mediaType == .pdf)
      #expect(facts.fileExtension == "pdf")
      #expect(facts.byteCount == result.image.count)
      #expect(facts.dimensions == nil && facts.thumbnail == nil)
      #expect(result.thumbnail.isEmpty)
      #expect(result.image.starts(with: "%PDF-".utf8))
      let traces = ["secret-", "/Metadata", "/Info", "/JavaScript", "/OpenAction", "/EmbeddedFiles"]
      #expect(traces.filter { result.image.contains(text: $0) } == [])
      #expect(result.image.contains(text: "/MediaBox [ 0 0 200 100 ]"))
    }
  }

  @Test("that is encrypted is refused, with or without a password", arguments: ["encrypted.pdf", "restricted.pdf"])
  func encrypted(name: String) async throws {
    let document = try Fixtures.stored(name)
    try await Workshop.withScanner { scanner in
      try await scanner.expect(.unaccepted(.encrypted), of: document)
    }
  }

  @Test("without a page is broken")
  func broken() async throws {
    let empty =
      "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    try await Workshop.withScanner { scanner in
      for text in ["%PDF-1.7\n", "%PDF-1.7\n%%EOF\n", empty] {
        try await scanner.expect(.unaccepted(.brokenDocument), of: Array(text.utf8))
      }
    }
  }
}
