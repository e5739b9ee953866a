import Civic
import HTML
import HTTPServer
import Localization

/// The form of one rule.
struct RuleFormLayout {
  private let context: Context
  private let rule: KeptRule
  private let choices: RuleChoices
  private let fields: FormFields
  private let isConflict: Bool
  var notice: HTML?
  var status = HTTPStatus.ok
  /// What the rule would have done, where that was asked.
  var trial: TryRule.Outcome?

  private var t: Translator { context.t }
  private var isNew: Bool { rule.id == 0 }

  /// - Parameters:
  ///   - form: what was entered; nil shows the rule as it is kept.
  ///   - problem: why it was refused.
  init(_ context: Context, rule: KeptRule, _ form: PageForm? = nil, problem: Problem? = nil) async throws {
    self.context = context
    self.rule = rule
    choices = try await context.application.readRuleChoices(as: context.actor)
    isConflict = problem?.code == .versionMismatch
    var fields = FormFields(context.t, form, problem: isConflict ? nil : problem)
    if form == nil { fields.entered = Self.entered(rule) }
    self.fields = fields
  }

  private static func entered(_ rule: KeptRule) -> [String: [String]] {
    func flag(_ value: Bool?) -> [String] { [value.map { $0 ? "true" : "false" } ?? ""] }
    return [
      "name": [rule.name], "active": flag(rule.isActive), "stop": flag(rule.stops), "when.categories": rule.categories,
      "when.groups": rule.groups, "when.areas": rule.areas, "when.priorities": rule.priorities.map(\.name),
      "when.weekdays": rule.weekdays.map(String.init), "when.from": [rule.from?.description ?? ""],
      "when.until": [rule.until?.description ?? ""], "when.anonymous": flag(rule.isAnonymous),
      "when.has_files": flag(rule.hasFiles), "when.words": [rule.words.joined(separator: ", ")],
      "then.department": [rule.department ?? ""], "then.assignee": [rule.assignee.map(String.init) ?? ""],
      "then.priority": [rule.priority?.name ?? ""], "then.tags": [rule.tags.joined(separator: ", ")],
      "then.notify_role": [rule.notifyRole?.rawValue ?? ""],
      "then.notify_person": [rule.notifyPerson.map(String.init) ?? ""], "then.notify_email": [rule.notifyEmail ?? ""],
    ]
  }

  func response() -> Response {
    var page = page
    page.status = status
    return page.response(context)
  }

