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
      """
      WITH change AS (DELETE FROM supporters
         WHERE request_id = \(request.facts.id) AND \(mine(supporter, request.facts.id)) RETURNING 1)
      UPDATE requests SET supporters = supporters - 1
       WHERE id = \(request.facts.id) AND EXISTS (SELECT FROM change) RETURNING supporters
      """
    }
  }

  /// Whether the caller has said so of a request they may see.
  func contains(_ supporter: Supporter, requestID: Int, as actor: Actor) async throws -> Bool {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT FROM supporters WHERE request_id = \(requestID) AND \(mine(supporter, requestID))
      """)
    return !rows.isEmpty
  }

  private func mine(_ supporter: Supporter, _ requestID: Int) -> SQL {
    if let id = supporter.personID { return "person_id = \(id)" }
    return "guest = \(supporter.digest(requestID: requestID, secret: secret))"
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
