import Civic
import PostgreSQL

/// What the rules of bulk changes need to know of a request.
struct BulkTarget: Sendable {
  let facts: RequestFacts
  let reference: Reference
  let category: String
  let priority: Priority
  let visibility: String
  /// Whether the category asks for a photo of what was done, and there is none.
  let lacksProof: Bool
  /// The request that it was merged into.
  let duplicateOf: Int?
  /// The numbers of its category and of the areas that it lies in.
  let categoryID: Int
  let areaIDs: [Int]
  let title: String

  /// Those with these numbers, in one order, so that two bulk calls never wait for each other in a circle.
  static func query(_ ids: [Int], as actor: Actor) -> SQL {
    """
    SELECT r.id, r.reference, r.status, r.version, r.reporter_id, r.assignee_id, r.department_id, c.slug, r.priority,
           r.visibility, c.requires_proof AND NOT \(Proof.exists),
           r.duplicate_of, r.category_id,
           ARRAY(SELECT ra.area_id FROM request_areas ra
                  WHERE ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND ra.for_staff), r.title
      FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE r.id = ANY(\(ids)) AND \(actor.visibleRequests) ORDER BY r.id
    """
  }

  init(_ row: Row) throws {
    facts = RequestFacts(
      id: try row.get(0), status: try row.word(2), version: try row.get(3), reporterID: try row.get(4),
      assigneeID: try row.get(5), departmentID: try row.get(6))
    guard let reference = Reference(stored: try row.get(1)) else { throw UnknownWord(column: "reference") }
    self.reference = reference
    category = try row.get(7)
    guard let priority = Priority(rawValue: try row.get(8)) else { throw UnknownWord(column: "priority") }
    self.priority = priority
    visibility = try row.get(9)
    lacksProof = try row.get(10)
    duplicateOf = try row.get(11)
    categoryID = try row.get(12)
    areaIDs = try row.get(13)
    title = try row.get(14)
  }
}

extension BulkTarget {
  var isMerged: Bool { duplicateOf != nil }
}
