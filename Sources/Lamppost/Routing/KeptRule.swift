import Civic
import FoundationEssentials
import PostgreSQL

/// A rule of routing as whoever keeps it sees it.
struct KeptRule: Sendable, Equatable {
  /// Whom it names: a department, a person, an area. Somebody that is no more is named in vain.
  enum Broken: String, CaseIterable, Sendable {
    case department = "then.department"
    case assignee = "then.assignee"
    case notifyPerson = "then.notify_person"
    case categories = "when.categories"
    case groups = "when.groups"
    case areas = "when.areas"
  }

  private(set) var id: Int
  var version: Int
  var name: String
  var isActive: Bool
  var stops: Bool

  // What a report must be like.
  var categories: [String]
  var groups: [String]
  /// `layer:slug`
  var areas: [String]
  var priorities: [Priority]
  /// ISO 8601: 1 is Monday.
  var weekdays: [Int]
  var from: ClockTime?
  var until: ClockTime?
  var isAnonymous: Bool?
  var hasFiles: Bool?
  var words: [String]

  // What becomes of it.
  /// A slug.
  var department: String?
  /// A person's number.
  var assignee: Int?
  var priority: Priority?
  var tags: [String]
  var notifyRole: Role?
  var notifyPerson: Int?
  var notifyEmail: String?

  // What only the database knows.
  private(set) var departmentID: Int?
  private(set) var assigneeName: String?
  private(set) var broken: [Broken]
  /// What the person is limited to.
  private(set) var assigneeReach = RoutingRule.Reach()

  /// Rules of a township; those that were removed stay for the history.
  static let limit = 100
  static let longestName = 100
  /// Of each list that a rule holds.
  static let listLimit = 50

  /// A rule that says nothing yet, and so holds for everything and does nothing.
  static let blank = KeptRule()

  private init() {
    (id, version, name, isActive, stops) = (0, 1, "", true, false)
    (categories, groups, areas, priorities, weekdays, words, tags) = ([], [], [], [], [], [], [])
    (from, until, isAnonymous, hasFiles) = (nil, nil, nil, nil)
    (department, assignee, priority, notifyRole, notifyPerson, notifyEmail) = (nil, nil, nil, nil, nil, nil)
    (departmentID, assigneeName, broken) = (nil, nil, [])
  }

  /// Columns of `rules` for `init(_:)`.
  static let columns: SQL = """
    rules.id, rules.version, rules.name, rules.active, rules.stops, rules.categories, rules.category_groups, rules.areas,
    rules.priorities, rules.weekdays, rules.from_minute, rules.until_minute, rules.anonymous, rules.has_files,
    rules.words, d.slug, rules.assignee_id, rules.priority, rules.tags, rules.notify_role, rules.notify_person_id,
    rules.notify_email, rules.department_id, assignee.name,
    ARRAY(SELECT field FROM (VALUES
      (\(Broken.department.rawValue), rules.department_id IS NOT NULL AND d.active IS NOT TRUE),
      (\(Broken.assignee.rawValue), rules.assignee_id IS NOT NULL AND NOT (\(isAble("assignee")) AND \(sees("assignee.id", "rules.categories", "rules.category_groups", "rules.areas")))),
      (\(Broken.notifyPerson.rawValue), rules.notify_person_id IS NOT NULL AND NOT \(isStaff("notified"))),
      (\(Broken.categories.rawValue), EXISTS (SELECT 1 FROM unnest(rules.categories) AS given
        WHERE NOT EXISTS (SELECT 1 FROM categories c WHERE c.slug = given AND c.active))),
      (\(Broken.groups.rawValue), EXISTS (SELECT 1 FROM unnest(rules.category_groups) AS given
        WHERE NOT EXISTS (SELECT 1 FROM categories c WHERE c.group_name = given AND c.active))),
      (\(Broken.areas.rawValue), EXISTS (SELECT 1 FROM unnest(rules.areas) AS given
        WHERE NOT EXISTS (SELECT 1 FROM areas a WHERE a.layer || ':' || a.slug = given)))
    ) AS fields (field, broken) WHERE broken),
    ARRAY(SELECT c.slug FROM person_categories l JOIN categories c ON c.tenant_id = l.tenant_id AND c.id = l.category_id
           WHERE l.tenant_id = assignee.tenant_id AND l.person_id = assignee.id),
    ARRAY(SELECT a.layer || ':' || a.slug FROM person_areas l JOIN areas a ON a.tenant_id = l.tenant_id AND a.id = l.area_id
           WHERE l.tenant_id = assignee.tenant_id AND l.person_id = assignee.id)
    """

  static let columnCount = 27

  /// What `columns` are of.
  static let source: SQL = """
    routing_rules AS rules
      LEFT JOIN departments d ON d.tenant_id = rules.tenant_id AND d.id = rules.department_id
      LEFT JOIN people assignee ON assignee.tenant_id = rules.tenant_id AND assignee.id = rules.assignee_id
      LEFT JOIN people notified ON notified.tenant_id = rules.tenant_id AND notified.id = rules.notify_person_id
    """

  /// In the order in which they are looked at.
  static let all: SQL = """
    SELECT \(columns) FROM \(source) WHERE rules.removed_at IS NULL ORDER BY rules.position, rules.id
    """

