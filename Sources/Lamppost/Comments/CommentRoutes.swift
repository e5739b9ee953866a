import Civic
import HTTPServer

/// A comment as it comes in.
struct NewComment: Sendable {
  let body: String
  let visibility: Visibility

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    body = input.requiredText("body", maximum: 10_000)
    // Nobody shall publish by forgetting a word.
    visibility = input.requiredOption("visibility", Visibility.allCases, name: \.rawValue)
    try input.finish()
  }
}

enum CommentRoutes {
  static func list(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let page = try context.page(of: "comments \(reference)", request)
    let comments = try await context.application.listComments(
      reference, after: page.last, limit: page.limit + 1, as: context.actor)
    return page.response(comments, at: \.id) { $1.write(to: &$0, for: context.actor) }
  }

  static func add(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    try await context.limitReports()
    let new = try NewComment(try await request.input())
    let comment = try await context.application.addComment(
      new.body, visibility: new.visibility, to: reference, as: context.actor)
    return .json(.created) { comment.write(to: &$0, for: context.actor) }
  }
}
