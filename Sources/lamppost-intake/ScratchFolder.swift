internal import CSandbox
import Glibc
import Intake

/// Where the parent makes room for each child.
struct ScratchFolder {
  let path: String

  init(_ path: String) throws(ScanError) {
    // Children change their folder, so it must not depend on ours.
    guard let absolute = realpath(path, nil) else {
      throw ScanError(.environment, "scratch folder: \(String(cString: strerror(errno)))")
    }
    self.path = String(cString: absolute)
    free(absolute)
    guard access(self.path, W_OK | X_OK) == 0 else { throw ScanError(.environment, "scratch folder: not writable") }
    removeLeftovers()
  }

  /// A new folder for one child.
  func make() throws(ScanError) -> String {
    var name = Array("\(path)/job-\(getpid())-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else {
      throw ScanError(.environment, "scratch folder: \(String(cString: strerror(errno)))")
    }
    let folder = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    Sandbox.give(folder)
    return folder
  }

  /// With whatever a stranger's file made a child leave there. Follows no link.
  static func remove(_ folder: String) {
    lamppost_remove_tree(folder)
  }

  /// Of parents that died. One that lives still, since it is being relieved, keeps its own.
  private func removeLeftovers() {
    guard let folder = opendir(path) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let parts = name.split(separator: "-")
      guard parts.count == 3, parts[0] == "job", let owner = pid_t(parts[1]), owner > 0 else { continue }
      if kill(owner, 0) != 0, errno == ESRCH { Self.remove("\(path)/\(name)") }
    }
  }
}
