/// A rule by which a report finds its way without anybody's doing: what it must be like, and what becomes of it then.
public struct RoutingRule: Equatable, Sendable {
  /// What a report must be like. What is empty or nil asks nothing; all the rest must hold together.
  public struct Conditions: Equatable, Sendable {
    /// Slugs of categories. Together with `groups`: one of either is enough.
    public var categories: Set<String>
    /// Names of groups of categories.
    public var groups: Set<String>
    /// `layer:slug`; one of them is enough. A report whose place is unknown lies in none.
    public var areas: Set<String>
    public var priorities: Set<Priority>
    public var window: TimeWindow?
    public var isAnonymous: Bool?
    /// Whether it comes with a file, be it scanned yet or not.
    public var hasFiles: Bool?
    /// Words or phrases, one of which stands in title or description; case does not matter, whole words do.
    public var words: [String] { didSet { phrases = words.map(RoutedText.words) } }
    /// The same, each as its words in lower case: made once, and not for each report.
    private(set) var phrases: [[Substring]]

    public init(
      categories: Set<String> = [], groups: Set<String> = [], areas: Set<String> = [],
      priorities: Set<Priority> = [], window: TimeWindow? = nil, isAnonymous: Bool? = nil, hasFiles: Bool? = nil,
      words: [String] = []
    ) {
      self.categories = categories
      self.groups = groups
      self.areas = areas
      self.priorities = priorities
      self.window = window
      self.isAnonymous = isAnonymous
      self.hasFiles = hasFiles
      self.words = words
      phrases = words.map(RoutedText.words)
    }
  }

  /// What becomes of the report. nil and empty leave it to later rules, and after them to the category.
  public struct Outcome: Equatable, Sendable {
    /// A department's number.
    public var department: Int?
    /// A person's number.
    public var assignee: Int?
    public var priority: Priority?
    public var tags: [String]
    /// Whether the rule names somebody who is to be told by mail.
    public var notifies: Bool
    /// What the person can see.
    public var reach: Reach
    /// Whom it names in vain, since they are no more.
    public var gone: Set<PassedOver>

    public init(
      department: Int? = nil, assignee: Int? = nil, priority: Priority? = nil, tags: [String] = [],
      notifies: Bool = false, reach: Reach = Reach(), gone: Set<PassedOver> = []
    ) {
      self.department = department
      self.assignee = assignee
      self.reach = reach
      self.gone = gone
      self.priority = priority
      self.tags = tags
      self.notifies = notifies
    }
  }

  /// The categories and areas that a person is limited to, as rules name them.
  public struct Reach: Equatable, Sendable {
    /// Empty for no limit.
    public var categories: Set<String>
    /// `layer:slug`; empty for no limit.
    public var areas: Set<String>

    public init(categories: Set<String> = [], areas: Set<String> = []) {
      (self.categories, self.areas) = (categories, areas)
    }

    /// As `StaffLimits.cover`.
    public func covers(_ report: RoutedReport) -> Bool {
      (categories.isEmpty || categories.contains(report.category))
        && (areas.isEmpty || !areas.isDisjoint(with: report.areas))
    }
  }

  /// Why somebody is passed over whom a rule that holds names: the next that is named is taken, after all rules the
  /// category's department, and else nobody.
  public enum PassedOver: String, CaseIterable, Sendable {
    case departmentGone = "department_gone"
    /// Deactivated, or of a role that takes no requests.
    case assigneeGone = "assignee_gone"
    /// The report lies beyond their limits: they could not see it.
    case assigneeLimited = "assignee_limited"
  }

  public let id: Int
  public let name: String
  /// Whether no later rule is looked at once this one holds.
  public let stops: Bool
  public let conditions: Conditions
  public let outcome: Outcome

  public init(id: Int, name: String, stops: Bool = false, conditions: Conditions, outcome: Outcome) {
    self.id = id
    self.name = name
    self.stops = stops
    self.conditions = conditions
    self.outcome = outcome
  }
}

/// A part of the week on the township's clock.
public struct TimeWindow: Equatable, Sendable {
  /// ISO 8601: 1 is Monday, 7 is Sunday. Empty stands for every day.
  public let weekdays: Set<Int>
  /// Minutes since midnight: 0 to 1,439.
  public let from: Int
  /// Minutes since midnight, not included: 0 to 1,440. Before `from`, or the same, it is of the next day: the weekday is
  /// the one on which the window began, so that "Friday, 18:00 to 06:00" holds on Saturday at five.
  public let until: Int

  public static let minutesOfDay = 24 * 60

  /// nil for weekdays or minutes that there are not.
  public init?(weekdays: Set<Int> = [], from: Int = 0, until: Int = TimeWindow.minutesOfDay) {
    guard weekdays.allSatisfy((1...7).contains), (0..<Self.minutesOfDay).contains(from),
      (0...Self.minutesOfDay).contains(until)
    else { return nil }
    (self.weekdays, self.from, self.until) = (weekdays, from, until)
  }

  public func contains(_ moment: WeekMoment) -> Bool {
    if from < until { return begins(on: moment.weekday) && (from..<until).contains(moment.minute) }
    return moment.minute >= from
      ? begins(on: moment.weekday) : moment.minute < until && begins(on: moment.weekday == 1 ? 7 : moment.weekday - 1)
  }

  private func begins(on weekday: Int) -> Bool { weekdays.isEmpty || weekdays.contains(weekday) }
}

/// A moment as clock and calendar of a place show it.
public struct WeekMoment: Equatable, Sendable {
  /// ISO 8601: 1 is Monday.
  public let weekday: Int
  /// Since midnight: 0 to 1,439.
  public let minute: Int

  /// - Parameter seconds: since January 1, 1970, on the clock of the place.
  public init(localSeconds seconds: Int) {
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    // January 1, 1970 was a Thursday.
    weekday = ((day + 3) % 7 + 7) % 7 + 1
    minute = (seconds - day * 86_400) / 60
  }
}
