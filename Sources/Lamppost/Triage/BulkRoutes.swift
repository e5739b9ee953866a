import Civic
import HTTPServer
import JSON

/// A bulk call as it comes in.
struct BulkCall: Sendable {
  let selection: BulkSelection
  let action: BulkAction?
  let isDryRun: Bool

  init(_ input: ObjectInput, as actor: Actor) throws(Problem) {
    var input = input
    let action = BulkAction(&input)
    isDryRun = input.bool("dry_run") ?? false
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
}

enum BulkRoutes {
  static func change(_ request: Request, _ context: Context) async throws -> Response {
    let call = try BulkCall(try await request.input(), as: context.actor)
    let outcome = try await context.application.bulkChange(
      call.selection, call.action, isDryRun: call.isDryRun, as: context.actor)
    return .json(.ok) { outcome.write(to: &$0) }
  }
}

extension BulkOutcome {
  fileprivate func write(to json: inout JSONObjectWriter) {
    json.field("dry_run", isDryRun)
    json.field("matched", matched)
    json.array("selected", selected.map(\.description))
    json.object("changed") { Self.write(changed.map(\.reference), to: &$0) }
    json.object("unchanged") { Self.write(unchanged, to: &$0) }
    json.array("refused") { array in
      for group in refused {
        array.object { json in
          json.field("code", group.code.rawValue)
          Self.write(group.references, to: &json)
        }
      }
    }
    json.array("undo") { array in
      for change in isDryRun ? [] : changed {
        array.object { json in
          json.field("reference", change.reference.description)
          json.field("version", change.version)
        }
      }
    }
  }

  private static func write(_ references: [Reference], to json: inout JSONObjectWriter) {
    json.field("count", references.count)
    json.array("references", references.map(\.description))
  }
}
