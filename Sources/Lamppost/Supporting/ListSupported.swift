import PostgreSQL

/// The requests of others that somebody has said to have too, the newest voice first.
struct ListSupported: Sendable {
  let database: Database

  static let limit = 50

  func callAsFunction(as actor: Actor) async throws -> [ServiceRequest] {
    guard let person = actor.person else { return [] }
    return try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT \(ServiceRequest.columns(for: actor))
        FROM supporters s JOIN requests r ON r.tenant_id = s.tenant_id AND r.id = s.request_id
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE s.person_id = \(person.id) AND \(actor.visibleRequests)
       ORDER BY s.created_at DESC, r.id DESC LIMIT \(Self.limit)
      """
    ).map(ServiceRequest.init)
  }
}
