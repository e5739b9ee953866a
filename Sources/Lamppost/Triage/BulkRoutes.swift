import Civic
import HTTPServer
import JSON

/// A bulk call as it comes in.
struct BulkCall: Sendable {
  let selection: BulkSelection
  let action: BulkAction?
  let isDryRun: Bool
  /// As a preview saw them; what has another version since, or was not previewed, is not changed. nil: whatever they are.
  let versions: [Reference: Int]?

  init(_ input: ObjectInput, as actor: Actor) throws(Problem) {
    var input = input
    let action = BulkAction(&input)
    isDryRun = input.bool("dry_run") ?? false
    let versions = input.value("versions") == nil ? nil : BulkAction.changes("versions", &input)
    self.versions = versions.map { Dictionary($0.map { ($0.reference, $0.version) }) { first, _ in first } }
    self.action = action
    if case .undo(let changes) = action {
      // What is undone is named by its changes.
      selection = .references(changes.map(\.reference))
    } else {
      selection = try BulkSelection(&input, as: actor)
    }
    if action == nil && !isDryRun && input.errors.isEmpty { input.refuse("action", .required, "is required") }
    try input.finish()
  }

  /// What the caller has just done, to be taken back.
  init(undo changes: [BulkAction.Change]) {
    (selection, action) = (.references(changes.map(\.reference)), .undo(changes))
    (isDryRun, versions) = (false, nil)
  }
}

enum BulkRoutes {
  /// The page's form and the call do one thing with one key.
  static let scope = "POST /bulk"

  static func change(_ request: Request, _ context: Context) async throws -> Response {
    let input = try await request.input()
    let call = try BulkCall(input, as: context.actor)
    let claim = try IdempotencyClaim(
      request, actor: context.actor, scope: scope, content: input.canonicalBytes, secret: context.application.secret)
    let outcome = try await context.application.bulkChange(call, claim: claim, as: context.actor)
    return .json(.ok) { outcome.write(to: &$0) }
  }
}
