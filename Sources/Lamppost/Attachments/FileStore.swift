import FoundationEssentials
import Glibc

/// Where clean files lie: `uploads/store/<tenant>/<id>`, a thumbnail beside it.
struct FileStore: Sendable {
  let root: String

  static let thumbnailType = "image/jpeg"

  var folder: String { root + "/store" }

  func path(_ id: AttachmentID, tenant: Int) -> String { "\(folder)/\(tenant)/\(id.pathComponent)" }

  func thumbnailPath(_ id: AttachmentID, tenant: Int) -> String { path(id, tenant: tenant) + ".thumbnail" }

  /// Makes the folders of the uploads, readable by this user alone.
  static func prepare(root: String) throws {
    for folder in [root, root + "/quarantine", root + "/store"] { try makeFolder(folder) }
  }

  static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o700) != 0 && errno != EEXIST { throw FileError(operation: "mkdir \(path)", code: errno) }
  }

  func prepare(tenant: Int) throws {
    if mkdir("\(folder)/\(tenant)", 0o700) != 0 && errno != EEXIST {
      throw FileError(operation: "mkdir store", code: errno)
    }
  }
}
