internal import CPostgreSQL
internal import Glibc

/// Owns a PGconn.
// Unchecked: a PGconn may be used by any one thread at a time. The pool's thread that opened it hands it over once, to
// the loop's thread or to the migration's, which then is its only user.
final class ConnectionHandle: @unchecked Sendable {
  let connection: OpaquePointer

  /// Connects, blocking until that succeeded or failed: names are resolved and several hosts tried in turn.
  init(_ parameters: ConnectionParameters) throws(DatabaseError) {
    let opened = parameters.withPointers { PQconnectdbParams($0, $1, 0) }
    guard let opened else { throw DatabaseError(.connectionLost, "no memory for a connection") }
    connection = opened
    guard PQstatus(opened) == CONNECTION_OK else { throw DatabaseError(.connectionLost, lastMessage) }
    PQsetNoticeReceiver(opened, { _, _ in }, nil)
  }

  /// Connects, and sets up what a `Connection` expects.
  convenience init(pipelining parameters: ConnectionParameters) throws(DatabaseError) {
    try self.init(parameters)
    guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
      throw DatabaseError(.connectionLost, lastMessage)
    }
  }

  deinit { PQfinish(connection) }

  /// libpq's last words on the connection itself; they name hosts and roles, never passwords.
  var lastMessage: String {
    String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: "; ")
  }
}

extension ConnectionParameters {
  static func parse(_ url: String) -> [String: String]? {
    guard !url.utf8.contains(0), let options = PQconninfoParse(url, nil) else { return nil }
    defer { PQconninfoFree(options) }
    var values: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return values
  }

  /// Calls `body` with keywords and values as libpq takes them: two arrays of C strings, each ended by NULL.
  func withPointers<Result>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = values.map { (strdup($0.key), strdup($0.value)) }
    defer {
      for copy in copies {
        free(copy.0)
        free(copy.1)
      }
    }
    return body(
      copies.map { UnsafePointer($0.0) } + [nil],
      copies.map { UnsafePointer($0.1) } + [nil])
  }
}

/// The way to end what a connection is doing, usable beside it.
// Unchecked: libpq documents PQcancel as safe from any thread, also while the connection is in use.
final class CancelHandle: @unchecked Sendable {
  private let cancel: OpaquePointer?

  init(_ connection: OpaquePointer) { cancel = PQgetCancel(connection) }

  deinit { PQfreeCancel(cancel) }

  /// Blocks: opens a connection of its own, and returns once the server has sent the signal.
  func callAsFunction() {
    guard let cancel else { return }
    var message = [CChar](repeating: 0, count: 256)
    PQcancel(cancel, &message, Int32(message.count))
  }
}
