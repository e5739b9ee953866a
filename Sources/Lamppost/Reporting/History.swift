import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// One row of the history as a caller may see it.
struct HistoryEntry: Sendable {
  let sequence: Int
  let at: Date
  let kind: String
  let visibility: Visibility
  let before: String?
  let after: String?
  let note: String?
  let actorID: Int?
  let actorName: String?
  /// Whether nobody did it: the township itself, by the passing of time.
  let isByTownship: Bool

  func write(to json: inout JSONObjectWriter, for actor: Actor) {
    json.field("at", at)
    json.field("kind", kind)
    json.field("before", before)
    json.field("after", after)
    json.field("note", note)
    guard actor.seesInternal else { return }
    json.field("visibility", visibility.rawValue)
    if let actorID {
      json.object("actor") { person in
        person.field("id", actorID)
        person.field("name", actorName)
      }
    } else {
      json.field("actor", String?.none)
    }
  }
}

/// The history of a request, oldest first: public rows to the public, the reporter's own to the reporter, all to staff.
struct ListHistory: Sendable {
  let database: Database
  let findRequest: FindRequest

  /// - Parameters:
  ///   - last: the sequence number of the last row that was read; 0 for the beginning.
  ///   - limit: 1 to 200.
  func callAsFunction(
    _ reference: Reference, after last: Int = 0, limit: Int = 200, as actor: Actor
  ) async throws -> [HistoryEntry] {
    let request = try await findRequest(reference, as: actor).get()
    let visible = actor.visibleEntries(reported: actor.reported(request.facts)).map(\.rawValue)
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT e.at, e.kind, e.visibility, e.before, e.after, e.note, e.actor_id, p.name, e.sequence
        FROM request_events e LEFT JOIN people p ON p.tenant_id = e.tenant_id AND p.id = e.actor_id
       WHERE e.request_id = \(request.facts.id) AND e.visibility = ANY(\(visible)) AND e.sequence > \(last)
       ORDER BY e.sequence LIMIT \(limit)
      """)
    let hidden = actor.hiddenReporterID(of: request.facts)
    return try rows.map { row in
      let actorID: Int? = try row.get(6)
      let isHidden = actorID != nil && actorID == hidden
      return HistoryEntry(
        sequence: try row.get(8), at: try row.get(0), kind: try row.get(1), visibility: try row.word(2),
        before: try row.get(3),
        after: try row.get(4), note: try row.get(5), actorID: isHidden ? nil : actorID,
        actorName: isHidden ? nil : try row.get(7),
        isByTownship: try actorID == nil && row.get(1, as: String.self) == RequestEvent.Kind.status.rawValue)
    }
  }
}
