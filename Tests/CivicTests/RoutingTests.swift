import Testing

@testable import Civic

struct RoutingTests {
  private static func report(_ change: (inout RoutedReport) -> Void = { _ in }) -> RoutedReport {
    var report = RoutedReport(
      category: "pothole", group: "Streets", areas: ["wards:ward-1", "districts:east"], priority: .medium,
      moment: WeekMoment(localSeconds: 0), isAnonymous: false, hasFiles: false, title: "Deep hole",
      description: "Broken glass, too.")
    change(&report)
    return report
  }

  private static func rule(
    _ id: Int, _ conditions: RoutingRule.Conditions = .init(), _ outcome: RoutingRule.Outcome = .init(),
    stops: Bool = false
  ) -> RoutingRule {
    RoutingRule(id: id, name: "rule \(id)", stops: stops, conditions: conditions, outcome: outcome)
  }

  @Test("a rule without conditions holds for every report")
  func everything() {
    #expect(RoutingRule.Conditions().hold(for: Self.report()))
  }

  @Test(
    "each condition holds for what it names and for nothing else",
    arguments: [
      (RoutingRule.Conditions(categories: ["pothole"]), true), (.init(categories: ["graffiti", "pothole"]), true),
      (.init(categories: ["graffiti"]), false), (.init(groups: ["Streets"]), true), (.init(groups: ["Parks"]), false),
      (.init(categories: ["graffiti"], groups: ["Streets"]), true),
      (.init(categories: ["pothole"], groups: ["Parks"]), true),
      (.init(categories: ["graffiti"], groups: ["Parks"]), false),
      (.init(areas: ["wards:ward-1"]), true), (.init(areas: ["wards:ward-2", "districts:east"]), true),
      (.init(areas: ["wards:ward-2"]), false), (.init(priorities: [.medium]), true),
      (.init(priorities: [.high, .urgent]), false), (.init(isAnonymous: false), true),
      (.init(isAnonymous: true), false), (.init(hasFiles: false), true), (.init(hasFiles: true), false),
      (.init(words: ["GLASS"]), true), (.init(words: ["glas"]), false), (.init(words: ["broken  glass"]), true),
      (.init(words: ["hole broken"]), false), (.init(words: ["nothing", "deep"]), true), (.init(words: ["?!"]), false),
      (.init(categories: ["pothole"], areas: ["wards:ward-2"]), false),
      (.init(categories: ["pothole"], areas: ["wards:ward-1"], priorities: [.medium], words: ["hole"]), true),
    ])
  func conditions(_ conditions: RoutingRule.Conditions, _ holds: Bool) {
    #expect(conditions.hold(for: Self.report()) == holds)
  }

  @Test("a report without a place or a group is in no area and in no group")
  func nowhere() {
    let report = Self.report { ($0.areas, $0.group) = ([], nil) }
    #expect(!RoutingRule.Conditions(areas: ["wards:ward-1"]).hold(for: report))
    #expect(!RoutingRule.Conditions(groups: ["Streets"]).hold(for: report))
    #expect(RoutingRule.Conditions(categories: ["pothole"]).hold(for: report))
  }

  /// Every quarter of an hour of a week against the same told the other way round: as a list of minutes.
  @Test("a window holds from its first minute to before its last, over midnight too, on every minute of the week")
  func windows() throws {
    for weekdays in [[], [1], [5], [7], [1, 3, 7]] as [Set<Int>] {
      for (from, until) in [(0, 1440), (540, 1020), (1080, 360), (600, 600), (0, 0), (1439, 1)] {
        let window = try #require(TimeWindow(weekdays: weekdays, from: from, until: until))
        var expected: Set<Int> = []
        for day in 1...7 where weekdays.isEmpty || weekdays.contains(day) {
          let length = until > from ? until - from : until - from + 1440
          for minute in 0..<length { expected.insert(((day - 1) * 1440 + from + minute) % (7 * 1440)) }
        }
        for minute in 0..<(7 * 1440) {
          // The Monday after January 1, 1970.
          let moment = WeekMoment(localSeconds: (4 * 1440 + minute) * 60)
          #expect(window.contains(moment) == expected.contains(minute), "\(weekdays) \(from)-\(until) at \(minute)")
        }
      }
    }
  }

  @Test("weekdays and minutes that there are not make no window")
  func impossible() {
    #expect(TimeWindow(weekdays: [0]) == nil && TimeWindow(weekdays: [8]) == nil)
    #expect(TimeWindow(from: -1) == nil && TimeWindow(from: 1440) == nil && TimeWindow(until: 1441) == nil)
  }

  @Test("a moment has its weekday, before 1970 too")
  func moments() {
    #expect(WeekMoment(localSeconds: 0) == WeekMoment(localSeconds: 59))
    #expect(WeekMoment(localSeconds: 0).weekday == 4 && WeekMoment(localSeconds: 0).minute == 0)
    #expect(WeekMoment(localSeconds: -1).weekday == 3 && WeekMoment(localSeconds: -1).minute == 1439)
    #expect(WeekMoment(localSeconds: 3 * 86_400).weekday == 7 && WeekMoment(localSeconds: 4 * 86_400).weekday == 1)
  }

