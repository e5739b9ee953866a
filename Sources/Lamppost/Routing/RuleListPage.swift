import HTML
import HTTPServer
import Localization

/// The rules in their order: moved, removed and brought back here, by buttons; by dragging, too, where there is a script.
enum RuleListPage {
  static func show(_ request: Request, _ context: Context) async throws -> Response {
    let rules = try await context.application.routingRules.list(as: context.actor)
    let words = RuleWords(t: context.t, choices: try await context.application.readRuleChoices(as: context.actor))
    return page(rules, words, request, context).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    let rules = context.application.routingRules
    let id = form["rule"].flatMap { Int(digits: $0) }
    switch (form["action"], id) {
    case ("up", let id?), ("down", let id?):
      try await rules.move(id, up: form["action"] == "up", as: context.actor)
      let moved = Query([("done", "moved"), ("moved", "\(form["action"] ?? "").\(id)")]).encoded
      return .redirect(to: Paths.adminRules() + "?" + moved)
    case ("restore", let id?):
      _ = try await rules.restore(id, as: context.actor)
      return .redirect(to: Paths.adminRules() + "?done=restored")
    case ("order", _):
      let ids = (form["order"] ?? "").split(separator: ",").compactMap { Int($0) }
      do { _ = try await rules.reorder(ids, as: context.actor) } catch let problem as Problem {
        guard problem.code == .conflict else { throw problem }
        return .redirect(to: Paths.adminRules() + "?done=conflict")
      }
      return .redirect(to: Paths.adminRules() + "?done=moved")
    default: throw Problem.field("action", .unknownOption, "is not a form of this page")
    }
  }

  private static func page(_ rules: [KeptRule], _ words: RuleWords, _ request: Request, _ context: Context) -> Page {
    let t = context.t
    let about = [
      t("A new report is looked at by each rule in turn."),
      t("Department, person and priority are each what the first rule that holds says; tags add up."),
      t("Where no rule says anything, the category decides."),
    ].joined(separator: " ")
    return Page(
      title: t("Routing rules"), styles: ["rules"], scripts: ["rules"], messages: messages, isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        \(notice(request, context))<h1>\(t("Routing rules"))</h1>
        <p>\(about)</p>
        <p><a class="button" href="\(Paths.adminNewRule())">\(t("Add a rule"))</a></p>
        \(rules.isEmpty
          ? "<p class=\"empty\">\(t("There are no rules yet: each report goes where its category says."))</p>" as HTML
          : list(rules, words, moved: request.query["moved"], context))
        """)
  }

  /// The English of what `Client/pages/rules.ts` says.
  static let messages = ["Drag to move"]

  private static func list(
    _ rules: [KeptRule], _ words: RuleWords, moved: String?, _ context: Context
  ) -> HTML {
    """
    <ol class="rules" id="rules">
    \(rules.enumerated().map { index, rule in
      item(rule, words, isFirst: index == 0, isLast: index == rules.count - 1, moved: moved, context)
    })</ol>
    <form method="post" action="\(Paths.adminRules())" id="order-form" hidden>\(context.hiddenToken)\
    <input type="hidden" name="action" value="order"><input type="hidden" name="order" value=""></form>

    """
  }

  private static func item(
    _ rule: KeptRule, _ words: RuleWords, isFirst: Bool, isLast: Bool, moved: String?, _ context: Context
  ) -> HTML {
    let t = context.t
    // The button that was used has the focus again; at an end, the other.
    let used = ["up", "down"].first { moved == "\($0).\(rule.id)" }
    let focused = used.map { $0 == "up" && isFirst ? "down" : $0 == "down" && isLast ? "up" : $0 }
    func move(_ action: String, _ sign: String, _ label: String, _ isIdle: Bool) -> HTML {
      """
      <form method="post" action="\(Paths.adminRules())">\(context.hiddenToken)\
      <input type="hidden" name="action" value="\(action)"><input type="hidden" name="rule" value="\(rule.id)">\
      <button class="small quiet" aria-label="\(label)"\(isIdle ? " disabled" as HTML : nil)\
      \(focused == action ? " autofocus" as HTML : nil)><span aria-hidden="true">\(sign)</span></button></form>
      """
    }
    return """
      <li class="card rule" id="rule-\(rule.id)" data-rule="\(rule.id)">
      <div class="rule-head">
      <h2><a href="\(Paths.adminRule(rule.id))">\(rule.name)</a></h2>
      \(rule.isActive ? nil : "<span class=\"badge plain\">\(t("Switched off"))</span>" as HTML)
      <div class="rule-moves">\
      \(move("up", "↑", t("Move “{name}” up", ["name": rule.name]), isFirst))\
      \(move("down", "↓", t("Move “{name}” down", ["name": rule.name]), isLast))</div>
      </div>
      \(words.html(rule))\(words.broken(rule))</li>

      """
  }

  private static func notice(_ request: Request, _ context: Context) -> HTML? {
    let t = context.t
    let sentence: String
    switch request.query["done"] {
    case "removed": sentence = t("The rule has been removed.")
    case "restored": sentence = t("The rule is back.")
    case "moved": sentence = t("The order has been changed.")
    case "conflict":
      let sentence = t("Somebody else has added or removed a rule. This is how they stand now.")
      return "<div class=\"notice warn\" role=\"alert\"><p>\(sentence)</p></div>\n"
    default: return nil
    }
    let removed = request.query["rule"].flatMap { Int(digits: $0) }
    let undo: HTML? = removed.map { id in
      """
      <form method="post" action="\(Paths.adminRules())">\(context.hiddenToken)\
      <input type="hidden" name="action" value="restore"><input type="hidden" name="rule" value="\(id)">\
      <button class="small quiet">\(t("Undo"))</button></form>
      """
    }
    return Notice.done(sentence, undo, takesFocus: request.query["moved"] == nil)
  }
}
