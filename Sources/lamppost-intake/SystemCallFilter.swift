internal import CSandbox
import Glibc
import Intake

/// The system calls a child may make. Any other ends it at once (SIGSYS), but for those that a library tries and can
/// do without.
///
/// Built once in the parent, since compiling it takes longer than loading it.
final class SystemCallFilter {
  private let handle: UnsafeMutableRawPointer

  /// What libclamav, libvips, libmagic and libqpdf were seen to use. Names an architecture lacks are skipped; opening,
  /// making and removing files is for Landlock to judge.
  private static let allowed = [
    "read", "pread64", "readv", "write", "writev", "pwrite64", "lseek", "close", "dup", "fcntl", "ftruncate", "fsync",
    "fstat", "newfstatat", "statx", "stat", "lstat", "fstatfs", "getdents64", "access", "faccessat", "faccessat2",
    "open", "openat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "umask",
    "getcwd", "readlink", "readlinkat",
    "munmap", "mremap", "madvise", "brk", "futex", "clock_gettime", "clock_nanosleep", "gettimeofday", "getrusage",
    "sched_yield", "sched_getaffinity", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrandom",
    "set_robust_list", "rseq", "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "exit", "exit_group", "sysinfo",
    "uname", "restart_syscall",
  ]

  init() throws(ScanError) {
    guard let handle = seccomp_init(lamppost_seccomp_kill) else { throw ScanError(.environment, "sandbox: seccomp") }
    self.handle = handle
    for name in Self.allowed { try add(name, lamppost_seccomp_allow) }
    // No new executable memory: what is not code yet never becomes code.
    for name in ["mmap", "mprotect"] {
      try add(name, lamppost_seccomp_allow, lamppost_argument_masked(2, UInt64(PROT_EXEC), 0))
      try add(name, lamppost_seccomp_fail(EACCES), lamppost_argument_masked(2, UInt64(PROT_EXEC), UInt64(PROT_EXEC)))
    }
    // libvips works in threads of its own even when told to use one. A thread is no process: a fork stays deadly. glibc
    // falls back to clone, whose flags can be seen, when clone3 is said to be unknown.
    let thread = UInt64(LAMPPOST_CLONE_THREAD)
    try add("clone", lamppost_seccomp_allow, lamppost_argument_masked(0, thread, thread))
    try add("clone3", lamppost_seccomp_fail(ENOSYS))
    try add("prctl", lamppost_seccomp_allow, lamppost_argument_equal(0, UInt64(PR_SET_NAME)))
    try add("ioctl", lamppost_seccomp_fail(ENOTTY))
    // glib, before it warns, asks whether standard error leads to the system's journal.
    try add("getpeername", lamppost_seccomp_fail(ENOTSOCK))
  }

  deinit { seccomp_release(handle) }

  /// From now on, for this process and its threads.
  func load() throws(ScanError) {
    let result = seccomp_load(handle)
    guard result == 0 else { throw ScanError(.environment, "sandbox: seccomp: \(String(cString: strerror(-result)))") }
  }

  private func add(_ name: String, _ action: UInt32, _ argument: scmp_arg_cmp? = nil) throws(ScanError) {
    let number = seccomp_syscall_resolve_name(name)
    guard number >= 0 else { return }
    let arguments = argument.map { [$0] } ?? []
    guard seccomp_rule_add_array(handle, action, number, UInt32(arguments.count), arguments) == 0 else {
      throw ScanError(.environment, "sandbox: seccomp refuses \(name)")
    }
  }
}
