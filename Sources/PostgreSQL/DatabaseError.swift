internal import CPostgreSQL

/// What went wrong between here and the rows.
///
/// `description` says nothing but the kind and may be shown; `debugDescription` is for the log. Neither holds a value
/// that was bound: the server's DETAIL and CONTEXT, which quote them, are never read.
public struct DatabaseError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// The server refused the statement.
    case server(SQLState)
    /// No connection, or it broke before the answer came; see `mayHaveTakenEffect`.
    case connectionLost
    /// Too many wait already, or waiting for a connection took longer than `Configuration.leaseTimeout`.
    case poolExhausted
    /// `statement_timeout` ended the statement.
    case timedOut
    /// The task was cancelled.
    case cancelled
    /// A text holds a NUL, which PostgreSQL cannot store. Nothing was sent.
    case invalidText
    /// A value outside PostgreSQL's range. Nothing was sent.
    case invalidValue
    /// A column is not of the type asked for, or is NULL.
    case decoding
    /// A mistake in the calling code: a transaction used after its end or by two tasks at once, or the like.
    case misuse
    /// The connection string cannot be read.
    case invalidConfiguration
    /// `shutdown()` was called.
    case shutDown
  }

  public let kind: Kind
  /// The constraint that was violated.
  public let constraint: String?
  /// The table the error is about.
  public let table: String?
  /// The column the error is about.
  public let column: String?
  /// The connection broke while a write or a COMMIT was under way: it may or may not have happened.
  public internal(set) var mayHaveTakenEffect = false
  /// A connection was waited for in vain: to try again at once would only wait as long again.
  var hasWaited = false
  let message: String
  /// Where in the statement, in characters from 1.
  let position: Int?
  /// The statement as text with `$1` for values.
  var statement: String?
  /// The server's plan for the prepared statement went stale: preparing it again helps.
  let isStalePlan: Bool

  init(_ kind: Kind, _ message: String, column: String? = nil) {
    self.kind = kind
    self.message = message
    self.column = column
    constraint = nil
    table = nil
    position = nil
    isStalePlan = false
  }

  public var sqlState: SQLState? {
    switch kind {
    case .server(let state): state
    default: nil
    }
  }

  /// Whether a row with that key exists already.
  /// - Parameter constraint: the name of the constraint or unique index; nil for any.
  public func isUniqueViolation(constraint: String? = nil) -> Bool {
    kind == .server(.uniqueViolation) && (constraint == nil || constraint == self.constraint)
  }

  /// Whether the same transaction can succeed when run again from its start.
  var isRetryable: Bool {
    switch kind {
    case .server(.serializationFailure), .server(.deadlockDetected): true
    case .connectionLost: !mayHaveTakenEffect && !hasWaited
    default: isStalePlan
    }
  }

  public var description: String {
    switch kind {
    case .server: "the database refused the statement"
    case .connectionLost: "the database cannot be reached"
    case .poolExhausted: "the database is busy"
    case .timedOut: "the database took too long"
    case .cancelled: "the work was cancelled"
    case .invalidText: "a text holds a character that cannot be stored"
    case .invalidValue: "a value is out of range"
    case .decoding: "the database answered in an unexpected form"
    case .misuse: "the database was used in a wrong way"
    case .invalidConfiguration: "the database's configuration cannot be read"
    case .shutDown: "the database client is shut down"
    }
  }

  public var debugDescription: String {
    var parts = ["\(kind)", message]
    if let sqlState { parts[0] = "server \(sqlState.rawValue)" }
    if let table { parts.append("table \(table)") }
    if let column { parts.append("column \(column)") }
    if let constraint { parts.append("constraint \(constraint)") }
    if mayHaveTakenEffect { parts.append("may have taken effect") }
    if let statement { parts.append("statement: \(statement)") }
    return parts.joined(separator: "; ")
  }
}

extension DatabaseError {
  /// Reads a PGresult of status PGRES_FATAL_ERROR.
  init(_ result: OpaquePointer, statement: String?) {
    func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
    let state = field(lamppost_diag_sqlstate).map(SQLState.init(rawValue:))
    var message = field(lamppost_diag_message) ?? "no message"
    if state?.quotesValues == true { message = String(message.prefix { $0 != "\"" }) }
    switch state {
    // libpq's own errors carry no state: the connection broke or is out of step.
    case nil: kind = .connectionLost
    case .queryCanceled?: kind = .timedOut
    case let state? where state.endsConnection: kind = .connectionLost
    case let state?: kind = .server(state)
    }
    self.message = message
    self.statement = statement
    constraint = field(lamppost_diag_constraint)
    table = field(lamppost_diag_table)
    column = field(lamppost_diag_column)
    position = field(lamppost_diag_position).flatMap { Int($0) }
    // The message "cached plan must not change result type" is translated; the function that raises it is not.
    isStalePlan =
      state == .invalidStatementName
      || state == .featureNotSupported && field(lamppost_diag_function) == "RevalidateCachedQuery"
  }
}
