import Civic
import Credentials
import PostgreSQL

/// Says that one has the problem of a request too, and takes it back.
struct SupportRequest: Sendable {
  let database: Database
  let secret: Secret

  /// - Returns: how many others have the problem. A second time changes nothing, and nobody supports their own report.
  func add(_ supporter: Supporter, to reference: Reference, as actor: Actor) async throws -> Int {
    try await change(reference, supporter, as: actor) { request, mine in
      if actor.reported(request.facts) { return [] }
      return [
        // Who came along as a merged report's reporter and says so by themselves stays when the merge is taken back.
        """
        DELETE FROM merged_parts WHERE kind = 'voice' AND part IN (
          SELECT s.id::text FROM supporters s WHERE s.request_id = \(request.facts.id) AND \(mine))
        """,
        """
        WITH change AS (
          INSERT INTO supporters (tenant_id, request_id, person_id, guest, sealed)
          SELECT current_tenant(), \(request.facts.id), \(supporter.personID)::bigint,
                 \(supporter.digest(requestID: request.facts.id, secret: secret))::bytea,
                 \(GuestSeal(secret).seal(supporter))::bytea
           WHERE NOT EXISTS (SELECT 1 FROM supporters s WHERE s.request_id = \(request.facts.id) AND \(mine))
          ON CONFLICT DO NOTHING RETURNING 1)
        UPDATE requests SET supporters = supporters + 1
         WHERE id = \(request.facts.id) AND EXISTS (SELECT FROM change) RETURNING supporters
        """,
      ]
    }
  }

  func remove(_ supporter: Supporter, from reference: Reference, as actor: Actor) async throws -> Int {
    try await change(reference, supporter, as: actor) { request, mine in
      [
        "DELETE FROM supporters s WHERE s.request_id = \(request.facts.id) AND \(mine)",
        """
        UPDATE requests SET supporters = \(Self.count(request.facts.id))
         WHERE id = \(request.facts.id) AND supporters <> \(Self.count(request.facts.id)) RETURNING supporters
        """,
      ]
    }
  }

  /// How many have the problem of `requests` too, each person once.
  static func count(_ id: Int) -> SQL {
    """
    (SELECT count(DISTINCT coalesce(s.twin, s.id)) FILTER (WHERE s.twin IS DISTINCT FROM 0)
       FROM supporters s WHERE s.tenant_id = requests.tenant_id AND s.request_id = \(id))
    """
  }

  /// Whether the caller has said so of a request they may see.
  func contains(_ supporter: Supporter, requestID: Int, as actor: Actor) async throws -> Bool {
    let database = database.withoutReplica.tenant(actor.tenant.id)
    let merged: [Int] =
      supporter.isGuest ? try await database.read(Self.merged(into: requestID)).map { try $0.get(0) } : []
    let rows = try await database.read(
      "SELECT FROM supporters s WHERE s.request_id = \(requestID) AND \(mine(supporter, [requestID] + merged)) LIMIT 1")
    return !rows.isEmpty
  }

  /// The condition on `supporters s` that it is this one.
  /// - Parameter requestIDs: the request, and those that were merged into it: a guest who came along from one of them has
  ///   that one's digest.
  private func mine(_ supporter: Supporter, _ requestIDs: [Int]) -> SQL {
    if let id = supporter.personID { return "s.person_id = \(id)" }
    let digests = requestIDs.map { "s.guest = \(supporter.digest(requestID: $0, secret: secret))" as SQL }
    return "(\(digests.joined(separator: " OR ")))"
  }

  private static func merged(into requestID: Int) -> SQL {
    """
    WITH RECURSIVE merged AS (
      SELECT duplicate_id AS id FROM merges WHERE survivor_id = \(requestID) AND undone_at IS NULL
      UNION
      SELECT m.duplicate_id FROM merged JOIN merges m ON m.survivor_id = merged.id AND m.undone_at IS NULL)
    SELECT id FROM merged LIMIT 1000
    """
  }

  /// Under the request's lock, so that count and rows cannot part.
  private func change(
    _ reference: Reference, _ supporter: Supporter, as actor: Actor,
    _ statements: @Sendable (ServiceRequest, SQL) -> [SQL]
  ) async throws -> Int {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      let merged =
        supporter.isGuest
        ? try await transaction.query(Self.merged(into: request.facts.id)).map { try $0.get(0, as: Int.self) } : []
      let statements = statements(request, mine(supporter, [request.facts.id] + merged))
      return try await transaction.queryAll(statements).last?.first?.get(0) ?? request.supporters
    }
  }
}
