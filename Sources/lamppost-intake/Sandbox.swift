internal import CSandbox
import Glibc
import Intake

/// The walls around one child, raised in this order: namespaces, identity, limits, Landlock, seccomp.
///
/// Only namespaces may be missing, since containers forbid them. Every other layer that the kernel refuses is an error:
/// no file is read without it.
struct Sandbox {
  /// Where the child may write.
  enum Scratch {
    /// A tmpfs of `limit` bytes mounted over the folder, seen by this child alone.
    case privateMount(String, limit: Int)
    /// A folder made for this child.
    case folder(String)

    var path: String {
      switch self {
      case .privateMount(let path, _), .folder(let path): path
      }
    }
  }

  private static let nobody: uid_t = 65534

  let filter: SystemCallFilter
  let memoryLimit: Int
  let cpuSeconds: Int
  let fileLimit: Int

  /// Gives up everything but the open descriptors and `scratch`, for good. Returns the layers that hold now.
  func enter(_ scratch: Scratch, parent: pid_t) throws(ScanError) -> String {
    var layers: [String] = []
    if case .privateMount(let path, let limit) = scratch {
      try isolate(path, limit: limit)
      layers.append("namespaces")
    }
    if getuid() == 0 {
      try need("identity", lamppost_become(Self.nobody, Self.nobody))
    }
    try need("capabilities", lamppost_drop_capabilities())
    layers.append("user \(getuid())")
    // Changing the identity takes this back, so it comes after; a parent that died before it is noticed by its absence.
    try need("parent", lamppost_die_with_parent())
    guard getppid() == parent else { throw ScanError(.environment, "the parent is gone") }
    try need("dumps", lamppost_undumpable())
    try need("folder", chdir(scratch.path))
    try limitResources()
    layers.append("limits")
    try need("privileges", lamppost_no_new_privileges())
    let abi = lamppost_landlock(scratch.path)
    try need("Landlock", abi < 0 ? -1 : 0)
    layers.append("Landlock \(abi)")
    try filter.load()
    layers.append("seccomp")
    return layers.joined(separator: ", ")
  }

  /// Folders given to a child belong to the user it becomes.
  static func give(_ folder: String) {
    if getuid() == 0 { chown(folder, nobody, nobody) }
  }

  private func isolate(_ path: String, limit: Int) throws(ScanError) {
    let (user, group) = (getuid(), getgid())
    var spaces = LAMPPOST_NEW_MOUNTS | LAMPPOST_NEW_UTS | LAMPPOST_NEW_IPC | LAMPPOST_NEW_NETWORK
    if user != 0 { spaces |= LAMPPOST_NEW_USER }
    try need("namespaces", lamppost_unshare(Int32(spaces)))
    if user != 0 {
      try map("setgroups", "deny")
      try map("uid_map", "\(Self.nobody) \(user) 1")
      try map("gid_map", "\(Self.nobody) \(group) 1")
    }
    let flags = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    try need("private mounts", mount(nil, "/", nil, UInt(MS_REC | MS_PRIVATE), nil))
    let options = "size=\(limit),nr_inodes=20000,mode=0700,uid=\(Self.nobody),gid=\(Self.nobody)"
    try need("tmpfs", mount("tmpfs", path, "tmpfs", flags, options))
  }

  private func map(_ name: String, _ content: String) throws(ScanError) {
    let descriptor = open("/proc/self/\(name)", O_WRONLY | O_CLOEXEC)
    defer { close(descriptor) }
    try need(name, write(descriptor, content, content.utf8.count) == content.utf8.count ? 0 : -1)
  }

  private func limitResources() throws(ScanError) {
    // A write beyond the limit shall fail, and the engine notice, rather than die.
    signal(SIGXFSZ, SIG_IGN)
    let limits: [(Int, Int)] = [
      (LAMPPOST_LIMIT_CORE, 0),
      (LAMPPOST_LIMIT_DESCRIPTORS, 64),
      (LAMPPOST_LIMIT_CPU, cpuSeconds),
      (LAMPPOST_LIMIT_FILE, fileLimit),
      // The engine inherited from the parent counts too.
      (LAMPPOST_LIMIT_MEMORY, try addressSpace() + memoryLimit),
    ]
    for (resource, value) in limits { try need("limits", lamppost_limit(Int32(resource), UInt64(value))) }
  }

  /// Bytes of address space in use: the first number of `/proc/self/statm`, in pages.
  private func addressSpace() throws(ScanError) -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &text, text.count)
    guard count > 0, let pages = Int(String(decoding: text.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)) else {
      throw ScanError(.environment, "/proc is not mounted")
    }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  private func need(_ layer: String, _ result: Int32) throws(ScanError) {
    guard result == 0 else { throw ScanError(.environment, "sandbox: \(layer): \(String(cString: strerror(errno)))") }
  }
}
