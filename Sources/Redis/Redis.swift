public import EventLoop

/// A client of one Redis server: commands are pipelined over a few connections that live on an event loop, are opened
/// again when they break, and never keep a caller beyond its deadline.
///
/// With Redis gone, every call throws at once (`RedisError.isOutage`). A command is never repeated by itself.
/// Connections are shared: commands that change one (`SELECT`, `MULTI` outside of a pipeline, `SUBSCRIBE`,
/// `CLIENT REPLY`) or block it (`BLPOP`) do not belong here.
public final class Redis: Sendable {
  private let configuration: Configuration
  private let loop: EventLoop
  private let resolver: Resolver
  private let connections: [RedisConnection]

  /// Starts connecting at once, in the background.
  public init(_ configuration: Configuration, loop: EventLoop) {
    self.configuration = configuration
    self.loop = loop
    let resolver = Resolver(configuration.address)
    self.resolver = resolver
    connections = (0..<max(configuration.connections, 1)).map { _ in
      RedisConnection(configuration, loop: loop, resolver: resolver)
    }
    for connection in connections { connection.start() }
  }

  deinit {
    for connection in connections { connection.stop() }
  }

  /// One command: `try await redis.command("SET", key, value, "EX", 60)`.
  /// - Parameter deadline: nil means the configured one.
  /// - Throws: `RedisError`, `CancellationError`.
  @discardableResult
  public func command(_ arguments: any RedisArgument..., deadline: Duration? = nil) async throws -> RedisReply {
    try await command(arguments, by: instant(after: deadline))
  }

  /// Commands sent together, answered in order; an error is one of the replies. They run one after the other with
  /// nothing in between only inside `MULTI` … `EXEC`.
  /// - Parameter deadline: for all of them; nil means the configured one.
  /// - Throws: `RedisError`, `CancellationError`.
  public func pipeline(_ commands: [[any RedisArgument]], deadline: Duration? = nil) async throws -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    return try await leastBusy.send(try EncodedCommands(commands), by: instant(after: deadline))
  }

  /// Messages published to `channels`, over a connection of its own that is opened again when it breaks.
  ///
  /// What is published before `.subscribed`, or between a break and `.reconnected`, never arrives: read the state anew
  /// at each of the two. A consumer slower than its channel loses the oldest messages. The connection ends when the
  /// stream is no longer iterated or its task is cancelled.
  /// - Parameters:
  ///   - channels: with none, the stream ends at once.
  ///   - bufferLimit: messages kept for a slow consumer.
  public func subscribe(to channels: [String], bufferLimit: Int = 1024) -> AsyncStream<RedisMessage> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: RedisMessage.self, bufferingPolicy: .bufferingNewest(bufferLimit))
    guard !channels.isEmpty else {
      continuation.finish()
      return stream
    }
    let subscription = Subscription(channels: channels, continuation: continuation)
    let connection = RedisConnection(configuration, loop: loop, resolver: resolver, subscription: subscription)
    continuation.onTermination = { _ in connection.stop() }
    connection.start()
    return stream
  }

  /// Closes the connections; calls that wait, and all later ones, throw `unavailable`. Subscriptions end with their
  /// consumers.
  public func shutdown() async {
    for connection in connections { await connection.close() }
  }

  /// Whether a command sent now has a connection to go over.
  public var isReachable: Bool { connections.contains { $0.counters.isReady } }

  public var statistics: Statistics {
    connections.reduce(into: Statistics()) { $0.add($1.counters) }
  }

  func instant(after deadline: Duration?) -> ContinuousClock.Instant {
    .now + (deadline ?? configuration.deadline)
  }

  func command(_ arguments: [any RedisArgument], by deadline: ContinuousClock.Instant) async throws -> RedisReply {
    try await leastBusy.send(try EncodedCommands([arguments]), by: deadline)[0].orThrow()
  }

  private var leastBusy: RedisConnection {
    connections.min { $0.counters.busyness < $1.counters.busyness }!
  }
}

/// What a subscription brings.
public enum RedisMessage: Sendable, Equatable {
  /// All channels are listened to for the first time.
  case subscribed
  /// All channels are listened to again after the connection broke: something may have been missed.
  case reconnected
  case message(channel: String, payload: [UInt8])
}
