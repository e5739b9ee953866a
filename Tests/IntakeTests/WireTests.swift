import Intake
import Testing

@Suite("The protocol between scanner and program") struct WireTests {
  private static let image = MediaFacts(
    mediaType: .webp, byteCount: 12, dimensions: .init(width: 3, height: 4),
    thumbnail: .init(byteCount: 5, dimensions: .init(width: 1, height: 2)))
  private static let document = MediaFacts(mediaType: .pdf, byteCount: 12, dimensions: nil, thumbnail: nil)
  private static let outcomes: [Outcome] =
    [.verdict(.clean(image)), .verdict(.clean(document)), .verdict(.infected(signature: "Test.Name"))]
    + Verdict.Reason.allCases.map { .verdict(.unaccepted($0)) }
    + ScanError.Kind.allCases.map { .failed(ScanError($0, "detail")) }

  @Test("carries every outcome and every report")
  func roundTrip() {
    for outcome in Self.outcomes {
      #expect(Outcome(encoded: outcome.encoded) == outcome)
      #expect(outcome.encoded.count <= Outcome.limit)
      let report = Report.finished(job: 7, outcome)
      #expect(Report(encoded: report.encoded) == report)
    }
    for report in [Report.ready(signatures: 1, newest: 2, sandbox: "x"), .missing, .failed(reason: "y"), .changed] {
      #expect(Report(encoded: report.encoded) == report)
    }
    #expect(Inspection(encoded: Inspection(job: 9).encoded) == Inspection(job: 9))
    #expect(Inspection(encoded: Inspection(job: 9, edge: 480).encoded) == Inspection(job: 9, edge: 480))
  }

  @Test("refuses what is cut short, too long, negative or out of range")
  func refused() {
    for outcome in Self.outcomes {
      let bytes = outcome.encoded
      for length in bytes.indices { #expect(Outcome(encoded: Array(bytes[..<length])) == nil) }
      #expect(Outcome(encoded: bytes + [0]) == nil)
    }
    var negative = Self.outcomes[0].encoded
    negative[9] = 0x80
    #expect(Outcome(encoded: negative) == nil)
    let document = Outcome.verdict(.clean(Self.document)).encoded
    #expect(Outcome(encoded: [0, 0] + document[2...]) == nil, "an image has dimensions")
  }

  @Test("survives any bytes")
  func fuzz() {
    var random = SeededGenerator(state: 42)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...6, using: &random) }
      if let outcome = Outcome(encoded: bytes) { #expect(Outcome(encoded: outcome.encoded) == outcome) }
      _ = Report(encoded: bytes)
      _ = Inspection(encoded: bytes)
    }
  }

  @Test("shows no byte of a stranger that could deceive a terminal or a page")
  func printable() {
    let name = Outcome.verdict(.infected(signature: "a\u{1b}[2J\n\u{e9}")).encoded
    #expect(Outcome(encoded: name) == .verdict(.infected(signature: "a?[2J???")))
  }

  @Test("tells the program the whole configuration")
  func configuration() throws {
    var configuration = IntakeConfiguration(executable: "/x", signatures: "/a=b c", scratch: "/s")
    configuration.timeout = .milliseconds(1500)
    configuration.maximumPixels = 5
    configuration.allowLocalSignatures = true
    #expect(IntakeConfiguration(executable: "/x", arguments: configuration.arguments) == configuration)
    #expect(IntakeConfiguration(executable: "/x", arguments: []) == nil)
    #expect(IntakeConfiguration(executable: "/x", arguments: Array(configuration.arguments.dropLast())) == nil)
  }
}
