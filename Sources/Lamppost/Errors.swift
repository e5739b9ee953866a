import EventLoop
import FoundationEssentials
import HTTPServer
import PostgreSQL
import Redis

/// The one place where errors become what a caller is told.
extension Problem {
  /// - Returns: the problem, and whether the log should hold the error's details.
  static func of(_ error: any Error) -> (problem: Problem, isUnexpected: Bool) {
    switch error {
    case let problem as Problem: return (problem, false)
    case let error as DatabaseError: return of(database: error)
    // Sessions are all that Redis holds of a call's way; whoever needs one comes back.
    case is RedisError: return (Problem(.unavailable, retryAfter: 5), true)
    case is BlockingPool.Full: return (Problem(.unavailable, retryAfter: 2), false)
    case let error as BodyError: return (of(body: error), false)
    case is MultipartError: return (Problem(.malformedMultipart, "\(error)"), false)
    case is UnsupportedContentType: return (Problem(.unsupportedMediaType), false)
    case is Query.Malformed: return (Problem(.malformedRequest, "\(error)"), false)
    case is CancellationError: return (Problem(.incompleteBody), false)
    default: return (Problem(.internalError), true)
    }
  }

  private static func of(database error: DatabaseError) -> (Problem, Bool) {
    switch error.kind {
    case .invalidText: (Problem(.invalidText), false)
    case .poolExhausted: (Problem(.unavailable, retryAfter: 2), true)
    case .connectionLost, .timedOut: (Problem(.unavailable, retryAfter: 5), true)
    case .cancelled: (Problem(.incompleteBody), false)
    case .server(let state) where state == .serializationFailure || state == .deadlockDetected:
      (Problem(.conflict, retryAfter: 1), true)
    default: (Problem(.internalError), true)
    }
  }

  private static func of(body error: BodyError) -> Problem {
    switch error {
    case .tooLarge: Problem(.tooLarge)
    case .incomplete: Problem(.incompleteBody)
    case .timedOut: Problem(.timedOut)
    }
  }
}

extension Problem.Code {
  /// The code for what the server refuses before any of our code runs.
  init(serverStatus status: HTTPStatus) {
    self =
      switch status {
      case .requestTimeout: .timedOut
      case .contentTooLarge: .tooLarge
      case .headerFieldsTooLarge, .uriTooLong: .headersTooLarge
      case .tooManyRequests: .rateLimited
      case .notImplemented: .notImplemented
      case .methodNotAllowed: .methodNotAllowed
      case .serviceUnavailable: .unavailable
      case .internalServerError: .internalError
      default: .malformedRequest
      }
  }
}
