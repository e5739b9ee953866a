import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL

/// What a change of a request may hold: a field that is left out stays.
struct RequestChange: Sendable {
  let title: String?
  let description: String?
  let category: String?
  let priority: Priority?
  /// Set where the field was sent; its value may be "unknown".
  let location: Location??
  let address: String??
  var visibility: String?
  /// Every tag that it is to have.
  let tags: [String]?

  /// What staff may set; removing is another matter.
  static let visibilities = ["public", "private", "hidden"]

  init(_ input: ObjectInput) throws(Problem) {
    var input = input
    title = input.has("title") ? input.requiredText("title", maximum: 200) : nil
    let text = input.text("description", maximum: 10_000)
    description = input.has("description") ? text ?? "" : nil
    category = input.has("category") ? input.requiredText("category", maximum: 100) : nil
    priority = input.option("priority", Priority.allCases, name: \.name)
    let place = input.location("location")
    location = input.has("location") ? .some(place) : nil
    let address = input.text("address", maximum: 500)
    self.address = input.has("address") ? .some(address) : nil
    visibility = input.option("visibility", Self.visibilities, name: \.self)
    tags = input.tags("tags")
    try input.finish()
  }

  /// What only staff may change.
  var isForStaff: Bool { priority != nil || visibility != nil || tags != nil }
}

/// Changes a request: its reporter within a quarter of an hour, staff by role.
struct EditRequest: Sendable {
  let database: Database
  let ruleBook: RuleBook
  /// How long a reporter may correct or withdraw a report.
  static let window: Double = 15 * 60

  func callAsFunction(
    _ reference: Reference, _ change: RequestChange, ifMatch: Int?, as actor: Actor
  ) async throws -> ServiceRequest {
    try await database.tenant(actor.tenant.id).write { transaction in
      let request = try await LockedRequest.lock(reference, in: transaction, as: actor, ifMatch: ifMatch) {
        try Self.authorize(change, of: $0, as: actor)
      }
      // What belongs to a private category stops being public with it; the other way round is for staff to decide.
      var change = change
      if let category = change.category, change.visibility == nil, request.visibility == "public",
        try await Self.isPrivate(category, in: transaction)
      {
        change.visibility = "private"
      }
      var assignments = try await Self.assignments(change, in: transaction)
      if assignments.isEmpty { return request }
      let rerouting = try await Rerouting(of: request, after: change, by: ruleBook, as: actor, in: transaction)
      if let rerouting {
        assignments += rerouting.assignments
        // First, so that the history's last row is what somebody did.
        _ = try await transaction.queryAll(rerouting.statements)
      }
      let statements = Self.statements(
        request.facts, assignments, before: Self.values(of: request, change), after: Self.values(change), as: actor)
      let query = FindRequest.query(reference, as: actor.unlimited)
      guard let row = try await transaction.change(statements, of: [request.facts.id], reading: query) else {
        throw Problem.notFound
      }
      return try ServiceRequest(row)
    }
  }

  /// The change and its history; the request's row is locked.
  /// - Parameters:
  ///   - assignments: as `assignments(_:in:)` makes them.
  ///   - before: names of fields and what they held, nil for those that stay.
  static func statements(
    _ facts: RequestFacts, _ assignments: [SQL], before: [(String, String?)], after: [(String, String?)],
    as actor: Actor
  ) -> [SQL] {
    let event = RequestEvent(
      requestID: facts.id, actorID: actor.person?.id, kind: .edited, visibility: .internal,
      before: summary(before), after: summary(after))
    return [
      """
      UPDATE requests SET \(assignments.joined(separator: ", ")), version = version + 1, updated_at = now()
       WHERE id = \(facts.id)
      """,
      event.insertion,
    ]
  }

  private static func authorize(_ change: RequestChange, of request: ServiceRequest, as actor: Actor) throws(Problem) {
    if actor.may(.editRequest, on: request.facts) { return }
    guard actor.reported(request.facts), !change.isForStaff else {
      throw actor.person == nil && actor.trackedRequestID == nil ? Problem(.unauthenticated) : Problem(.forbidden)
    }
    try requireOpenWindow(request)
  }

  /// - Throws: `edit_window_closed`.
  static func requireOpenWindow(_ request: ServiceRequest) throws(Problem) {
    if Date.now.timeIntervalSince(request.createdAt) > window || request.facts.status.isEnded {
      throw Problem(.editWindowClosed)
    }
  }

