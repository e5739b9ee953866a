import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// What a list of requests is asked for. Every list, map and bulk call reads its filter here.
struct RequestFilter: Sendable {
  enum Sort: String, CaseIterable, Sendable { case newest, oldest, nearest, relevance, priority, due }
  enum Department: Sendable { case missing, slug(String) }
  enum Assignee: Sendable { case me, nobody, person(Int) }
  /// How a promise was met by what is over. `any` is all for which there was one.
  enum Verdict: String, CaseIterable, Sendable {
    case onTime = "on_time"
    case late, any
  }

  var text: String?
  var near: Coordinate?
  /// Metres.
  var radius: Double?
  var box: BoundingBox?
  /// Layer and slug.
  var area: AreaName?
  var categories: [String] = []
  var statuses: [Status] = []
  var priorities: [Priority] = []
  var assignee: Assignee?
  var department: Department?
  var tag: String?
  var isOverdue: Bool?
  /// Hours within which the target date comes.
  var dueWithin: Int?
  /// How the target date was met.
  var target: Verdict?
  /// How the time to the first answer was met.
  var answer: Verdict?
  var closedOn: DaySpan?
  /// When staff first answered.
  var answeredOn: DaySpan?
  /// When the target date is.
  var dueOn: DaySpan?
  var isMine = false
  /// Only those in which a colleague called the caller.
  var mentionsMe = false
  var createdAfter: Date?
  var createdBefore: Date?
  var closedAfter: Date?
  var closedBefore: Date?
  var updatedAfter: Date?
  var sort = Sort.newest

  static let radiusLimit = 50_000.0

  /// - Parameter query: its names are checked by the caller.
  /// - Throws: `invalid_parameter`; `forbidden` for a filter that only staff may use.
  init(_ query: Query, as actor: Actor) throws(Problem) {
    text = try query.text("q", maximum: 200)
    near = try query.parsed("near", "must be latitude,longitude", Coordinate.init(latitudeLongitude:))
    radius = try query.parsed("radius", "must be from 1 to 50000 metres") { text in
      Double(text).flatMap { (1...Self.radiusLimit).contains($0) ? $0 : nil }
    }
    box = try query.parsed("bbox", "must be west,south,east,north in degrees", BoundingBox.init)
    area = try query.parsed("area", "must be layer:slug", AreaName.init(_:))
    categories = try query.words("category") { (1...100).contains($0.unicodeScalars.count) ? $0 : nil }
    statuses = try query.words("status", Status.init(rawValue:))
    priorities = try query.words("priority", Priority.init(name:))
    department = try query.text("department", maximum: 100).map { $0 == Self.noDepartment ? .missing : .slug($0) }
    tag = try query.text("tag", maximum: Tag.longest)
    assignee = try query.parsed("assignee", "must be me, none or a person's number") { text in
      switch text {
      case "me": .me
      case "none": .nobody
      default: Int(digits: text).map { .person($0) }
      }
    }
    isOverdue = try query.parsed("overdue", "must be true or false", Bool.init)
    dueWithin = try query.parsed("due_within", "must be from 1 to 8760 hours") { text in
      Int(digits: text).flatMap { (1...8760).contains($0) ? $0 : nil }
    }
    target = try query.parsed("target", "must be on_time, late or any", Verdict.init(rawValue:))
    answer = try query.parsed("answer", "must be on_time, late or any", Verdict.init(rawValue:))
    closedOn = try query.parsed("closed_on", Self.spanRule, DaySpan.init(_:))
    answeredOn = try query.parsed("answered_on", Self.spanRule, DaySpan.init(_:))
    dueOn = try query.parsed("due_on", Self.spanRule, DaySpan.init(_:))
    isMine = try query.parsed("mine", "must be true or false", Bool.init) ?? false
    mentionsMe = try query.parsed("mentions", "must be me") { $0 == "me" ? true : nil } ?? false
    createdAfter = try query.parsed("created_after", "must be an RFC 3339 time with offset", RFC3339.parse)
    createdBefore = try query.parsed("created_before", "must be an RFC 3339 time with offset", RFC3339.parse)
    closedAfter = try query.parsed("closed_after", "must be an RFC 3339 time with offset", RFC3339.parse)
    closedBefore = try query.parsed("closed_before", "must be an RFC 3339 time with offset", RFC3339.parse)
    updatedAfter = try query.parsed("updated_after", "must be an RFC 3339 time with offset", RFC3339.parse)
    sort = text != nil ? .relevance : near != nil ? .nearest : .newest
    sort = try query.parsed("sort", "must be one of: " + Self.sortNames, Sort.init(rawValue:)) ?? sort
    try check(as: actor)
  }

