import Civic
import HTTPServer
import JSON

/// "Same problem": by the API, and by a form on any page that shows a request.
enum SupportRoutes {
  static func add(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await context.limitReports()
    let (supporter, isNew) = try Supporter.of(request, context.actor)
    let count = try await context.application.supportRequest.add(supporter, to: reference, as: context.actor)
    return answer(count, reference, supporter, isSupported: true, isNew: isNew)
  }

  static func remove(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let (supporter, _) = try Supporter.of(request, context.actor)
    let count = try await context.application.supportRequest.remove(supporter, from: reference, as: context.actor)
    return answer(count, reference, supporter, isSupported: false, isNew: false)
  }

  private static func answer(
    _ count: Int, _ reference: Reference, _ supporter: Supporter, isSupported: Bool, isNew: Bool
  ) -> Response {
    var response = Response.json(.ok) { json in
      json.field("reference", reference.description)
      json.field("supporters", count)
      json.field("supported", isSupported)
      // For programs, which keep no cookies.
      if isNew { json.field("token", supporter.token) }
    }
    if isNew, let cookie = supporter.cookie { response.headers.add("Set-Cookie", cookie) }
    return response
  }

  /// The form: `take_back` undoes it, `return` says where to go on.
  static func post(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let form = try context.postedForm()
    try await context.limitReports()
    let (supporter, isNew) = try Supporter.of(request, context.actor)
    let support = context.application.supportRequest
    let isTakenBack = form["take_back"] == "true"
    if isTakenBack {
      _ = try await support.remove(supporter, from: reference, as: context.actor)
    } else {
      _ = try await support.add(supporter, to: reference, as: context.actor)
    }
    let after = Paths.requestPage(reference) + (isTakenBack ? "" : "?supported=1")
    var response = Response.redirect(to: form["return"]?.asLocalPath ?? after)
    if isNew, !isTakenBack, let cookie = supporter.cookie { response.headers.add("Set-Cookie", cookie) }
    return response
  }
}
