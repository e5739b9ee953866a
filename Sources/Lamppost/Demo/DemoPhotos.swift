import Credentials
import EventLoop
import FoundationEssentials
import Glibc
import PostgreSQL

/// Photos for some of the demo's requests. They go the way of every upload: quarantine, row, job, scan.
struct DemoPhotos: Sendable {
  /// The township's, as the owner of the tables.
  let database: Database
  let quarantine: Quarantine
  let pool: BlockingPool

  /// Every so many requests one has a photo.
  private static let interval = 13

  /// Draws those that are missing. Each is a transaction of its own, and a run that was killed is taken up by the next.
  /// - Returns: how many were made.
  func callAsFunction() async throws -> Int {
    let numbers = stride(from: 5, to: DemoRequests.count, by: Self.interval).map { $0 }
    let rows = try await database.read(
      """
      SELECT r.source_id, r.id, c.slug, c.private, r.reporter_id FROM requests r
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE r.tenant_id = current_tenant() AND r.source = \(DemoWriter.source)
         AND r.source_id = ANY(\(numbers.map(String.init))) ORDER BY r.id
      """)
    let known = try await database.read(
      "SELECT id FROM attachments WHERE tenant_id = current_tenant() AND id = ANY(\(numbers.map(Self.id)))")
    let present = Set(try known.map { try $0.get(0, as: UUID.self) })
    var made = 0
    for row in rows {
      let (text, request, category, isPrivate, reporter) = try row.decode(
        String.self, Int.self, String.self, Bool.self, Int?.self)
      guard let number = Int(text), !present.contains(Self.id(number)) else { continue }
      let file = try await file(number, category)
      try await database.write { transaction in
        _ = try await transaction.queryAll(
          AttachmentRow.insertions(
            file, requestID: request, uploaderID: reporter, visibility: isPrivate ? .private : .public))
      }
      made += 1
    }
    return made
  }

  private func file(_ number: Int, _ category: String) async throws -> QuarantinedFile {
    let id = Self.id(number)
    // What a run left behind that was killed before its row was written.
    unlink(quarantine.path(id) + ".part")
    let writer = try QuarantineWriter(
      id: id, folder: quarantine.folder, limit: quarantine.configuration.maximumFileBytes, name: "photo-\(number).png",
      pool: pool)
    try writer.append(PNGEncoder.encode(DemoScenes.draw(category, seed: UInt64(number))))
    let file = try await writer.commit()
    try giveAway(quarantine.path(id))
    return file
  }

  /// The worker runs as whoever owns the folder, which need not be who runs this.
  private func giveAway(_ path: String) throws {
    guard geteuid() == 0 else { return }
    var folder = stat()
    guard stat(quarantine.folder, &folder) == 0, chown(path, folder.st_uid, folder.st_gid) == 0 else {
      throw FileError(operation: "chown", code: errno)
    }
  }

  /// Always the same for the same photo, in the form of a random UUID (RFC 4122, version 4).
  static func id(_ number: Int) -> UUID {
    var bytes = Array(SHA256Digest(hashing: "lamppost demo photo \(number)").bytes.prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }
}
