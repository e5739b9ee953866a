import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// Something that happened to a request, as it goes to open screens. It carries what is needed to decide who may hear of
/// it, and tells no more than where to look: whoever wants the words asks the API.
struct LiveEvent: Sendable {
  enum Subject: Sendable {
    case request
    /// A file that came out of the scan.
    case attachment(id: String, state: String)
  }

  /// What tells it from every other: a row may be read twice.
  let key: String
  let kind: String
  /// Of the history's row or of the file.
  let visibility: Visibility
  let facts: RequestFacts
  let reference: Reference
  let category: String
  let priority: Priority
  let requestVisibility: String
  /// The numbers of its category and of the areas that it lies in.
  let categoryID: Int
  let areaIDs: [Int]
  let location: Location?
  let publicLocation: Location?
  var subject = Subject.request

  /// The name under which browsers listen for it.
  var name: String {
    switch kind {
    case RequestEvent.Kind.created.rawValue: "request.created"
    case RequestEvent.Kind.comment.rawValue, RequestEvent.Kind.message.rawValue: "comment.added"
    case RequestEvent.Kind.attachment.rawValue: "attachment.changed"
    default: "request.changed"
    }
  }

  static let names = ["request.created", "request.changed", "comment.added", "attachment.changed"]

  /// The caller as they are towards this request: beyond their limits staff are anybody.
  func eyes(of actor: Actor) -> Actor {
    actor.limits.cover(category: categoryID, areas: areaIDs) ? actor : actor.asCitizen
  }

  /// Whether this caller, seen by `eyes(of:)`, may know that it happened.
  func isVisible(to actor: Actor) -> Bool {
    if requestVisibility == "removed" { return false }
    if actor.seesInternal { return true }
    let reported = actor.reported(facts)
    guard reported || requestVisibility == "public", actor.visibleEntries(reported: reported).contains(visibility)
    else { return false }
    // The public hears of a file once it can see it; its reporter of each step.
    if case .attachment(_, let state) = subject { return reported || state == AttachmentState.clean.rawValue }
    return true
  }

  func data(for actor: Actor) -> String {
    var json = JSONWriter(capacity: 256)
    json.object { event in
      event.field("reference", reference.description)
      event.field("version", facts.version)
      event.field("status", facts.status.rawValue)
      event.field("category", category)
      event.field("priority", priority.name)
      event.field("location", actor.seesInternal || actor.reported(facts) ? location : publicLocation)
      if case .attachment(let id, let state) = subject {
        event.object("attachment") { file in
          file.field("id", id)
          file.field("state", state)
        }
      }
      guard actor.seesInternal else { return }
      event.field("kind", kind)
      event.field("visibility", visibility.rawValue)
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }
}

extension LiveEvent {
  private static let requestColumns: SQL = """
    r.id, r.reference, r.status, r.version, c.slug, r.priority, r.visibility, r.reporter_id, r.assignee_id,
    r.department_id, ST_Y(r.location::geometry), ST_X(r.location::geometry), ST_Y(r.public_location::geometry),
    ST_X(r.public_location::geometry), r.category_id,
    ARRAY(SELECT ra.area_id FROM request_areas ra
           WHERE ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND ra.for_staff)
    """

  /// The rows of transactions from `position` on, oldest first.
  /// - Parameter condition: on `requests r`.
  static func query(from position: Int, where condition: SQL = "true", limit: Int) -> SQL {
    """
    SELECT e.kind, e.visibility, e.sequence, NULL::text, \(requestColumns)
      FROM request_events e JOIN requests r ON r.tenant_id = e.tenant_id AND r.id = e.request_id
      JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE e.xact >= \(String(position))::xid8 AND e.kind <> 'imported' AND \(condition)
     ORDER BY e.xact, e.request_id, e.sequence LIMIT \(limit)
    """
  }

  /// Files that were judged since a time, with what became of them.
  /// - Parameter time: nil stands for now.
  static func judged(since time: Date?, limit: Int) -> SQL {
    """
    SELECT a.id::text, a.visibility, 0, a.state, \(requestColumns)
      FROM attachments a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id
      JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE a.judged_at >= coalesce(\(time), now()) ORDER BY a.judged_at LIMIT \(limit)
    """
  }

  init(_ row: Row) throws {
    let sequence: Int = try row.get(2)
    facts = RequestFacts(
      id: try row.get(4), status: try row.word(6), version: try row.get(7), reporterID: try row.get(11),
      assigneeID: try row.get(12), departmentID: try row.get(13))
    visibility = try row.word(1)
    let first: String = try row.get(0)
    if let state: String = try row.get(3) {
      kind = RequestEvent.Kind.attachment.rawValue
      subject = .attachment(id: first, state: state)
      key = "\(first) \(state)"
    } else {
      kind = first
      key = "\(facts.id) \(sequence)"
    }
    guard let reference = Reference(stored: try row.get(5)) else { throw UnknownWord(column: "reference") }
    self.reference = reference
    category = try row.get(8)
    guard let priority = Priority(rawValue: try row.get(9)) else { throw UnknownWord(column: "priority") }
    self.priority = priority
    requestVisibility = try row.get(10)
    location = try Location(latitude: row.get(14), longitude: row.get(15), accuracy: nil)
    categoryID = try row.get(18)
    areaIDs = try row.get(19)
    publicLocation = try Location(latitude: row.get(16), longitude: row.get(17), accuracy: nil)
  }
}
