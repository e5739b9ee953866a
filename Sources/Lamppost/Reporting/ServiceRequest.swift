import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// A service request as one caller may see it. A class, since its twenty fields were copied, and counted, at every step.
final class ServiceRequest: Sendable {
  let facts: RequestFacts
  let reference: Reference
  let title: String
  let description: String
  let category: String
  let categoryName: String
  let priority: Priority
  /// The true place, or the public one: whichever the caller may see.
  let location: Location?
  let address: String?
  /// `layer:slug`
  let areas: [String]
  let expectedBy: Date?
  /// Since when its clock stands, on hold.
  let heldSince: Date?
  /// When an answer is due, and when the first one was given: for staff.
  let respondBy: Date?
  let respondedAt: Date?
  let createdAt: Date
  let updatedAt: Date
  let closedAt: Date?
  let visibility: String
  let isAnonymous: Bool
  let assigneeName: String?
  let department: String?
  /// Answers to extra questions, a JSON object.
  let attributes: RawJSON
  /// How many others said that they have the problem too.
  let supporters: Int
  /// Whether the public is told the street block alone.
  let isBlurred: Bool
  /// Words that staff, and rules, put on it; empty for who may not know.
  let tags: [String]
  /// Where it is taken care of, as far as the caller may know.
  let duplicateOf: Reference?
  /// Whether it was merged into another.
  let isMerged: Bool
  /// The files that the caller may know of, a JSON array made by PostgreSQL.
  let attachments: RawJSON

  /// Columns of `requests r JOIN categories c`, for `init(_:)`. What the caller may not see is not even selected.
  static func columns(for actor: Actor) -> SQL {
    // The same for everybody of a kind, and most calls are theirs: put together once.
    if actor.seesInternal { return staffColumns }
    return actor.person == nil && actor.trackedRequestID == nil ? publicColumns : makeColumns(for: actor)
  }

  private static let publicColumns = makeColumns(for: .nowhere)
  private static let staffColumns = makeColumns(
    for: Actor(
      tenant: Actor.nowhere.tenant,
      person: Actor.Person(id: 0, name: "", email: "", role: .viewer)))

  private static func makeColumns(for actor: Actor) -> SQL {
    let mine = actor.reportedRequests
    let location: SQL =
      actor.seesInternal ? "r.location" : "CASE WHEN \(mine) THEN r.location ELSE r.public_location END"
    let accuracy: SQL =
      actor.seesInternal
      ? "r.accuracy" : "CASE WHEN \(mine) OR NOT r.blurred THEN r.accuracy ELSE \(Self.blurredAccuracy) END"
    // An exact address would undo a blurred location.
    let address: SQL = actor.seesInternal ? "r.address" : "CASE WHEN \(mine) OR \(Self.isExact) THEN r.address END"
    let files = actor.visibleAttachments(onlyClean: true)
    // Answers to extra questions are the reporter's and the staff's.
    let attributes: SQL = actor.person == nil && actor.trackedRequestID == nil ? "NULL::text" : "r.attributes::text"
    let signature: SQL = actor.seesInternal ? ", 'signature', a.signature, 'file_name', a.file_name" : ""
    return """
      r.id, r.reference, r.title, r.description, c.slug, c.name, r.status, r.priority,
      ST_Y(\(location)::geometry), ST_X(\(location)::geometry), (\(accuracy))::float8, \(address),
      ARRAY(SELECT ar.layer || ':' || ar.slug FROM request_areas ra JOIN areas ar ON ar.tenant_id = ra.tenant_id
        AND ar.id = ra.area_id WHERE ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND \(actor.shownAreas)
        ORDER BY 1),
      r.expected_by, r.created_at, r.updated_at, r.closed_at, r.version, r.visibility, r.anonymous, r.reporter_id,
      r.assignee_id, r.department_id, \(attributes),
      (SELECT json_agg(json_build_object('id', a.id, 'state', a.state, 'visibility', a.visibility, 'media_type',
        a.media_type, 'width', a.width, 'height', a.height, 'reason', a.reason\(signature)) ORDER BY a.created_at, a.id)
        FROM attachments a WHERE a.tenant_id = r.tenant_id AND a.request_id = r.id AND \(files))::text,
      \(actor.seesInternal
        ? """
        (SELECT p.name FROM people p WHERE p.tenant_id = r.tenant_id AND p.id = r.assignee_id),
        (SELECT d.slug FROM departments d WHERE d.tenant_id = r.tenant_id AND d.id = r.department_id)
        """ as SQL : "NULL::text, NULL::text"),
      r.supporters, r.blurred, \(actor.seesInternal ? "r.tags" as SQL : "'{}'::text[]"),
      CASE WHEN r.duplicate_of IS NOT NULL THEN \(survivor(for: actor)) END, r.duplicate_of IS NOT NULL, r.held_since,
      \(actor.seesInternal ? "r.respond_by, r.first_responded_at" as SQL : "NULL::timestamptz, NULL::timestamptz")
      """
  }

  /// The condition on `requests r` that everybody may know the place as exactly as it was told.
  static let isExact: SQL = "(NOT r.blurred AND r.location IS NOT DISTINCT FROM r.public_location)"
  /// Metres: half of the diagonal of a street block, which is what the public knows of a blurred place.
  private static let blurredAccuracy: SQL = "150"

