internal import CHiredis

/// One socket to Redis, driven by the owner's event loop: hiredis' context in its non-blocking form.
///
/// Not Sendable: it lives inside a `RedisConnection`. The C manual's rule is kept that after an error a context can
/// only be freed: every method that throws is followed by the owner dropping the link.
final class RedisLink {
  private let context: UnsafeMutablePointer<redisContext>

  var descriptor: Int32 { context.pointee.fd }

  /// Starts to connect; the socket becomes writable when that succeeded or failed.
  /// - Parameter address: a host must be numeric, since hiredis would block to look up a name.
  init(to address: Redis.Configuration.Address) throws(RedisError) {
    lamppost_block_sigpipe()
    let context =
      switch address {
      case .tcp(let host, let port): redisConnectNonBlock(host, Int32(port))
      case .unix(let path): redisConnectUnixNonBlock(path)
      }
    guard let context else { throw RedisError(.unavailable, "no memory for a connection") }
    self.context = context
    try check(context.pointee.err == 0)
  }

  deinit { redisFree(context) }

  func append(_ bytes: [UInt8]) throws(RedisError) {
    let result = bytes.withUnsafeBytes { bytes in
      redisAppendFormattedCommand(context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    try check(result == REDIS_OK)
  }

  /// Writes what the socket takes now.
  /// - Returns: whether nothing is left.
  func flush() throws(RedisError) -> Bool {
    var done: Int32 = 0
    try check(redisBufferWrite(context, &done) == REDIS_OK)
    return done != 0
  }

  /// Reads what has arrived, up to 16 KiB.
  func read() throws(RedisError) {
    try check(redisBufferRead(context) == REDIS_OK)
  }

  /// The next reply that has arrived completely.
  func nextReply() throws(RedisError) -> RedisReply? {
    var reply: UnsafeMutableRawPointer?
    try check(redisGetReplyFromReader(context, &reply) == REDIS_OK)
    guard let reply else { return nil }
    defer { freeReplyObject(reply) }
    return RedisReply(reply.assumingMemoryBound(to: redisReply.self).pointee)
  }

  private func check(_ succeeded: Bool) throws(RedisError) {
    guard !succeeded else { return }
    let detail = withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    throw RedisError(context.pointee.err == REDIS_ERR_PROTOCOL ? .invalidProtocol : .unavailable, detail)
  }
}

extension RedisReply {
  /// Recursion is bounded: hiredis' reader refuses more than seven levels.
  fileprivate init(_ reply: redisReply) {
    let text = UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
    switch reply.type {
    case REDIS_REPLY_STRING: self = .string(Array(text))
    case REDIS_REPLY_STATUS: self = .status(String(decoding: text, as: UTF8.self))
    case REDIS_REPLY_ERROR: self = .error(RedisError(serverMessage: String(decoding: text, as: UTF8.self)))
    case REDIS_REPLY_INTEGER: self = .integer(Int(reply.integer))
    case REDIS_REPLY_ARRAY: self = .array((0..<reply.elements).map { RedisReply(reply.element[$0]!.pointee) })
    default: self = .null
    }
  }
}
