/// Timers by deadline: a binary heap whose cancelled entries are skipped when they reach the top.
struct TimerQueue {
  private struct Entry {
    let id: UInt64
    let deadline: ContinuousClock.Instant
  }

  private var heap: [Entry] = []
  private var handlers: [UInt64: @Sendable () -> Void] = [:]

  mutating func insert(id: UInt64, deadline: ContinuousClock.Instant, handler: @escaping @Sendable () -> Void) {
    handlers[id] = handler
    heap.append(Entry(id: id, deadline: deadline))
    siftUp(heap.count - 1)
  }

  mutating func remove(id: UInt64) {
    handlers[id] = nil
    dropCancelled()
  }

  /// What `epoll_wait` takes: -1 when nothing is planned, rounded up so that no timer fires early.
  var millisecondsUntilNext: Int32 {
    guard let first = heap.first else { return -1 }
    let (seconds, attoseconds) = (first.deadline - .now).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return Int32(clamping: min(seconds, 2_000_000) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }

  /// The handler of the earliest timer whose time has come.
  mutating func popDue(at now: ContinuousClock.Instant) -> (@Sendable () -> Void)? {
    dropCancelled()
    guard let first = heap.first, first.deadline <= now else { return nil }
    removeFirst()
    return handlers.removeValue(forKey: first.id)
  }

  private mutating func dropCancelled() {
    while let first = heap.first, handlers[first.id] == nil { removeFirst() }
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { return }
      let right = left + 1
      let least = right < heap.count && heap[right].deadline < heap[left].deadline ? right : left
      guard heap[least].deadline < heap[parent].deadline else { return }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