  /// The reference of what `requests r` was merged into. To others than staff the exact place of the one must not tell
  /// the blurred place of the other.
  private static func survivor(for actor: Actor) -> SQL {
    let isTold: SQL =
      actor.seesInternal
      ? "true"
      : """
      \(Self.isExact) AND (k.is_exact OR \(actor.reportedRequests(as: "k")))
      """
    // The request itself, under another name: within, `r` is the one that it was merged into.
    return """
      (SELECT r.reference
         FROM (SELECT r.tenant_id, r.id, r.duplicate_of, r.reporter_id, \(Self.isExact) AS is_exact) k
         JOIN requests r ON r.tenant_id = k.tenant_id AND r.id = k.duplicate_of
        WHERE \(actor.visibleRequests) AND \(isTold))
      """
  }

  static let columnCount = 35

  init(_ row: Row) throws {
    facts = RequestFacts(
      id: try row.get(0), status: try row.word(6), version: try row.get(17), reporterID: try row.get(20),
      assigneeID: try row.get(21), departmentID: try row.get(22))
    guard let reference = Reference(stored: try row.get(1)) else { throw UnknownWord(column: "reference") }
    self.reference = reference
    title = try row.get(2)
    description = try row.get(3)
    category = try row.get(4)
    categoryName = try row.get(5)
    guard let priority = Priority(rawValue: try row.get(7)) else { throw UnknownWord(column: "priority") }
    self.priority = priority
    location = try Location(latitude: row.get(8), longitude: row.get(9), accuracy: row.get(10))
    address = try row.get(11)
    areas = try row.get(12)
    expectedBy = try row.get(13)
    createdAt = try row.get(14)
    updatedAt = try row.get(15)
    closedAt = try row.get(16)
    visibility = try row.get(18)
    isAnonymous = try row.get(19)
    attributes = try row.get(23, as: String?.self).map { RawJSON(unsafeJSON: Array($0.utf8)) } ?? .emptyObject
    attachments = try row.get(24, as: String?.self).map { RawJSON(unsafeJSON: Array($0.utf8)) } ?? .emptyArray
    assigneeName = try row.get(25)
    department = try row.get(26)
    supporters = try row.get(27)
    duplicateOf = try row.get(30, as: String?.self).flatMap { Reference(stored: $0) }
    isMerged = try row.get(31)
    isBlurred = try row.get(28)
    tags = try row.get(29)
    heldSince = try row.get(32)
    respondBy = try row.get(33)
    respondedAt = try row.get(34)
  }

  /// Whether its target has passed before it was done; while the clock stands no time runs out.
  func isOverdue(at now: Date) -> Bool {
    TargetVerdict.of(target: expectedBy, closedAt: closedAt, heldSince: heldSince, at: now) == .overdue
  }

  /// Whether its target comes within a day.
  func isDueSoon(at now: Date) -> Bool {
    guard let expectedBy, heldSince == nil, !isOverdue(at: now), closedAt == nil else { return false }
    return expectedBy.timeIntervalSince(now) < 86_400
  }

  /// Writes the fields of the API's request object.
  func write(to json: inout JSONObjectWriter, for actor: Actor) {
    json.field("reference", reference.description)
    json.field("title", title)
    json.field("description", description)
    json.field("category", category)
    json.field("category_name", categoryName)
    json.field("status", facts.status.rawValue)
    json.field("priority", priority.name)
    json.field("location", location)
    json.field("location_blurred", isBlurred)
    json.field("address", address)
    json.array("areas", areas)
    json.field("expected_by", expectedBy)
    json.field("created_at", createdAt)
    json.field("updated_at", updatedAt)
    json.field("closed_at", closedAt)
    json.field("version", facts.version)
    json.field("supporters", supporters)
    json.field("duplicate_of", duplicateOf?.description)
    json.field("attachments", attachments)
    let reported = actor.reported(facts)
    guard actor.seesInternal || reported else { return }
    json.field("visibility", visibility)
    json.field("anonymous", isAnonymous)
    json.field("attributes", attributes)
    guard actor.seesInternal else { return }
    if let id = facts.assigneeID, let assigneeName {
      json.object("assignee") { person in
        person.field("id", id)
        person.field("name", assigneeName)
      }
    } else {
      json.field("assignee", String?.none)
    }
    json.field("department", department)
    json.field("respond_by", respondBy)
    json.field("responded_at", respondedAt)
    json.array("tags", tags)
  }
}

extension Location: JSONWritable {
  init?(latitude: Double?, longitude: Double?, accuracy: Double?) {
    guard let latitude, let longitude, let coordinate = Coordinate(latitude: latitude, longitude: longitude) else {
      return nil
    }
    self.init(coordinate: coordinate, accuracy: accuracy)
  }

  func write(to json: inout JSONWriter) {
    json.object { object in
      object.field("latitude", coordinate.latitude)
      object.field("longitude", coordinate.longitude)
      if let accuracy { object.field("accuracy", accuracy) }
    }
  }

  /// A point for `geography` columns.
  var sql: SQL { "ST_SetSRID(ST_MakePoint(\(coordinate.longitude), \(coordinate.latitude)), 4326)::geography" }
}

/// A word in the database that this version of the program does not know.
struct UnknownWord: Error {
  let column: String
}

extension Row {
  /// A column that holds the raw value of an enumeration.
  func word<Word: RawRepresentable>(_ index: Int) throws -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try get(index)) else { throw UnknownWord(column: "\(Word.self)") }
    return word
  }
}

extension ServiceRequest {
  /// The address as pages show it: where no street is known the form writes the coordinates in its place, which say nothing
  /// that the map does not.
  var street: String? {
    guard let address else { return nil }
    let numbers = address.split(separator: ", ").map { Double($0) }
    return numbers.count == 2 && !numbers.contains(nil) ? nil : address
  }
}