  private static func isAble(_ person: SQL) -> SQL {
    "coalesce(\(person).active AND \(person).role = ANY(\(Role.allCases.filter(\.takesRequests).map(\.rawValue))), false)"
  }

  /// Whether a person can see any report at all that a rule with these conditions may hold for.
  static func sees(_ person: SQL, _ categories: SQL, _ groups: SQL, _ areas: SQL) -> SQL {
    """
    (cardinality(\(categories)) + cardinality(\(groups)) = 0
      OR NOT EXISTS (SELECT 1 FROM person_categories l WHERE l.person_id = \(person))
      OR EXISTS (SELECT 1 FROM person_categories l
                   JOIN categories c ON c.tenant_id = l.tenant_id AND c.id = l.category_id
                  WHERE l.person_id = \(person) AND (c.slug = ANY(\(categories)) OR c.group_name = ANY(\(groups)))))
    AND (cardinality(\(areas)) = 0
      OR NOT EXISTS (SELECT 1 FROM person_areas l WHERE l.person_id = \(person))
      OR EXISTS (SELECT 1 FROM person_areas l
                   JOIN areas own ON own.tenant_id = l.tenant_id AND own.id = l.area_id
                   JOIN areas named ON named.tenant_id = l.tenant_id AND named.layer || ':' || named.slug = ANY(\(areas))
                                   AND ST_Intersects(named.boundary, own.boundary)
                  WHERE l.person_id = \(person)))
    """
  }

  private static func isStaff(_ person: SQL) -> SQL {
    "coalesce(\(person).active AND \(person).role <> \(Role.citizen.rawValue), false)"
  }

  init(_ row: Row) throws {
    id = try row.get(0)
    version = try row.get(1)
    name = try row.get(2)
    isActive = try row.get(3)
    stops = try row.get(4)
    categories = try row.get(5)
    groups = try row.get(6)
    areas = try row.get(7)
    priorities = try row.get(8, as: [Int16].self).compactMap(Priority.init(rawValue:))
    weekdays = try row.get(9)
    from = try row.get(10, as: Int?.self).flatMap(ClockTime.init(minutes:))
    until = try row.get(11, as: Int?.self).flatMap(ClockTime.init(minutes:))
    isAnonymous = try row.get(12)
    hasFiles = try row.get(13)
    words = try row.get(14)
    department = try row.get(15)
    assignee = try row.get(16)
    priority = try row.get(17, as: Int16?.self).flatMap(Priority.init(rawValue:))
    tags = try row.get(18)
    notifyRole = try row.get(19, as: String?.self).flatMap(Role.init(rawValue:))
    notifyPerson = try row.get(20)
    notifyEmail = try row.get(21)
    departmentID = try row.get(22)
    assigneeName = try row.get(23)
    broken = try row.get(24, as: [String].self).compactMap(Broken.init(rawValue:))
    assigneeReach = RoutingRule.Reach(
      categories: Set(try row.get(25, as: [String].self)), areas: Set(try row.get(26, as: [String].self)))
  }

  func isBroken(_ field: Broken) -> Bool { broken.contains(field) }

  /// The rule as reports are judged by it: whoever is named in vain is not named.
  /// - Parameter departmentID: of `department`, where it is not the stored one.
  func rule(departmentID: Int?? = nil) -> RoutingRule {
    RoutingRule(
      id: id, name: name, stops: stops,
      conditions: RoutingRule.Conditions(
        categories: Set(categories), groups: Set(groups), areas: Set(areas), priorities: Set(priorities),
        window: window, isAnonymous: isAnonymous, hasFiles: hasFiles, words: words),
      outcome: RoutingRule.Outcome(
        department: isBroken(.department) ? nil : departmentID ?? self.departmentID,
        assignee: isBroken(.assignee) ? nil : assignee, priority: priority, tags: tags,
        notifies: notifyRole != nil || notifyEmail != nil || notifyPerson != nil && !isBroken(.notifyPerson),
        reach: assigneeReach, gone: gone))
  }

  private var gone: Set<RoutingRule.PassedOver> {
    Set(
      [(Broken.department, RoutingRule.PassedOver.departmentGone), (.assignee, .assigneeGone)]
        .filter { isBroken($0.0) }.map(\.1))
  }

  private var window: TimeWindow? {
    if weekdays.isEmpty && from == nil && until == nil { return nil }
    return TimeWindow(
      weekdays: Set(weekdays), from: from?.minutes ?? 0, until: until?.minutes ?? TimeWindow.minutesOfDay)
  }
}

/// A time of day, `08:30`; `24:00` is the day's end.
struct ClockTime: Sendable, Equatable, CustomStringConvertible {
  /// Since midnight: 0 to 1,440.
  let minutes: Int

  init?(minutes: Int) {
    guard (0...TimeWindow.minutesOfDay).contains(minutes) else { return nil }
    self.minutes = minutes
  }

  /// Hours and minutes with a colon between them; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
      let hour = Int(parts[0]), let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute)
    else { return nil }
    self.init(minutes: hour * 60 + minute)
  }

  var description: String {
    let (hour, minute) = (minutes / 60, minutes % 60)
    return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
  }
}
