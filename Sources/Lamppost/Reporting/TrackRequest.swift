import JSON
import PostgreSQL

/// The reporter's view: the request, what was told to everyone, and the private thread with staff.
struct TrackedRequest: Sendable {
  let request: ServiceRequest
  let history: [HistoryEntry]
  let comments: [Comment]

  func write(to json: inout JSONObjectWriter, for actor: Actor) {
    request.write(to: &json, for: actor)
    json.array("history") { array in
      for entry in history { array.object { entry.write(to: &$0, for: actor) } }
    }
    json.array("comments") { array in
      for comment in comments { array.object { comment.write(to: &$0, for: actor) } }
    }
  }
}

/// Opens a report by its tracking code.
struct TrackRequest: Sendable {
  let database: Database
  let listHistory: ListHistory
  let listComments: ListComments

  /// - Parameter actor: the holder of the code.
  func callAsFunction(as actor: Actor) async throws -> TrackedRequest {
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT \(ServiceRequest.columns(for: actor))
        FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE r.id = \(actor.trackedRequestID ?? 0) AND \(actor.visibleRequests)
      """)
    guard let row = rows.first else { throw Problem(.gone) }
    let request = try ServiceRequest(row)
    return TrackedRequest(
      request: request, history: try await listHistory(request.reference, as: actor),
      comments: try await listComments(request.reference, as: actor))
  }
}
