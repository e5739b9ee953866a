internal import EventLoop
import Glibc

/// Inspects strangers' files in `lamppost-intake`, which it starts, watches, and starts anew.
///
/// When the signatures change, a successor loads them while the running program goes on; the two hold the database in
/// memory twice for that time.
public actor Scanner {
  private struct Waiting {
    let file: SubmittedFile
    let finish: (Result<Verdict, ScanError>) -> Void
  }

  /// What a child's wall clock does not cover: its start and its end.
  private static let grace: Duration = .seconds(15)

  private let configuration: IntakeConfiguration
  private let log: @Sendable (String) -> Void
  private let loop = EventLoop(name: "intake")

  private var processes: [Int: IntakeProcess] = [:]
  /// The one that takes files.
  private var current: Int?
  /// The one that loads its engine.
  private var loading: Int?
  private var nextNumber = 0
  private var attempts = 0
  private var isStarted = false
  private var waiting: [Waiting] = []
  private var starting: [CheckedContinuation<Void, Never>] = []
  private var obstacle = ScannerHealth.down(reason: "not started")

  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// - Parameter log: receives one line an event, on the scanner's own thread; must not block.
  public init(_ configuration: IntakeConfiguration, log: @escaping @Sendable (String) -> Void) {
    self.configuration = configuration
    self.log = log
  }

  deinit { loop.stop() }

  /// Starts `lamppost-intake` and waits until its engine is loaded (tens of seconds with the official database).
  ///
  /// Throws what kept it from becoming ready at the first attempt; attempts go on in the background until `stop()`, so
  /// a caller may go on too and follow `health`.
  public func start() async throws(ScanError) {
    if !isStarted {
      isStarted = true
      launch()
    }
    if loading != nil, current == nil { await withCheckedContinuation { starting.append($0) } }
    guard health.isReady else { throw notReady }
  }

  /// Inspects one file. May be called for any number of files; more than `concurrency` wait their turn.
  ///
  /// The descriptors stay the caller's, who keeps them open until this returns and closes them afterwards.
  /// - Parameters:
  ///   - input: the file, open for reading only.
  ///   - image: an empty file, open for reading and writing, that receives the clean image or document.
  ///   - thumbnail: another one, that receives the thumbnail; it stays empty for a document.
  ///   - regions: of an image, what is painted black, at most `Region.limit`.
  ///   - edge: of an image, the longest edge that it may keep, 1 or more; nil for the configuration's.
  /// - Returns: on any verdict but `clean` nothing in `image` and `thumbnail` is to be used.
  /// - Throws: `ScanError`: nothing is known of the file; try again later.
  public func inspect(
    _ input: Int32, image: Int32, thumbnail: Int32, blackening regions: [Region] = [], edge: Int? = nil
  ) async throws(ScanError) -> Verdict {
    let file = SubmittedFile(input: input, image: image, thumbnail: thumbnail, regions: regions, edge: edge)
    if let verdict = try file.precheck(configuration) { return verdict }
    return try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Verdict, ScanError>, Never>) in
      waiting.append(Waiting(file: file) { continuation.resume(returning: $0) })
      dispatch()
    }.get()
  }

  /// Whether files can be inspected now.
  public var health: ScannerHealth {
    guard let engine = current.flatMap({ processes[$0]?.engine }) else { return obstacle }
    return engine.health(at: time(nil), maximumAge: configuration.maximumSignatureAge)
  }

  /// Ends the program; files being inspected or waiting end with `ScanError.Kind.notReady`.
  public func stop() async {
    isStarted = false
    obstacle = .down(reason: "stopped")
    for number in processes.keys { end(number) }
    failWaiting()
  }

  private var notReady: ScanError { ScanError(.notReady, "\(health)") }

  // MARK: Files

  private func dispatch() {
    guard health.isReady, let number = current, let process = processes[number] else { return failWaiting() }
    while !waiting.isEmpty, process.jobs.count < configuration.concurrency {
      let next = waiting.removeFirst()
      nextNumber += 1
      let job = nextNumber
      process.jobs[job] = IntakeProcess.Job(file: next.file, finish: next.finish)
      guard
        process.socket.send(
          Inspection(job: job, regions: next.file.regions, edge: next.file.edge).encoded,
          descriptors: next.file.descriptors)
      else {
        return end(number)
      }
      loop.schedule(after: configuration.timeout + Self.grace) { [weak self] in
        self?.assumeIsolated { if $0.processes[number]?.jobs[job] != nil { $0.end(number) } }
      }
    }
  }

  private func finish(_ job: Int, of number: Int, _ outcome: Outcome) {
    guard let process = processes[number], let done = process.jobs.removeValue(forKey: job) else { return }
    switch outcome {
    case .failed(let error): done.finish(.failure(error))
    case .verdict(.clean(let facts)) where !done.file.bears(out: facts, configuration):
      done.finish(.failure(ScanError(.implausible, "the clean copy is not what the child says")))
    case .verdict(let verdict): done.finish(.success(verdict))
    }
    if number != current, process.jobs.isEmpty { end(number) } else { dispatch() }
  }

  private func failWaiting() {
    let failed = waiting
    waiting = []
    for next in failed { next.finish(.failure(notReady)) }
  }

  // MARK: The program

  private func launch() {
    guard isStarted, loading == nil else { return }
    // What the last attempt found stands while the next one looks again.
    if current == nil, attempts == 0 { obstacle = .down(reason: "loading signatures") }
    nextNumber += 1
    let number = nextNumber
    do throws(ScanError) {
      let process = try IntakeProcess(configuration)
      processes[number] = process
      loading = number
      process.watch = loop.watch(process.socket.descriptor, for: .read) { [weak self] _ in
        self?.assumeIsolated { $0.receive(from: number) }
      }
    } catch {
      unable(.down(reason: error.debugDescription))
    }
  }

  private func receive(from number: Int) {
    while let process = processes[number] {
      switch process.socket.receive() {
      case .nothing: return
      case .end: return end(number)
      case .message(let bytes, let descriptors):
        for descriptor in descriptors { close(descriptor) }
        guard let report = Report(encoded: bytes) else { return end(number) }
        handle(report, from: number, process)
      }
    }
  }

  private func handle(_ report: Report, from number: Int, _ process: IntakeProcess) {
    switch report {
    case .ready(let signatures, let newest, let sandbox):
      log("intake ready: \(signatures) signatures; sandbox: \(sandbox)")
      process.engine = LoadedEngine(signatures: signatures, newest: newest)
      relieve(by: number)
    case .missing:
      unable(.missing)
    case .failed(let reason):
      unable(.down(reason: reason))
    case .changed:
      if number == current { launch() }
    case .finished(let job, let outcome):
      finish(job, of: number, outcome)
    }
  }

  /// The new one takes all further files; the old one ends after those it has.
  private func relieve(by number: Int) {
    let old = current
    (current, loading, attempts) = (number, nil, 0)
    if let old, processes[old]?.jobs.isEmpty == true { end(old) }
    resumeStarting()
    dispatch()
  }

  private func end(_ number: Int) {
    guard let process = processes.removeValue(forKey: number) else { return }
    if let watch = process.watch { loop.cancel(watch) }
    let wasNeeded = number == current || number == loading
    if number == current { current = nil }
    if number == loading { loading = nil }
    if wasNeeded, isStarted {
      log("intake ended")
      if current == nil { obstacle = .down(reason: "the program ended") }
    }
    for job in process.jobs.values {
      job.finish(.failure(isStarted ? ScanError(.crash, "the program ended") : notReady))
    }
    if wasNeeded { dispatch() }
    if wasNeeded, isStarted { retry() }
    resumeStarting()
  }

  private func unable(_ reason: ScannerHealth) {
    log("intake not ready: \(reason)")
    if let number = loading { end(number) } else { retry() }
    if current == nil { obstacle = reason }
    resumeStarting()
  }

  /// Sooner at first, then every half minute. While an older program works, its next report of the change is enough.
  private func retry() {
    guard isStarted, current == nil, loading == nil else { return }
    attempts += 1
    loop.schedule(after: .milliseconds(min(30_000, 250 << min(attempts, 10)))) { [weak self] in
      self?.assumeIsolated { $0.launch() }
    }
  }

  private func resumeStarting() {
    let resumed = starting
    starting = []
    for continuation in resumed { continuation.resume() }
  }
}
