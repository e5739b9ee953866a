/// The five characters by which PostgreSQL names an error (its manual's appendix A), stable and never translated.
public struct SQLState: RawRepresentable, Hashable, Sendable {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let uniqueViolation = SQLState(rawValue: "23505")
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  public static let notNullViolation = SQLState(rawValue: "23502")
  public static let checkViolation = SQLState(rawValue: "23514")
  public static let exclusionViolation = SQLState(rawValue: "23P01")
  public static let serializationFailure = SQLState(rawValue: "40001")
  public static let deadlockDetected = SQLState(rawValue: "40P01")
  public static let inFailedTransaction = SQLState(rawValue: "25P02")
  public static let readOnlyTransaction = SQLState(rawValue: "25006")
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  public static let queryCanceled = SQLState(rawValue: "57014")
  static let featureNotSupported = SQLState(rawValue: "0A000")
  static let invalidStatementName = SQLState(rawValue: "26000")

  /// The server ends the connection: it shuts down, crashed, or an administrator asked.
  var endsConnection: Bool { rawValue.hasPrefix("57P") }
  /// "Data exception": the message quotes what was sent.
  var quotesValues: Bool { rawValue.hasPrefix("22") }
}
