import Civic
import PostgreSQL

/// Takes a report back: its reporter within a quarter of an hour, staff by role.
struct WithdrawRequest: Sendable {
  let database: Database

  func callAsFunction(_ reference: Reference, ifMatch: Int?, as actor: Actor) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor, ifMatch: ifMatch)
      if request.facts.status == .withdrawn { return request }
      if actor.may(.editRequest, on: request.facts) {
        if request.facts.status.isEnded { throw Problem(.transitionNotAllowed) }
      } else {
        guard actor.reported(request.facts) else {
          throw actor.person == nil ? Problem(.unauthenticated) : Problem(.forbidden)
        }
        try EditRequest.requireOpenWindow(request)
      }
      let event = RequestEvent(
        requestID: request.facts.id, actorID: actor.person?.id, kind: .withdrawn, visibility: .public,
        before: request.facts.status.rawValue, after: Status.withdrawn.rawValue)
      let results = try await transaction.queryAll([
        """
        UPDATE requests SET status = 'withdrawn', closed_at = now(), version = version + 1, updated_at = now()
         WHERE id = \(request.facts.id)
        """,
        event.insertion,
        FindRequest.query(reference, as: actor),
      ])
      guard let row = results.last?.first else { throw Problem.notFound }
      return try ServiceRequest(row)
    }
  }
}
