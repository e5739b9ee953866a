/// A parsed JSON document.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// Written without fraction or exponent, and within Int.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// An object's members in the order they were sent. No key appears twice.
public struct JSONObject: Sendable, Equatable {
  public struct Member: Sendable, Equatable {
    public let key: String
    public let value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  public let members: [Member]

  /// Keys are not checked for repetition.
  public init(members: [Member]) { self.members = members }

  public var keys: [String] { members.map(\.key) }

  /// nil when the key is absent; `.null` when it was sent as null.
  public subscript(key: String) -> JSONValue? {
    members.first { $0.key == key }?.value
  }
}

extension JSONValue {
  public var isNull: Bool { self == .null }

  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// Also of `1.0` and `1e3`, which mean whole numbers; beyond 2^53 only of numbers written as integers.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value) where value.magnitude <= 9_007_199_254_740_992: Int(exactly: value)
    default: nil
    }
  }

  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// A member of an object; nil when absent, or when this is no object.
  public subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: JSONWritable {
  public func write(to json: inout JSONWriter) {
    switch self {
    case .null: json.null()
    case .bool(let value): json.value(value)
    case .integer(let value): json.value(value)
    case .number(let value): json.value(value)
    case .string(let value): json.value(value)
    case .array(let value): json.value(value)
    case .object(let value):
      json.object { object in for member in value.members { object.field(member.key, member.value) } }
    }
  }
}

/// Why bytes are not JSON, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  public enum Reason: String, Sendable {
    case tooLarge = "the document is too large"
    case tooDeep = "values are nested too deeply"
    case unexpectedEnd = "the document ends early"
    case unexpectedByte = "an unexpected character"
    case trailingBytes = "something follows the value"
    case duplicateKey = "a key appears twice"
    case invalidUTF8 = "text is not UTF-8"
    case invalidEscape = "an invalid escape"
    case loneSurrogate = "half of a surrogate pair"
    case controlCharacter = "a control character inside a string"
    case invalidNumber = "an invalid number"
    case numberOutOfRange = "a number out of range"
  }

  public let reason: Reason
  /// In bytes from the beginning of the document.
  public let offset: Int

  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  public var description: String { "invalid JSON at byte \(offset): \(reason.rawValue)" }
}
