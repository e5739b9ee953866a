import Civic
import HTTPServer

/// Live updates as server-sent events, and who has what open.
enum LiveRoutes {
  static func stream(_ request: Request, _ context: Context) async throws -> Response {
    let (application, actor) = (context.application, context.actor)
    return try response(request, context, actor) {
      let caller = try await application.authentication.caller(of: request, tenant: actor.tenant)
      return caller.actor
    }
  }

  static func track(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    let holder = try await context.holder(of: code)
    return try response(request, context, holder, only: holder.trackedRequestID) {
      try await context.holder(of: code)
    }
  }

  static func presence(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await present(context.application.presence.enter(reference, as: context.actor))
  }

  static func leave(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await present(context.application.presence.leave(reference, as: context.actor))
  }

  private static func present(_ people: [Presence.Person]) -> Response {
    .json(.ok) { json in json.array("people") { list in for person in people { list.object(person.write) } } }
  }

  private static func response(
    _ request: Request, _ context: Context, _ actor: Actor, only: Int? = nil,
    again: @escaping @Sendable () async throws -> Actor?
  ) throws -> Response {
    let hub = context.application.live
    let subject = actor.person.map { "\(actor.tenant.id) person \($0.id)" } ?? clientNetwork(context.clientAddress)
    try hub.checkRoom(for: subject)
    // Nobody in particular stays nobody.
    let same: @Sendable () async throws -> Actor? = { actor }
    let stream = LiveStream(
      hub: hub, database: context.application.database, actor: actor, subject: subject, only: only,
      again: actor.person == nil && actor.trackedRequestID == nil ? same : again)
    // A browser that begins anew by itself says where it was in the header; a script that does, in the address.
    let last = request.headers["Last-Event-ID"] ?? request.query["last_event_id"]
    return .events { writer in try await stream.run(writer, after: last) }
  }
}
