#pragma once
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

// libmicrohttpd's fixed enums and macros do not import.
static const unsigned int lamppost_mhd_flags =
    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
static const enum MHD_Result lamppost_mhd_yes = MHD_YES;
static const enum MHD_Result lamppost_mhd_no = MHD_NO;
static const enum MHD_ConnectionNotificationCode lamppost_mhd_started = MHD_CONNECTION_NOTIFY_STARTED;
static const ssize_t lamppost_mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t lamppost_mhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
static const uint64_t lamppost_mhd_size_unknown = MHD_SIZE_UNKNOWN;

struct lamppost_mhd_callbacks {
  MHD_AcceptPolicyCallback accept;
  MHD_AccessHandlerCallback access;
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connection;
  void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
};

struct lamppost_mhd_limits {
  unsigned int threads;
  unsigned int connections;
  size_t memory_per_connection;
};

// Its log lines hold what clients sent.
static void lamppost_mhd_ignore_log(void *context, const char *format, va_list arguments) {
  (void)context;
  (void)format;
  (void)arguments;
}

// We decode the target ourselves, from what the log callback is given.
static size_t lamppost_mhd_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
  (void)context;
  (void)connection;
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

// Called from the log callback with its target, once that is copied: the library goes on to cut up the query and keeps
// 70 bytes for each parameter, for which a connection's memory would not do (a thousand of them, and the connection is
// closed without an answer). It has found the question mark by now and reads on behind it: there it finds nothing.
static inline void lamppost_mhd_hide_query(const char *target) {
  while (*target != 0 && *target != '?') target++;
  if (*target == '?') ((char *)target)[1] = 0;
}

// MHD_start_daemon is variadic. Strictness 0: the strict answer to a missing Host is garbled in 0.9.75, and every check it
// makes of a header is made by us. Chunks are read strictly at any setting.
static inline struct MHD_Daemon *lamppost_mhd_start(const struct sockaddr *address,
                                                    struct lamppost_mhd_callbacks callbacks,
                                                    struct lamppost_mhd_limits limits, void *context) {
  return MHD_start_daemon(
      lamppost_mhd_flags | (address->sa_family == AF_INET6 ? MHD_USE_IPv6 : 0), 0, callbacks.accept, context,
      callbacks.access, context, MHD_OPTION_EXTERNAL_LOGGER, lamppost_mhd_ignore_log, NULL, MHD_OPTION_SOCK_ADDR,
      address, MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, context, MHD_OPTION_NOTIFY_CONNECTION,
      callbacks.connection, context, MHD_OPTION_URI_LOG_CALLBACK, callbacks.target, context,
      MHD_OPTION_UNESCAPE_CALLBACK, lamppost_mhd_keep_escapes, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 0,
      MHD_OPTION_THREAD_POOL_SIZE, limits.threads, MHD_OPTION_CONNECTION_LIMIT, limits.connections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.memory_per_connection, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
      MHD_OPTION_END);
}

static inline int lamppost_mhd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *information = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return information ? information->port : 0;
}

static inline void *lamppost_mhd_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *information =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return information ? information->socket_context : NULL;
}

static inline int lamppost_mhd_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *information = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return information ? information->connect_fd : -1;
}

static inline const struct sockaddr *lamppost_mhd_peer(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *information =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return information ? information->client_addr : NULL;
}

static inline size_t lamppost_mhd_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *information =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return information ? information->header_size : 0;
}

static inline int lamppost_mhd_request_headers(struct MHD_Connection *connection, MHD_KeyValueIteratorN iterator,
                                               void *context) {
  return MHD_get_connection_values_n(connection, MHD_HEADER_KIND, iterator, context);
}

static inline struct MHD_Response *lamppost_mhd_response(size_t size, const void *bytes) {
  return MHD_create_response_from_buffer(size, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}
