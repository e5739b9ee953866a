import Civic
import HTTPServer

/// A request as citizens see it; its reporter, signed in, sees their own part of it too.
enum RequestPage {
  static func show(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let reader = context.reader(of: reference)
    do {
      return try await ReporterPages.show(request, context, reader)
    } catch let problem as Problem where problem.code == .notFound && context.actor.seesInternal {
      // Citizens may not know of it, staff may.
      _ = try await context.application.findRequest(reference, as: context.actor).get()
      return .redirect(to: Paths.staffRequest(reference))
    }
  }

  static func submit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await ReporterPages.submit(request, context, context.reader(of: reference))
  }

  static func edit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await ReporterPages.edit(context, context.reader(of: reference))
  }

  static func saveEdit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await ReporterPages.saveEdit(context, context.reader(of: reference))
  }

  static func confirmWithdrawal(
    _ request: Request, _ context: Context, _ reference: Reference
  ) async throws -> Response {
    try await ReporterPages.confirmWithdrawal(context, context.reader(of: reference))
  }

  static func withdraw(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await ReporterPages.withdraw(context, context.reader(of: reference))
  }
}

/// The same for somebody without an account, who holds the tracking code.
enum TrackPage {
  static func show(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    try await ReporterPages.show(request, context, try await context.reader(ofCode: code))
  }

  static func submit(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    try await ReporterPages.submit(request, context, try await context.reader(ofCode: code))
  }

  static func edit(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    try await ReporterPages.edit(context, try await context.reader(ofCode: code))
  }

  static func saveEdit(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    try await ReporterPages.saveEdit(context, try await context.reader(ofCode: code))
  }

  static func confirmWithdrawal(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    try await ReporterPages.confirmWithdrawal(context, try await context.reader(ofCode: code))
  }

  static func withdraw(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    try await ReporterPages.withdraw(context, try await context.reader(ofCode: code))
  }

  static func file(
    _ request: Request, _ context: Context, _ code: String, _ id: AttachmentID
  ) async throws -> Response {
    try await AttachmentRoutes.content(request, try await context.holding(code), id)
  }

  static func thumbnail(
    _ request: Request, _ context: Context, _ code: String, _ id: AttachmentID
  ) async throws -> Response {
    try await AttachmentRoutes.thumbnail(request, try await context.holding(code), id)
  }
}

extension Context {
  /// The same call, made by the holder of the code.
  fileprivate func holding(_ code: String) async throws -> Context {
    var context = self
    context.actor = try await holder(of: code)
    return context
  }
}
