import Civic
import HTML
import HTTPServer
import JSON
import Localization

/// One rule as a form, a new one or one that is there; it can be tried before it is saved.
enum RulePage {
  static func new(_ request: Request, _ context: Context) async throws -> Response {
    try await RuleFormLayout(context, rule: .blank).response()
  }

  static func show(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let rule = try await context.application.routingRules.find(id, as: context.actor)
    var layout = try await RuleFormLayout(context, rule: rule)
    layout.notice = AdministrationPage.saved(request, context.t)
    return layout.response()
  }

  static func add(_ request: Request, _ context: Context) async throws -> Response {
    try await submit(.blank, context)
  }

  static func change(_ request: Request, _ context: Context, _ id: Int) async throws -> Response {
    let form = try context.postedForm()
    let rules = context.application.routingRules
    if form["action"] == "remove" {
      try await rules.remove(id, ifMatch: nil, as: context.actor)
      return .redirect(to: Paths.adminRules() + "?done=removed&rule=\(id)")
    }
    return try await submit(try await rules.find(id, as: context.actor), context)
  }

  private static func submit(_ old: KeptRule, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    do {
      let rule = try read(form, changing: old)
      if form["action"] == "try" {
        var layout = try await RuleFormLayout(context, rule: old, form)
        layout.trial = try await context.application.tryRule(rule, limit: TryRule.limit, as: context.actor)
        return layout.response()
      }
      let rules = context.application.routingRules
      if old.id == 0 {
        let added = try await rules.add(rule, as: context.actor)
        return .redirect(to: Paths.adminRule(added.id) + "?done=1")
      }
      let version = form["version"].flatMap { Int(digits: $0) }
      _ = try await rules.change(old.id, ifMatch: version ?? 0, as: context.actor) { try read(form, changing: $0) }
      return .redirect(to: Paths.adminRule(old.id) + "?done=1")
    } catch let problem as Problem
      where problem.code.status == .unprocessableContent || problem.code == .versionMismatch
    {
      var layout = try await RuleFormLayout(context, rule: old, form, problem: problem)
      layout.status = problem.code.status
      return layout.response()
    }
  }

  private static func read(_ form: PageForm, changing old: KeptRule) throws -> KeptRule {
    var input = ObjectInput(form.rule)
    let rule = KeptRule(&input, changing: old)
    try input.finish()
    return rule
  }
}

extension PageForm {
  /// The form as the API would have been sent it.
  fileprivate var rule: JSONObject {
    func object(_ members: [(String, JSONValue)]) -> JSONObject {
      JSONObject(members: members.map { .init(key: $0.0, value: $0.1) })
    }
    func text(_ name: String) -> JSONValue { self[name].map(JSONValue.string) ?? .null }
    func number(_ name: String) -> JSONValue {
      self[name].map { text in Int(digits: text).map(JSONValue.integer) ?? .string(text) } ?? .null
    }
    func list(_ name: String) -> JSONValue { .array(values(name).map(JSONValue.string)) }
    func words(_ name: String) -> JSONValue {
      .array((self[name] ?? "").split(separator: ",").map { .string(String($0)) })
    }
    func flag(_ name: String) -> JSONValue { self[name].map { .bool($0 == "true") } ?? .null }
    return object([
      ("name", text("name")), ("active", .bool(self["active"] == "true")), ("stop", .bool(self["stop"] == "true")),
      (
        "when",
        .object(
          object([
            ("categories", list("when.categories")), ("groups", list("when.groups")), ("areas", list("when.areas")),
            ("priorities", list("when.priorities")),
            ("weekdays", .array(values("when.weekdays").map { Int(digits: $0).map(JSONValue.integer) ?? .string($0) })),
            ("from", text("when.from")), ("until", text("when.until")), ("anonymous", flag("when.anonymous")),
            ("has_files", flag("when.has_files")), ("words", words("when.words")),
          ]))
      ),
      (
        "then",
        .object(
          object([
            ("department", text("then.department")), ("assignee", number("then.assignee")),
            ("priority", text("then.priority")), ("tags", words("then.tags")),
            ("notify_role", text("then.notify_role")), ("notify_person", number("then.notify_person")),
            ("notify_email", text("then.notify_email")),
          ]))
      ),
    ])
  }
}
