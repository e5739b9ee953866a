extension JSONValue {
  /// What a document may cost.
  public struct Limits: Sendable {
    /// Arrays and objects inside each other.
    public var depth: Int
    /// Of the document; a parsed one takes up to some 15 times as much memory.
    public var bytes: Int

    public init(depth: Int = 64, bytes: Int = 8 << 20) {
      self.depth = depth
      self.bytes = bytes
    }
  }

  /// Parses strict RFC 8259: no byte order mark, no comments, no trailing commas, no key twice, no half surrogate.
  public static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.bytes else { throw JSONError(reason: .tooLarge, offset: limits.bytes) }
    var parser = JSONParser(input: bytes, depthLimit: limits.depth)
    return try parser.document()
  }
}

struct JSONParser {
  let input: [UInt8]
  let depthLimit: Int
  var position = 0
  private var depth = 0

  init(input: [UInt8], depthLimit: Int) {
    self.input = input
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipWhitespace()
    let value = try value()
    skipWhitespace()
    guard position == input.count else { throw error(.trailingBytes) }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    switch try peek() {
    case UInt8(ascii: "{"): try nested { parser throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): try nested { parser throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "t"): try literal("true", .bool(true))
    case UInt8(ascii: "f"): try literal("false", .bool(false))
    case UInt8(ascii: "n"): try literal("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: try number()
    default: throw error(.unexpectedByte)
    }
  }

  /// Recursion is bounded by the limit of depth.
  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < depthLimit else { throw error(.tooDeep) }
    depth += 1
    defer { depth -= 1 }
    position += 1
    skipWhitespace()
    return try body(&self)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    if try skip(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value())
      if try !continues(until: UInt8(ascii: "]")) { return .array(elements) }
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [JSONObject.Member] = []
    var keys = KeySet()
    if try skip(UInt8(ascii: "}")) { return .object(JSONObject(members: members)) }
    while true {
      let start = position
      guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
      let key = try string()
      guard keys.insert(key, after: members) else { throw JSONError(reason: .duplicateKey, offset: start) }
      skipWhitespace()
      guard try skip(UInt8(ascii: ":")) else { throw error(.unexpectedByte) }
      skipWhitespace()
      members.append(JSONObject.Member(key: key, value: try value()))
      if try !continues(until: UInt8(ascii: "}")) { return .object(JSONObject(members: members)) }
    }
  }

  /// After an element: true at a comma, false at `end`.
  private mutating func continues(until end: UInt8) throws(JSONError) -> Bool {
    skipWhitespace()
    if try skip(end) { return false }
    guard try skip(UInt8(ascii: ",")) else { throw error(.unexpectedByte) }
    skipWhitespace()
    return true
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for offset in 0..<text.utf8CodeUnitCount {
      guard try peek() == text.utf8Start[offset] else { throw error(.unexpectedByte) }
      position += 1
    }
    return value
  }

  // MARK: Bytes

  func error(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

  func peek() throws(JSONError) -> UInt8 {
    guard position < input.count else { throw error(.unexpectedEnd) }
    return input[position]
  }

  mutating func skip(_ byte: UInt8) throws(JSONError) -> Bool {
    guard try peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while position < input.count {
      switch input[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }
}

/// Notices a repeated key: by comparing while there are few, by hash beyond.
private struct KeySet {
  private var hashed: Set<String> = []

  mutating func insert(_ key: String, after members: [JSONObject.Member]) -> Bool {
    guard members.count >= 16 else { return !members.contains { $0.key == key } }
    if hashed.isEmpty { hashed = Set(members.map(\.key)) }
    return hashed.insert(key).inserted
  }
}
