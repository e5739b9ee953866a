import HTTPServer
import JSON

/// The rules of routing, by API.
enum RuleRoutes {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    .list(try await context.application.routingRules.list(as: context.actor), nextCursor: nil) { $1.write(to: &$0) }
  }

  static func read(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    answer(.ok, try await context.application.routingRules.find(id, as: context.actor))
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let rule = KeptRule(&input, changing: .blank)
    try input.finish()
    return answer(.created, try await context.application.routingRules.add(rule, as: context.actor))
  }

  static func change(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let input = try await request.input()
    let rule = try await context.application.routingRules.change(
      id, ifMatch: try request.ifMatch(), as: context.actor
    ) { old in
      var input = input
      let new = KeptRule(&input, changing: old)
      try input.finish()
      return new
    }
    return answer(.ok, rule)
  }

  static func remove(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    try await context.application.routingRules.remove(id, ifMatch: try request.ifMatch(), as: context.actor)
    return .json(.ok) { _ in }
  }

  static func restore(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    answer(.ok, try await context.application.routingRules.restore(id, as: context.actor))
  }

  static func reorder(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let ids = input.numbers("rules")
    try input.finish()
    return .list(
      try await context.application.routingRules.reorder(ids, as: context.actor), nextCursor: nil
    ) { $1.write(to: &$0) }
  }

  /// What a rule would have done: of `rule`, or of the one with the number `id` as `rule` changes it.
  static func dryRun(_ request: Request, _ context: Context) async throws -> Response {
    var input = try await request.input()
    let limit = input.integer("limit") ?? TryRule.limit
    if !(1...TryRule.limit).contains(limit) {
      input.refuse("limit", .outOfRange, "must be from 1 to \(TryRule.limit)")
    }
    let id = input.integer("id")
    var old = KeptRule.blank
    if let id { old = try await context.application.routingRules.find(id, as: context.actor) }
    let known = old
    let rule = input.nested("rule") { KeptRule(&$0, changing: known) }
    if rule == nil && !input.errors.contains(where: { $0.field == "rule" }) {
      input.refuse("rule", .required, "is required")
    }
    try input.finish()
    do {
      let outcome = try await context.application.tryRule(rule ?? known, limit: limit, as: context.actor)
      return .json(.ok) { outcome.write(to: &$0) }
    } catch let problem as Problem where problem.code.status == .unprocessableContent {
      throw problem.inside("rule")
    }
  }

  private static func answer(_ status: HTTPStatus, _ rule: KeptRule) -> Response {
    var response = Response.json(status) { rule.write(to: &$0) }
    response.headers["ETag"] = "\"\(rule.version)\""
    return response
  }
}

extension TryRule.Outcome {
  func write(to json: inout JSONObjectWriter) {
    json.field("examined", examined)
    json.field("matched", matched)
    json.field("stopped_before", stoppedBefore)
    json.field("other_department", otherDepartment)
    json.array("matches") { list in
      for match in matches {
        list.object { json in
          json.field("reference", match.reference.description)
          json.field("title", match.title)
          json.field("category_name", match.category)
          json.field("created_at", match.createdAt)
          json.field("department", match.department)
          json.field("would_be", match.wouldBe)
        }
      }
    }
  }
}

extension ObjectInput {
  /// A list of whole numbers that must be said, each once.
  mutating func numbers(_ key: String) -> [Int] {
    guard let value = value(key) else {
      refuse(key, .required, "is required")
      return []
    }
    guard let list = value.array, case let numbers = list.compactMap(\.integer), numbers.count == list.count else {
      refuse(key, .wrongType, "must be a list of whole numbers")
      return []
    }
    if numbers.count > 1000 {
      refuse(key, .tooMany, "must not be more than 1000")
      return []
    }
    return numbers
  }
}
