typealias Answer = CheckedContinuation<[RedisReply], any Error>

/// A caller's commands on their way.
struct Call {
  let id: Int
  /// nil once sent.
  var unsent: [UInt8]?
  /// Replies still to come.
  var remaining: Int
  let deadline: ContinuousClock.Instant
  var replies: [RedisReply] = []
  /// nil once answered or given up.
  var answer: Answer?

  mutating func finish(_ result: Result<[RedisReply], any Error>) {
    answer?.resume(with: result)
    answer = nil
    replies = []
  }
}

/// Calls in the order their replies will come. One that was given up (deadline, cancellation) keeps its place, so that
/// its replies are taken for its own and not for those of the next.
struct CallQueue {
  private var calls: [Call] = []
  private var first = 0
  private(set) var nextID = 0

  var count: Int { calls.count - first }

  mutating func append(
    _ commands: EncodedCommands, sent: Bool, deadline: ContinuousClock.Instant, answer: Answer? = nil
  ) {
    calls.append(
      Call(
        id: nextID, unsent: sent ? nil : commands.bytes, remaining: commands.count, deadline: deadline, answer: answer))
    nextID += 1
  }

  /// Gives the next reply to the call it belongs to.
  /// - Returns: false when nobody asked for it.
  mutating func take(_ reply: RedisReply) -> Bool {
    guard first < calls.count else { return false }
    if calls[first].answer != nil { calls[first].replies.append(reply) }
    calls[first].remaining -= 1
    if calls[first].remaining == 0 {
      calls[first].finish(.success(calls[first].replies))
      removeFirst()
    }
    return true
  }

  /// - Returns: whether it was still waited for.
  mutating func giveUp(id: Int, _ error: any Error) -> Bool {
    // Identifiers rise, but not without gaps.
    var (low, high) = (first, calls.count)
    while low < high {
      let middle = (low + high) / 2
      if calls[middle].id < id { low = middle + 1 } else { high = middle }
    }
    guard low < calls.count, calls[low].id == id, calls[low].answer != nil else { return false }
    calls[low].finish(.failure(error))
    return true
  }

  /// Gives up the calls whose deadline has passed.
  /// - Returns: how many, and the earliest deadline of those that still wait.
  mutating func expire(at now: ContinuousClock.Instant) -> (count: Int, next: ContinuousClock.Instant?) {
    var count = 0
    var next: ContinuousClock.Instant?
    for index in first..<calls.count where calls[index].answer != nil {
      let deadline = calls[index].deadline
      if deadline <= now {
        calls[index].finish(.failure(RedisError(.timedOut)))
        count += 1
      } else {
        next = min(next ?? deadline, deadline)
      }
    }
    return (count, next)
  }

  /// What is to be sent, marked as sent; unsent calls that nobody waits for any more are dropped.
  mutating func takeUnsent() -> [UInt8] {
    calls.removeSubrange(..<first)
    first = 0
    calls.removeAll { $0.unsent != nil && $0.answer == nil }
    var bytes: [UInt8] = []
    for index in calls.indices {
      bytes += calls[index].unsent ?? []
      calls[index].unsent = nil
    }
    return bytes
  }

  mutating func failAll(_ error: RedisError) {
    for index in first..<calls.count { calls[index].finish(.failure(error)) }
    calls = []
    first = 0
  }

  /// Answered calls are removed in bulk, so that each costs constant time.
  private mutating func removeFirst() {
    first += 1
    if first == calls.count || (first > 64 && first * 2 > calls.count) {
      calls.removeFirst(first)
      first = 0
    }
  }
}
