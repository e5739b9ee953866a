import HTTPServer
import JSON

/// The audit log, by API.
enum AuditRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let page = try await context.application.listAudit(
      try AuditFilter(request.query), list: request.query.listName, cursor: request.query["cursor"],
      limit: try request.query.limit(), as: context.actor)
    var response = Response.list(page.entries, nextCursor: page.nextCursor) { $1.write(to: &$0) }
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  static func state(_ request: Request, _ context: Context) async throws -> Response {
    let state = try await AuditState.read(context.application.database, as: context.actor)
    return .json(.ok) { state.write(to: &$0) }
  }
}

extension Context {
  /// Writes down what has no transaction of its own, e.g. that somebody signed out or took data out.
  func audit(_ kind: AuditEvent.Kind, _ subject: String) async throws {
    try await application.database.tenant(actor.tenant.id).write(
      AuditEvent(kind, subject, by: actor.person?.id).insertion)
  }

  /// That the caller ended a session of theirs. Whose session it is not, has none to end.
  func auditSignOut(_ kind: AuditEvent.Kind = .signedOut) async throws {
    if let person = actor.person { try await audit(kind, AuditEvent.about(person: person.id)) }
  }
}
