import Civic
import PostgreSQL

/// Writes requests with their history, comments and contacts, many in one round trip.
struct DemoWriter {
  /// Ids in the order of `DemoTownship.people`.
  let people: [Int]
  let categories: [String: (id: Int, department: Int?)]

  /// By which a request of the demo is found again: with its number as `source_id`.
  static let source = "demo"

  func write(_ requests: [DemoRequest], _ range: Range<Int>, in transaction: Transaction) async throws {
    let results = try await transaction.queryAll(range.map { insertion(requests[$0], number: $0) })
    var statements: [SQL] = []
    for (index, rows) in zip(range, results) {
      guard let id = try rows.first?.get(0, as: Int.self) else { continue }
      statements += rest(requests[index], id)
    }
    _ = try await transaction.queryAll(statements)
  }

  private func insertion(_ request: DemoRequest, number: Int) -> SQL {
    let category = categories[request.category.slug]
    let location: SQL = request.location.map { Location(coordinate: $0, accuracy: nil).sql } ?? "NULL::geography"
    return """
      INSERT INTO requests (tenant_id, source, source_id, reference, title, description, category_id, status, priority,
                            location, public_location, address, attributes, visibility, reporter_id, anonymous,
                            assignee_id, department_id, expected_by, created_at, updated_at, closed_at, version)
      VALUES (current_tenant(), \(Self.source), \(String(number)), \(request.reference.stored), \(request.title),
              \(request.description), \(category?.id), \(request.status.rawValue), \(request.priority.rawValue),
              \(location), \(location), \(request.address), \(request.attributes)::jsonb,
              \(request.category.isPrivate ? "private" : "public"), \(request.reporter.map { people[$0] }),
              \(request.isAnonymous), \(request.assignee.map { people[$0] }), \(category?.department),
              \(request.expectedBy), \(request.createdAt), \(request.updatedAt), \(request.closedAt),
              \(request.events.count))
      RETURNING id
      """
  }

  private func rest(_ request: DemoRequest, _ id: Int) -> [SQL] {
    var statements: [SQL] = request.events.map { event in
      var after = event.after
      if event.kind == .assignment, let assignee = request.assignee {
        after = "person \(people[assignee])"
        if let department = categories[request.category.slug]?.department { after? += ", department \(department)" }
      }
      return """
        INSERT INTO request_events (tenant_id, request_id, at, actor_id, kind, visibility, before, after, note)
        VALUES (current_tenant(), \(id), \(event.at), \(event.actor.map { people[$0] }), \(event.kind.rawValue),
                \(event.visibility.rawValue), \(event.before), \(after), \(event.note))
        """
    }
    for comment in request.comments {
      statements.append(
        """
        INSERT INTO comments (tenant_id, request_id, author_id, visibility, body, created_at)
        VALUES (current_tenant(), \(id), \(comment.author.map { people[$0] }), \(comment.visibility.rawValue),
                \(comment.body), \(comment.at))
        """)
    }
    if let contact = request.contact {
      statements.append(
        """
        INSERT INTO request_contacts (tenant_id, request_id, name, email, phone)
        VALUES (current_tenant(), \(id), \(contact.name), \(contact.email), \(contact.phone))
        """)
    }
    return statements
  }
}
