import Credentials
import FoundationEssentials
import JSON
import PostgreSQL
import Redis
import Synchronization

/// All open streams of this process. Whoever commits a change says so over Redis, in every process the township's news
/// is then read once and handed to its streams. A word that is lost costs seconds, never an event: every feed also looks
/// by itself, from where it was.
final class LiveHub: Sendable {
  /// What reaches a stream.
  enum Signal: Sendable {
    case news(LiveFeed.Batch)
    case presence(Presence.Sight)
    /// Time to look whether the caller is still who they were.
    case tick

    var isTick: Bool { if case .tick = self { true } else { false } }
  }

  struct Subscription: Sendable {
    let id: Int
    let signals: AsyncStream<Signal>
  }

  private struct Subscriber: Sendable {
    let subject: String
    let continuation: AsyncStream<Signal>.Continuation
  }

  private struct Channel: Sendable {
    var feed: LiveFeed
    var subscribers: [Int: Subscriber] = [:]
    var isReading = false
    /// There was word while it was being read.
    var isWoken = false
  }

  private struct State {
    var channels: [Int: Channel] = [:]
    var bySubject: [String: Int] = [:]
    var count = 0
    var lastID = 0
  }

  /// Streams of one person, or of one network address without an account.
  static let limitPerSubject = 32
  private static let limit = 3_000
  /// Signals that wait for a slow client; with one more its stream ends, and it comes back with where it was.
  private static let queueLimit = 64
  /// How often news is looked for without a word.
  private static let pace = Duration.seconds(2)

  private let database: Database
  private let redis: Redis
  private let channelName: String
  private let log: Log
  private let state = Mutex(State())

  /// - Parameter redisDatabase: Redis carries messages across its numbered databases: two installations that share a
  ///   server by number must not hear each other.
  init(database: Database, redis: Redis, redisDatabase: Int, secret: Secret, log: Log) {
    (self.database, self.redis, self.log) = (database, redis, log)
    let digest = HMACSHA256.authenticate(Array("\(redisDatabase)".utf8), key: secret.derive(label: "live"))
    channelName = "live:" + Base64URL.encode(Array(digest.prefix(16)))
  }

  // MARK: Telling

  /// Says that something of the township has been committed. Nobody waits for it.
  func tell(_ tenant: Tenant) {
    Task { _ = try? await redis.command("PUBLISH", channelName, "\(tenant.id)") }
  }

  func tell(_ sight: Presence.Sight) async throws {
    try await redis.command("PUBLISH", channelName, sight.message)
  }

  // MARK: Listening

  /// Runs until its task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.listen() }
      group.addTask {
        while (try? await Task.sleep(for: Self.pace)) != nil { self.wakeAll() }
      }
    }
    closeAll()
  }

  private func listen() async {
    for await message in redis.subscribe(to: [channelName]) {
      switch message {
      case .subscribed, .reconnected: wakeAll()
      case .message(_, let payload): receive(payload)
      }
    }
  }

  private func receive(_ payload: [UInt8]) {
    if let tenantID = Int(digits: String(decoding: payload, as: UTF8.self)) { return wake(tenantID) }
    guard let sight = Presence.Sight(message: payload) else { return }
    send(.presence(sight), to: sight.tenantID)
  }

  private func wakeAll() {
    for tenantID in state.withLock({ Array($0.channels.keys) }) { wake(tenantID) }
  }

  private func wake(_ tenantID: Int) {
    let isIdle = state.withLock { state in
      guard let channel = state.channels[tenantID], channel.feed.position != nil else { return false }
      state.channels[tenantID]?.isWoken = channel.isReading
      state.channels[tenantID]?.isReading = true
      return !channel.isReading
    }
    if isIdle { Task { await self.read(tenantID) } }
  }

  /// One reading at a time: what was told of in the meantime is read by the next.
  private func read(_ tenantID: Int) async {
    while let feed = state.withLock({ $0.channels[tenantID]?.feed }) {
      var batch: LiveFeed.Batch?
      do {
        let reading = try await feed.read(database)
        batch = state.withLock { $0.channels[tenantID]?.feed.take(reading) }
      } catch {
        log.warning("live_unavailable", [("error", String(reflecting: error))])
      }
      if let batch { send(.news(batch), to: tenantID) }
      let isDone = state.withLock { state in
        guard let channel = state.channels[tenantID] else { return true }
        state.channels[tenantID]?.isReading = channel.isWoken
        state.channels[tenantID]?.isWoken = false
        return !channel.isWoken
      }
      if isDone { return }
    }
  }

  func send(_ signal: Signal, to tenantID: Int) {
    let subscribers = state.withLock { state in state.channels[tenantID].map { Array($0.subscribers.values) } ?? [] }
    for subscriber in subscribers {
      if case .dropped = subscriber.continuation.yield(signal) { subscriber.continuation.finish() }
    }
  }

  // MARK: Streams

  /// - Throws: `rate_limited`, `unavailable` where there is no room for one more stream.
  func checkRoom(for subject: String) throws(Problem) {
    let (own, all) = state.withLock { ($0.bySubject[subject] ?? 0, $0.count) }
    if own >= Self.limitPerSubject { throw Problem(.rateLimited, retryAfter: 30) }
    if all >= Self.limit { throw Problem(.unavailable, retryAfter: 30) }
  }

  /// From when this returns on, everything that is committed reaches the subscription.
  func open(_ tenantID: Int, subject: String) async throws -> Subscription {
    let (signals, continuation) = AsyncStream.makeStream(
      of: Signal.self, bufferingPolicy: .bufferingOldest(Self.queueLimit))
    let id = state.withLock { state in
      state.lastID += 1
      state.count += 1
      state.bySubject[subject, default: 0] += 1
      state.channels[tenantID, default: Channel(feed: LiveFeed(tenantID: tenantID))]
        .subscribers[state.lastID] = Subscriber(subject: subject, continuation: continuation)
      return state.lastID
    }
    let subscription = Subscription(id: id, signals: signals)
    do {
      if state.withLock({ $0.channels[tenantID]?.feed.position }) == nil {
        let position = try await LiveFeed.position(database)
        state.withLock { $0.channels[tenantID]?.feed.begin(at: position) }
      }
    } catch {
      close(subscription, tenantID)
      throw error
    }
    return subscription
  }

  func tick(_ subscription: Subscription, _ tenantID: Int) {
    let subscriber = state.withLock { $0.channels[tenantID]?.subscribers[subscription.id] }
    if case .dropped = subscriber?.continuation.yield(.tick) { subscriber?.continuation.finish() }
  }

  func close(_ subscription: Subscription, _ tenantID: Int) {
    let subscriber = state.withLock { state -> Subscriber? in
      guard let subscriber = state.channels[tenantID]?.subscribers.removeValue(forKey: subscription.id) else {
        return nil
      }
      if state.channels[tenantID]?.subscribers.isEmpty == true { state.channels[tenantID] = nil }
      state.count -= 1
      let left = (state.bySubject[subscriber.subject] ?? 1) - 1
      state.bySubject[subscriber.subject] = left > 0 ? left : nil
      return subscriber
    }
    subscriber?.continuation.finish()
  }

  private func closeAll() {
    let all = state.withLock { state in state.channels.values.flatMap { Array($0.subscribers.values) } }
    for subscriber in all { subscriber.continuation.finish() }
  }

  /// Streams that are open now.
  var count: Int { state.withLock { $0.count } }
}
