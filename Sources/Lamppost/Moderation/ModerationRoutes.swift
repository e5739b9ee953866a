import Civic
import FoundationEssentials
import HTTPServer
import JSON

/// Pointing out, hiding and deciding, by API.
enum ModerationRoutes {
  static func report(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    let report = try ReportAbuse.Input(try await request.input())
    try await context.limitReports()
    try await context.application.reportAbuse(report, on: reference, as: context.actor)
    return .json(.accepted) { $0.field("received", true) }
  }

  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let page = try await context.application.listAbuse(
      decided: try request.flag("decided"), cursor: request.query["cursor"], limit: try request.query.limit(),
      as: context.actor)
    return .list(page.items, nextCursor: page.nextCursor) { json, item in item.write(to: &json) }
  }

  /// `{decision, note?}`
  static func decide(_ request: Request, _ context: Context, _ id: UUID) async throws -> Response {
    var input = try await request.input()
    let (decision, note) = decision(&input)
    try input.finish()
    try await context.application.moderate.decide(decision, id, note: note, as: context.actor)
    return .json(.ok) { json in
      json.field("id", id.uuidString.lowercased())
      json.field("decision", decision.rawValue)
    }
  }

  /// What hides says why.
  static func decision(_ input: inout ObjectInput) -> (AbuseDecision, note: String?) {
    let decision = input.requiredOption("decision", AbuseDecision.allCases, name: \.rawValue)
    let note = input.text("note", maximum: 1000)
    if decision != .dismiss && note == nil && input.errors.isEmpty { input.refuse("note", .required, "is required") }
    return (decision, note)
  }

  /// `{action, reason, comment?, attachment?}`
  static func moderate(_ request: Request, _ context: Context, _ reference: Reference) async throws -> Response {
    var input = try await request.input()
    let action = input.requiredOption("action", ModerationAction.allCases, name: \.rawValue)
    let reason = input.requiredText("reason", maximum: 1000)
    let thing = ModeratedThing(&input)
    try input.finish()
    try await context.application.moderate(action, thing, of: reference, reason: reason, as: context.actor)
    return .json(.ok) { json in
      json.field("reference", reference.description)
      json.field("action", action.rawValue)
    }
  }

  /// `{title?, description?}`: what in it tells who somebody is.
  static func check(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let texts = ["title": 200, "description": 10_000].sorted { $0.key > $1.key }.map { name, maximum in
      (name: name, text: input.text(name, maximum: maximum) ?? "")
    }
    try input.finish()
    return .json(.ok) { json in
      json.array("warnings") { array in
        for (name, text) in texts {
          for detail in PersonalDetail.found(in: text) {
            array.object { warning in
              warning.field("field", name)
              warning.field("kind", detail.kind.rawValue)
              warning.field("text", detail.text)
            }
          }
        }
      }
    }
  }
}
