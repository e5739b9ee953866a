import EventLoop

/// One connection and the calls that wait on it, touched by the event loop's thread alone.
///
/// closed ← connecting → ready → (broken) waiting → connecting … A call is accepted while ready, and while connecting
/// unless the attempt before failed: then it is refused at once, so that nobody waits for a server that is away.
actor RedisConnection {
  private enum State {
    case waiting, connecting, ready, closed
  }

  nonisolated let counters = Counters()
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let configuration: Redis.Configuration
  private var subscription: Subscription?
  private let resolver: Resolver
  private var state = State.waiting
  private var link: RedisLink?
  private var watch: EventLoop.Watch?
  private var interest: EventLoop.Interest = []
  private var flushIsPlanned = false
  private var calls = CallQueue()
  private var handshake = Handshake()
  private var expiry: (at: ContinuousClock.Instant, timer: EventLoop.Timer)?
  /// Counts attempts to connect; what was planned for an earlier one finds another number and does nothing.
  private var attempt = 0
  private var failures = 0
  private var readySince: ContinuousClock.Instant?
  /// Whether anything arrived since the last probe.
  private var heard = false

  init(
    _ configuration: Redis.Configuration, loop: EventLoop, resolver: Resolver, subscription: Subscription? = nil
  ) {
    self.configuration = configuration
    self.loop = loop
    self.resolver = resolver
    self.subscription = subscription
  }

  nonisolated func start() {
    loop.schedule(after: .zero) { self.assumeIsolated { $0.connect() } }
  }

  nonisolated func stop() {
    loop.schedule(after: .zero) { self.assumeIsolated { $0.close() } }
  }

  func close() {
    drop(RedisError(.unavailable, "closed"))
    state = .closed
    subscription?.finish()
  }

  // MARK: Calls

  func send(_ commands: EncodedCommands, by deadline: ContinuousClock.Instant) async throws -> [RedisReply] {
    try Task.checkCancellation()
    // The very first call may come before `start()` has had its turn.
    if failures == 0 { connect() }
    try admit(deadline)
    counters.calls.add(1, ordering: .relaxed)
    let id = calls.nextID
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { enqueue(commands, by: deadline, $0) }
    } onCancel: {
      loop.schedule(after: .zero) { self.assumeIsolated { _ = $0.calls.giveUp(id: id, CancellationError()) } }
    }
  }

  private func admit(_ deadline: ContinuousClock.Instant) throws(RedisError) {
    guard state == .ready || state == .connecting && failures == 0 else {
      throw RedisError(.unavailable, "not connected")
    }
    guard calls.count < configuration.pendingLimit else { throw RedisError(.overloaded) }
    guard deadline > .now else { throw RedisError(.timedOut) }
  }

  private func enqueue(_ commands: EncodedCommands, by deadline: ContinuousClock.Instant, _ answer: Answer?) {
    calls.append(commands, sent: state == .ready, deadline: deadline, answer: answer)
    counters.pending.store(calls.count, ordering: .relaxed)
    if answer != nil { planExpiry(at: deadline) }
    guard state == .ready else { return }
    do throws(RedisError) { try write(commands.bytes) } catch { fail(error) }
  }

  /// One timer for all calls: most have the same deadline, and most are answered long before.
  private func planExpiry(at deadline: ContinuousClock.Instant) {
    if let expiry, expiry.at <= deadline { return }
    if let expiry { loop.cancel(expiry.timer) }
    let timer = loop.schedule(after: deadline - .now) { self.assumeIsolated { $0.expire() } }
    expiry = (deadline, timer)
  }

  private func expire() {
    expiry = nil
    let (count, next) = calls.expire(at: .now)
    counters.timeouts.add(count, ordering: .relaxed)
    if let next { planExpiry(at: next) }
  }

  // MARK: The socket

  private func write(_ bytes: [UInt8]) throws(RedisError) {
    try link?.append(bytes)
    planFlush()
  }

  /// Once per turn of the loop, so that what many tasks send in it leaves by one system call.
  private func planFlush() {
    guard !flushIsPlanned else { return }
    flushIsPlanned = true
    loop.schedule(after: .zero) {
      self.assumeIsolated {
        $0.flushIsPlanned = false
        $0.socketIsReady(.write)
      }
    }
  }

  private func socketIsReady(_ ready: EventLoop.Interest) {
    guard let link, let watch else { return }
    do throws(RedisError) {
      if ready.contains(.write) {
        let wanted: EventLoop.Interest = try link.flush() ? .read : [.read, .write]
        if wanted != interest { loop.update(watch, for: wanted) }
        interest = wanted
      }
      if ready.contains(.read) {
        try link.read()
        heard = true
        while self.link === link, let reply = try link.nextReply() { try receive(reply) }
        counters.pending.store(calls.count, ordering: .relaxed)
      }
    } catch {
      fail(error)
    }
  }

  private func receive(_ reply: RedisReply) throws(RedisError) {
    if state == .connecting {
      if try handshake.isDone(after: reply) { try becomeReady() }
    } else if subscription != nil {
      try subscription?.receive(reply)
    } else if !calls.take(reply) {
      throw RedisError(.invalidProtocol, "a reply that nobody asked for")
    }
  }

  // MARK: Connecting

  private func connect() {
    guard state == .waiting else { return }
    state = .connecting
    attempt += 1
    let attempt = attempt
    loop.schedule(after: configuration.deadline) {
      self.assumeIsolated {
        guard $0.attempt == attempt, $0.state == .connecting else { return }
        $0.fail(RedisError(.unavailable, "no connection in time"))
      }
    }
    if let address = resolver.knownAddress { return open(address) }
    Task {
      let addresses = try? await resolver.addresses()
      guard self.attempt == attempt, state == .connecting else { return }
      // Each attempt takes the next address of several.
      guard let addresses else { return fail(RedisError(.unavailable, "the host name does not resolve")) }
      open(addresses[attempt % addresses.count])
    }
  }

  private func open(_ address: Redis.Configuration.Address) {
    do throws(RedisError) {
      let link = try RedisLink(to: address)
      handshake = Handshake()
      try link.append(EncodedCommands(handshake.commands(configuration)).bytes)
      self.link = link
      interest = [.read, .write]
      watch = loop.watch(link.descriptor, for: interest) { ready in
        self.assumeIsolated { $0.socketIsReady(ready) }
      }
    } catch {
      fail(error)
    }
  }

  private func becomeReady() throws(RedisError) {
    state = .ready
    readySince = .now
    counters.ready.store(true, ordering: .relaxed)
    let unsent = calls.takeUnsent()
    if !unsent.isEmpty { try write(unsent) }
    if let bytes = try subscription?.begin() { try write(bytes) }
    try probe()
  }

  /// Asks a sign of life of the server, and gives the connection up when the last one never came: a host that
  /// vanished without closing would otherwise keep every caller waiting for its deadline, for ever.
  private func probe() throws(RedisError) {
    heard = false
    let ping = try EncodedCommands([["PING"]])
    if subscription == nil { enqueue(ping, by: .now, nil) } else { try write(ping.bytes) }
    let attempt = attempt
    loop.schedule(after: configuration.silenceLimit) {
      self.assumeIsolated {
        guard attempt == $0.attempt, $0.state == .ready else { return }
        do throws(RedisError) {
          guard $0.heard else { throw RedisError(.unavailable, "the server is silent") }
          try $0.probe()
        } catch {
          $0.fail(error)
        }
      }
    }
  }

  // MARK: Breaking

  private func fail(_ error: RedisError) {
    guard state == .connecting || state == .ready else { return }
    drop(error)
    state = .waiting
    counters.disconnections.add(1, ordering: .relaxed)
    // A connection that lasted is opened again at once; one that breaks straight away counts as a failed attempt.
    let lasted = readySince.map { ContinuousClock.now - $0 > .seconds(1) } ?? false
    readySince = nil
    failures = lasted ? 0 : failures + 1
    guard failures > 0 else { return connect() }
    loop.schedule(after: backOff) { self.assumeIsolated { $0.connect() } }
  }

  /// 50 ms doubling up to 2 s, of which a random part up to a half is taken off, so that many processes do not
  /// return together.
  private var backOff: Duration {
    min(.milliseconds(50) * (1 << min(failures - 1, 8)), .seconds(2)) * Double.random(in: 0.5...1)
  }

  private func drop(_ error: RedisError) {
    if let watch { loop.cancel(watch) }
    watch = nil
    link = nil
    calls.failAll(RedisError(.unavailable, error.debugDescription))
    counters.ready.store(false, ordering: .relaxed)
    counters.pending.store(0, ordering: .relaxed)
  }
}
