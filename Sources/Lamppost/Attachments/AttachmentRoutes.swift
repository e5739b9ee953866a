import Civic
import FoundationEssentials
import HTTPServer
import JSON

enum AttachmentRoutes {
  static func add(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let application = context.application
    let target = try await application.findRequest(reference, as: context.actor).get()
    try application.addAttachment.authorize(target, as: context.actor)
    try await context.limitReports()
    guard request.headers["Content-Type"]?.mediaType == "multipart/form-data" else {
      throw Problem(.unsupportedMediaType, "The body must be multipart/form-data.")
    }
    let form = try await ReceivedForm.receive(
      request, fields: ["visibility"], files: "file", maximumFiles: 1, into: application.quarantine)
    do {
      guard let file = form.files.first else { throw Problem.field("file", .required, "is required") }
      let content = form.canonicalBytes + (form.fields["visibility"] ?? [])
      let claim = try IdempotencyClaim(
        request, actor: context.actor, scope: "POST attachments \(reference)", content: content,
        secret: application.secret)
      let receipt = try await application.addAttachment(
        file, visibility: try visibility(form), to: reference, claim: claim, as: context.actor)
      if receipt.isReplay { application.quarantine.discard(form.files) }
      return Response(.accepted, contentType: "application/json", bytes: receipt.body)
    } catch {
      if !error.leavesOutcomeUnknown { application.quarantine.discard(form.files) }
      throw error
    }
  }

  private static func visibility(_ form: ReceivedForm) throws(Problem) -> Visibility? {
    guard let bytes = form.fields["visibility"] else { return nil }
    guard let visibility = Visibility(rawValue: String(decoding: bytes, as: UTF8.self)) else {
      throw .field("visibility", .unknownOption, "must be one of: public, internal, private")
    }
    return visibility
  }

  static func read(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    let attachment = try await context.application.findAttachment(id, as: context.actor)
    return .json(.ok) { attachment.write(to: &$0, for: context.actor) }
  }

  static func content(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    let attachment = try await context.application.findAttachment(id, as: context.actor).requireClean()
    return try await context.file(
      at: context.application.store.path(id, tenant: context.actor.tenant.id), of: attachment,
      mediaType: attachment.mediaType, asked: request)
  }

  static func thumbnail(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    let attachment = try await context.application.findAttachment(id, as: context.actor).requireClean()
    guard attachment.hasThumbnail else { throw Problem.notFound }
    return try await context.file(
      at: context.application.store.thumbnailPath(id, tenant: context.actor.tenant.id), of: attachment,
      mediaType: FileStore.thumbnailType, asked: request)
  }
}

extension Attachment {
  /// - Throws: `not_scanned`, `infected`, `failed`.
  func requireClean() throws(Problem) -> Attachment {
    switch state {
    case .clean: return self
    case .quarantined, .scanning: throw Problem(.notScanned, retryAfter: 1)
    case .infected: throw Problem(.infected)
    case .failed: throw Problem(.failed, reason.map { "The file could not be accepted: \($0)." })
    }
  }
}

extension Context {
  /// A file out of the store. What we did not draw ourselves is saved, never shown, and nothing in it may run.
  ///
  /// A public image may be kept, but is asked for each time before it is shown again, so that one that was hidden or
  /// blackened is gone with the next look (docs/decisions/0020).
  fileprivate func file(
    at path: String, of attachment: Attachment, mediaType: String?, asked request: Request
  ) async throws -> Response {
    let isPublic = attachment.visibility == .public && actor.person == nil && actor.trackedRequestID == nil
    // The bytes behind an id never change: what is blackened has another.
    let tag = "\"\(attachment.id.pathComponent)\""
    if attachment.isSealed { try await application.destroySealed.record(attachment, as: actor) }
    var response =
      isPublic && request.knows(tag) ? Response(.notModified) : Response(.ok, content: .file(try OpenFile(path: path)))
    let mediaType = mediaType ?? "application/octet-stream"
    response.headers["Content-Type"] = mediaType
    if !mediaType.hasPrefix("image/") {
      response.headers["Content-Disposition"] = "attachment; filename=\"\(attachment.id.pathComponent).pdf\""
    }
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = isPublic ? "public, no-cache" : "private, no-store"
    if isPublic { response.headers["ETag"] = tag }
    return response
  }
}
