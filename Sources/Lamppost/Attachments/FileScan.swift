import Credentials
import FoundationEssentials
import Glibc
import Intake

/// The one way from quarantine to the store, for whatever strangers send: has a file judged in the sandbox, and brings what
/// was drawn anew of a clean one into the store.
struct FileScan: Sendable {
  let store: FileStore
  /// The quarantine's folder.
  let quarantine: String
  let scanner: Scanner
  let log: Log

  /// A file that crashes the scanner, takes too long or trips the engine is tried this often before it is given up.
  static let attempts = 6

  enum Finding {
    /// - Parameter stored: of the bytes in the store; nil where nothing was brought there.
    case judged(Verdict, stored: SHA256Digest?)
    /// It was at fault itself too often.
    case givenUp
  }

  /// - Parameters:
  ///   - regions: of an image, what is painted black.
  ///   - edge: of an image, the longest edge that it may keep; nil for the scanner's own.
  ///   - isWanted: whether a clean file is brought into the store.
  /// - Throws: what another attempt may mend.
  func callAsFunction(
    _ id: AttachmentID, _ job: Job, blackening regions: [Region] = [], edge: Int? = nil,
    isWanted: (MediaFacts) -> Bool = { _ in true }
  ) async throws -> Finding {
    do {
      let files = try ScanFiles(source: path(id), folder: quarantine, id: id, attempt: job.attempts)
      let verdict = try await scanner.inspect(
        files.input, image: files.image, thumbnail: files.thumbnail, blackening: regions, edge: edge)
      guard case .clean(let facts) = verdict, isWanted(facts) else { return .judged(verdict, stored: nil) }
      return .judged(verdict, stored: try files.keep(facts, in: store, tenant: job.tenantID))
    } catch {
      // Everything is retried; a file that was at fault itself too often is given up, and never served.
      guard Self.isFault(error) else { throw error }
      guard job.faults + 1 >= Self.attempts else { throw JobFault(cause: error) }
      log.warning("attachment_given_up", [("attachment", id.pathComponent), ("error", String(reflecting: error))])
      return .givenUp
    }
  }

  /// Removes the bytes as they were received: once the row has its verdict.
  func discard(_ id: AttachmentID) { unlink(path(id)) }

  private func path(_ id: AttachmentID) -> String { quarantine + "/" + id.pathComponent }

  /// Until there is an engine with signatures, or room on the disk, files wait, however long that takes.
  private static func isFault(_ error: any Error) -> Bool {
    switch error {
    case let error as ScanError: error.kind != .notReady && error.kind != .environment
    case let error as FileError: error.operation == ScanFiles.opening && error.code == ENOENT
    default: false
    }
  }
}

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
