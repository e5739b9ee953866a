#pragma once
// Glibc's Swift module lacks both headers.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// EPOLLIN and friends are an enum of C's own making with signed values: plain constants are easier to combine.
static const unsigned lamppost_epollin = EPOLLIN;
static const unsigned lamppost_epollout = EPOLLOUT;
static const unsigned lamppost_epollerr = EPOLLERR;
static const unsigned lamppost_epollhup = EPOLLHUP;
static const unsigned lamppost_epollrdhup = EPOLLRDHUP;

// prctl is variadic, which does not import. The kernel keeps 15 bytes of the name.
static inline void lamppost_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
