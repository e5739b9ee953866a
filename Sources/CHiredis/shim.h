#pragma once
#include <hiredis/hiredis.h>
#include <signal.h>

// hiredis writes by write(2), which raises SIGPIPE when the server is gone. Blocked for the calling thread, the same
// write fails with EPIPE. The signal set's macros do not import into Swift.
static inline void lamppost_block_sigpipe(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}
