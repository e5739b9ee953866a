import Civic
import PostgreSQL

/// What became of a look for one request.
enum RequestLookup: Sendable {
  case found(ServiceRequest)
  /// It was there for everyone and has been removed.
  case gone
  /// It never was, or the caller may not know of it.
  case absent

  /// - Throws: `gone` or `not_found`.
  func get() throws(Problem) -> ServiceRequest {
    switch self {
    case .found(let request): return request
    case .gone: throw Problem(.gone)
    case .absent: throw .notFound
    }
  }
}

/// Finds one request by its reference, as far as the caller may know of it.
struct FindRequest: Sendable {
  let database: Database

  func callAsFunction(_ reference: Reference, as actor: Actor) async throws -> RequestLookup {
    // Whoever has just changed it reads it back.
    let tenant = database.withoutReplica.tenant(actor.tenant.id)
    if let row = try await tenant.read(Self.query(reference, as: actor)).first {
      return .found(try ServiceRequest(row))
    }
    let removed = try await tenant.read(
      "SELECT 1 FROM requests r WHERE r.reference = \(reference.stored) AND r.visibility = 'removed'")
    return removed.isEmpty ? .absent : .gone
  }

  static func query(_ reference: Reference, as actor: Actor) -> SQL {
    """
    SELECT \(ServiceRequest.columns(for: actor))
      FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE r.reference = \(reference.stored) AND \(actor.visibleRequests)
    """
  }
}

/// The request of a change, locked until the transaction ends, so that changes to one request follow one another.
enum LockedRequest {
  /// - Parameters:
  ///   - ifMatch: the version that the caller saw, from `If-Match`.
  ///   - authorize: asks whether the caller may change it: before the version, since who may not is told no version.
  /// - Throws: `gone`, `not_found`, `version_mismatch`, and what `authorize` throws.
  static func lock(
    _ reference: Reference, in transaction: Transaction, as actor: Actor, ifMatch: Int? = nil,
    authorize: (ServiceRequest) throws -> Void = { _ in }
  ) async throws -> ServiceRequest {
    guard let row = try await transaction.query(FindRequest.query(reference, as: actor) + " FOR UPDATE OF r").first
    else {
      let removed = try await transaction.query(
        "SELECT 1 FROM requests r WHERE r.reference = \(reference.stored) AND r.visibility = 'removed'")
      throw removed.isEmpty ? Problem.notFound : Problem(.gone)
    }
    let request = try ServiceRequest(row)
    try authorize(request)
    if let ifMatch, ifMatch != request.facts.version { throw Problem(.versionMismatch) }
    return request
  }
}