  /// - Throws: `unknown_category`, `category_stopped`, `outside_area`.
  static func assignments(_ change: RequestChange, in transaction: Transaction) async throws -> [SQL] {
    var list = fields(change)
    if let category = change.category {
      let rows = try await transaction.query(
        "SELECT \(Category.columns) FROM categories c WHERE c.slug = \(category) AND c.active")
      guard let category = try rows.first.map(Category.init) else {
        throw Problem.field("category", .unknownCategory, "There is no category \"\(category)\".")
      }
      try category.requireOpen()
      list.append("category_id = \(category.id)")
    }
    if let location = change.location ?? nil { try await requireInside(location, in: transaction) }
    return list
  }

  /// All but the category, which must be looked up.
  static func fields(_ change: RequestChange) -> [SQL] {
    var list: [SQL] = []
    if let title = change.title { list.append("title = \(title)") }
    if let description = change.description { list.append("description = \(description)") }
    if let priority = change.priority { list.append("priority = \(priority.rawValue)") }
    if let visibility = change.visibility { list.append("visibility = \(visibility)") }
    if let tags = change.tags { list.append("tags = \(tags)") }
    if let address = change.address { list.append("address = \(address)") }
    if let location = change.location {
      let point: SQL = location?.sql ?? "NULL"
      list.append("location = \(point), accuracy = \(location?.accuracy)::real")
    }
    return list
  }

  private static func isPrivate(_ category: String, in transaction: Transaction) async throws -> Bool {
    try await transaction.query("SELECT private FROM categories WHERE slug = \(category) AND active").first?.get(0)
      ?? false
  }

  private static func requireInside(_ location: Location, in transaction: Transaction) async throws {
    let rows = try await transaction.query(
      "SELECT boundary IS NULL OR NOT refuses_outside OR ST_Covers(boundary, \(location.sql)) FROM tenants")
    guard try rows.first?.get(0) ?? false else {
      throw Problem.field("location", .outsideArea, "The location lies outside of the township.")
    }
  }

  /// The names of the fields and their values before or after, for the internal history.
  private static func values(of request: ServiceRequest, _ change: RequestChange) -> [(String, String?)] {
    [
      ("title", change.title.map { _ in request.title }),
      ("description", change.description.map { _ in request.description }),
      ("category", change.category.map { _ in request.category }),
      ("priority", change.priority.map { _ in request.priority.name }),
      ("visibility", change.visibility.map { _ in request.visibility }),
      ("address", change.address.map { _ in request.address ?? "" }),
      ("location", change.location.map { _ in request.location?.words ?? "unknown" }),
      ("tags", change.tags.map { _ in request.tags.joined(separator: ", ") }),
    ]
  }

  private static func values(_ change: RequestChange) -> [(String, String?)] {
    [
      ("title", change.title), ("description", change.description), ("category", change.category),
      ("priority", change.priority?.name), ("visibility", change.visibility),
      ("address", change.address.map { $0 ?? "" }), ("location", change.location.map { $0?.words ?? "unknown" }),
      ("tags", change.tags?.joined(separator: ", ")),
    ]
  }

  static func summary(_ fields: [(String, String?)]) -> String {
    var json = JSONWriter()
    json.object { object in
      for (name, value) in fields { if let value { object.field(name, value) } }
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }
}

extension Location {
  /// As the history keeps it: `42.36, -71.06 ± 12.5`.
  fileprivate var words: String {
    "\(coordinate.latitude), \(coordinate.longitude)" + (accuracy.map { " ± \($0)" } ?? "")
  }

  /// What `words` wrote; nil for anything else, "unknown" among it.
  init?(words: String) {
    let parts = words.split(separator: " ± ", omittingEmptySubsequences: false)
    guard let first = parts.first, let coordinate = Coordinate(latitudeLongitude: String(first)) else { return nil }
    self.init(coordinate: coordinate, accuracy: parts.count > 1 ? Double(parts[1]) : nil)
  }
}

extension Location? {
  /// As the API takes it.
  var json: JSONValue {
    guard let self else { return .null }
    var members = [
      JSONObject.Member(key: "latitude", value: .number(self.coordinate.latitude)),
      JSONObject.Member(key: "longitude", value: .number(self.coordinate.longitude)),
    ]
    if let accuracy = self.accuracy { members.append(.init(key: "accuracy", value: .number(accuracy))) }
    return .object(JSONObject(members: members))
  }
}
