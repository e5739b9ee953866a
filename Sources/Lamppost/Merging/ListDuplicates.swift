import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// A request that was merged into another.
struct MergedRequest: Sendable {
  let reference: Reference
  let title: String
  let mergedAt: Date

  init(_ row: Row) throws {
    guard let reference = Reference(stored: try row.get(0)) else { throw UnknownWord(column: "reference") }
    self.reference = reference
    title = try row.get(1)
    mergedAt = try row.get(2)
  }

  func write(to json: inout JSONObjectWriter) {
    json.field("reference", reference.description)
    json.field("title", title)
    json.field("merged_at", mergedAt)
  }
}

/// What was merged into a request, the latest first.
struct ListDuplicates: Sendable {
  let database: Database
  let findRequest: FindRequest

  static let limit = 200

  func callAsFunction(_ reference: Reference, as actor: Actor) async throws -> [MergedRequest] {
    let request = try await findRequest(reference, as: actor).get()
    return try await database.withoutReplica.tenant(actor.tenant.id).read(Self.query(request.facts.id, as: actor))
      .map(MergedRequest.init)
  }

  static func query(_ id: Int, as actor: Actor) -> SQL {
    """
    SELECT r.reference, r.title, m.at FROM merges m JOIN requests r ON r.tenant_id = m.tenant_id AND r.id = m.duplicate_id
     WHERE m.survivor_id = \(id) AND m.undone_at IS NULL AND \(actor.visibleRequests) ORDER BY m.id DESC LIMIT \(limit)
    """
  }
}