  @Test("department, person and priority are each what the first rule that holds says of them")
  func first() {
    let routing = Routing(
      Self.report(),
      by: [
        Self.rule(1, .init(categories: ["graffiti"]), .init(department: 9)),
        Self.rule(2, .init(), .init(department: 1)), Self.rule(3, .init(), .init(department: 2, assignee: 7)),
        Self.rule(4, .init(), .init(assignee: 8, priority: .urgent)), Self.rule(5, .init(), .init(priority: .low)),
      ])
    #expect(routing.department == 1 && routing.assignee == 7 && routing.priority == .urgent)
    #expect(routing.rules.map(\.id) == [2, 3, 4, 5] && routing.holds(5) && !routing.holds(1))
  }

  @Test("tags of all rules add up, each once")
  func tags() {
    let routing = Routing(
      Self.report(),
      by: [
        Self.rule(1, .init(), .init(tags: ["b", "a"])), Self.rule(2, .init(), .init(tags: ["a", "c"])),
        Self.rule(3, .init(isAnonymous: true), .init(tags: ["d"])),
      ])
    #expect(routing.tags == ["b", "a", "c"])
  }

  @Test("after a rule that stops and holds none is looked at; one that does not hold stops nothing")
  func stopping() {
    let stop = Self.rule(1, .init(categories: ["pothole"]), .init(tags: ["a"]), stops: true)
    let later = Self.rule(2, .init(), .init(department: 3, tags: ["b"]))
    let stopped = Routing(Self.report(), by: [stop, later])
    #expect(stopped.rules.map(\.id) == [1] && stopped.department == nil && stopped.tags == ["a"])
    let passed = Routing(Self.report { $0.category = "graffiti" }, by: [stop, later])
    #expect(passed.rules.map(\.id) == [2] && passed.department == 3)
  }

  @Test("a rule looks at the report as it came in, not at what a rule before has made of it")
  func asReported() {
    let routing = Routing(
      Self.report(),
      by: [
        Self.rule(1, .init(), .init(priority: .urgent)),
        Self.rule(2, .init(priorities: [.urgent]), .init(department: 1)),
      ])
    #expect(routing.priority == .urgent && routing.department == nil)
  }

  @Test("without rules nothing is said")
  func none() {
    let routing = Routing(Self.report(), by: [])
    #expect(routing.rules.isEmpty && routing.department == nil && routing.assignee == nil && routing.tags.isEmpty)
  }

  @Test("who could not see a report is passed over: the next rule's person is taken, and the department stays")
  func limited() {
    let elsewhere = RoutingRule.Reach(areas: ["wards:ward-9"])
    let rules = [
      Self.rule(1, .init(), .init(department: 7, assignee: 1, reach: elsewhere)),
      Self.rule(2, .init(), .init(assignee: 2, reach: .init(categories: ["graffiti"]))),
      Self.rule(3, .init(), .init(assignee: 3, reach: .init(categories: ["pothole"], areas: ["districts:east"]))),
    ]
    let routing = Routing(Self.report(), by: rules)
    #expect(routing.department == 7 && routing.assignee == 3 && routing.passedOver == [.assigneeLimited])
    let nobody = Routing(Self.report(), by: [rules[0]])
    #expect(nobody.department == 7 && nobody.assignee == nil && nobody.passedOver == [.assigneeLimited])
    // Whoever is asked for after somebody was found is not missed.
    #expect(Routing(Self.report(), by: [rules[2], rules[0]]).passedOver.isEmpty)
  }

  @Test(
    "a reach covers what lies within both of its limits",
    arguments: [
      (RoutingRule.Reach(), true), (.init(categories: ["pothole"]), true), (.init(categories: ["graffiti"]), false),
      (.init(areas: ["wards:ward-1", "wards:ward-2"]), true), (.init(areas: ["wards:ward-2"]), false),
      (.init(categories: ["pothole"], areas: ["wards:ward-2"]), false),
      (.init(categories: ["graffiti"], areas: ["wards:ward-1"]), false),
    ])
  func reach(_ reach: RoutingRule.Reach, _ covers: Bool) {
    #expect(reach.covers(Self.report()) == covers)
    #expect(!RoutingRule.Reach(areas: ["wards:ward-1"]).covers(Self.report { $0.areas = [] }))
  }

  @Test("a department and a person who are no more are passed over, and named as the reason")
  func gone() {
    let rules = [
      Self.rule(1, .init(), .init(gone: [.departmentGone, .assigneeGone])),
      Self.rule(2, .init(), .init(department: 4, assignee: 5)),
    ]
    let routing = Routing(Self.report(), by: rules)
    #expect(routing.department == 4 && routing.assignee == 5)
    #expect(routing.passedOver == [.departmentGone, .assigneeGone])
    #expect(Routing(Self.report(), by: rules.reversed()).passedOver.isEmpty)
  }
}
