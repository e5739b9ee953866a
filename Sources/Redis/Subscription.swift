/// Channels and the consumer of their messages.
struct Subscription: Sendable {
  private let channels: [String]
  private let continuation: AsyncStream<RedisMessage>.Continuation
  private var confirmed = 0
  private var began = false

  init(channels: [String], continuation: AsyncStream<RedisMessage>.Continuation) {
    self.channels = channels
    self.continuation = continuation
  }

  /// What to send over a new connection.
  mutating func begin() throws(RedisError) -> [UInt8] {
    confirmed = 0
    return try EncodedCommands([["SUBSCRIBE"] + channels]).bytes
  }

  mutating func receive(_ reply: RedisReply) throws(RedisError) {
    if case .error(let error) = reply { throw error }
    guard let parts = reply.array, let kind = parts.first?.string else { return }
    if kind == "message", parts.count == 3, let channel = parts[1].string, let payload = parts[2].bytes {
      continuation.yield(.message(channel: channel, payload: payload))
    } else if kind == "subscribe" {
      confirmed += 1
      guard confirmed == channels.count else { return }
      continuation.yield(began ? .reconnected : .subscribed)
      began = true
    }
  }

  func finish() { continuation.finish() }
}
