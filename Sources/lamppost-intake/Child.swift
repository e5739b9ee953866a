internal import CSandbox
import Glibc
import Intake

/// A forked process that says one thing through a pipe and ends.
struct Child {
  /// How it ended, and what it had said by then.
  struct Ending {
    let said: [UInt8]
    /// As `waitpid` tells it.
    let status: Int32

    /// By itself, with status 0.
    var isOrderly: Bool { status == 0 }
    /// The signal that ended it.
    var signal: Int32? { status & 0x7f == 0 ? nil : status & 0x7f }
  }

  private let process: pid_t
  private let answer: Int32
  /// Readable once the process has ended.
  let exit: Int32

  /// - Parameters:
  ///   - descriptors: all it inherits, as 3, 4, 5….
  ///   - body: what it does, given the parent's process id; it says what this returns.
  init(keeping descriptors: [Int32], _ body: (_ parent: pid_t) -> [UInt8]) throws(ScanError) {
    var pipe: [Int32] = [-1, -1]
    guard lamppost_pipe(&pipe) == 0 else { throw ScanError(.environment, "no descriptors left") }
    let parent = getpid()
    let process = lamppost_fork()
    if process == 0 {
      let kept = Self.keepOnly(descriptors + [pipe[1]])
      let said = kept ? body(parent) : []
      _exit(write(Int32(3 + descriptors.count), said, said.count) == said.count ? 0 : 1)
    }
    close(pipe[1])
    guard process > 0 else {
      close(pipe[0])
      throw ScanError(.environment, "no process left")
    }
    self.process = process
    answer = pipe[0]
    exit = lamppost_pidfd_open(process)
    guard exit >= 0 else {
      kill()
      _ = end()
      throw ScanError(.environment, "no descriptors left")
    }
  }

  func kill() { _ = Glibc.kill(process, SIGKILL) }

  /// Waits for its end, and closes what belonged to it.
  func end() -> Ending {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let said = [UInt8](unsafeUninitializedCapacity: Outcome.limit) { buffer, count in
      count = max(0, read(answer, buffer.baseAddress, buffer.count))
    }
    close(answer)
    if exit >= 0 { close(exit) }
    return Ending(said: said, status: status)
  }

  /// Renumbers the descriptors from 3 on and closes all others, the standard streams aside (they are /dev/null).
  private static func keepOnly(_ descriptors: [Int32]) -> Bool {
    let free = (descriptors.max() ?? 0) + 1 + Int32(descriptors.count) + 3
    let copies = descriptors.map { fcntl($0, F_DUPFD, free) }
    for (index, copy) in copies.enumerated() where dup2(copy, Int32(3 + index)) < 0 { return false }
    return lamppost_close_range(UInt32(3 + descriptors.count), .max) == 0
  }
}
