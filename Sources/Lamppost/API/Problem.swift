import HTTPServer
import JSON

/// What a caller is told when a call fails: RFC 9457 problem details, with a code from a closed list.
struct Problem: Error, Sendable {
  /// One wrong field or parameter.
  struct FieldError: Sendable, Equatable {
    /// Dotted path in the body, e.g. `location.latitude`, or the parameter's name.
    let field: String
    let code: Code
    let message: String
  }

  let code: Code
  var detail: String?
  var errors: [FieldError] = []
  /// Seconds; sent as Retry-After.
  var retryAfter: Int?

  init(_ code: Code, _ detail: String? = nil, errors: [FieldError] = [], retryAfter: Int? = nil) {
    self.code = code
    self.detail = detail
    self.errors = errors
    self.retryAfter = retryAfter
  }

  /// One field is wrong: the problem carries the field's own code.
  static func field(_ field: String, _ code: Code, _ message: String) -> Problem {
    Problem(code, message, errors: [FieldError(field: field, code: code, message: message)])
  }

  /// Several may be wrong: a single one speaks for the whole, several are summed up as `invalid_input`.
  static func fields(_ errors: [FieldError]) -> Problem {
    if errors.count == 1 { return .field(errors[0].field, errors[0].code, errors[0].message) }
    return Problem(.invalidInput, "\(errors.count) fields are not as they should be.", errors: errors)
  }

  static let notFound = Problem(.notFound)

  /// The response as problem+json.
  /// - Parameter requestID: the id under which the log knows this call.
  func response(requestID: String) -> Response {
    var json = JSONWriter()
    json.object { problem in
      problem.field("type", "urn:lamppost:problem:\(code.rawValue)")
      problem.field("title", code.title)
      problem.field("status", code.status.code)
      problem.field("detail", detail ?? code.title)
      problem.field("code", code.rawValue)
      problem.field("request_id", requestID)
      // OAuth2 clients look for this member (RFC 6749, section 5.2).
      if code == .invalidGrant || code == .unsupportedGrantType { problem.field("error", code.rawValue) }
      problem.array("errors") { list in
        for error in errors {
          list.object { item in
            item.field("field", error.field)
            item.field("code", error.code.rawValue)
            item.field("message", error.message)
          }
        }
      }
    }
    var response = Response(code.status, content: .bytes(json.bytes))
    response.headers["Content-Type"] = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    if let retryAfter { response.headers.set("Retry-After", String(retryAfter)) }
    if code == .unauthenticated { response.headers.set("WWW-Authenticate", "Bearer") }
    return response
  }
}
