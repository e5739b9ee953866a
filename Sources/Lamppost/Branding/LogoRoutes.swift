import HTTPServer
import JSON

/// A township's logos, by API, and the one that is worn, for everybody.
enum LogoRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let logos = try await context.application.keepLogos.list(as: context.actor)
    return .list(logos, nextCursor: nil) { $1.write(to: &$0) }
  }

  static func read(_ request: Request, _ context: Context, _ id: AttachmentID) async throws -> Response {
    let logo = try await context.application.keepLogos.find(id, as: context.actor)
    return .json(.ok) { logo.write(to: &$0) }
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    let application = context.application
    guard request.headers["Content-Type"]?.mediaType == "multipart/form-data" else {
      throw Problem(.unsupportedMediaType, "The body must be multipart/form-data.")
    }
    let form = try await ReceivedForm.receive(
      request, fields: [], files: "file", maximumFiles: 1, into: application.quarantine)
    do {
      guard let file = form.files.first else { throw Problem.field("file", .required, "is required") }
      let logo = try await application.keepLogos.add(file, as: context.actor)
      return .json(.accepted) { logo.write(to: &$0) }
    } catch {
      if !error.leavesOutcomeUnknown { application.quarantine.discard(form.files) }
      throw error
    }
  }

  /// The picture: the one that is worn for everybody, any other for those who may put it up.
  static func picture(_ request: Request, _ context: Context, _ digest: LogoDigest) async throws -> Response {
    let rows = try await context.application.database.tenant(context.actor.tenant.id).read(
      """
      SELECT l.id, l.media_type, l.worn FROM logos l
       WHERE l.stored_sha256 = \(digest.digest.bytes) AND l.state = 'clean'
         AND (l.worn OR \(context.actor.may(.manageCategories)))
       ORDER BY l.worn DESC LIMIT 1
      """)
    guard let row = rows.first else { throw Problem.notFound }
    let path = context.application.store.path(
      AttachmentID(try row.get(0)), tenant: context.actor.tenant.id)
    var response = Response(.ok, content: .file(try OpenFile(path: path)))
    response.headers["Content-Type"] = try row.get(1)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = try row.get(2) ? "public, max-age=31536000, immutable" : "private, no-store"
    return response
  }
}
