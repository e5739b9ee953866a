import Glibc
import Synchronization

/// A few threads for work that blocks (password hashing, file synchronization, name resolution), so that it never
/// occupies Swift's own executor, which has one thread per core.
public final class BlockingPool: Sendable {
  /// Thrown when `waitingLimit` pieces of work wait already: the caller answers "busy" instead of queueing without end.
  public struct Full: Error, CustomStringConvertible {
    public let description = "too much is waiting already"
  }

  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var first = 0
    var stopped = false

    var count: Int { waiting.count - first }

    mutating func next() -> (@Sendable () -> Void)? {
      guard first < waiting.count else { return nil }
      defer { first += 1 }
      let work = waiting[first]
      if first > 64, first * 2 > waiting.count {
        waiting.removeFirst(first)
        first = 0
      }
      return work
    }
  }

  private let state = Mutex(State())
  private let semaphore: Semaphore
  private let threads: Int
  private let waitingLimit: Int

  /// - Parameters:
  ///   - name: at most 15 bytes are kept by the kernel.
  ///   - threads: 1 or more.
  ///   - waitingLimit: pieces of work that may wait for a thread before `run` throws `Full`.
  public init(name: String, threads: Int, waitingLimit: Int = .max) {
    let semaphore = Semaphore()
    self.semaphore = semaphore
    self.threads = threads
    self.waitingLimit = waitingLimit
    for _ in 0..<threads {
      startThread(named: name) { [weak self] in
        while semaphore.wait() {
          guard let work = self?.state.withLock({ $0.next() }) else { return }
          work()
        }
      }
    }
  }

  deinit {
    for _ in 0..<threads { semaphore.signal() }
  }

  /// Runs `work` on a thread of the pool, first come first served. Not cancelled with the task: C calls cannot be.
  public func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let accepted = state.withLock { state in
        guard state.count < waitingLimit else { return false }
        state.waiting.append { continuation.resume(with: Result(catching: work)) }
        return true
      }
      if accepted { semaphore.signal() } else { continuation.resume(throwing: Full()) }
    }
  }
}

/// A POSIX semaphore with a stable address, shared by the pool's threads.
// Unchecked: `sem_t` is made for sharing between threads and its address never changes.
private final class Semaphore: @unchecked Sendable {
  private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(handle, 0, 0) }

  deinit {
    sem_destroy(handle)
    handle.deallocate()
  }

  func signal() { sem_post(handle) }

  func wait() -> Bool {
    while sem_wait(handle) != 0 {
      guard errno == EINTR else { return false }
    }
    return true
  }
}
