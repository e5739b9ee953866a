/// What Redis answered (RESP2).
public enum RedisReply: Sendable, Equatable {
  case null
  case integer(Int)
  /// Any bytes, the empty string included.
  case string([UInt8])
  /// A short word such as `OK`.
  case status(String)
  case array([RedisReply])
  /// Only inside a pipeline's or script's replies: by itself an error is thrown.
  case error(RedisError)

  /// Text of a string or status; nil when it is neither, or not UTF-8.
  public var string: String? {
    switch self {
    case .string(let bytes): String(validating: bytes, as: UTF8.self)
    case .status(let word): word
    default: nil
    }
  }

  public var bytes: [UInt8]? {
    if case .string(let bytes) = self { bytes } else { nil }
  }

  public var integer: Int? {
    if case .integer(let number) = self { number } else { nil }
  }

  public var array: [RedisReply]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  public var isNull: Bool { self == .null }

  func orThrow() throws(RedisError) -> RedisReply {
    if case .error(let error) = self { throw error }
    return self
  }
}

/// What a command is made of. Redis takes any bytes.
public protocol RedisArgument: Sendable {
  var redisBytes: [UInt8] { get }
}

extension String: RedisArgument {
  public var redisBytes: [UInt8] { Array(utf8) }
}

extension Int: RedisArgument {
  public var redisBytes: [UInt8] { Array(String(self).utf8) }
}

extension [UInt8]: RedisArgument {
  public var redisBytes: [UInt8] { self }
}

/// Commands as they go over the wire.
struct EncodedCommands: Sendable {
  private(set) var bytes: [UInt8] = []
  let count: Int

  /// - Throws: `invalidProtocol` for a command without a word, which Redis would never answer.
  init(_ commands: [[any RedisArgument]]) throws(RedisError) {
    count = commands.count
    for command in commands {
      guard !command.isEmpty else { throw RedisError(.invalidProtocol, "an empty command") }
      append("*", command.count)
      for argument in command {
        let argument = argument.redisBytes
        append("$", argument.count)
        bytes += argument
        bytes += [0x0D, 0x0A]
      }
    }
  }

  private mutating func append(_ mark: Unicode.Scalar, _ count: Int) {
    bytes.append(UInt8(ascii: mark))
    bytes += String(count).utf8
    bytes += [0x0D, 0x0A]
  }
}
