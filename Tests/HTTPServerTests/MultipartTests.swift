import HTTPServer
import Testing

@Suite("Multipart")
struct MultipartTests {
  /// What a form says, whatever pieces it came in.
  struct Part: Equatable {
    var name: String
    var filename: String?
    var contentType: String?
    var content: [UInt8] = []
  }

  static let form = Array(
    """
    --b\r\nContent-Disposition: form-data; name="title"\r\n\r\nA lamp\r\n--b\r
    Content-Disposition: form-data; name="files"; filename="a \\"b\\".jpg"\r\nContent-Type: image/jpeg\r\n\r
    \r\n--\r\n-\r\r\n--c\r\n--B--\n--b\r\r\n--b  \r
    content-disposition:form-data;name=empty;filename=x.txt\r\n\r\n\r\n--b--\r\nepilogue --b\r\n
    """.utf8)

  static let parts = [
    Part(name: "title", content: Array("A lamp".utf8)),
    Part(
      name: "files", filename: "a \"b\".jpg", contentType: "image/jpeg",
      content: Array("\r\n--\r\n-\r\r\n--c\r\n--B--\n--b\r".utf8)),
    Part(name: "empty", filename: "x.txt"),
  ]

  static func parse(_ chunks: [ArraySlice<UInt8>], boundary: String = "b") throws -> [Part] {
    var parser = try MultipartParser(boundary: boundary)
    var parts: [Part] = []
    var isOpen = false
    var isEnded = false
    for chunk in chunks {
      for event in try parser.feed(chunk) {
        #expect(!isEnded)
        switch event {
        case .part(let headers):
          #expect(!isOpen)
          isOpen = true
          parts.append(Part(name: headers.name, filename: headers.filename, contentType: headers.contentType))
        case .data(let bytes):
          #expect(isOpen && !bytes.isEmpty)
          parts[parts.count - 1].content += bytes
        case .partEnd:
          #expect(isOpen)
          isOpen = false
        case .end:
          #expect(!isOpen)
          isEnded = true
        }
      }
      #expect(parser.bufferedBytes <= (8 << 10) + 80)
    }
    try parser.finish()
    return parts
  }

  static func parse(_ text: String) throws -> [Part] { try parse([Array(text.utf8)[...]]) }

  @Test("a form is read the same wherever it is split in three")
  func everySplit() throws {
    for first in 0...Self.form.count {
      for second in stride(from: first, through: Self.form.count, by: 5) {
        let chunks = [Self.form[..<first], Self.form[first..<second], Self.form[second...]]
        #expect(try Self.parse(chunks) == Self.parts)
      }
    }
    #expect(try Self.parse(Self.form.indices.map { Self.form[$0...$0] }) == Self.parts)
  }