  private var page: Page {
    let title = isNew ? t("New rule") : rule.name
    let address = isNew ? Paths.adminNewRule() : Paths.adminRule(rule.id)
    let words = RuleWords(t: t, choices: choices)
    return Page(
      title: title, styles: ["rules"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.adminRules(), t("Routing rules")))\
        \(fields.summary { labels[$0] })<h1>\(title)</h1>
        \(notice)\(conflict)\(words.broken(rule))\(trial.map(result))\
        <form method="post" action="\(address)" novalidate data-guard id="rule-form">\(context.hiddenToken)\
        <input type="hidden" name="version" value="\(rule.version)">
        \(fields.text("name", labels["name"]!, .init(maximumLength: KeptRule.longestName)))\
        \(fields.checkbox("active", labels["active"]!))\
        <fieldset class="rule-part"><legend><h2>\(t("When"))</h2></legend>
        <p class="hint">\(t("All of it must hold. What is left empty asks nothing."))</p>
        \(conditions)</fieldset>
        <fieldset class="rule-part"><legend><h2>\(t("Then"))</h2></legend>
        \(outcome)</fieldset>
        \(fields.checkbox("stop", labels["stop"]!, hint: t("Once this rule holds, it is the last one.")))\
        <p class="cluster"><button name="action" value="save">\(t("Save"))</button>
        <button name="action" value="try" class="quiet">\(t("Try it"))</button></p>
        <p class="hint">\(t("Trying changes nothing: it tells for which of the latest reports the rule would have held."))</p>
        </form>
        \(isNew ? nil : removal)
        """)
  }

  private var removal: HTML {
    """
    <form method="post" action="\(Paths.adminRule(rule.id))" class="aside">\(context.hiddenToken)\
    <button name="action" value="remove" class="danger">\(t("Remove this rule"))</button></form>

    """
  }

  private var conflict: HTML? {
    if !isConflict { return nil }
    return """
      <div class="notice warn" role="alert" id="conflict">
      <h2 class="notice-title">\(t("Somebody else changed this"))</h2>
      <p>\(t("What you entered is still in the form. Save it again to replace the other change."))</p>
      <p><a href="\(Paths.adminRule(rule.id))">\(t("See how it stands now"))</a></p>
      </div>

      """
  }

  private var labels: [String: String] {
    [
      "name": t("Name"), "active": t("Switched on"), "stop": t("No later rule is looked at"),
      "when.categories": t("Categories"), "when.groups": t("Groups of categories"), "when.areas": t("Areas"),
      "when.priorities": t("Priority"), "when.weekdays": t("Weekdays"), "when.from": t("From"),
      "when.until": t("Until"), "when.anonymous": t("Name of the reporter"), "when.has_files": t("Photos and files"),
      "when.words": t("Words in title or description"), "then.department": t("Department"),
      "then.assignee": t("Person"), "then.priority": t("Priority"), "then.tags": t("Tags"),
      "then.notify_role": t("Tell everybody of a role"), "then.notify_person": t("Tell a colleague"),
      "then.notify_email": t("Tell an email address"),
    ]
  }

  private var conditions: HTML {
    """
    \(list("when.groups", choices.groups))\(list("when.categories", choices.categories))\
    \(list("when.areas", choices.areas))\
    \(list("when.priorities", Priority.allCases.map { ($0.name, $0.title(t)) }))\
    \(list("when.weekdays", (1...7).map { (String($0), RuleWords.weekday($0, t)) }))\
    <div class="pair">\(fields.text("when.from", labels["when.from"]!, .init(type: "time", isOptional: true)))\
    \(fields.text("when.until", labels["when.until"]!, .init(type: "time", isOptional: true)))</div>
    <p class="hint">\(t("On the township’s clock, by when the report comes in. Until before from is of the next day."))</p>
    \(fields.select("when.anonymous", labels["when.anonymous"]!, [
      ("", t("Does not matter")), ("true", t("Reported without a name")), ("false", t("Reported with a name")),
    ]))\
    \(fields.select("when.has_files", labels["when.has_files"]!, [
      ("", t("Does not matter")), ("true", t("With photos or files")), ("false", t("Without photos and files")),
    ]))\
    \(fields.text("when.words", labels["when.words"]!, .init(
      hint: t("Separated by commas; one of them is enough."), maximumLength: 2000, isOptional: true)))
    """
  }

  private var outcome: HTML {
    let staff = Role.allCases.filter(\.isStaff)
    let words = RuleWords(t: t, choices: choices)
    return """
      \(fields.select("then.department", labels["then.department"]!, kept(
        choices.departments, "then.department", none: t("As the category says"))))\
      \(fields.select("then.assignee", labels["then.assignee"]!, kept(
        choices.workers, "then.assignee", none: t("Nobody"))))\
      \(fields.select("then.priority", labels["then.priority"]!,
        [("", t("As reported"))] + Priority.allCases.map { ($0.name, $0.title(t)) }))\
      \(fields.text("then.tags", labels["then.tags"]!, .init(
        hint: t("Separated by commas. Only staff see them."), maximumLength: 1000, isOptional: true)))\
      \(fields.select("then.notify_role", labels["then.notify_role"]!,
        [("", t("Nobody"))] + staff.map { ($0.rawValue, words.title($0)) }))\
      \(fields.select("then.notify_person", labels["then.notify_person"]!, kept(
        choices.people, "then.notify_person", none: t("Nobody"))))\
      \(fields.text("then.notify_email", labels["then.notify_email"]!, .init(
        hint: t("It is told title and place only of what is public."), type: "email", inputMode: "email",
        maximumLength: 254, isOptional: true)))
      """
  }

  /// The choices, with none before them and what was chosen once, and is no more, after them.
  private func kept(_ choices: [RuleChoices.Choice], _ name: String, none: String) -> [RuleChoices.Choice] {
    let value = fields.value(name)
    let isGone = !value.isEmpty && !choices.contains { $0.value == value }
    return [("", none)] + choices + (isGone ? [(value, t("{name} (no more)", ["name": value]))] : [])
  }

  /// Boxes to tick: a long list opens on request, and stands open where something is ticked.
  private func list(_ name: String, _ choices: [RuleChoices.Choice]) -> HTML? {
    let chosen = fields.entered[name] ?? []
    let gone = chosen.filter { value in !choices.contains { $0.value == value } }
    let all = choices + gone.map { ($0, t("{name} (no more)", ["name": $0])) }
    if all.isEmpty { return nil }
    let boxes = fields.checkboxes(name, labels[name]!, all)
    if all.count <= 8 { return "<div class=\"boxes\">\(boxes)</div>\n" }
    let isOpen = !chosen.isEmpty || fields.error(name) != nil
    let count = chosen.isEmpty ? t("any") : t.plural("{count} chosen", "{count} chosen", chosen.count)
    return """
      <details class="boxes long"\(isOpen ? " open" as HTML : nil)>
      <summary>\(labels[name]!) <span class="muted">(\(count))</span></summary>
      \(boxes)</details>

      """
  }
}

extension RuleFormLayout {
  private func result(_ trial: TryRule.Outcome) -> HTML {
    """
    <section class="card trial" id="trial" role="status" tabindex="-1" autofocus aria-labelledby="trial-title">
    <h2 id="trial-title">\(t("What it would have done"))</h2>
    <p>\(t("It would have held for {matched} of the latest {examined} reports.",
      ["matched": t.number(trial.matched), "examined": t.number(trial.examined)]))</p>
    \(trial.stoppedBefore > 0
      ? """
      <p>\(t.plural("For {count} more an earlier rule would have stopped before it.",
        "For {count} more an earlier rule would have stopped before it.", trial.stoppedBefore))</p>
      """ as HTML : nil)\
    \(trial.matched > 0
      ? """
      <p>\(t.plural("{count} of them has another department now than it would have got.",
        "{count} of them have another department now than they would have got.", trial.otherDepartment))</p>
      \(matches(trial))
      """ as HTML : nil)</section>

    """
  }

  private func matches(_ trial: TryRule.Outcome) -> HTML {
    func name(_ slug: String?) -> String {
      slug.map { slug in choices.departments.first { $0.value == slug }?.label ?? slug } ?? "–"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(t("Reports for which it would have held"))"><table>
      <caption>\(t.plural("The latest report", "The latest {count} reports", trial.matches.count))</caption>
      <thead><tr><th scope="col">\(t("Report"))</th><th scope="col">\(t("Department"))</th>\
      <th scope="col">\(t("Would have got"))</th></tr></thead>
      <tbody>
      \(trial.matches.map { match in
        """
        <tr><th scope="row"><a href="\(Paths.staffRequest(match.reference))">\(match.title)</a><br>\
        <span class="muted small">\(match.category) · \(t.date(match.createdAt))</span></th>\
        <td>\(name(match.department))</td><td>\(name(match.wouldBe))</td></tr>

        """ as HTML
      })</tbody></table></div>
      """
  }
}
