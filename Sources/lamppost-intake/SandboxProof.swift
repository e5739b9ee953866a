internal import CSandbox
import Glibc
import Intake

/// Sends children into the sandbox to try what a stranger's file would have them do, each a new one, since most attempts
/// are deadly. Prints a line an attempt; returns whether all were refused and what is needed still works.
func proveSandbox(scratch: String) -> Bool {
  do throws(ScanError) {
    let scratch = try ScratchFolder(scratch)
    var configuration = IntakeConfiguration(executable: "", signatures: "", scratch: scratch.path)
    configuration.scratchLimit = 1 << 20
    let sandbox = try Sandbox(configuration)
    var holds = true
    for forbidden in Attempt.forbidden {
      let refused = try !succeeds(forbidden.attempt, sandbox, scratch)
      print("\(forbidden.name): \(refused ? "refused" : "ALLOWED")")
      holds = holds && refused
    }
    for needed in Attempt.needed {
      let allowed = try succeeds(needed.attempt, sandbox, scratch)
      print("\(needed.name): \(allowed ? "allowed" : "REFUSED")")
      holds = holds && allowed
    }
    return holds
  } catch {
    print(error.debugDescription)
    return false
  }
}

private func succeeds(_ attempt: () -> Bool, _ sandbox: Sandbox, _ scratch: ScratchFolder) throws(ScanError) -> Bool {
  func run(_ room: Sandbox.Scratch) throws(ScanError) -> Child.Ending {
    try Child(keeping: []) { parent in
      do throws(ScanError) {
        _ = try sandbox.enter(room, parent: parent)
        return attempt() ? [1] : [0]
      } catch { return Array(error.debugDescription.utf8) }
    }.end()
  }
  var ending = try run(.privateMount(scratch.path, limit: 1 << 20))
  if ending.said.count > 1 {
    let folder = try scratch.make()
    defer { ScratchFolder.remove(folder) }
    ending = try run(.folder(folder))
  }
  // Refused is an attempt that failed, or that the filter ended: not one that never came to be made.
  if ending.isOrderly, ending.said.count == 1 { return ending.said == [1] }
  guard ending.signal == SIGSYS else { throw ScanError(.environment, String(decoding: ending.said, as: UTF8.self)) }
  return false
}

private struct Attempt: Sendable {
  let name: String
  let attempt: @Sendable () -> Bool

  static let needed = [
    Attempt(name: "write to the scratch folder") { creates("file") },
    Attempt(name: "start a thread") {
      var thread = pthread_t()
      return pthread_create(&thread, nil, { _ in nil }, nil) == 0 && pthread_join(thread, nil) == 0
    },
  ]

  static let forbidden = [
    Attempt(name: "read /etc/passwd") { open("/etc/passwd", O_RDONLY) >= 0 },
    Attempt(name: "read the program's environment") { open("/proc/self/environ", O_RDONLY) >= 0 },
    Attempt(name: "list the root folder") { open("/", O_RDONLY | O_DIRECTORY) >= 0 },
    Attempt(name: "write to /tmp") { creates("/tmp/lamppost-sandbox-proof") },
    Attempt(name: "write above the scratch folder") { creates("../lamppost-sandbox-proof") },
    Attempt(name: "make a link in the scratch folder") { symlink("/etc/passwd", "link") == 0 },
    Attempt(name: "open a network socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0 },
    Attempt(name: "open a local socket") { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) >= 0 },
    Attempt(name: "run a program") {
      var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
      return execve("/bin/true", &arguments, nil) == 0
    },
    Attempt(name: "fork") { lamppost_fork() >= 0 },
    Attempt(name: "trace its parent") { lamppost_trace(getppid()) == 0 },
    Attempt(name: "signal its parent") { kill(getppid(), 0) == 0 },
    Attempt(name: "become root") { setuid(0) == 0 },
    Attempt(name: "make a namespace") { lamppost_unshare(Int32(LAMPPOST_NEW_USER)) == 0 },
    Attempt(name: "mount a filesystem") { mount("tmpfs", ".", "tmpfs", 0, nil) == 0 },
    Attempt(name: "make memory executable") {
      mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
    },
  ]

  private static func creates(_ path: String) -> Bool { open(path, O_WRONLY | O_CREAT, 0o600) >= 0 }
}