  private static let spanRule = "must be days as 2026-10-01..2026-10-31"
  /// What stands for requests of no department: no slug begins so.
  static let noDepartment = "-"

  private static var sortNames: String { Sort.allCases.map(\.rawValue).joined(separator: ", ") }

  private func check(as actor: Actor) throws(Problem) {
    if radius != nil && near == nil { throw .parameter("radius", "needs near") }
    if sort == .nearest && near == nil { throw .parameter("sort", "nearest needs near") }
    if sort == .relevance && text == nil { throw .parameter("sort", "relevance needs q") }
    if assignee != nil || department != nil || tag != nil || mentionsMe || answer != nil || answeredOn != nil {
      if !actor.seesInternal { throw actor.person == nil ? Problem(.unauthenticated) : Problem(.forbidden) }
    }
    if isMine && actor.person == nil { throw Problem(.unauthenticated) }
  }

  /// Whether the kept map counts can answer: they know status, category and priority alone.
  var isAnsweredByCounts: Bool {
    text == nil && near == nil && area == nil && assignee == nil && department == nil && tag == nil && isOverdue == nil
      && dueWithin == nil && target == nil && answer == nil && closedOn == nil && answeredOn == nil && dueOn == nil
      && !isMine && !mentionsMe && createdAfter == nil && createdBefore == nil && closedAfter == nil
      && closedBefore == nil
      && updatedAfter == nil
  }
}

/// A box of longitudes and latitudes; west beyond east crosses the 180th meridian.
struct BoundingBox: Sendable, Equatable {
  let west: Double
  let south: Double
  let east: Double
  let north: Double

  /// `west,south,east,north`; nil for anything else.
  init?(_ text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard numbers.count == 4, let west = numbers[0], let south = numbers[1], let east = numbers[2],
      let north = numbers[3], Coordinate(latitude: south, longitude: west) != nil,
      Coordinate(latitude: north, longitude: east) != nil, south <= north
    else { return nil }
    (self.west, self.south, self.east, self.north) = (west, south, east, north)
  }

  init(west: Double, south: Double, east: Double, north: Double) {
    (self.west, self.south, self.east, self.north) = (west, south, east, north)
  }

  var crossesMeridian: Bool { west > east }
}

extension Coordinate {
  /// `latitude,longitude`
  init?(latitudeLongitude text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let latitude = Double(parts[0].filter { $0 != " " }),
      let longitude = Double(parts[1].filter { $0 != " " })
    else { return nil }
    self.init(latitude: latitude, longitude: longitude)
  }
}

extension Query {
  func parsed<Value>(
    _ name: String, _ rule: String, _ parse: (String) -> Value?
  ) throws(Problem) -> Value? {
    guard let text = self[name] else { return nil }
    guard let value = parse(text) else { throw .parameter(name, rule) }
    return value
  }

  /// A list separated by commas.
  fileprivate func words<Value>(_ name: String, _ parse: (String) -> Value?) throws(Problem) -> [Value] {
    guard let text = self[name] else { return [] }
    var values: [Value] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard values.count < 100, let value = parse(String(word)) else {
        throw .parameter(name, "has a value that is not known: \(word.prefix(50))")
      }
      values.append(value)
    }
    return values
  }

  fileprivate func text(_ name: String, maximum: Int) throws(Problem) -> String? {
    guard let text = self[name]?.trimmed else { return nil }
    if text.isEmpty || text.unicodeScalars.count > maximum {
      throw .parameter(name, "must have 1 to \(maximum) characters")
    }
    return text
  }
}
