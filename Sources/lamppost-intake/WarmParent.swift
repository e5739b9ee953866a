import Glibc
import Intake

/// Holds the engine and forks a child for each file: a crash costs one child, never a reload.
final class WarmParent {
  private struct Job {
    let number: Int
    let child: Child
    /// The child's own, where it has no private mount.
    let folder: String?
    let deadline: ContinuousClock.Instant
    var isLate = false
  }

  private let configuration: IntakeConfiguration
  private let socket: MessageSocket
  private var jobs: [Job] = []
  private var nextCheck = ContinuousClock.now

  init(_ configuration: IntakeConfiguration, socket: MessageSocket) {
    self.configuration = configuration
    self.socket = socket
  }

  /// Serves until the other end of the socket closes.
  func run() -> Never {
    do throws(ScanError) {
      let scratch = try ScratchFolder(configuration.scratch)
      let sandbox = try Sandbox(configuration)
      try Picture.startLibrary()
      let types = try FileTypes()
      guard let engine = try Engine(configuration) else {
        _ = socket.send(Report.missing.encoded)
        exit(EXIT_FAILURE)
      }
      try engine.proveItFinds()
      try Self.proveSingleThread()
      let inspector = FileInspector(configuration: configuration, engine: engine, types: types)
      let nursery = try Nursery(sandbox: sandbox, scratch: scratch, inspector: inspector)
      let ready = Report.ready(signatures: engine.signatures, newest: engine.newest, sandbox: nursery.layers)
      guard socket.send(ready.encoded) else { exit(EXIT_SUCCESS) }
      serve(nursery, engine)
    } catch {
      _ = socket.send(Report.failed(reason: error.debugDescription).encoded)
      exit(EXIT_FAILURE)
    }
  }

  /// A lock held by another thread at the fork would stay locked in the child for ever.
  private static func proveSingleThread() throws(ScanError) {
    var status = stat()
    // The kernel counts two links for the folder and one for each thread.
    guard stat("/proc/self/task", &status) == 0, status.st_nlink == 3 else {
      throw ScanError(.environment, "the program has more than one thread, or /proc is not mounted")
    }
  }

  private func serve(_ nursery: Nursery, _ engine: Engine) -> Never {
    nextCheck = .now + configuration.signatureCheckInterval
    while true {
      var polled = [pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)]
      polled += jobs.map { pollfd(fd: $0.child.exit, events: Int16(POLLIN), revents: 0) }
      let due = jobs.lazy.filter { !$0.isLate }.map(\.deadline).min().map { min($0, nextCheck) } ?? nextCheck
      poll(&polled, nfds_t(polled.count), Int32((due - .now).milliseconds + 1))
      for index in jobs.indices.reversed() where polled[index + 1].revents != 0 { finish(jobs.remove(at: index)) }
      killLate()
      if polled[0].revents != 0 { accept(nursery) }
      if nextCheck <= .now {
        nextCheck = .now + configuration.signatureCheckInterval
        if engine.isOutdated { report(.changed) }
      }
    }
  }

  private func accept(_ nursery: Nursery) {
    guard case .message(let bytes, let descriptors) = socket.receive() else { leave() }
    defer { for descriptor in descriptors { close(descriptor) } }
    guard let inspection = Inspection(encoded: bytes), descriptors.count == 3 else { leave() }
    do throws(ScanError) {
      let (child, folder) = try nursery.raise(descriptors, for: inspection)
      let deadline = ContinuousClock.now + configuration.timeout
      jobs.append(Job(number: inspection.job, child: child, folder: folder, deadline: deadline))
    } catch {
      report(.finished(job: inspection.job, .failed(error)))
    }
  }

  private func killLate() {
    for index in jobs.indices where !jobs[index].isLate && jobs[index].deadline <= .now {
      jobs[index].isLate = true
      jobs[index].child.kill()
    }
  }

  private func finish(_ job: Job) {
    let ending = job.child.end()
    if let folder = job.folder { ScratchFolder.remove(folder) }
    report(.finished(job: job.number, Self.outcome(of: ending, late: job.isLate)))
  }

  /// A verdict counts only of a child that said it whole, in time, and then ended in order.
  private static func outcome(of ending: Child.Ending, late: Bool) -> Outcome {
    if ending.isOrderly, !late {
      return Outcome(encoded: ending.said) ?? .failed(ScanError(.implausible, "no verdict"))
    }
    if late { return .failed(ScanError(.timeout, "wall clock")) }
    switch ending.signal {
    case SIGXCPU?: return .failed(ScanError(.timeout, "processor time"))
    case SIGSYS?: return .failed(ScanError(.crash, "a system call that the sandbox forbids"))
    case let signal?: return .failed(ScanError(.crash, "signal \(signal)"))
    case nil: return .failed(ScanError(.crash, "status \(ending.status >> 8)"))
    }
  }

  private func report(_ report: Report) {
    if !socket.send(report.encoded) { leave() }
  }

  /// The scanner is gone, or wants us gone.
  private func leave() -> Never {
    for job in jobs {
      job.child.kill()
      _ = job.child.end()
      if let folder = job.folder { ScratchFolder.remove(folder) }
    }
    exit(EXIT_SUCCESS)
  }
}
