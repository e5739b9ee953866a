import Civic
import Credentials
import PostgreSQL

/// Says that one has the problem of a request too, and takes it back.
struct SupportRequest: Sendable {
  let database: Database
  let secret: Secret

  /// - Returns: how many others have the problem. A second time changes nothing, and nobody supports their own report.
  func add(_ supporter: Supporter, to reference: Reference, as actor: Actor) async throws -> Int {
    try await change(reference, as: actor) { request in
      if actor.reported(request.facts) { return nil }
      return """
        WITH change AS (
          INSERT INTO supporters (tenant_id, request_id, person_id, guest)
          VALUES (current_tenant(), \(request.facts.id), \(supporter.personID),
                  \(supporter.digest(requestID: request.facts.id, secret: secret)))
          ON CONFLICT DO NOTHING RETURNING 1)
        UPDATE requests SET supporters = supporters + 1
         WHERE id = \(request.facts.id) AND EXISTS (SELECT FROM change) RETURNING supporters
        """
    }
  }

  func remove(_ supporter: Supporter, from reference: Reference, as actor: Actor) async throws -> Int {
    try await change(reference, as: actor) { request in
      let mine: SQL =
        if let id = supporter.personID {
          "person_id = \(id)"
        } else {
          "guest = \(supporter.digest(requestID: request.facts.id, secret: secret))"
        }
      return """
        WITH change AS (DELETE FROM supporters WHERE request_id = \(request.facts.id) AND \(mine) RETURNING 1)
        UPDATE requests SET supporters = supporters - 1
         WHERE id = \(request.facts.id) AND EXISTS (SELECT FROM change) RETURNING supporters
        """
    }
  }

  /// Under the request's lock, so that count and rows cannot part.
  private func change(
    _ reference: Reference, as actor: Actor, _ statement: @Sendable (ServiceRequest) -> SQL?
  ) async throws -> Int {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      guard let statement = statement(request) else { return request.supporters }
      return try await transaction.query(statement).first?.get(0) ?? request.supporters
    }
  }
}
