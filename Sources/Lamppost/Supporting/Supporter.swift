import Credentials
import HTTPServer

/// Somebody who has the same problem: an account, or a browser without one.
enum Supporter: Sendable {
  case person(Int)
  /// What the browser keeps, so that it is counted once and can take it back. The database is given a digest that is
  /// another for every request: it cannot tell what else the same guest has supported.
  case guest(token: String)

  static let cookieName = "__Host-supporter"
  static let header = "Supporter-Token"

  /// - Returns: the caller, and whether a guest's token is new and must be given to them.
  /// - Throws: `invalid_parameter` for a header that is no token: who wrote it believes to take back what they do not.
  static func of(_ request: Request, _ actor: Actor) throws(Problem) -> (supporter: Supporter, isNew: Bool) {
    let header = request.headers[header]
    if let header, Base64URL.decode(header)?.count != 16 {
      throw .parameter(Self.header, "must be a token that this call has given")
    }
    if let person = actor.person { return (.person(person.id), false) }
    let sent = header ?? request.cookie(cookieName)
    if let sent, Base64URL.decode(sent)?.count == 16 { return (.guest(token: sent), false) }
    return (.guest(token: Base64URL.encode(RandomBytes.generate(16))), true)
  }

  var isGuest: Bool { personID == nil }

  var token: String? {
    if case .guest(let token) = self { token } else { nil }
  }

  /// The cookie that keeps a guest's token for a year; for nothing but this.
  var cookie: String? {
    token.map { "\(Self.cookieName)=\($0); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000" }
  }

  var personID: Int? {
    if case .person(let id) = self { id } else { nil }
  }

  func digest(requestID: Int, secret: Secret) -> [UInt8]? {
    token.map { HMACSHA256.authenticate(Array("\(requestID)\n\($0)".utf8), key: secret.derive(label: "supporter")) }
  }
}
