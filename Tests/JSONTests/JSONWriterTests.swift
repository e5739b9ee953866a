import FoundationEssentials
import JSON
import Testing

private func written(_ value: some JSONWritable) -> String {
  var json = JSONWriter()
  json.value(value)
  return String(decoding: json.bytes, as: UTF8.self)
}

struct JSONWriterTests {
  @Test("objects, arrays and nothing nest with the right commas")
  func structure() {
    var json = JSONWriter()
    json.object { object in
      object.field("reference", "7Q4K-2M9P")
      object.field("assignee", Int?.none)
      object.object("location") { location in
        location.field("latitude", 39.95)
        location.field("longitude", -75.0)
      }
      object.array("counts", [1, 2, 3])
      object.array("mixed") { array in
        array.element(true)
        array.object { _ in }
        array.array { _ in }
      }
      object.field("raw", RawJSON(unsafeJSON: Array(#"{"a":1}"#.utf8)))
      object.field("open") { $0.value(false) }
    }
    #expect(
      String(decoding: json.bytes, as: UTF8.self) == """
        {"reference":"7Q4K-2M9P","assignee":null,"location":{"latitude":39.95,"longitude":-75.0},\
        "counts":[1,2,3],"mixed":[true,{},[]],"raw":{"a":1},"open":false}
        """)
  }

  @Test("what a string may not hold is escaped wherever it stands in a run of eight")
  func escapes() throws {
    #expect(written("\u{0}\u{8}\t\n\u{C}\r\u{1F}\"\\/é🏮") == #""\u0000\b\t\n\f\r\u001f\"\\/é🏮""#)
    for special in ["\"", "\\", "\n", "\u{1}"] {
      for before in 0..<20 {
        for after in [0, 1, 7, 8, 9] {
          let text = String(repeating: "é~", count: before) + special + String(repeating: "\u{7F}!", count: after)
          #expect(try JSONValue.parse(Array(written(text).utf8)) == .string(text))
        }
      }
    }
  }

  @Test("every string of random scalars is read back as it was")
  func randomStrings() throws {
    var random = SeededGenerator(seed: 311)
    for _ in 0..<2000 {
      let scalars = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &random) ? 0x7F : 0x10FFFF), using: &random))
      }
      let text = String(String.UnicodeScalarView(scalars))
      let parsed = try JSONValue.parse(Array(written(text).utf8)).string
      #expect(parsed.map { Array($0.utf8) } == Array(text.utf8))
    }
  }

  @Test("numbers are written exactly, and what JSON cannot say is null")
  func numbers() {
    for number in [0, 9, 10, -1, -10, 1_234_567_890, .max, .min] { #expect(written(number) == String(number)) }
    for number in [0.1, -75.16379, Double.leastNonzeroMagnitude, 1e300, 1e16, 0.00001, .greatestFiniteMagnitude] {
      #expect(Double(written(number)) == number)
    }
    for number in [Double.nan, .infinity, -.infinity] { #expect(written(number) == "null") }
  }

  @Test("an enum with raw values and a list of optional values need no code")
  func conformances() {
    enum Status: String, JSONWritable { case submitted, closed }
    #expect(written([Status.submitted, nil, .closed]) == #"["submitted",null,"closed"]"#)
  }

  @Test("a body that throws leaves the writer usable by nobody but does not crash")
  func throwingBody() {
    struct Broken: Error {}
    var json = JSONWriter()
    #expect(throws: Broken.self) { try json.object { _ in throw Broken() } }
    #expect(json.bytes == Array("{".utf8))
  }
}

struct RFC3339Tests {
  @Test(
    "times are read strictly",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29t12:00:00z", 951_825_600), ("1969-12-31T23:59:59Z", -1),
      ("2026-03-01T09:30:00.250+02:00", 1_772_350_200.25), ("2026-03-01T09:30:00-00:00", 1_772_357_400),
      ("0000-01-01T00:00:00Z", -62_167_219_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
  func parses(text: String, seconds: Double) {
    #expect(RFC3339.parse(text)?.timeIntervalSince1970 == seconds)
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026-03-01", "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2016-12-31T23:59:60Z", "2026-01-01T00:00:00.Z",
      "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00Zx", "+2026-01-01T00:00:00Z",
      "2026-1-01T00:00:00Z", "2026-01-01T00:00:00+02:60", "٢٠٢٦-01-01T00:00:00Z",
    ])
  func refuses(text: String) {
    #expect(RFC3339.parse(text) == nil)
  }

  @Test("times are written in UTC, with milliseconds only where there are some")
  func formats() {
    #expect(RFC3339.format(Date(timeIntervalSince1970: 951_825_600)) == "2000-02-29T12:00:00Z")
    #expect(RFC3339.format(Date(timeIntervalSince1970: 0.25)) == "1970-01-01T00:00:00.250Z")
    #expect(RFC3339.format(Date(timeIntervalSince1970: -0.001)) == "1969-12-31T23:59:59.999Z")
    #expect(RFC3339.format(Date(timeIntervalSince1970: 1.9996)) == "1970-01-01T00:00:02Z")
    #expect(RFC3339.format(Date(timeIntervalSince1970: -.infinity)) == "0000-01-01T00:00:00Z")
    #expect(RFC3339.format(Date(timeIntervalSince1970: .infinity)) == "9999-12-31T23:59:59.999Z")
    #expect(RFC3339.format(Date(timeIntervalSince1970: .nan)) == "0000-01-01T00:00:00Z")
  }

  @Test("every day of ten thousand years is read back as it was written, and the days follow each other")
  func everyDay() {
    for day in stride(from: -719_528, through: 2_932_896, by: 1) where day % 7 == 0 || (10_900..<11_100).contains(day) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200.5)
      #expect(RFC3339.parse(RFC3339.format(date)) == date)
    }
  }
}
