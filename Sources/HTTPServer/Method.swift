/// The methods this server knows. Any other is answered 501 before routing.
public enum Method: String, Sendable, Hashable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  /// Known so that it is answered 405: nothing here echoes a request.
  case trace = "TRACE"
}
