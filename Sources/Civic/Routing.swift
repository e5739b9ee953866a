/// A report as the rules of routing look at it: as it came in, whatever rules before have made of it.
public struct RoutedReport: Equatable, Sendable {
  public var category: String
  public var group: String?
  /// `layer:slug` of every area that it lies in.
  public var areas: Set<String>
  public var priority: Priority
  public var moment: WeekMoment
  public var isAnonymous: Bool
  public var hasFiles: Bool
  public var title: String
  public var description: String

  public init(
    category: String, group: String?, areas: Set<String>, priority: Priority, moment: WeekMoment, isAnonymous: Bool,
    hasFiles: Bool, title: String, description: String
  ) {
    self.category = category
    self.group = group
    self.areas = areas
    self.priority = priority
    self.moment = moment
    self.isAnonymous = isAnonymous
    self.hasFiles = hasFiles
    self.title = title
    self.description = description
  }
}

/// Where rules send a report.
public struct Routing: Equatable, Sendable {
  /// nil: nobody said; the category's own stays.
  public private(set) var department: Int?
  public private(set) var assignee: Int?
  public private(set) var priority: Priority?
  /// Each once, in the order of the rules.
  public private(set) var tags: [String] = []
  /// The rules that held, in their order, up to the one that stops.
  public private(set) var rules: [RoutingRule] = []
  /// Who would have been taken, each reason once, in the order of the rules.
  public private(set) var passedOver: [RoutingRule.PassedOver] = []

  /// Looks at the rules in their order. Department, person and priority are each the first that a rule which holds says;
  /// tags add up, and everybody whom these rules name is told. A rule that stops is the last.
  public init(_ report: RoutedReport, by rules: [RoutingRule]) {
    var text = RoutedText(report)
    for rule in rules where rule.conditions.hold(for: report, &text) {
      self.rules.append(rule)
      if department == nil {
        if rule.outcome.gone.contains(.departmentGone) { passOver(.departmentGone) }
        department = rule.outcome.department
      }
      if assignee == nil { assignee = person(of: rule.outcome, for: report) }
      priority = priority ?? rule.outcome.priority
      tags += rule.outcome.tags.filter { !tags.contains($0) }
      if rule.stops { break }
    }
  }

  private mutating func person(of outcome: RoutingRule.Outcome, for report: RoutedReport) -> Int? {
    if outcome.gone.contains(.assigneeGone) { passOver(.assigneeGone) }
    guard let person = outcome.assignee else { return nil }
    if outcome.reach.covers(report) { return person }
    passOver(.assigneeLimited)
    return nil
  }

  private mutating func passOver(_ reason: RoutingRule.PassedOver) {
    if !passedOver.contains(reason) { passedOver.append(reason) }
  }

  public func holds(_ ruleID: Int) -> Bool { rules.contains { $0.id == ruleID } }
}

extension RoutingRule.Conditions {
  public func hold(for report: RoutedReport) -> Bool {
    var text = RoutedText(report)
    return hold(for: report, &text)
  }

  fileprivate func hold(for report: RoutedReport, _ text: inout RoutedText) -> Bool {
    if !categories.isEmpty || !groups.isEmpty {
      guard categories.contains(report.category) || report.group.map(groups.contains) ?? false else { return false }
    }
    if !areas.isEmpty && areas.isDisjoint(with: report.areas) { return false }
    if !priorities.isEmpty && !priorities.contains(report.priority) { return false }
    if let window, !window.contains(report.moment) { return false }
    if let isAnonymous, isAnonymous != report.isAnonymous { return false }
    if let hasFiles, hasFiles != report.hasFiles { return false }
    return phrases.isEmpty || phrases.contains { text.contains($0) }
  }
}

/// Title and description as words, made only when the first rule asks for some.
struct RoutedText {
  private let report: RoutedReport
  private lazy var texts = [Self.words(report.title), Self.words(report.description)]
  private lazy var all = Set(texts.joined())

  init(_ report: RoutedReport) { self.report = report }

  /// Whether the words of a phrase stand side by side in one of the two. What consists of signs alone is found in nothing.
  mutating func contains(_ phrase: [Substring]) -> Bool {
    guard !phrase.isEmpty, phrase.allSatisfy(all.contains) else { return false }
    return phrase.count == 1 || texts.contains { Self.holds($0, phrase) }
  }

  private static func holds(_ text: [Substring], _ phrase: [Substring]) -> Bool {
    text.indices.contains { text[$0...].starts(with: phrase) }
  }

  /// In lower case, without the signs between them.
  static func words(_ text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }
  }
}
