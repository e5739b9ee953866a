/// What is said before a connection is used: who we are, which database, and whether the server is willing.
struct Handshake {
  private var remaining = 0

  mutating func commands(_ configuration: Redis.Configuration) -> [[any RedisArgument]] {
    var commands: [[any RedisArgument]] = []
    if let password = configuration.password {
      commands.append(["AUTH"] + [configuration.username, password].compactMap(\.self))
    }
    if configuration.database != 0 { commands.append(["SELECT", configuration.database]) }
    commands.append(["PING"])
    remaining = commands.count
    return commands
  }

  /// - Throws: the server's refusal: a wrong password, a database that does not exist, a server that still loads.
  mutating func isDone(after reply: RedisReply) throws(RedisError) -> Bool {
    remaining -= 1
    // A server that cannot save to its disk answers MISCONF to PING, yet still serves reads.
    if case .error(let error) = reply, error.kind != .server(code: "MISCONF") { throw error }
    return remaining == 0
  }
}
