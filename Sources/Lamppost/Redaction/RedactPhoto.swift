import Civic
import FoundationEssentials
import Glibc
import Intake
import PostgreSQL

/// Paints parts of an image black. The image is made anew, under a new id, by the same sandbox that made the first one,
/// so that no cache and no link holds the old one as the new; the old one is sealed or destroyed at once.
struct RedactPhoto: Sendable {
  let database: Database
  let store: FileStore
  let quarantine: Quarantine

  /// The request that an image belongs to.
  /// - Throws: `not_found`.
  func reference(of id: AttachmentID, as actor: Actor) async throws -> Reference {
    let rows = try await database.withoutReplica.tenant(actor.tenant.id).read(
      """
      SELECT r.reference FROM attachments a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id
       WHERE a.id = \(id.uuid) AND \(actor.visibleRequests)
      """)
    guard let reference = try rows.first.flatMap({ Reference(stored: try $0.get(0)) }) else { throw Problem.notFound }
    return reference
  }

  /// - Returns: the new image's id; it is scanned like any other before anybody sees it.
  /// - Throws: `forbidden`, `gone`, `not_found`, `not_scanned`, `failed`; `out_of_range` on `regions`.
  func callAsFunction(_ change: PhotoRedaction, of id: AttachmentID, as actor: Actor) async throws -> AttachmentID {
    let new = AttachmentID(UUID())
    do {
      try await database.tenant(actor.tenant.id).write { transaction in
        let rows = try await transaction.query(
          """
          SELECT r.reference FROM attachments a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id
           WHERE a.id = \(id.uuid) AND \(actor.visibleRequests)
          """)
        guard let reference = try rows.first.flatMap({ Reference(stored: try $0.get(0)) }) else {
          throw Problem.notFound
        }
        let request = try await LockedRequest.lock(reference, in: transaction, as: actor)
        try actor.require(change.original == .destroy ? .destroy : .moderate, on: request.facts)
        let regions = try await Self.fitting(change.regions, id, in: transaction)
        // A second name of the same bytes, in the folder where files wait for the scan. The sweeper goes by age.
        let waiting = quarantine.path(new.uuid)
        guard link(store.path(id, tenant: actor.tenant.id), waiting) == 0, utimensat(AT_FDCWD, waiting, nil, 0) == 0
        else { throw FileError(operation: "link", code: errno) }
        for statement in Self.statements(change, regions, id, new, request.facts.id, actor) {
          try await transaction.execute(statement)
        }
      }
    } catch {
      if !error.leavesOutcomeUnknown { unlink(quarantine.path(new.uuid)) }
      throw error
    }
    return new
  }

  /// The rectangles as far as they lie in the image.
  private static func fitting(
    _ regions: [Region], _ id: AttachmentID, in transaction: Transaction
  ) async throws -> [Region] {
    let rows = try await transaction.query(
      "SELECT \(Attachment.columns) FROM attachments a WHERE a.id = \(id.uuid) AND NOT a.sealed FOR UPDATE")
    guard let row = rows.first else { throw Problem.notFound }
    let image = try Attachment(row).requireClean()
    guard let width = image.width, let height = image.height else {
      throw Problem.field("regions", .outOfRange, "only images have parts")
    }
    return try regions.map { region in
      guard region.x < width, region.y < height,
        let fitting = Region(
          x: region.x, y: region.y, width: min(region.width, width - region.x),
          height: min(region.height, height - region.y))
      else {
        throw Problem.field("regions", .outOfRange, "must lie inside of the image of \(width) by \(height) pixels")
      }
      return fitting
    }
  }

  private static func statements(
    _ change: PhotoRedaction, _ regions: [Region], _ old: AttachmentID, _ new: AttachmentID, _ requestID: Int,
    _ actor: Actor
  ) -> [SQL] {
    let event = RequestEvent(
      requestID: requestID, actorID: actor.person?.id, kind: .moderated, visibility: .internal,
      before: ModeratedThing.attachment(old).words, after: "blacken", note: change.reason)
    var list: [SQL] = [
      // It stands where the old one stood, among the others, and belongs to whom it belonged.
      """
      INSERT INTO attachments (tenant_id, id, request_id, uploader_id, visibility, file_name, received_bytes,
                               received_sha256, created_at, blackened, made_from)
      SELECT tenant_id, \(new.uuid), request_id, uploader_id,
             CASE WHEN hidden THEN 'public' ELSE visibility END, file_name, stored_bytes, stored_sha256, created_at,
             blackened || \(regions.flatMap(\.numbers)), coalesce(made_from, id)
        FROM attachments WHERE id = \(old.uuid)
      """,
      // It came with the same merge, and goes back with it.
      """
      INSERT INTO merged_parts (tenant_id, merge_id, kind, part)
      SELECT tenant_id, merge_id, kind, \(new.uuid)::uuid::text FROM merged_parts
       WHERE kind = 'attachment' AND part = \(old.uuid)::uuid::text
      """,
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      VALUES (current_tenant(), \(JobKind.scanAttachment.rawValue), \(new.pathComponent))
      """,
      event.insertion,
      "UPDATE requests SET updated_at = now() WHERE id = \(requestID)",
      """
      UPDATE abuse_reports SET decision = 'hidden', decided_by = \(actor.person?.id), decided_at = now(),
             note = \(change.reason)
       WHERE \(ModeratedThing.attachment(old).condition(of: requestID)) AND decision IS NULL
      """,
    ]
    switch change.original {
    case .seal:
      list.append(
        "UPDATE attachments SET visibility = 'internal', sealed = true, hidden = false WHERE id = \(old.uuid)")
    case .destroy: list += DestroySealed.ofImage(old)
    }
    return list
  }
}
