import Civic
import FoundationEssentials
import HTTPServer
import JSON

/// Reporting, and the reporter's own changes.
enum ReportRoutes {
  /// The page's form and the call make one report of one key.
  static let submitScope = "POST /requests"

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    try await context.limitReports()
    let quarantine = context.application.quarantine
    let (input, files, filesDigest) = try await readReport(request, quarantine)
    do {
      let report = try NewRequest(input)
      let content = input.canonicalBytes + filesDigest
      let claim = try IdempotencyClaim(
        request, actor: context.actor, scope: submitScope, content: content, secret: context.application.secret)
      let receipt = try await context.application.submitRequest(
        report, files: files, claim: claim, language: LanguageRoutes.language(of: request, in: context.actor.tenant),
        as: context.actor)
      if receipt.isReplay { quarantine.discard(files) }
      return receipt.response
    } catch {
      // When the outcome of the commit is unknown the rows may stand: their files are then not ours to remove.
      if !error.leavesOutcomeUnknown { quarantine.discard(files) }
      throw error
    }
  }

  private static func readReport(
    _ request: Request, _ quarantine: Quarantine
  ) async throws -> (ObjectInput, [QuarantinedFile], [UInt8]) {
    switch request.headers["Content-Type"]?.mediaType {
    case "application/json":
      return (try await request.input(), [], [])
    case "multipart/form-data":
      let form = try await ReceivedForm.receive(
        request, fields: ["request"], files: "files", maximumFiles: quarantine.configuration.maximumFiles,
        into: quarantine)
      do {
        guard let json = form.fields["request"] else {
          throw Problem.field("request", .required, "The part \"request\" with the report as JSON is missing.")
        }
        return (try ObjectInput(parsing: json), form.files, form.canonicalBytes)
      } catch {
        quarantine.discard(form.files)
        throw error
      }
    default:
      throw Problem(.unsupportedMediaType, "The body must be application/json or multipart/form-data.")
    }
  }

  static func read(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let found = try await context.application.findRequest(reference, as: context.actor).get()
    return try await context.detail(of: found)
  }

  static func edit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let change = try RequestChange(try await request.input())
    let changed = try await context.application.editRequest(
      reference, change, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: changed)
  }

  static func withdraw(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let withdrawn = try await context.application.withdrawRequest(
      reference, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: withdrawn)
  }

  static func history(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let page = try context.page(of: "history \(reference)", request)
    let events = try await context.application.listHistory(
      reference, after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(events, at: \.sequence) { $1.write(to: &$0, for: context.actor) }
  }

  /// The reporter's view by tracking code: the request and its private thread.
  static func track(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    let holder = try await context.holder(of: code)
    let view = try await context.application.trackRequest(as: holder)
    return .json(.ok) { view.write(to: &$0, for: holder) }
  }

  static func sendMessage(_ request: Request, _ context: Context, _ code: String) async throws -> Response {
    let holder = try await context.holder(of: code)
    try await context.limitReports()
    var input = try await request.input()
    let body = input.requiredText("body", maximum: 10_000)
    try input.finish()
    let comment = try await context.application.addComment.message(body, as: holder)
    return .json(.created) { comment.write(to: &$0, for: holder) }
  }
}
