import Civic
import HTTPServer
import PostgreSQL

/// The reporter says whether what staff call done is done: it ends there, or staff look at it again.
struct ConfirmResolution: Sendable {
  let database: Database
  static let longestNote = 2000

  enum Outcome: Sendable {
    case changed(ServiceRequest)
    /// Somebody was faster, and there is nothing to confirm any more. What the reporter wrote is in the private thread.
    case kept
  }

  /// - Throws: `transition_not_allowed` where there is nothing to confirm and nothing was written, `version_mismatch`.
  func callAsFunction(
    _ reference: Reference, resolved: Bool, note: String?, ifMatch: Int?, as actor: Actor
  ) async throws -> Outcome {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor) { request in
        guard actor.reported(request.facts) else {
          throw actor.person == nil && actor.trackedRequestID == nil ? Problem(.unauthenticated) : Problem(.forbidden)
        }
      }
      let workflow = actor.tenant.workflow
      let id = request.facts.id
      guard let status = workflow.next(from: request.facts.status, by: resolved ? .confirming : .disputing) else {
        guard let note else { throw Self.nothingToConfirm }
        try await Self.keep(note, of: id, in: transaction, by: actor)
        return .kept
      }
      if let ifMatch, ifMatch != request.facts.version { throw Problem(.versionMismatch) }
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
      return .changed(try ServiceRequest(row))
    }
  }

  static let nothingToConfirm = Problem(
    .transitionNotAllowed, "Only a completed request can be confirmed or disputed.")
  static let onlyKept = Problem(
    .transitionNotAllowed,
    "Only a completed request can be confirmed or disputed. What you wrote was kept as a message to staff.")

  /// The note as a message, once, however often it is sent.
  private static func keep(_ note: String, of id: Int, in transaction: Transaction, by actor: Actor) async throws {
    let known = try await transaction.query(
      """
      SELECT 1 FROM comments WHERE request_id = \(id) AND visibility = 'private' AND body = \(note)
         AND author_id IS NOT DISTINCT FROM \(actor.person?.id) AND created_at > now() - interval '1 day' LIMIT 1
      """)
    if known.isEmpty { _ = try await transaction.queryAll(AddComment.insertions(note, .private, id, by: actor)) }
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
    let outcome = try await context.application.confirmResolution(
      reference, resolved: resolved ?? false, note: note, ifMatch: try request.ifMatch(), as: context.actor)
    switch outcome {
    case .changed(let confirmed): return try await context.detail(of: confirmed)
    case .kept: throw ConfirmResolution.onlyKept
    }
  }
}
