import Synchronization

/// A Lua script, sent once and then called by its digest. Keep it in a `static let`.
public final class RedisScript: Sendable {
  let source: String
  private let known = Mutex<String?>(nil)

  public init(_ source: String) { self.source = source }

  /// Its SHA-1 as Redis told it.
  var digest: String? {
    get { known.withLock { $0 } }
    set { known.withLock { $0 = newValue } }
  }
}

extension Redis {
  /// Runs `script` atomically on the server. A server that forgot it (a restart, `SCRIPT FLUSH`) is sent it again.
  /// - Parameters:
  ///   - keys: `KEYS` in Lua.
  ///   - arguments: `ARGV` in Lua.
  ///   - deadline: for the whole of it; nil means the configured one.
  /// - Throws: `RedisError`, `CancellationError`.
  public func run(
    _ script: RedisScript, keys: [String] = [], arguments: [any RedisArgument] = [], deadline: Duration? = nil
  ) async throws -> RedisReply {
    let end = instant(after: deadline)
    let rest: [any RedisArgument] = [keys.count] + keys + arguments
    do {
      return try await command(["EVALSHA", try await digest(of: script, by: end)] + rest, by: end)
    } catch let error as RedisError where error.kind == .server(code: "NOSCRIPT") {
      return try await command(["EVAL", script.source] + rest, by: end)
    }
  }

  private func digest(of script: RedisScript, by end: ContinuousClock.Instant) async throws -> String {
    if let digest = script.digest { return digest }
    guard let digest = try await command(["SCRIPT", "LOAD", script.source], by: end).string else {
      throw RedisError(.invalidProtocol, "SCRIPT LOAD gave no digest")
    }
    script.digest = digest
    return digest
  }
}
