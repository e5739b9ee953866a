import Civic
import HTML
import Localization

/// A rule in words: what it asks, and what becomes of a report.
struct RuleWords {
  let t: Translator
  let choices: RuleChoices

  func html(_ rule: KeptRule) -> HTML {
    """
    <dl class="facts"><dt>\(t("When"))</dt><dd>\(lines(conditions(rule), none: t("Every report")))</dd>
    <dt>\(t("Then"))</dt><dd>\(lines(outcome(rule), none: t("Nothing yet")))</dd></dl>

    """
  }

  private func lines(_ lines: [String], none: String) -> HTML {
    lines.isEmpty ? HTML(text: none) : lines.map { HTML(text: $0) }.joined(separator: "<br>")
  }

  private func labelled(_ label: String, _ values: [String]) -> String? {
    if values.isEmpty { return nil }
    return t("{label}:", ["label": label]) + " " + values.joined(separator: ", ")
  }

  private func labels(_ values: [String], _ choices: [RuleChoices.Choice]) -> [String] {
    values.map { value in choices.first { $0.value == value }?.label ?? value }
  }

  private func conditions(_ rule: KeptRule) -> [String] {
    [
      labelled(t("Category"), labels(rule.categories, choices.categories) + rule.groups),
      labelled(t("Area"), labels(rule.areas, choices.areas)),
      labelled(t("Priority"), rule.priorities.map { $0.title(t) }),
      labelled(t("Time"), time(rule)),
      rule.isAnonymous.map { $0 ? t("Reported without a name") : t("Reported with a name") },
      rule.hasFiles.map { $0 ? t("With photos or files") : t("Without photos and files") },
      labelled(t("Words"), rule.words.map { "“\($0)”" }),
    ].compactMap(\.self)
  }

  private func time(_ rule: KeptRule) -> [String] {
    var words = rule.weekdays.map { Self.weekday($0, t) }
    if rule.from != nil || rule.until != nil {
      words.append("\(rule.from?.description ?? "00:00")–\(rule.until?.description ?? "24:00")")
    }
    return words
  }

  /// - Parameter number: 1 is Monday.
  static func weekday(_ number: Int, _ t: Translator) -> String {
    switch number {
    case 1: t("Monday")
    case 2: t("Tuesday")
    case 3: t("Wednesday")
    case 4: t("Thursday")
    case 5: t("Friday")
    case 6: t("Saturday")
    default: t("Sunday")
    }
  }

  private func outcome(_ rule: KeptRule) -> [String] {
    let assignee = rule.assignee.map { id in rule.assigneeName ?? "\(id)" }
    let told = [
      rule.notifyRole.map { title($0) },
      rule.notifyPerson.map { id in labels([String(id)], choices.people)[0] }, rule.notifyEmail,
    ].compactMap(\.self)
    return [
      rule.department.flatMap { labelled(t("Department"), labels([$0], choices.departments)) },
      assignee.flatMap { labelled(t("Assigned to"), [$0]) },
      rule.priority.flatMap { labelled(t("Priority"), [$0.title(t)]) },
      labelled(t("Tags"), rule.tags), labelled(t("Told by mail"), told),
      rule.stops ? t("No later rule is looked at") : nil,
    ].compactMap(\.self)
  }

  func title(_ role: Role) -> String {
    switch role {
    case .citizen: t("Citizens")
    case .viewer: t("All viewers")
    case .agent: t("All of the help desk")
    case .crew: t("All crews")
    case .manager: t("All managers")
    case .administrator: t("All administrators")
    case .operator: t("All operators")
    }
  }

  /// What of a rule names somebody or something that is no more.
  func broken(_ rule: KeptRule) -> HTML? {
    if rule.broken.isEmpty { return nil }
    let sentences = rule.broken.map { field in
      switch field {
      case .department: t("Its department does not exist any more: this part is passed over.")
      case .assignee: t("Its person cannot take these requests any more, or cannot see them: this part is passed over.")
      case .notifyPerson: t("The person it tells has left: this part is passed over.")
      case .categories: t("A category it names is not offered any more.")
      case .groups: t("A group of categories it names does not exist any more.")
      case .areas: t("An area it names does not exist any more.")
      }
    }
    return """
      <div class="notice warn broken"><p><strong>\(t("Broken"))</strong></p>
      <ul>\(sentences.map { "<li>\($0)</li>" as HTML })</ul></div>

      """
  }
}
