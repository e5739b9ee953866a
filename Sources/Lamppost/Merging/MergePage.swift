import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// Before two reports are made one: both side by side, what will move and what will stay, and the button.
enum MergePage {
  static func link(_ reference: Reference, into other: Reference) -> String {
    Paths.mergePage(reference) + "?" + Query([("of", other.description)]).encoded
  }

  static func show(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await page(reference, PageForm([(name: "of", value: request.query["of"] ?? "")]), nil, context)
  }

  static func submit(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let form = try context.postedForm()
    do {
      guard let survivorVersion = form["survivor_version"].flatMap({ Int(digits: $0) }) else {
        throw Problem(.malformedRequest)
      }
      _ = try await context.application.mergeRequests(
        reference, into: try survivor(form), ifMatch: try form.version(), survivorVersion: survivorVersion,
        as: context.actor)
      return .redirect(to: Paths.staffRequest(reference) + "?done=merge")
    } catch let problem as Problem where problem.code.status == .unprocessableContent || problem.isConflict {
      return try await page(reference, form, problem, context)
    }
  }

  /// As the API reads it.
  private static func survivor(_ form: PageForm) throws(Problem) -> Reference {
    try MergeRoutes.survivor(form.input(["of"]))
  }

  private static func page(
    _ reference: Reference, _ form: PageForm, _ refusal: Problem?, _ context: Context
  ) async throws -> Response {
    let duplicate = try await context.application.findRequest(reference, as: context.actor).get()
    try context.actor.require(.editRequest, on: duplicate.facts)
    do {
      let preview = try await context.application.previewMerge(
        reference, into: try survivor(form), as: context.actor)
      // What was refused for what stood there before is asked anew of what stands there now.
      let problem = refusal.flatMap { $0.isConflict ? $0 : nil }
      return MergeLayout(context: context, duplicate: duplicate, form: form, preview: preview, problem: problem)
        .page.response(context)
    } catch let problem as Problem where problem.code.status == .unprocessableContent || problem.isConflict {
      return MergeLayout(context: context, duplicate: duplicate, form: form, preview: nil, problem: problem)
        .page.response(context)
    }
  }
}

extension Problem {
  /// Whether somebody else was faster.
  var isConflict: Bool { code == .versionMismatch || code == .conflict }
}
