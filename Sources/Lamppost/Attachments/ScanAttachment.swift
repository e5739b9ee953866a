import Credentials
import FoundationEssentials
import Glibc
import Intake
import PostgreSQL

/// Has a quarantined file judged and acts on the verdict. Safe to run twice, and to die on any line: the row says
/// `clean` only after the file stands in the store, and the quarantined bytes go only after the row has its verdict.
struct ScanAttachment: Sendable {
  let database: Database
  let store: FileStore
  /// The quarantine's folder.
  let quarantine: String
  let scanner: Scanner
  let log: Log

  /// A file that crashes the scanner, takes too long or trips the engine is tried this often before it is given up.
  static let attempts = 6

  func callAsFunction(_ job: Job) async throws {
    guard let id = AttachmentID(pathComponent: job.subject) else { throw UnknownWord(column: "jobs.subject") }
    let tenant = database.tenant(job.tenantID)
    let waiting = try await tenant.write(
      """
      UPDATE attachments SET state = 'scanning' WHERE id = \(id.uuid) AND state IN ('quarantined', 'scanning')
      RETURNING blackened
      """)
    let source = quarantine + "/" + id.pathComponent
    guard let row = waiting.first else {
      // An earlier run reached its verdict and died before it could say so to the queue.
      unlink(source)
      return try await finish(job)
    }
    let verdict: Verdict
    var stored: SHA256Digest?
    do {
      let files = try ScanFiles(source: source, folder: quarantine, id: id, attempt: job.attempts)
      verdict = try await scanner.inspect(
        files.input, image: files.image, thumbnail: files.thumbnail,
        blackening: Region.all(in: try row.get(0)))
      if case .clean(let facts) = verdict { stored = try files.keep(facts, in: store, tenant: job.tenantID) }
    } catch {
      return try await handle(error, job, id, source)
    }
    switch verdict {
    case .clean(let facts):
      try await record(
        job, id,
        """
        state = 'clean', media_type = \(facts.mediaType.rawValue), stored_bytes = \(facts.byteCount),
        stored_sha256 = \(stored?.bytes), width = \(facts.width), height = \(facts.height),
        thumbnail_bytes = \(facts.thumbnail?.byteCount),
        visibility = CASE WHEN \(facts.mediaType == .pdf) AND visibility = 'public' THEN 'private' ELSE visibility END
        """)
    case .infected(let signature):
      try await record(
        job, id, "state = 'infected', reason = 'infected', signature = \(signature)", tellStaff: signature)
    case .unaccepted(let reason):
      try await record(job, id, "state = 'failed', reason = \(reason.rawValue)")
    }
    unlink(source)
  }

  /// Everything is retried; a file that was at fault itself too often is given up, and never served.
  private func handle(_ error: any Error, _ job: Job, _ id: AttachmentID, _ source: String) async throws {
    guard Self.isFault(error) else { throw error }
    guard job.faults + 1 >= Self.attempts else { throw JobFault(cause: error) }
    log.warning("attachment_given_up", [("attachment", id.pathComponent), ("error", String(reflecting: error))])
    try await record(job, id, "state = 'failed', reason = 'scan_failed'")
    unlink(source)
  }

  /// Until there is an engine with signatures, or room on the disk, files wait, however long that takes.
  private static func isFault(_ error: any Error) -> Bool {
    switch error {
    case let error as ScanError: error.kind != .notReady && error.kind != .environment
    case let error as FileError: error.operation == ScanFiles.opening && error.code == ENOENT
    default: false
    }
  }

  private func record(_ job: Job, _ id: AttachmentID, _ changes: SQL, tellStaff signature: String? = nil) async throws {
    try await database.tenant(job.tenantID).write { transaction in
      // A worker whose lease ran out while it was away must not overwrite what another has found since.
      guard try await transaction.execute(JobQueue.completion(of: job)) == 1 else { throw LeaseLost() }
      try await transaction.execute(
        "UPDATE attachments SET \(changes), judged_at = now() WHERE id = \(id.uuid) AND state = 'scanning'")
      if let signature {
        // An internal row: the signature's name is for staff.
        let rows = try await transaction.query(
          """
          SELECT r.id FROM requests r JOIN attachments a ON a.tenant_id = r.tenant_id AND a.request_id = r.id
           WHERE a.id = \(id.uuid) FOR UPDATE OF r
          """)
        if let requestID = try rows.first?.get(0, as: Int.self) {
          try await transaction.execute(
            RequestEvent(
              requestID: requestID, actorID: nil, kind: .attachment, visibility: .internal, after: "infected",
              note: signature
            ).insertion)
        }
      }
    }
  }

  private func finish(_ job: Job) async throws {
    try await JobQueue(database: database).complete(job)
  }
}

/// Another worker holds the job now.
struct LeaseLost: Error {}

/// The open files of one scan: what was received, and two empty ones for what the child makes of it. Those that are not
/// kept are gone when this is.
private final class ScanFiles {
  let input: Int32
  let image: Int32
  let thumbnail: Int32
  private let imagePath: String
  private let thumbnailPath: String
  private let id: AttachmentID

  static let opening = "open quarantined file"

  /// - Parameter attempt: stands in the names, so that two workers, one of them late, never write to one file.
  init(source: String, folder: String, id: AttachmentID, attempt: Int) throws {
    self.id = id
    imagePath = "\(folder)/\(id.pathComponent).image\(attempt)"
    thumbnailPath = "\(folder)/\(id.pathComponent).thumbnail\(attempt)"
    // What the attempt before left when its worker died.
    for kind in ["image", "thumbnail"] { unlink("\(folder)/\(id.pathComponent).\(kind)\(attempt - 1)") }
    input = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard input >= 0 else { throw FileError(operation: Self.opening, code: errno) }
    image = Self.create(imagePath)
    thumbnail = Self.create(thumbnailPath)
    if image < 0 || thumbnail < 0 { throw FileError(operation: "create", code: errno) }
  }

  deinit {
    for descriptor in [input, image, thumbnail] where descriptor >= 0 { close(descriptor) }
    unlink(imagePath)
    unlink(thumbnailPath)
  }

  /// A file that a dead worker left under the name is replaced.
  private static func create(_ path: String) -> Int32 {
    unlink(path)
    return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
  }

  /// Brings the clean files to disk and into the store.
  /// - Returns: the digest of the file itself, of the bytes as they are stored.
  func keep(_ facts: MediaFacts, in store: FileStore, tenant: Int) throws -> SHA256Digest {
    let digest = try digest(of: image, bytes: facts.byteCount)
    try store.prepare(tenant: tenant)
    if facts.thumbnail != nil {
      try move(thumbnail, from: thumbnailPath, to: store.thumbnailPath(id, tenant: tenant))
    }
    try move(image, from: imagePath, to: store.path(id, tenant: tenant))
    try FileError.syncFolder(of: store.path(id, tenant: tenant))
    return digest
  }

  private func move(_ descriptor: Int32, from source: String, to target: String) throws {
    guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", code: errno) }
    guard rename(source, target) == 0 else { throw FileError(operation: "rename", code: errno) }
  }

  private func digest(of descriptor: Int32, bytes: Int) throws -> SHA256Digest {
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var offset = 0
    while true {
      let count = pread(descriptor, &buffer, buffer.count, offset)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(operation: "read", code: errno) }
      if count == 0 { break }
      hasher.update(buffer[..<count])
      offset += count
    }
    // The child's word about its own output is not taken for it.
    guard offset == bytes, bytes > 0 else { throw FileError(operation: "size", code: EIO) }
    return hasher.finalize()
  }
}
