import CEpoll
import Glibc
import Synchronization

/// One thread that waits in `epoll` and runs what is ready: file descriptors, timers, and the jobs of the actors that
/// name it as their executor.
///
/// An actor with `nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }` has all
/// its state touched by this thread alone, so a C handle kept inside needs no lock. A handler of a watch or timer is
/// called on the thread and enters such an actor by `assumeIsolated`.
///
/// Nothing that blocks may run here: see `BlockingPool`.
public final class EventLoop: SerialExecutor {
  /// What a file descriptor is waited for.
  public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let read = Interest(rawValue: lamppost_epollin)
    public static let write = Interest(rawValue: lamppost_epollout)
  }

  private struct State {
    var jobs: [UnownedJob] = []
    var calls: [@Sendable () -> Void] = []
    var asleep = false
    var stopping = false
    var thread: pthread_t?
    var handlers: [UInt64: @Sendable (Interest) -> Void] = [:]
    var timers = TimerQueue()
    var nextID: UInt64 = 1
  }

  private let state = Mutex(State())
  private let epoll: Int32
  private let wakeup: Int32

  /// Starts the thread, which keeps the loop alive until `stop()`.
  /// - Parameter name: at most 15 bytes are kept by the kernel; seen in `top -H`.
  public init(name: String) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeup = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    precondition(epoll >= 0 && wakeup >= 0, "no file descriptor left for an event loop")
    var event = epoll_event()
    event.events = lamppost_epollin
    event.data.u64 = 0
    epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event)
    startThread(named: name) { self.run() }
  }

  deinit {
    close(epoll)
    close(wakeup)
  }

  /// Ends the thread after the jobs that are queued now. Watches and timers are dropped without a call.
  public func stop() {
    state.withLock { $0.stopping = true }
    wake()
  }

  // MARK: Executor

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = state.withLock { state in
      state.jobs.append(job)
      defer { state.asleep = false }
      return state.asleep
    }
    if mustWake { wake() }
  }

  /// Calls `body` soon on the loop's thread: cheaper than a task where nothing is awaited.
  public func perform(_ body: @escaping @Sendable () -> Void) {
    let mustWake = state.withLock { state in
      state.calls.append(body)
      defer { state.asleep = false }
      return state.asleep
    }
    if mustWake { wake() }
  }

  public func checkIsolated() {
    precondition(isCurrentThread, "called off the event loop's thread")
  }

  /// Whether the caller runs on this loop's thread.
  public var isCurrentThread: Bool {
    state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  // MARK: File descriptors

  /// A registration of one file descriptor. `cancel()` it before closing the descriptor.
  public struct Watch: Sendable, Hashable {
    fileprivate let id: UInt64
    fileprivate let descriptor: Int32
  }

  /// Calls `handler` on the loop's thread whenever `descriptor` is ready (level-triggered). Errors and hang-ups are
  /// reported as both readable and writable, so that the next read or write tells what happened.
  public func watch(
    _ descriptor: Int32, for interest: Interest, handler: @escaping @Sendable (Interest) -> Void
  ) -> Watch {
    let watch = state.withLock { state in
      defer { state.nextID += 1 }
      state.handlers[state.nextID] = handler
      return Watch(id: state.nextID, descriptor: descriptor)
    }
    control(EPOLL_CTL_ADD, watch, interest)
    return watch
  }

  /// Changes what `watch` waits for; an empty interest pauses it (hang-ups are still reported).
  public func update(_ watch: Watch, for interest: Interest) {
    control(EPOLL_CTL_MOD, watch, interest)
  }

  /// Ends the registration: once called on the loop's thread, the handler is not called again.
  public func cancel(_ watch: Watch) {
    let known = state.withLock { $0.handlers.removeValue(forKey: watch.id) != nil }
    if known { control(EPOLL_CTL_DEL, watch, []) }
  }

  private func control(_ operation: Int32, _ watch: Watch, _ interest: Interest) {
    var event = epoll_event()
    event.events = interest.rawValue
    event.data.u64 = watch.id
    epoll_ctl(epoll, operation, watch.descriptor, &event)
  }

  // MARK: Timers

  /// A call in the future that can be taken back.
  public struct Timer: Sendable, Hashable {
    fileprivate let id: UInt64
  }

  /// Calls `handler` once on the loop's thread, `delay` from now (resolution 1 ms, never early).
  @discardableResult
  public func schedule(after delay: Duration, handler: @escaping @Sendable () -> Void) -> Timer {
    let deadline = ContinuousClock.now + delay
    let id = state.withLock { state in
      defer { state.nextID += 1 }
      state.timers.insert(id: state.nextID, deadline: deadline, handler: handler)
      return state.nextID
    }
    if !isCurrentThread { wake() }
    return Timer(id: id)
  }

  /// Takes back a timer; one that has fired already is ignored.
  public func cancel(_ timer: Timer) {
    state.withLock { $0.timers.remove(id: timer.id) }
  }

  // MARK: The thread

  private func wake() {
    var one: UInt64 = 1
    write(wakeup, &one, 8)
  }

  private func run() {
    state.withLock { $0.thread = pthread_self() }
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      runJobs()
      let (timeout, stopping) = state.withLock { state in
        state.asleep = state.jobs.isEmpty && state.calls.isEmpty
        return (state.asleep ? state.timers.millisecondsUntilNext : 0, state.stopping)
      }
      if stopping && timeout != 0 { return }
      let count = epoll_wait(epoll, &events, Int32(events.count), timeout)
      state.withLock { $0.asleep = false }
      for event in events.prefix(Int(max(count, 0))) { dispatch(event) }
      fireTimers()
    }
  }

  private func runJobs() {
    let (jobs, calls) = state.withLock { state in
      defer {
        state.jobs = []
        state.calls = []
      }
      return (state.jobs, state.calls)
    }
    for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
    for call in calls { call() }
  }

  private func dispatch(_ event: epoll_event) {
    guard event.data.u64 != 0 else {
      var count: UInt64 = 0
      read(wakeup, &count, 8)
      return
    }
    let failed = event.events & (lamppost_epollerr | lamppost_epollhup) != 0
    let ready: Interest = failed ? [.read, .write] : Interest(rawValue: event.events)
    let handler = state.withLock { $0.handlers[event.data.u64] }
    handler?(ready)
  }

  private func fireTimers() {
    while let handler = state.withLock({ $0.timers.popDue(at: .now) }) { handler() }
  }
}

/// Starts a detached thread that runs `body` and ends with it.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { argument in
      let box = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue()
      lamppost_name_thread(box.name)
      box.body()
      return nil
    }, Unmanaged.passRetained(Box(name, body)).toOpaque())
  precondition(result == 0, "the system refused a thread")
  pthread_detach(thread)
}

/// Runs what tasks do between their waits on a loop's thread: whoever waits for the loop goes on without a change of
/// threads. For short work that never blocks.
public final class LoopTaskExecutor: TaskExecutor {
  private let loop: EventLoop

  public init(_ loop: EventLoop) { self.loop = loop }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.perform { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
