import QRCode
import Testing

@Suite struct QRCodeTests {
  /// What a camera looks for: a square of 3 within a ring, at three of the corners.
  private func isFinder(_ code: QRCode, _ left: Int, _ top: Int) -> Bool {
    (0..<7).allSatisfy { row in
      (0..<7).allSatisfy { column in
        let ring = max(abs(row - 3), abs(column - 3))
        return code.isDark(column: left + column, row: top + row) == (ring != 2)
      }
    }
  }

  @Test("a code has its finders at three corners, and grows with its text", arguments: [1, 14, 60, 500, 2331])
  func shape(length: Int) throws {
    let code = try #require(QRCode(String(repeating: "x", count: length)))
    #expect((code.width - 17) % 4 == 0 && code.width <= 177)
    let far = code.width - 7
    #expect(isFinder(code, 0, 0) && isFinder(code, far, 0) && isFinder(code, 0, far) && !isFinder(code, far, far))
    #expect(code.fullWidth == code.width + 8)
  }

  @Test("the path draws the dark modules, and nothing else")
  func path() throws {
    let code = try #require(QRCode("https://example.test/track/0123456789ABCDEFGHJKMNPQRS"))
    var drawn = Set<[Int]>()
    for match in code.svgPath.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
      let (x, y, run) = (Int(match.1)!, Int(match.2)!, Int(match.3)!)
      #expect(match.3 == match.4)
      for step in 0..<run { drawn.insert([x + step - QRCode.quietZone, y - QRCode.quietZone]) }
    }
    for row in 0..<code.width {
      for column in 0..<code.width {
        #expect(drawn.contains([column, row]) == code.isDark(column: column, row: row))
      }
    }
  }

  @Test("what cannot be a code is none", arguments: ["", "a\0b", String(repeating: "x", count: 2332)])
  func refused(text: String) { #expect(QRCode(text) == nil) }
}
