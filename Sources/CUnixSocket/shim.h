#pragma once
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// A message and the descriptors that travel with it (SCM_RIGHTS). The CMSG_ macros do not import into Swift.

#define LAMPPOST_DESCRIPTORS_LIMIT 4

static inline ssize_t lamppost_send_message(
  int socket, const void *bytes, size_t length, const int *descriptors, size_t count
) {
  struct iovec part = { .iov_base = (void *) bytes, .iov_len = length };
  union {
    struct cmsghdr aligned;
    char bytes[CMSG_SPACE(sizeof(int) * LAMPPOST_DESCRIPTORS_LIMIT)];
  } control;
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  if (count > LAMPPOST_DESCRIPTORS_LIMIT) {
    errno = EINVAL;
    return -1;
  }
  if (count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  }
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

// Descriptors arrive close-on-exec. A message that was cut short is an error (EMSGSIZE), its descriptors closed.
static inline ssize_t lamppost_receive_message(
  int socket, void *bytes, size_t length, int *descriptors, size_t *count
) {
  struct iovec part = { .iov_base = bytes, .iov_len = length };
  union {
    struct cmsghdr aligned;
    char bytes[CMSG_SPACE(sizeof(int) * LAMPPOST_DESCRIPTORS_LIMIT)];
  } control;
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
  };
  *count = 0;
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t carried = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < carried; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      if (*count < LAMPPOST_DESCRIPTORS_LIMIT) descriptors[(*count)++] = descriptor;
      else close(descriptor);
    }
  }
  if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
    for (size_t i = 0; i < *count; i++) close(descriptors[i]);
    *count = 0;
    errno = EMSGSIZE;
    return -1;
  }
  return received;
}

// One end stays with us, close-on-exec and never blocking; the other is for the program to be started.
static inline int lamppost_message_pair(int *ours, int *theirs) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  *ours = ends[0];
  *theirs = ends[1];
  return 0;
}

// Starts a program in a process group of its own with an empty signal mask, the given socket as descriptor 3, standard
// streams at /dev/null, and no other descriptor of ours. Returns an errno.
static inline int lamppost_spawn(
  pid_t *process, const char *path, char *const arguments[], char *const environment[], int socket
) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // Descriptor 3 first: the socket itself may be 0, 1 or 2. Should it be 3 already, dup2 clears close-on-exec.
  posix_spawn_file_actions_adddup2(&actions, socket, 3);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  int result = posix_spawn(process, path, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return result;
}
