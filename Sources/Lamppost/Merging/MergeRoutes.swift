import Civic
import HTTPServer

enum MergeRoutes {
  static func list(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    .list(try await context.application.listDuplicates(reference, as: context.actor), nextCursor: nil) {
      $1.write(to: &$0)
    }
  }

  static func preview(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    guard let other = request.query["of"].flatMap({ Reference($0) }) else {
      throw Problem.parameter("of", "must be a request's reference")
    }
    let preview = try await context.application.previewMerge(reference, into: other, as: context.actor)
    return .json(.ok) { preview.write(to: &$0) }
  }

  static func merge(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let other = try survivor(try await request.input())
    let merged = try await context.application.mergeRequests(
      reference, into: other, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: merged)
  }

  /// - Throws: `required`, `unknown_request`.
  static func survivor(_ input: ObjectInput) throws(Problem) -> Reference {
    var input = input
    let reference = survivor(&input)
    try input.finish()
    guard let reference else { throw .field("of", .unknownRequest, "is no request's reference") }
    return reference
  }

  /// - Returns: nil where there is none, which `input` then knows.
  static func survivor(_ input: inout ObjectInput) -> Reference? {
    let before = input.errors.count
    let text = input.requiredText("of", maximum: 32)
    let reference = Reference(text)
    if reference == nil && input.errors.count == before {
      input.refuse("of", .unknownRequest, "is no request's reference")
    }
    return reference
  }

  static func undo(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let restored = try await context.application.undoMerge(
      reference, ifMatch: try request.ifMatch(), as: context.actor)
    return try await context.detail(of: restored)
  }
}
