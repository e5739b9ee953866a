import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// The name of an attachment in a URL.
struct AttachmentID: PathParameter, Sendable, Hashable {
  let uuid: UUID

  init(_ uuid: UUID) { self.uuid = uuid }

  /// Only the canonical form, so that each file has one URL.
  init?(pathComponent: String) {
    guard let uuid = UUID(uuidString: pathComponent), uuid.uuidString.lowercased() == pathComponent else { return nil }
    self.uuid = uuid
  }

  var pathComponent: String { uuid.uuidString.lowercased() }
}

/// The life of a file: nothing is served unless it is clean.
enum AttachmentState: String, CaseIterable, Sendable {
  case quarantined, scanning, clean, infected, failed
}

/// A file of a request as one caller may know of it.
struct Attachment: Sendable {
  let id: AttachmentID
  let state: AttachmentState
  let visibility: Visibility
  let mediaType: String?
  let bytes: Int?
  let width: Int?
  let height: Int?
  let hasThumbnail: Bool
  let reason: String?
  let signature: String?
  let fileName: String?
  let createdAt: Date
  /// The original of an image that was blackened, kept for those who may destroy.
  let isSealed: Bool

  static let columns: SQL =
    """
    a.id, a.state, a.visibility, a.media_type, a.stored_bytes, a.width, a.height, a.thumbnail_bytes IS NOT NULL,
    a.reason, a.signature, a.file_name, a.created_at, a.sealed
    """

  init(_ row: Row) throws {
    id = AttachmentID(try row.get(0))
    state = try row.word(1)
    visibility = try row.word(2)
    mediaType = try row.get(3)
    bytes = try row.get(4)
    width = try row.get(5)
    height = try row.get(6)
    hasThumbnail = try row.get(7)
    reason = try row.get(8)
    signature = try row.get(9)
    fileName = try row.get(10)
    createdAt = try row.get(11)
    isSealed = try row.get(12)
  }

  func write(to json: inout JSONObjectWriter, for actor: Actor) {
    json.field("id", id.pathComponent)
    json.field("state", state.rawValue)
    json.field("visibility", visibility.rawValue)
    json.field("media_type", mediaType)
    json.field("bytes", bytes)
    json.field("width", width)
    json.field("height", height)
    json.field("reason", reason)
    json.field("created_at", createdAt)
    guard actor.seesInternal else { return }
    json.field("signature", signature)
    json.field("file_name", fileName)
    json.field("sealed", isSealed)
  }
}

/// Finds a file that the caller may know of.
struct FindAttachment: Sendable {
  let database: Database

  /// - Throws: `not_found`.
  func callAsFunction(_ id: AttachmentID, as actor: Actor) async throws -> Attachment {
    let rows = try await database.tenant(actor.tenant.id).read(
      """
      SELECT \(Attachment.columns) FROM attachments a
        JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id
       WHERE a.id = \(id.uuid) AND \(actor.visibleRequests)
         AND (\(actor.visibleAttachments(onlyClean: false)) OR a.sealed AND \(actor.may(.destroy)))
      """)
    guard let row = rows.first else { throw Problem.notFound }
    return try Attachment(row)
  }
}

/// Adds a file to a request that exists: its reporter, or staff.
struct AddAttachment: Sendable {
  let database: Database
  /// Files of one request that its reporter may send; staff may add ten times as many.
  let maximumFiles: Int

  /// What the sender is told.
  struct Receipt: Sendable {
    /// The attachment object of the API.
    let body: [UInt8]
    /// The answer of an earlier call with the same key: this call's file is superfluous.
    let isReplay: Bool
  }

  /// - Parameter visibility: nil for what fits the sender.
  func callAsFunction(
    _ file: QuarantinedFile, visibility: Visibility?, to reference: Reference, claim: IdempotencyClaim?, as actor: Actor
  ) async throws -> Receipt {
    try await database.tenant(actor.tenant.id).write { transaction in
      if let claim, let earlier = try await claim.take(in: transaction) {
        return Receipt(body: Array(earlier.utf8), isReplay: true)
      }
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      let json = try await add(file, visibility, to: request, in: transaction, as: actor)
      if let claim { try await transaction.execute(claim.keep(json)) }
      return Receipt(body: json, isReplay: false)
    }
  }

  /// Several at once, as a page's form brings them: all or none.
  func all(
    _ files: [QuarantinedFile], visibility: Visibility?, to reference: Reference, as actor: Actor
  ) async throws {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
      for file in files { _ = try await add(file, visibility, to: request, in: transaction, as: actor) }
    }
  }

  /// Adds it to a request whose row is locked.
  /// - Returns: the attachment object of the API.
  func add(
    _ file: QuarantinedFile, _ wanted: Visibility?, to request: ServiceRequest, in transaction: Transaction,
    as actor: Actor
  ) async throws -> [UInt8] {
    let visibility = try Self.visibility(wanted, of: request, as: actor)
    try await requireRoom(for: request, in: transaction, as: actor)
    let event = RequestEvent(
      requestID: request.facts.id, actorID: actor.person?.id, kind: .attachment,
      visibility: visibility == .public ? .private : visibility, after: file.id.uuidString.lowercased())
    let statements =
      AttachmentRow.insertions(
        file, requestID: request.facts.id, uploaderID: actor.person?.id, visibility: visibility)
      + [event.insertion, "SELECT \(Attachment.columns) FROM attachments a WHERE a.id = \(file.id)"]
    guard let row = try await transaction.queryAll(statements).last?.first else { throw Problem.notFound }
    let attachment = try Attachment(row)
    var json = JSONWriter()
    json.object { attachment.write(to: &$0, for: actor) }
    return json.bytes
  }

  /// Asked before the file is read, so that a stranger's megabytes are refused at the door.
  func authorize(_ request: ServiceRequest, as actor: Actor) throws(Problem) {
    if !actor.reported(request.facts) { try actor.require(.attach, on: request.facts) }
  }

  /// Asked under the request's lock, so that two at once cannot both be the last.
  private func requireRoom(
    for request: ServiceRequest, in transaction: Transaction, as actor: Actor
  ) async throws {
    let limit = actor.may(.attach, on: request.facts) ? maximumFiles * 10 : maximumFiles
    let rows = try await transaction.query(
      "SELECT count(*) FROM attachments WHERE request_id = \(request.facts.id)")
    guard try rows.first?.get(0) ?? 0 < limit else {
      throw Problem(.tooManyFiles, "A request must not have more than \(limit) files.")
    }
  }

  private static func visibility(
    _ wanted: Visibility?, of request: ServiceRequest, as actor: Actor
  ) throws(Problem) -> Visibility {
    let isStaff = actor.may(.attach, on: request.facts)
    if !isStaff && !actor.reported(request.facts) { try actor.require(.attach, on: request.facts) }
    if wanted == .internal && !isStaff { throw Problem(.forbidden) }
    let fallback: Visibility = request.visibility == "public" ? .public : .private
    guard let wanted else { return fallback }
    // A request that is not public has no public files.
    return wanted == .public ? fallback : wanted
  }
}