  @Test("mutated forms give the same parts or the same error in any pieces, and hold no more than their limits")
  func fuzz() {
    var random = SeededGenerator(state: 42)
    let pieces: [[UInt8]] = [
      "\r\n", "--b", "--b--", "\r\n--b\r\n", ":", "\"", ";", "\0", "-", "\r", "filename*=UTF-8''%41",
    ]
    .map { Array($0.utf8) }
    for _ in 0..<20_000 {
      var bytes = Self.form
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...20, using: &random)))
        case 2: bytes.insert(contentsOf: pieces.randomElement(using: &random)!, at: at)
        default: bytes = Array(bytes[..<at]) + bytes[Int.random(in: 0..<bytes.count, using: &random)...]
        }
        if bytes.isEmpty { bytes = [13] }
      }
      var chunks: [ArraySlice<UInt8>] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...max(1, min(rest.count, 40)), using: &random)
        chunks.append(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(outcome([bytes[...]]) == outcome(chunks))
    }
  }

  private func outcome(_ chunks: [ArraySlice<UInt8>]) -> Result<[Part], MultipartError> {
    do { return .success(try Self.parse(chunks)) } catch {
      return .failure(error as? MultipartError ?? .boundary)
    }
  }

  @Test(
    "what is no form is an error, never an empty success",
    arguments: [
      ("", MultipartError.missingDelimiter),
      ("garbage", .missingDelimiter),
      (String(repeating: "garbage", count: 1000), .missingDelimiter),
      ("--c\r\n", .missingDelimiter),
      ("--b", .truncated),
      ("--b\r\n", .truncated),
      ("--bx\r\n", .malformedDelimiter),
      ("--b-\r\n", .malformedDelimiter),
      ("--b\nContent-Disposition: form-data; name=a\n\nx\n--b--", .malformedDelimiter),
      ("--b\r\n\r\nx\r\n--b--", .missingName),
      ("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", .missingName),
      ("--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--b--", .missingName),
      ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--", .missingName),
      ("--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nContent-Disposition: form-data; name=a\r\n b\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nContent-Disposition: form-data; name=a\u{0}\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%ff\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''a%0A\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nno colon\r\n\r\nx\r\n--b--", .malformedHeader),
      ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", .truncated),
      ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b", .truncated),
      ("--b\r\nX: \(String(repeating: "x", count: 9000))", .headerTooLarge),
      (String(repeating: "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", count: 33), .tooManyParts),
    ])
  func errors(text: String, error: MultipartError) {
    #expect(throws: error) { try Self.parse(text) }
  }

  @Test(
    "a file's name is read as clients write it",
    arguments: [
      ("filename=\"photo.jpg\"", "photo.jpg"), ("filename=photo.jpg", "photo.jpg"), ("FILENAME=\"x\"", "x"),
      ("filename=\"a;b=\\\"c\\\".png\"", "a;b=\"c\".png"), ("filename=\"C:\\photo.jpg\"", "C:\\photo.jpg"),
      ("filename=\"strüße.jpg\"", "strüße.jpg"), ("filename=photo[1].jpg", "photo[1].jpg"), ("filename=\"\"", ""),
      ("filename=\"plain.jpg\"; filename*=UTF-8''str%C3%BC.jpg", "strü.jpg"),
      ("filename*=utf-8'de'a%20b", "a b"),
    ])
  func filenames(parameter: String, expected: String) throws {
    let parts = try Self.parse("--b\r\nContent-Disposition: form-data; name=\"f\"; \(parameter)\r\n\r\nx\r\n--b--")
    #expect(parts.map(\.filename) == [expected])
  }

  @Test(
    "the boundary is taken from the content type, quoted or not, beside other parameters",
    arguments: [
      ("multipart/form-data; boundary=b", true), ("Multipart/Form-Data;charset=utf-8;Boundary=\"b\"; x=y", true),
      ("multipart/form-data; boundary=\"a (b)'+_,-./:=?\"", true), ("multipart/form-data", false),
      ("multipart/form-data; boundary=", false), ("multipart/form-data; boundary=\"a \"", false),
      ("multipart/form-data; boundary=\(String(repeating: "b", count: 70))", true),
      ("multipart/form-data; boundary=\(String(repeating: "b", count: 71))", false),
      ("multipart/form-data; boundary=b; boundary=c", false), ("multipart/form-data; boundary=b{", false),
      ("multipart/mixed; boundary=b", false), ("application/json", false), ("", false),
    ])
  func boundaries(contentType: String, isValid: Bool) {
    #expect(((try? MultipartParser(contentType: contentType)) != nil) == isValid)
  }

  @Test("a large file passes through a server in small pieces")
  func streaming() async throws {
    let total = 50 << 20
    try await withServer(
      { $0.bodyLimit = total + 1000 },
      handler: { request in
        do {
          var reader = try request.multipart()
          var count = 0
          while let event = try await reader.nextEvent() {
            if case .data(let bytes) = event {
              #expect(bytes.count < 1 << 20)
              count += bytes.count
            }
          }
          return Response(text: "\(count)")
        } catch { return Response(.badRequest, text: "\(error)") }
      }
    ) { server in
      let client = try RawClient(server)
      let head = "--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n"
      try await client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
          + "Content-Length: \(head.utf8.count + total + 9)\r\n\r\n\(head)")
      var random = SeededGenerator(state: 7)
      let chunk = (0..<1 << 20).map { _ in UInt8.random(in: 0...255, using: &random) }
      for _ in 0..<total >> 20 { try await client.send(chunk) }
      try await client.send("\r\n--b--\r\n")
      #expect(try await client.reply().body == "\(total)")
    }
  }

  @Test("a url-encoded form is as strict as a query")
  func urlEncoded() async throws {
    func form(_ text: String, _ type: String = "application/x-www-form-urlencoded; charset=utf-8") async throws -> Query
    {
      try await Request(method: .post, path: "/", headers: ["Content-Type": type], body: Body(Array(text.utf8)))
        .urlEncodedForm()
    }
    #expect(try await form("grant_type=password&username=a%40b&p=+%2B")["p"] == " +")
    await #expect(throws: Query.Malformed.self) { try await form("a=%zz") }
    await #expect(throws: UnsupportedContentType.self) { try await form("a=b", "text/plain") }
  }
}
