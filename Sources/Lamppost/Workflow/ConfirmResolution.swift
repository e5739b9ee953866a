import Civic
import HTTPServer
import PostgreSQL

/// The reporter says whether what staff call done is done: it ends there, or staff look at it again.
struct ConfirmResolution: Sendable {
  let database: Database
  static let longestNote = 2000

  func callAsFunction(
    _ reference: Reference, resolved: Bool, note: String?, ifMatch: Int?, as actor: Actor
  ) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor, ifMatch: ifMatch) { request in
        guard actor.reported(request.facts) else {
          throw actor.person == nil && actor.trackedRequestID == nil ? Problem(.unauthenticated) : Problem(.forbidden)
        }
      }
      let workflow = actor.tenant.workflow
      guard let status = workflow.next(from: request.facts.status, by: resolved ? .confirming : .disputing) else {
        throw Problem(.transitionNotAllowed, "Only a completed request can be confirmed or disputed.")
      }
      let id = request.facts.id
      var statements = [
        ChangeStatus.update(id, to: status),
        RequestEvent(
          requestID: id, actorID: actor.person?.id, kind: .confirmation, visibility: .public,
          before: request.facts.status.rawValue, after: status.rawValue
        ).insertion,
      ]
      // A citizen's own words are for staff: nobody has looked at them before they would be public.
      if let note { statements += AddComment.insertions(note, .private, id, by: actor) }
      let query = FindRequest.query(reference, as: actor)
      guard let row = try await transaction.change(statements, of: [id], reading: query) else { throw Problem.notFound }
      return try ServiceRequest(row)
    }
  }
}

extension WorkflowRoutes {
  static func confirm(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await context.limitReports()
    var input = try await request.input()
    let resolved = input.bool("resolved")
    if resolved == nil && input.errors.isEmpty { input.refuse("resolved", .required, "is required") }
    let note = input.text("note", maximum: ConfirmResolution.longestNote)
    try input.finish()
    let confirmed = try await context.application.confirmResolution(
      reference, resolved: resolved ?? false, note: note, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: confirmed)
  }
}
