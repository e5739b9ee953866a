import JSON
import Testing

private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

struct JSONParserTests {
  @Test("a document keeps its order, its whole numbers and its text")
  func document() throws {
    let value = try parse(
      #" {"b": [1, -2.5, 1e3, true, false, null], "a": {"é\u00e9\ud83c\udfee\/": "x\n"}, "big": 9223372036854775808} "#)
    #expect(value.object?.keys == ["b", "a", "big"])
    #expect(value["b"]?.array == [.integer(1), .number(-2.5), .number(1000), .bool(true), .bool(false), .null])
    #expect(value["b"]?.array?[2].integer == 1000)
    #expect(value["a"]?["éé🏮/"]?.string == "x\n")
    #expect(value["big"] == .number(9_223_372_036_854_775_808))
    #expect(value["big"]?.integer == nil)
    #expect(value["absent"] == nil)
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("-0").double?.sign == .minus)
    #expect(try parse("1e-400") == .number(0))
  }

  @Test(
    "what is not JSON is refused",
    arguments: [
      ("", .unexpectedEnd), ("  ", .unexpectedEnd), ("{", .unexpectedEnd), ("[1", .unexpectedEnd),
      ("[1,]", .unexpectedByte), (#"{"a":1,}"#, .unexpectedByte), ("[,1]", .unexpectedByte), ("[1 2]", .unexpectedByte),
      ("{a:1}", .unexpectedByte), ("{'a':1}", .unexpectedByte), (#"{"a" 1}"#, .unexpectedByte),
      ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte), ("-Infinity", .invalidNumber), ("nul", .unexpectedEnd),
      ("nulL", .unexpectedByte), ("1 2", .trailingBytes), ("{}x", .trailingBytes), ("// a\n1", .unexpectedByte),
      ("\u{FEFF}1", .unexpectedByte), ("\u{A0}1", .unexpectedByte), ("\u{B}1", .unexpectedByte),
      ("01", .invalidNumber), ("-", .unexpectedEnd), ("+1", .unexpectedByte), ("1.", .invalidNumber),
      (".5", .unexpectedByte), ("1e", .invalidNumber), ("1e+", .invalidNumber), ("-01", .invalidNumber),
      ("0x10", .trailingBytes), ("1e400", .numberOutOfRange), ("-1e400", .numberOutOfRange),
      (#""\x""#, .invalidEscape), (#""\u12g4""#, .invalidEscape), (#""\u１234""#, .invalidEscape),
      (#""\ud800""#, .loneSurrogate), (#""\udc00""#, .loneSurrogate), (#""\ud800\u0041""#, .loneSurrogate),
      (#""\ud800\ud800""#, .loneSurrogate), ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd),
      ("\"a\nb\"", .controlCharacter), ("\"\\n\u{0}\"", .controlCharacter),
      (#"{"a":1,"a":2}"#, .duplicateKey), (#"{"a":1,"\u0061":2}"#, .duplicateKey),
    ] as [(String, JSONError.Reason)])
  func refused(text: String, reason: JSONError.Reason) {
    let error = #expect(throws: JSONError.self) { try parse(text) }
    #expect(error?.reason == reason)
    #expect((0...text.utf8.count).contains(error?.offset ?? -1))
  }

  @Test(
    "bytes that are not UTF-8 are refused, with and without escapes",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80]] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    let quote: [UInt8] = [0x22]
    for prefix in [[], [0x5C, 0x6E]] as [[UInt8]] {
      let error = #expect(throws: JSONError.self) { try JSONValue.parse(quote + prefix + bytes + quote) }
      #expect(error == JSONError(reason: .invalidUTF8, offset: 1))
    }
    #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
  }

  @Test("nesting, length and the length of a number are limited")
  func limits() throws {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try parse(deep) }
    #expect(throws: JSONError(reason: .tooDeep, offset: 64)) { try parse("[" + deep + "]") }
    #expect(throws: JSONError.self) { try parse(String(repeating: #"{"a":"#, count: 1_000_000)) }
    #expect(throws: JSONError(reason: .tooLarge, offset: 2)) {
      try JSONValue.parse(Array("123".utf8), limits: .init(bytes: 2))
    }
    #expect(throws: JSONError(reason: .numberOutOfRange, offset: 0)) { try parse(String(repeating: "1", count: 2000)) }
  }

  @Test("a key repeated among many is found")
  func manyKeys() throws {
    let members = (0..<5000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
    #expect(try parse("{\(members)}")["k4999"] == .integer(4999))
    #expect(throws: JSONError.self) { try parse(#"{\#(members),"k3":0}"#) }
  }

  @Test("mutated documents never crash, and what is accepted is written and read back the same")
  func mutations() throws {
    let seeds = [
      #"{"title":"Lamp out","location":{"latitude":39.95,"longitude":-75.16},"tags":["a","é","\ud83c\udfee"],"n":null}"#,
      #"[[[[1,2.5e3,-0,true,false,"\"\\\/\b\f\n\r\t"]]],{"a":{"b":{"c":[]}}}]"#,
    ].map { Array($0.utf8) }
    let interesting: [UInt8] = Array(#"{}[]",:\0-+.eEtfnu"#.utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC0, 0xED, 0xFF]
    var random = SeededGenerator(seed: 8259)
    var accepted = 0
    for _ in 0..<60_000 {
      var bytes = seeds.randomElement(using: &random)!
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = bytes.indices.randomElement(using: &random)!
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = interesting.randomElement(using: &random)!
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(interesting.randomElement(using: &random)!, at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
        }
      }
      guard let value = try? JSONValue.parse(bytes) else { continue }
      accepted += 1
      var json = JSONWriter()
      json.value(value)
      #expect(try JSONValue.parse(json.bytes) == value)
    }
    #expect(accepted > 1000)
  }
}
