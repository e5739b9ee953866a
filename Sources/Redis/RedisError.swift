/// Why a call to Redis gave no answer.
public struct RedisError: Error, Equatable {
  public enum Kind: Sendable, Equatable {
    /// No connection, or it broke before the reply: whether the command ran is unknown.
    case unavailable
    /// The deadline passed: whether the command ran is unknown.
    case timedOut
    /// Redis refused the command; `code` is the first word of its answer, such as `WRONGTYPE`.
    case server(code: String)
    /// Too many calls wait already.
    case overloaded
    /// What arrived was no Redis reply, or what was to be sent no command.
    case invalidProtocol
  }

  public let kind: Kind
  /// For the log.
  let detail: String

  init(_ kind: Kind, _ detail: String = "") {
    self.kind = kind
    self.detail = detail
  }

  /// - Parameter message: as Redis sent it, `CODE what is wrong`. Arguments it repeats are cut off: they may be secret.
  init(serverMessage message: String) {
    let words = message.split(separator: " ", maxSplits: 1)
    let reason = words.count > 1 ? words[1] : ""
    self.init(.server(code: String(words.first ?? "ERR")), String(reason.prefix { $0 != "'" && $0 != "`" }))
  }

  /// Whether Redis could not be reached in time, so that the caller should go on without it.
  public var isOutage: Bool {
    switch kind {
    case .unavailable, .timedOut, .overloaded: true
    case .server, .invalidProtocol: false
    }
  }
}

extension RedisError: CustomStringConvertible, CustomDebugStringConvertible {
  public var description: String {
    switch kind {
    case .unavailable: "the cache is unavailable"
    case .timedOut: "the cache did not answer in time"
    case .server: "the cache refused a command"
    case .overloaded: "too many calls wait for the cache"
    case .invalidProtocol: "the cache could not be understood"
    }
  }

  public var debugDescription: String {
    let code = if case .server(let code) = kind { " \(code)" } else { "" }
    return detail.isEmpty ? "Redis: \(description)\(code)" : "Redis: \(description)\(code): \(detail)"
  }
}
