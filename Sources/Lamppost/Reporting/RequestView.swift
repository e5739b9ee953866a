import Civic
import FoundationEssentials
import JSON
import PostgreSQL

/// A request as its page shows it to a citizen: to its reporter, or to the public.
struct RequestView: Sendable {
  let request: ServiceRequest
  /// Whether the reader reported it, by account or by tracking code.
  let isReporters: Bool
  let areaNames: [String]
  let isCategoryPrivate: Bool
  let files: [ViewedFile]
  /// Oldest first: what happened and what was said, to everyone or between the reporter and staff.
  let entries: [ViewedEntry]

  /// Whether its reporter may still correct or withdraw it.
  func canBeEdited(at now: Date) -> Bool {
    now.timeIntervalSince(request.createdAt) <= EditRequest.window && !request.facts.status.isEnded
  }

  /// What was said when the status became what it is.
  var statusNote: String? {
    entries.last { $0.status == request.facts.status }?.text
  }
}

/// A file as far as a page needs it.
struct ViewedFile: Sendable {
  let id: AttachmentID
  let state: AttachmentState
  let isPublic: Bool
  let isImage: Bool
  let reason: String?

  init?(_ json: JSONValue) {
    guard let id = json["id"]?.string.flatMap(AttachmentID.init(pathComponent:)),
      let state = json["state"]?.string.flatMap(AttachmentState.init(rawValue:))
    else { return nil }
    self.id = id
    self.state = state
    isPublic = json["visibility"]?.string == Visibility.public.rawValue
    isImage = json["media_type"]?.string?.hasPrefix("image/") ?? false
    reason = json["reason"]?.string
  }
}

/// One line of the timeline or of the private thread.
struct ViewedEntry: Sendable {
  let at: Date
  /// nil for something that was said.
  let kind: RequestEvent.Kind?
  let isPrivate: Bool
  /// What it became.
  let status: Status?
  /// A comment's body, or what was said with a change.
  let text: String?
  let isFromStaff: Bool
  /// nil for what happened.
  let commentID: Int?

  init(_ row: Row) throws {
    at = try row.get(0)
    kind = RequestEvent.Kind(rawValue: try row.get(1))
    isPrivate = try row.get(2, as: String.self) == Visibility.private.rawValue
    status = try row.get(3, as: String?.self).flatMap(Status.init(rawValue:))
    text = try row.get(4)
    isFromStaff = try row.get(5, as: String?.self).flatMap(Role.init(rawValue:))?.isStaff ?? false
    commentID = try row.get(6)
  }

  /// More than this of one request is no longer read by anybody: the newest are shown.
  static let limit = 300
}

/// Reads a request for its page: what the page needs, in two statements that are under way at the same time.
struct ReadRequestView: Sendable {
  let database: Database

  /// - Parameter reader: a citizen's eyes (`Actor.asCitizen`), whoever looks.
  /// - Throws: `gone`, `not_found`.
  func callAsFunction(_ reference: Reference, as reader: Actor) async throws -> RequestView {
    if let view = try await read("r.reference = \(reference.stored)", as: reader) { return view }
    let removed = try await database.tenant(reader.tenant.id).read(
      "SELECT 1 FROM requests r WHERE r.reference = \(reference.stored) AND r.visibility = 'removed'")
    throw removed.isEmpty ? Problem.notFound : Problem(.gone)
  }

  /// The report that a tracking code opens.
  /// - Throws: `gone`.
  func callAsFunction(as holder: Actor) async throws -> RequestView {
    guard let view = try await read("r.id = \(holder.trackedRequestID ?? 0)", as: holder) else { throw Problem(.gone) }
    return view
  }

  private func read(_ wanted: SQL, as reader: Actor) async throws -> RequestView? {
    // Whoever has just changed it reads it back.
    let tenant = database.withoutReplica.tenant(reader.tenant.id)
    async let requests = tenant.read(Self.request(wanted, as: reader))
    async let entries = tenant.read(Self.entries(wanted, as: reader))
    guard let row = try await requests.first else { return nil }
    let request = try ServiceRequest(row)
    let files = try JSONValue.parse(request.attachments.bytes).array ?? []
    return RequestView(
      request: request, isReporters: reader.reported(request.facts),
      areaNames: try row.get(ServiceRequest.columnCount),
      isCategoryPrivate: try row.get(ServiceRequest.columnCount + 1),
      files: files.compactMap(ViewedFile.init), entries: try await entries.map(ViewedEntry.init).reversed())
  }

  static func request(_ wanted: SQL, as reader: Actor) -> SQL {
    """
    SELECT \(ServiceRequest.columns(for: reader)),
           ARRAY(SELECT ar.name FROM request_areas ra JOIN areas ar ON ar.tenant_id = ra.tenant_id
             AND ar.id = ra.area_id WHERE ra.tenant_id = r.tenant_id AND ra.request_id = r.id AND \(reader.shownAreas) ORDER BY 1),
           c.private
      FROM requests r JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE \(wanted) AND \(reader.visibleRequests)
    """
  }

  static func entries(_ wanted: SQL, as reader: Actor) -> SQL {
    """
    SELECT e.at, e.kind, e.visibility, e.after, e.note, NULL::text, NULL::bigint
      FROM requests r JOIN request_events e ON e.tenant_id = r.tenant_id AND e.request_id = r.id
     WHERE \(wanted) AND \(reader.visibleRequests) AND \(reader.visibleEntries("e.visibility"))
       AND e.kind = ANY(\(shownKinds))
    UNION ALL
    SELECT m.created_at, '', m.visibility, NULL, m.body, p.role, m.id
      FROM requests r JOIN comments m ON m.tenant_id = r.tenant_id AND m.request_id = r.id
      LEFT JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.author_id
     WHERE \(wanted) AND \(reader.visibleRequests) AND \(reader.visibleEntries("m.visibility"))
     ORDER BY 1 DESC LIMIT \(ViewedEntry.limit)
    """
  }

  /// Comments and files are shown themselves; who works on it is the staff's matter.
  private static let shownKinds = [RequestEvent.Kind.created, .status, .withdrawn, .confirmation].map(\.rawValue)
}

extension Actor {
  /// The same person with a citizen's eyes: the page for citizens shows staff what citizens see.
  var asCitizen: Actor {
    let citizen = person.map {
      Person(id: $0.id, name: $0.name, email: $0.email, role: .citizen)
    }
    return Actor(tenant: tenant, person: citizen, trackedRequestID: trackedRequestID)
  }

  /// The condition on the visibility of comments and history rows of `requests r`, for citizens.
  fileprivate func visibleEntries(_ visibility: SQL) -> SQL {
    if person == nil && trackedRequestID == nil { return "\(visibility) = 'public'" }
    return "CASE WHEN \(reportedRequests) THEN \(visibility) <> 'internal' ELSE \(visibility) = 'public' END"
  }
}
