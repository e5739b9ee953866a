import EventLoop
import Glibc
import Synchronization
import Testing

/// An actor living on a loop, as the database and cache clients do.
private actor Pipe {
  private let loop: EventLoop
  private var received: [UInt8] = []
  private var waiter: CheckedContinuation<[UInt8], Never>?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop) { self.loop = loop }

  func listen(on descriptor: Int32) {
    _ = loop.watch(descriptor, for: .read) { _ in self.assumeIsolated { $0.drain(descriptor) } }
  }

  func bytes() async -> [UInt8] {
    if !received.isEmpty { return received }
    return await withCheckedContinuation { waiter = $0 }
  }

  private func drain(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &buffer, buffer.count)
    received += buffer.prefix(max(0, count))
    waiter?.resume(returning: received)
    waiter = nil
  }
}

struct EventLoopTests {
  @Test("a descriptor's readiness reaches the actor that lives on the loop")
  func readiness() async {
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let pipe = Pipe(loop: loop)
    await pipe.listen(on: ends[0])
    write(ends[1], "lamp", 4)
    #expect(await pipe.bytes() == Array("lamp".utf8))
  }

  @Test("timers fire in the order of their deadlines, and a cancelled one never")
  func timers() async {
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    let fired = Mutex<[String]>([])
    await withCheckedContinuation { continuation in
      loop.schedule(after: .milliseconds(30)) {
        fired.withLock { $0.append("late") }
        continuation.resume()
      }
      loop.schedule(after: .milliseconds(5)) { fired.withLock { $0.append("early") } }
      let cancelled = loop.schedule(after: .milliseconds(10)) { fired.withLock { $0.append("never") } }
      loop.cancel(cancelled)
    }
    #expect(fired.withLock { $0 } == ["early", "late"])
  }

  @Test("a plain call runs on the loop's thread, and calls keep their order")
  func calls() async {
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    let seen = Mutex<[Int]>([])
    await withCheckedContinuation { continuation in
      for number in 0..<100 { loop.perform { if loop.isCurrentThread { seen.withLock { $0.append(number) } } } }
      loop.perform { continuation.resume() }
    }
    #expect(seen.withLock { $0 } == Array(0..<100))
  }

  @Test("many tasks hop onto the loop and back without losing one")
  func hops() async {
    actor Counter {
      let loop: EventLoop
      var count = 0
      nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
      init(loop: EventLoop) { self.loop = loop }
      func add() { count += 1 }
    }
    let loop = EventLoop(name: "test")
    defer { loop.stop() }
    let counter = Counter(loop: loop)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2000 { group.addTask { await counter.add() } }
    }
    #expect(await counter.count == 2000)
  }
}

struct BlockingPoolTests {
  @Test("work beyond the waiting limit is refused, not queued without end")
  func full() async throws {
    let pool = BlockingPool(name: "test", threads: 1, waitingLimit: 1)
    let gate = Gate()
    let running = Task { try await pool.run { gate.wait() } }
    await gate.untilEntered()
    var outcomes: [Bool] = []
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<3 { group.addTask { (try? await pool.run {}) != nil } }
      for await accepted in group {
        outcomes.append(accepted)
        // One of the three waits for the thread; it can only go on once the other two have been refused.
        if outcomes.count == 2 { gate.open() }
      }
    }
    try await running.value
    #expect(outcomes == [false, false, true])
  }

  @Test("errors of the work reach the caller")
  func errors() async {
    struct Broken: Error {}
    let pool = BlockingPool(name: "test", threads: 2)
    await #expect(throws: Broken.self) { try await pool.run { throw Broken() } }
  }
}

/// Holds a pool's thread until opened.
private final class Gate: Sendable {
  private let state = Mutex((entered: false, open: false))

  func wait() {
    state.withLock { $0.entered = true }
    while !state.withLock({ $0.open }) { usleep(500) }
  }

  func untilEntered() async {
    while !state.withLock({ $0.entered }) { await Task.yield() }
  }

  func open() { state.withLock { $0.open = true } }
}
