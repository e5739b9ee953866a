import FoundationEssentials
import Intake
import PostgreSQL
import Synchronization

/// Runs jobs: woken by the database, asked by itself every few seconds should a wake-up be lost.
final class Worker: Sendable {
  private let queue: JobQueue
  private let scan: ScanAttachment
  private let scanLogo: ScanLogo
  private let recompute: RecomputeArea
  private let blur: BlurCategory
  private let deleteFiles: DeleteFiles
  private let retention: Retention
  private let notify: NotifyFollowers
  private let sendNotification: SendNotification
  private let confirmFollower: ConfirmFollower
  private let sendTrackingLinks: SendTrackingLinks
  private let sendInvitation: SendInvitation
  private let notifyRouted: NotifyRouted
  private let sendRouted: SendRouted
  private let sendDeadlineAlerts: SendDeadlineAlerts
  private let sendAccountMail: SendAccountMail
  let housekeeping: Housekeeping
  private let log: Log
  private let concurrency: Int
  private let wakeUps = WakeUps()
  private let isStopping = Atomic(false)

  static let mailsAtOnce = 2

  /// - Parameters:
  ///   - mail: nil where no mail is sent.
  ///   - concurrency: jobs at the same time, 1 or more; mails come on top.
  init(
    database: Database, store: FileStore, quarantine: String, scanner: Scanner, mail: Correspondence?,
    concurrency: Int, log: Log
  ) {
    queue = JobQueue(database: database)
    let fileScan = FileScan(store: store, quarantine: quarantine, scanner: scanner, log: log)
    scan = ScanAttachment(database: database, scan: fileScan)
    scanLogo = ScanLogo(database: database, scan: fileScan)
    recompute = RecomputeArea(database: database)
    blur = BlurCategory(database: database)
    retention = Retention(database: database)
    deleteFiles = DeleteFiles(database: database, store: store)
    notify = NotifyFollowers(database: database, sendsMail: mail != nil)
    sendNotification = SendNotification(database: database, correspondence: mail)
    confirmFollower = ConfirmFollower(database: database, correspondence: mail)
    sendTrackingLinks = SendTrackingLinks(database: database, correspondence: mail)
    sendInvitation = SendInvitation(database: database, correspondence: mail)
    notifyRouted = NotifyRouted(database: database, sendsMail: mail != nil)
    sendRouted = SendRouted(database: database, correspondence: mail)
    sendDeadlineAlerts = SendDeadlineAlerts(database: database, correspondence: mail)
    sendAccountMail = SendAccountMail(database: database, correspondence: mail)
    housekeeping = Housekeeping(
      database: database, sweep: SweepUploads(database: database, files: store, folder: quarantine), log: log)
    self.log = log
    self.concurrency = concurrency
  }

  /// Runs until `stop()`; jobs in hand are finished first.
  func run() async {
    let listening = Task { [wakeUps, queue] in
      for await _ in queue.database.listen(["jobs"]) { await wakeUps.wake() }
    }
    let keeping = Task { [housekeeping] in await housekeeping.run() }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<concurrency { group.addTask { await self.runJobs(.others) } }
      for _ in 0..<Self.mailsAtOnce { group.addTask { await self.runJobs(.mails) } }
    }
    listening.cancel()
    keeping.cancel()
    await keeping.value
  }

  /// No job is begun any more. Not a cancellation, which would reach into the jobs in hand.
  func stop() async {
    isStopping.store(true, ordering: .relaxed)
    await wakeUps.wake()
  }

  /// One job after another. Each runner takes one at a time, so that a slow file delays nobody else's.
  private func runJobs(_ lane: JobQueue.Lane) async {
    while !isStopping.load(ordering: .relaxed) {
      let seen = await wakeUps.count
      do {
        let jobs = try await queue.lease(limit: 1, lane: lane)
        for job in jobs { await run(job) }
        if !jobs.isEmpty { continue }
      } catch {
        log.warning("jobs_unavailable", [("error", String(reflecting: error))])
      }
      if !isStopping.load(ordering: .relaxed) { await wakeUps.wait(after: seen, atMost: .seconds(5)) }
    }
  }

  /// Runs one job to its end or gives it back.
  private func run(_ job: Job) async {
    do {
      switch JobKind(rawValue: job.kind) {
      case .scanAttachment: try await scan(job)
      case .scanLogo: try await scanLogo(job)
      case .recomputeArea: try await recompute(job)
      case .blurCategory: try await blur(job)
      case .deleteFiles: try await deleteFiles(job)
      case .applyRetention: try await retention.run(job)
      case .notifyFollowers: try await notify(job)
      case .sendNotification: try await sendNotification(job)
      case .confirmFollower: try await confirmFollower(job)
      case .sendTrackingLinks: try await sendTrackingLinks(job)
      case .sendInvitation: try await sendInvitation(job)
      case .notifyRouted: try await notifyRouted(job)
      case .sendRouted: try await sendRouted(job)
      case .sendDeadlineAlerts: try await sendDeadlineAlerts(job)
      case .sendAccountMail: try await sendAccountMail(job)
      case nil: throw UnknownWord(column: "jobs.kind")
      }
    } catch {
      log.warning(
        "job_failed",
        [
          ("kind", job.kind), ("job", job.id), ("tenant", job.tenantID), ("attempts", job.attempts),
          ("error", String(reflecting: error)),
        ])
      // Should this fail too, the lease runs out.
      try? await queue.retry(job, after: error)
    }
  }

  /// Runs every job of one township that is due now, to the last.
  func drain(tenantID: Int) async throws {
    while case let jobs = try await queue.lease(limit: 1, tenantID: tenantID), !jobs.isEmpty {
      for job in jobs { await run(job) }
    }
    try await housekeeping.foldMapCounts()
  }
}

/// Lets runners wait for the database's word that there is work.
private actor WakeUps {
  /// How often there was word.
  private(set) var count = 0
  private var waiters: [CheckedContinuation<Void, Never>] = []

  func wake() {
    count += 1
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  /// Returns when there was word since `seen`, or after `limit`.
  func wait(after seen: Int, atMost limit: Duration) async {
    guard count == seen else { return }
    let alarm = Task {
      try? await Task.sleep(for: limit)
      if !Task.isCancelled { self.wake() }
    }
    await withCheckedContinuation { waiters.append($0) }
    alarm.cancel()
  }
}
