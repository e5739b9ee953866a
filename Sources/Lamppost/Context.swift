import Civic
import Credentials
import HTTPServer
import Localization
import PostgreSQL

/// One call: who makes it, and what the process has to serve it with.
struct Context: Sendable {
  let application: Application
  var actor: Actor
  /// What the caller is in the township, where towards this very request they are less.
  var standing: Actor?
  /// Whether the caller was signed in until an end was made of it.
  var hasEnded = false
  /// The cookie's session where the caller came by one.
  var session: SessionToken?
  let clientAddress: String
  /// The reader's, for pages.
  var language = Language.english
  /// Path and query that were asked for, for pages.
  var target = "/"
  /// What a page posted, its token checked.
  var form: PageForm?
  /// How many things wait for a moderator's decision, for pages of those who decide.
  var abuseWaiting = 0

  /// Writers from outside are limited: those without an account by their network, citizens by their account, which
  /// anybody can make.
  func limitReports() async throws {
    if actor.person?.role.isStaff == true { return }
    let subject = actor.person.map { "person \($0.id)" } ?? clientNetwork(clientAddress)
    try await application.limiter.take(.report, "\(actor.tenant.id) \(subject)")
  }

  /// The holder of a tracking code that came in the path.
  /// - Throws: `not_found`.
  func holder(of code: String) async throws -> Actor {
    guard let code = TrackingCode(code),
      let id = try await code.requestID(in: application.database, tenant: actor.tenant)
    else { throw Problem.notFound }
    return Actor(tenant: actor.tenant, trackedRequestID: id)
  }

  /// One request as the API shows it, with its contact for those who may read it.
  func detail(of request: ServiceRequest) async throws -> Response {
    let contact =
      actor.may(.readContacts, on: request.facts)
      ? try await application.readContact(requestID: request.facts.id, as: actor) : nil
    var response = Response.json(.ok) { json in
      request.write(to: &json, for: actor)
      contact?.write(to: &json)
    }
    response.headers["ETag"] = "\"\(request.facts.version)\""
    // What one person may see must not be kept for another.
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }
}
