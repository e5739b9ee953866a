import Credentials
import EventLoop
import FoundationEssentials
import Glibc
import HTTPServer

/// A file as received, on disk and not yet scanned.
struct QuarantinedFile: Sendable {
  let id: UUID
  let bytes: Int
  let sha256: SHA256Digest
  /// As the sender named it, cut to what can be kept.
  let name: String?
}

/// Where files wait for the scan: `uploads/quarantine/<uuid>`. A file gets its final name only once all of it is on
/// disk; what a dead process left behind (`.part`, or a name without a row) is the sweeper's.
struct Quarantine: Sendable {
  let configuration: UploadConfiguration
  private let pool: BlockingPool

  init(_ configuration: UploadConfiguration, pool: BlockingPool) {
    self.configuration = configuration
    self.pool = pool
  }

  var folder: String { configuration.root + "/quarantine" }

  func path(_ id: UUID) -> String { folder + "/" + id.uuidString.lowercased() }

  /// Begins a file.
  /// - Throws: `no_room` where the disk is nearly full.
  func open(name: String?) throws -> QuarantineWriter {
    try requireRoom()
    return try QuarantineWriter(
      id: UUID(), folder: folder, limit: configuration.maximumFileBytes, name: name?.fitForStorage, pool: pool)
  }

  /// What a page's form brought for the page itself, which keeps no file: read, and gone.
  /// - Throws: `too_large`.
  func take(_ file: QuarantinedFile, upTo limit: Int) throws -> [UInt8] {
    defer { discard([file]) }
    if file.bytes > limit { throw Problem(.tooLarge, "The file must not be larger than \(limit) bytes.") }
    let descriptor = Glibc.open(path(file.id), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(operation: "open quarantined file", code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: file.bytes)
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + count, $0.count - count, count) }
      if read < 0 && errno == EINTR { continue }
      guard read > 0 else { throw FileError(operation: "read quarantined file", code: read < 0 ? errno : EIO) }
      count += read
    }
    return bytes
  }

  /// Removes files whose report came to nothing.
  func discard(_ files: [QuarantinedFile]) {
    for file in files { unlink(path(file.id)) }
  }

  /// A full disk must not take the database down with it: a twentieth of it, at most 1 GiB, stays free.
  private func requireRoom() throws {
    var information = statvfs()
    guard statvfs(folder, &information) == 0 else { throw FileError(operation: "statvfs", code: errno) }
    let free = UInt64(information.f_bavail) * UInt64(information.f_frsize)
    let whole = UInt64(information.f_blocks) * UInt64(information.f_frsize)
    if free < min(1 << 30, whole / 20) { throw Problem(.noRoom, retryAfter: 600) }
  }
}

/// One file on its way to quarantine. Not finished by `commit()`, it leaves nothing behind.
final class QuarantineWriter {
  private let id: UUID
  private let path: String
  private let limit: Int
  private let name: String?
  private let pool: BlockingPool
  private var descriptor: Int32
  private var hasher: SHA256Hasher? = SHA256Hasher()
  private var bytes = 0

  init(id: UUID, folder: String, limit: Int, name: String?, pool: BlockingPool) throws {
    self.id = id
    self.limit = limit
    self.name = name
    self.pool = pool
    path = folder + "/" + id.uuidString.lowercased()
    descriptor = Glibc.open(path + ".part", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor < 0 { throw FileError(operation: "create", code: errno) }
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(path + ".part")
    }
  }

  /// - Throws: `too_large` as soon as the limit is passed, `no_room` when the disk is full.
  func append(_ chunk: [UInt8]) throws {
    bytes += chunk.count
    if bytes > limit { throw Problem(.tooLarge, "A file must not be larger than \(limit) bytes.") }
    hasher?.update(chunk)
    var rest = chunk[...]
    while !rest.isEmpty {
      // Into the page cache; what waits for the disk is the sync in `commit`.
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == ENOSPC { throw Problem(.noRoom, retryAfter: 600) }
      if count < 0 { throw FileError(operation: "write", code: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Brings the file to disk under its final name.
  func commit() async throws -> QuarantinedFile {
    let (descriptor, path) = (self.descriptor, self.path)
    self.descriptor = -1
    do {
      try await pool.run {
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", code: errno) }
        guard rename(path + ".part", path) == 0 else { throw FileError(operation: "rename", code: errno) }
        try FileError.syncFolder(of: path)
      }
    } catch {
      unlink(path + ".part")
      unlink(path)
      throw error
    }
    guard let hasher = hasher.take() else { throw FileError(operation: "commit twice", code: EINVAL) }
    return QuarantinedFile(id: id, bytes: bytes, sha256: hasher.finalize(), name: name)
  }
}

/// The file system refused something.
struct FileError: Error, CustomStringConvertible, CustomDebugStringConvertible {
  let operation: String
  let code: Int32
  var description: String { "a file could not be kept" }
  var debugDescription: String { "\(operation): \(String(cString: strerror(code)))" }

  /// A rename is on disk only once its folder is.
  static func syncFolder(of path: String) throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "open folder", code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync folder", code: errno) }
  }
}

extension String {
  /// A file name as we show it to staff: no path, no control characters, at most 255 characters.
  var fitForStorage: String? {
    let last = split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
    let clean = last.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F && !$0.properties.isBidiControl }
    let text = String(String.UnicodeScalarView(clean.prefix(255)))
    return text.isEmpty ? nil : text
  }
}
