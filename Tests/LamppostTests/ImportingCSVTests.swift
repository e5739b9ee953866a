import Testing

@testable import Lamppost

@Suite("Reading CSV")
struct ImportingCSVTests {
  private func parse(_ text: String, pieces: [Int] = []) throws -> [CSVRecord] {
    var parser = CSVParser()
    var records: [CSVRecord] = []
    var rest = Array(text.utf8)[...]
    for size in pieces + [rest.count] {
      try Array(rest.prefix(size)).withUnsafeBytes { try parser.consume($0) { records.append($0) } }
      rest = rest.dropFirst(size)
    }
    try parser.finish { records.append($0) }
    return records
  }

  private func fields(_ text: String) throws -> [[String]] {
    try parse(text).map { record in
      (0..<record.count).map { String(decoding: record.field($0), as: UTF8.self) }
    }
  }

  @Test("fields are told apart by commas, quotes and both kinds of line end")
  func plain() throws {
    #expect(try fields("a,b\r\nc,d\n") == [["a", "b"], ["c", "d"]])
    #expect(try fields("a,\"b,\"\"c\"\"\",\"d\r\ne\"\n") == [["a", "b,\"c\"", "d\r\ne"]])
    #expect(try fields(",,\n\"\",x,\"\"") == [["", "", ""], ["", "x", ""]])
    #expect(try fields("last line without an end") == [["last line without an end"]])
    #expect(try fields("a,") == [["a", ""]])
    #expect(try fields("a\n\n\r\nb\n") == [["a"], ["b"]])
    #expect(try fields("").isEmpty)
  }

  @Test("a byte order mark is no part of the first column's name; half of one is")
  func mark() throws {
    #expect(try fields("\u{FEFF}id,x\n") == [["id", "x"]])
    var parser = CSVParser()
    var first: [UInt8] = []
    let bytes: [UInt8] = [0xEF, 0xBB, 0x41, 0x0A]
    try bytes.withUnsafeBytes { try parser.consume($0) { first = Array($0.field(0)) } }
    #expect(first == [0xEF, 0xBB, 0x41])
  }

  @Test("a record knows the line it begins on, whatever its quotes span")
  func lines() throws {
    #expect(try parse("h\n\"a\nb\nc\"\nd\n\n\"e\"\n").map(\.line) == [1, 2, 5, 7])
  }

  @Test("a slip costs one record")
  func faults() throws {
    let records = try parse("ok,1\na\"b,2\n\"c\"d,3\r\ne\rf,4\nok,5\n\"open,6\n")
    #expect(records.map(\.fault) == [nil, .quoteInField, .textAfterQuote, .loneCarriageReturn, nil, .openQuote])
    #expect(records.map(\.line) == [1, 2, 3, 4, 5, 6])
  }

  @Test("where the bytes are cut into pieces changes nothing")
  func pieces() throws {
    let text = "\u{FEFF}a,\"b \"\"q\"\" \r\n ü\",c\r\n\r\n\"x\"y,1\r\n,\"\"\n\"tail\""
    let whole = try parse(text)
    for cut in 0...text.utf8.count { #expect(try parse(text, pieces: [cut]) == whole) }
    #expect(try parse(text, pieces: Array(repeating: 1, count: text.utf8.count)) == whole)
  }

  @Test("random bytes are read to their end or refused, never more")
  func noise() throws {
    var random = SeededGenerator(seed: 7)
    let alphabet = Array("a\",\n\r\u{0}ü".utf8)
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in random.pick(alphabet) }
      var parser = CSVParser()
      var fields = 0
      try bytes.withUnsafeBytes { try parser.consume($0) { fields += $0.count } }
      try parser.finish { fields += $0.count }
      #expect(fields <= bytes.count + 1)
    }
  }

  @Test("a quote that is left open does not swallow a whole file")
  func unbounded() throws {
    let error = #expect(throws: CSVParser.RecordTooLong.self) {
      _ = try parse("h\n\"" + String(repeating: "x,\n", count: 500_000))
    }
    #expect(error?.line == 2)
  }

  @Test(
    "times are read with and without an offset, and days that do not exist are refused",
    arguments: [
      ("2011-07-01 01:32:33", "2011-07-01T01:32:33"), ("2011-07-01T01:32", "2011-07-01T01:32:00"),
      ("2011-07-01", "2011-07-01T00:00:00"), ("2011-07-01T01:32:33Z", "2011-07-01T01:32:33+00"),
      ("2011-07-01 01:32:33-04:00", "2011-07-01T05:32:33+00"), ("2011-02-29 00:00:00", nil), ("2011-13-01", nil),
      ("yesterday", nil), ("0001-01-01", nil), ("9999-12-31 00:00:00", nil), ("", nil),
    ])
  func times(input: String, text: String?) {
    #expect(ImportedTime(input)?.text == text)
  }

  @Test("a slug is made of small letters, and different names have different ones")
  func slugs() {
    #expect(Slug.of("Ward 17") == "ward-17")
    #expect(Slug.of("  Missed Trash/Recycling — Yard ").hasPrefix("missed-trash-recycling-yard-"))
    #expect(Slug.of("一区") != Slug.of("二区") && !Slug.of("一区").isEmpty)
    #expect(Slug.of(String(repeating: "x", count: 300)).count == 100)
    #expect(Slug.of("--").count == 8)
  }
}
