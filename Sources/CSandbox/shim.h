#pragma once
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// What Swift cannot call: `fork` is withheld from it (this program has one thread), `prctl` is variadic, and libc has
// no wrapper for Landlock, pidfd_open and capset.

// unshare and its flags need _GNU_SOURCE in <sched.h>, which a module cannot ask for.
enum {
  LAMPPOST_NEW_MOUNTS = 0x00020000,
  LAMPPOST_NEW_UTS = 0x04000000,
  LAMPPOST_NEW_IPC = 0x08000000,
  LAMPPOST_NEW_USER = 0x10000000,
  LAMPPOST_NEW_NETWORK = 0x40000000,
  LAMPPOST_CLONE_THREAD = 0x00010000,
};

// pipe2, close-on-exec and never blocking; it needs _GNU_SOURCE too.
static inline int lamppost_pipe(int ends[2]) { return (int) syscall(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK); }

// A folder with everything beneath it; follows no link and leaves other filesystems alone.
static inline void lamppost_remove_tree(const char *path) {
  char *const paths[] = { (char *) path, NULL };
  FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
  if (!tree) return;
  for (FTSENT *entry = fts_read(tree); entry; entry = fts_read(tree)) {
    if (entry->fts_info == FTS_DP) rmdir(entry->fts_accpath);
    else if (entry->fts_info != FTS_D) unlink(entry->fts_accpath);
  }
  fts_close(tree);
}

static inline pid_t lamppost_fork(void) { return fork(); }
static inline int lamppost_unshare(int flags) { return (int) syscall(SYS_unshare, flags); }
static inline int lamppost_pidfd_open(pid_t process) { return (int) syscall(SYS_pidfd_open, process, 0); }
static inline int lamppost_close_range(unsigned first, unsigned last) {
  return (int) syscall(SYS_close_range, first, last, 0);
}
static inline long lamppost_trace(pid_t process) { return syscall(SYS_ptrace, 16 /* attach */, process, 0, 0); }
static inline int lamppost_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int lamppost_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }
static inline int lamppost_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline int lamppost_drop_capabilities(void) {
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
  struct __user_cap_data_struct none[2];
  memset(none, 0, sizeof none);
  return (int) syscall(SYS_capset, &header, none);
}

// All three identities at once, for a program that is root: raw calls concern one thread, and there is only one.
static inline int lamppost_become(uid_t user, gid_t group) {
  if (syscall(SYS_setgroups, 0, NULL) != 0) return -1;
  if (syscall(SYS_setresgid, group, group, group) != 0) return -1;
  return (int) syscall(SYS_setresuid, user, user, user);
}

static inline int lamppost_limit(int resource, uint64_t value) {
  struct rlimit limit = { .rlim_cur = value, .rlim_max = value };
  return setrlimit(resource, &limit);
}
enum {
  LAMPPOST_LIMIT_MEMORY = RLIMIT_AS,
  LAMPPOST_LIMIT_CPU = RLIMIT_CPU,
  LAMPPOST_LIMIT_FILE = RLIMIT_FSIZE,
  LAMPPOST_LIMIT_DESCRIPTORS = RLIMIT_NOFILE,
  LAMPPOST_LIMIT_CORE = RLIMIT_CORE,
};

// Landlock, by the kernel's documentation (userspace-api/landlock); newer fields than Debian's headers know.
// Returns the ABI that holds from now on (1 or more), or -1 with errno. Only beneath `writable` can anything be opened,
// made or removed.
static inline int lamppost_landlock(const char *writable) {
  struct { uint64_t files, network, scopes; } rules;
  struct __attribute__((packed)) { uint64_t access; int32_t parent; } beneath;
  int abi = (int) syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* version */);
  if (abi < 1) return -1;
  const uint64_t execute = 1, device = 1 << 6, sockets = 1 << 9, fifo = 1 << 10, block = 1 << 11, symbolic = 1 << 12;
  rules.files = abi >= 5 ? 0xffff : abi >= 3 ? 0x7fff : abi == 2 ? 0x3fff : 0x1fff;
  rules.network = abi >= 4 ? 3 : 0;  // bind, connect
  rules.scopes = abi >= 6 ? 3 : 0;   // abstract sockets, signals
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int set = (int) syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (set < 0) return -1;
  beneath.access = rules.files & ~(execute | device | sockets | fifo | block | symbolic | (1 << 13) | (1 << 15));
  beneath.parent = open(writable, 010000000 /* O_PATH */ | O_DIRECTORY | O_CLOEXEC);
  int failed = beneath.parent < 0
    || syscall(SYS_landlock_add_rule, set, 1 /* path beneath */, &beneath, 0) != 0
    || syscall(SYS_landlock_restrict_self, set, 0) != 0;
  int reason = errno;
  if (beneath.parent >= 0) close(beneath.parent);
  close(set);
  errno = reason;
  return failed ? -1 : abi;
}

// Macros of libseccomp that do not import.
static const uint32_t lamppost_seccomp_kill = SCMP_ACT_KILL_PROCESS;
static const uint32_t lamppost_seccomp_allow = SCMP_ACT_ALLOW;
static inline uint32_t lamppost_seccomp_fail(int reason) { return SCMP_ACT_ERRNO(reason); }
static inline struct scmp_arg_cmp lamppost_argument_equal(unsigned index, uint64_t value) {
  return (struct scmp_arg_cmp) { .arg = index, .op = SCMP_CMP_EQ, .datum_a = value };
}
static inline struct scmp_arg_cmp lamppost_argument_masked(unsigned index, uint64_t mask, uint64_t value) {
  return (struct scmp_arg_cmp) { .arg = index, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value };
}
