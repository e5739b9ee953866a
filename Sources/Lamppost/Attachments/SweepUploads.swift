import EventLoop
import FoundationEssentials
import Glibc
import PostgreSQL

/// Cleans up after processes that died: queues anew what waits without a job, and removes files that no row knows.
struct SweepUploads: Sendable {
  let database: Database
  let files: FileStore
  /// The quarantine's folder.
  let folder: String
  private let pool = BlockingPool(name: "sweep", threads: 1)

  /// A file younger than this may belong to a report that is on its way.
  static let age = 3600.0

  init(database: Database, files: FileStore, folder: String) {
    self.database = database
    self.files = files
    self.folder = folder
  }

  /// Every minute: what waits for its scan.
  func quarantine() async throws {
    let tenants = try await self.tenants()
    for tenant in tenants {
      _ = try await database.tenant(tenant).write(
        """
        INSERT INTO jobs (tenant_id, kind, subject)
        SELECT a.tenant_id, \(JobKind.scanAttachment.rawValue), a.id::text FROM attachments a
         WHERE a.state IN ('quarantined', 'scanning') AND a.created_at < now() - interval '1 minute'
        UNION ALL
        SELECT l.tenant_id, \(JobKind.scanLogo.rawValue), l.id::text FROM logos l
         WHERE l.state IN ('quarantined', 'scanning') AND l.created_at < now() - interval '1 minute'
        ON CONFLICT (tenant_id, kind, subject) DO NOTHING
        """)
    }
    // Beside a file by its id may lie what a scan that died was making of it.
    try await removeOrphans(in: folder, tenants, knownBy: "a.state IN ('quarantined', 'scanning')") {
      $0.utf8.count > 36
    }
  }

  /// Once a day: what was moved into the store and never came to a row that says so.
  func store() async throws {
    for tenant in try await tenants() {
      try await removeOrphans(in: "\(files.folder)/\(tenant)", [tenant], knownBy: "a.state = 'clean'") { _ in false }
    }
  }

  private func tenants() async throws -> [Int] {
    try await database.read("SELECT id FROM tenants ORDER BY id").map { try $0.get(0) }
  }

  private func removeOrphans(
    in path: String, _ tenants: [Int], knownBy condition: SQL, orWhere isStray: (String) -> Bool
  ) async throws {
    guard let listing = OldFiles(in: path, age: Self.age) else { return }
    while case let names = try await pool.run({ listing.next(500) }), !names.isEmpty {
      var known: Set<String> = []
      let ids = names.compactMap { UUID(uuidString: String($0.prefix(36))) }
      for tenant in tenants {
        let rows = try await database.tenant(tenant).read(
          """
          SELECT a.id::text FROM attachments a WHERE a.id = ANY(\(ids)) AND \(condition)
          UNION ALL SELECT a.id::text FROM logos a WHERE a.id = ANY(\(ids)) AND \(condition)
          """)
        for row in rows { known.insert(try row.get(0)) }
      }
      for name in names where isStray(name) || !known.contains(String(name.prefix(36))) { unlink(path + "/" + name) }
    }
  }
}

/// Reads a folder piece by piece, so that a million files are never in memory together.
// Unchecked: one caller reads, one piece after the other.
private final class OldFiles: @unchecked Sendable {
  private let directory: OpaquePointer
  private let path: String
  private let before: Int

  /// - Parameter age: seconds since the last change.
  init?(in path: String, age: Double) {
    guard let directory = opendir(path) else { return nil }
    self.directory = directory
    self.path = path
    before = time(nil) - Int(age)
  }

  deinit { closedir(directory) }

  /// Names of up to `limit` regular files that are old enough; none at the end.
  func next(_ limit: Int) -> [String] {
    var names: [String] = []
    while names.count < limit, let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      var information = stat()
      guard lstat(path + "/" + name, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { continue }
      if information.st_mtim.tv_sec < before { names.append(name) }
    }
    return names
  }
}
