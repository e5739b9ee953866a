import Civic
import HTTPServer

/// Two libraries say "status": here the word alone means a request's.
typealias Status = Civic.Status
typealias HTTPStatus = HTTPServer.Status
