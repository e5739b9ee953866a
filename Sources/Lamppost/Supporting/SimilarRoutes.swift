import Civic
import HTTPServer

enum SimilarRoutes {
  /// Like a request that exists.
  static func ofRequest(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let found = try await context.application.findRequest(reference, as: context.actor).get()
    return try await response(found.sample, context, as: context.actor)
  }

  /// Like a report that is being written.
  static func ofReport(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let location = input.location("location")
    if !input.has("location") { input.refuse("location", .required, "is required; null stands for unknown") }
    let (category, title) = (input.text("category", maximum: 100), input.text("title", maximum: 200))
    let description = input.text("description", maximum: 10_000)
    try input.finish()
    let sample = location.map {
      SimilarRequests.Sample(location: $0, category: category, title: title, description: description)
    }
    return try await response(sample, context, as: context.actor.beyondLimits)
  }

  private static func response(
    _ sample: SimilarRequests.Sample?, _ context: Context, as actor: Actor
  ) async throws -> Response {
    guard let sample else { return .list([SimilarRequest](), nextCursor: nil) { $1.write(to: &$0) } }
    return .list(try await context.application.similarRequests(sample, as: actor), nextCursor: nil) {
      $1.write(to: &$0)
    }
  }
}
