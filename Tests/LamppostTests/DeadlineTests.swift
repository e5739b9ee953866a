import Civic
import FoundationEssentials
import HTTPServer
import JSON
import PostgreSQL
import Testing

@testable import Lamppost

/// Targets: how they come about, move, and are told.
@Suite struct DeadlineTests {
  /// Nine to five on weekdays.
  private static let office: JSONValue = .object([
    "name": .string("Office"),
    "hours": .object(
      Dictionary(
        uniqueKeysWithValues: KeptCalendar.days[1...5].map { ($0, JSONValue.array([.string("09:00-17:00")])) })),
    "holidays": .array([.string("01-01")]),
  ])

  private static func targets(_ response: Int, _ resolution: Int) -> JSONValue {
    let both: JSONValue = .object(["first_response": .integer(response), "resolution": .integer(resolution)])
    return .object(Dictionary(uniqueKeysWithValues: Priority.allCases.map { ($0.name, both) }))
  }

  private static func date(_ value: JSONValue?) -> Date? { value?.string.flatMap(RFC3339.parse) }

  /// A township whose potholes are promised an answer in an hour and an end in ten, round the clock.
  private static func town() async throws -> (Township, admin: Client) {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let changed = try await admin.patch("/api/v1/categories/pothole", .object(["targets": targets(60, 600)]))
    try #require(changed.status == 200, "\(changed.text)")
    return (town, admin)
  }

  private static func at(_ column: SQL, _ reference: String, _ town: Township) async throws -> Date? {
    let stored = reference.replacing("-", with: "")
    return try await town.database.read(
      "SELECT \(column) FROM requests WHERE tenant_id = \(town.id) AND reference = \(stored)"
    ).first?.get(0)
  }

  /// Moves everything that has happened to a request into the past.
  private static func age(_ reference: String, _ hours: Int, _ town: Township) async throws {
    let stored = reference.replacing("-", with: "")
    let by: SQL = "make_interval(hours => \(hours)::int)"
    _ = try await town.database.write(
      """
      UPDATE requests SET created_at = created_at - \(by), expected_by = expected_by - \(by),
             respond_by = respond_by - \(by), watch_at = watch_at - \(by), held_since = held_since - \(by),
             promised_by = promised_by - \(by)
       WHERE tenant_id = \(town.id) AND reference = \(stored)
      """)
  }

  private static func watch(_ town: Township, at time: Date? = nil) async throws -> WatchDeadlines.Tally {
    try await WatchDeadlines(database: town.installation.queue.database)(at: time, tenantID: town.id)
  }

  @Test("a new report is due by its category's calendar and its priority; plain hours go round the clock")
  func made() async throws {
    let town = try await Township()
    _ = try await town.database.write("UPDATE tenants SET time_zone = 'America/New_York' WHERE id = \(town.id)")
    let admin = try await town.somebody(.administrator)
    let added = try await admin.post("/api/v1/calendars", Self.office)
    try #require(added.status == 201 && added["slug"]?.string == "office", "\(added.text)")
    let changed = try await admin.patch(
      "/api/v1/categories/pothole",
      .object([
        "calendar": .string("office"),
        "targets": .object([
          "urgent": .object(["resolution": .integer(60)]), "low": .object(["resolution": .integer(4800)]),
        ]),
      ]))
    #expect(changed["calendar"]?.string == "office" && changed["targets"]?["low"]?["resolution"]?.integer == 4800)
    #expect(changed["targets"]?["medium"] == nil)
    let agent = try await town.somebody(.agent)
    var due: [String: Date] = [:]
    for priority in ["low", "urgent", "medium"] {
      let (reference, _) = try await town.report(
        [("category", .string("pothole")), ("priority", .string(priority))], by: agent)
      due[priority] = Self.date(try await agent.get("/api/v1/requests/\(reference)")["expected_by"])
    }
    #expect(due["medium"] == nil)
    let (low, urgent) = (try #require(due["low"]), try #require(due["urgent"]))
    // Eighty hours are ten days of eight: two weeks on the calendar at least, daylight saving and New Year aside.
    #expect(low.timeIntervalSinceNow > 13 * 86_400 && low.timeIntervalSinceNow < 17 * 86_400)
    #expect(urgent < low && urgent.timeIntervalSinceNow < 4 * 86_400)
    let hour = try await town.database.read(
      "SELECT extract(hour FROM \(urgent - 1) AT TIME ZONE 'America/New_York')::int"
    ).first!.get(0, as: Int.self)
    #expect((9..<17).contains(hour))
    let (lamp, _) = try await town.report(by: agent)
    let plain = try await agent.get("/api/v1/requests/\(lamp)")
    let took = try #require(Self.date(plain["expected_by"])).timeIntervalSince(
      try #require(Self.date(plain["created_at"])))
    #expect(abs(took - 72 * 3600) < 0.01)
  }

  @Test("another category or priority makes the target anew, from the day of the report; undoing brings it back")
  func changed() async throws {
    let (town, admin) = try await Self.town()
    _ = try await admin.patch(
      "/api/v1/categories/pothole",
      .object([
        "targets": .object([
          "urgent": .object(["resolution": .integer(60)]), "medium": .object(["resolution": .integer(600)]),
        ])
      ]))
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    let path = "/api/v1/requests/\(reference)"
    let first = try await agent.get(path)
    let created = try #require(Self.date(first["created_at"]))
    func hours(_ answer: Client.Answer) -> Double? {
      Self.date(answer["expected_by"]).map { ($0.timeIntervalSince(created) / 36).rounded() / 100 }
    }
    #expect(hours(first) == 10)
    let urgent = try await agent.patch(path, .object(["priority": .string("urgent")]))
    #expect(hours(urgent) == 1)
    let undone = try await agent.post(path + "/undo")
    #expect(hours(undone) == 10, "\(undone.text)")
    #expect(hours(try await agent.patch(path, .object(["category": .string("street-light")]))) == 72)
    #expect(hours(try await agent.patch(path, .object(["category": .string("harassment")]))) == nil)
    let bulk = try await agent.post(
      "/api/v1/bulk",
      .object([
        "references": .array([.string(reference)]),
        "action": .object(["type": .string("categorize"), "category": .string("pothole")]),
      ]))
    #expect(bulk.status == 200, "\(bulk.text)")
    #expect(hours(try await agent.get(path)) == 10)
  }

  @Test("time on hold does not count: the target moves by it, and nothing is overdue meanwhile")
  func held() async throws {
    let (town, _) = try await Self.town()
    let agent = try await town.somebody(.agent)
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    let path = "/api/v1/requests/\(reference)"
    let before = try #require(Self.date(try await agent.get(path)["expected_by"]))
    _ = try await agent.post(path + "/status", .object(["status": .string("on_hold"), "reason": .string("Parts")]))
    try await Self.age(reference, 30, town)
    let overdue = try await agent.get("/api/v1/requests?overdue=true").items
    #expect(overdue.isEmpty, "its clock stood before its time was over")
    #expect(try await Self.watch(town).isEmpty)
    #expect(try await !agent.get("/requests/\(reference)").text.contains("badge overdue"))
    let resumed = try await agent.post(path + "/status", .object(["status": .string("in_progress")]))
    let after = try #require(Self.date(resumed["expected_by"]))
    // Aged by thirty hours, then moved by the thirty on hold.
    #expect(abs(after.timeIntervalSince(before)) < 60, "\(after) \(before)")
    // To go on for a moment alone is no end of it.
    _ = try await agent.post(path + "/status", .object(["status": .string("on_hold"), "reason": .string("Rain")]))
    let undone = try await agent.post(path + "/undo")
    #expect(abs(try #require(Self.date(undone["expected_by"])).timeIntervalSince(after)) < 60)
  }

  @Test("what was over when it was put on hold stays late, and what is reopened has its time back")
  func reopened() async throws {
    let (town, _) = try await Self.town()
    let agent = try await town.somebody(.agent)
    let (late, _) = try await town.report([("category", .string("pothole"))])
    try await Self.age(late, 20, town)
    let path = "/api/v1/requests/\(late)"
    let before = Self.date(try await agent.get(path)["expected_by"])
    _ = try await agent.post(path + "/status", .object(["status": .string("on_hold"), "reason": .string("Parts")]))
    #expect(try await agent.get("/api/v1/requests?overdue=true").items.count == 1)
    _ = try await town.database.write(
      "UPDATE requests SET held_since = held_since - interval '2 minutes' WHERE tenant_id = \(town.id)")
    let resumed = try await agent.post(path + "/status", .object(["status": .string("in_progress")]))
    #expect(Self.date(resumed["expected_by"]) == before)
    let (done, _) = try await town.report([("category", .string("pothole"))])
    let other = "/api/v1/requests/\(done)"
    let target = try #require(Self.date(try await agent.get(other)["expected_by"]))
    _ = try await agent.post(other + "/status", .object(["status": .string("completed"), "note": .string("Filled")]))
    _ = try await town.database.write(
      "UPDATE requests SET closed_at = closed_at - interval '5 hours' WHERE tenant_id = \(town.id) AND status = 'completed'"
    )
    let again = try await agent.post(other + "/status", .object(["status": .string("under_review")]))
    let moved = try #require(Self.date(again["expected_by"])).timeIntervalSince(target)
    #expect(abs(moved - 5 * 3600) < 5)
  }

  @Test("the first thing that the reporter hears is the answer; a look and a word among staff are none")
  func answered() async throws {
    let (town, _) = try await Self.town()
    let agent = try await town.somebody(.agent)
    func answered(_ reference: String) async throws -> Bool {
      try await Self.at("first_responded_at", reference, town) != nil
    }
    let (first, code) = try await town.report([("category", .string("pothole"))])
    #expect(try await Self.at("respond_by", first, town) != nil)
    let path = "/api/v1/requests/\(first)"
    _ = try await agent.post(path + "/opened")
    _ = try await agent.post(path + "/comments", .object(["body": .string("Hm"), "visibility": .string("internal")]))
    _ = try await town.holder(of: code!).post("/api/v1/track/\(code!)/messages", .object(["body": .string("Hello?")]))
    #expect(try await !answered(first))
    _ = try await agent.post(path + "/comments", .object(["body": .string("Soon"), "visibility": .string("public")]))
    #expect(try await answered(first))
    let (second, _) = try await town.report([("category", .string("pothole"))])
    _ = try await agent.post("/api/v1/requests/\(second)/assignment", .object(["department": .string("roads")]))
    #expect(try await answered(second))
  }

  @Test("who works on it is warned, the managers hear of what was missed; each once, by history and by mail")
  func told() async throws {
    let (town, _) = try await Self.town()
    let manager = try await town.somebody(.manager)
    let crew = try await town.somebody(.crew)
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    let path = "/api/v1/requests/\(reference)"
    _ = try await manager.post(path + "/assignment", .object(["assignee": .integer(crew.personID!)]))
    let start = try #require(Self.date(try await manager.get(path)["created_at"]))
    #expect(try await Self.watch(town, at: start.addingTimeInterval(7 * 3600)).isEmpty)
    let near = start.addingTimeInterval(8 * 3600 + 1)
    #expect(try await Self.watch(town, at: near) == [.resolutionWarning: 1])
    #expect(try await Self.watch(town, at: near).isEmpty, "once")
    let missed = start.addingTimeInterval(10 * 3600 + 1)
    #expect(try await Self.watch(town, at: missed) == [.resolutionBreach: 1])
    #expect(try await Self.watch(town, at: missed.addingTimeInterval(86_400)).isEmpty)
    let rows = try await manager.get(path + "/history").items
    let kinds = rows.map { "\($0["kind"]?.string ?? "") \($0["visibility"]?.string ?? "")" }
    #expect(
      kinds.filter { $0 == "warning internal" }.count == 1 && kinds.filter { $0 == "escalation internal" }.count == 1)
    #expect(try await !town.anonymous.get(path + "/history").text.contains("escalation"))
    #expect(try await manager.get("/staff/requests/\(reference)").text.contains("The target date was missed"))
    try await town.runJobs()
    let addresses = try await town.database.read(
      "SELECT id, email FROM people WHERE tenant_id = \(town.id)"
    ).reduce(into: [Int: String]()) { $0[try $1.get(0)] = try $1.get(1) }
    let mails = town.installation.mails
    let toCrew = mails.mails(to: addresses[crew.personID!]!).map(\.text)
    #expect(toCrew.count == 1 && toCrew[0].contains("The target date comes near") && toCrew[0].contains(reference))
    let toManager = mails.mails(to: addresses[manager.personID!]!).map(\.text)
    #expect(toManager.count == 1 && toManager[0].contains("The target date was missed"))
    let left = try await town.database.read("SELECT 1 FROM deadline_alerts WHERE tenant_id = \(town.id)")
    #expect(left.isEmpty)
  }

  @Test(
    "an answer that is missing is told too; of what was missed already nobody is warned, and what ended is left alone")
  func unanswered() async throws {
    let (town, _) = try await Self.town()
    let agent = try await town.somebody(.agent)
    let (one, _) = try await town.report([("category", .string("pothole"))])
    let (done, _) = try await town.report([("category", .string("pothole"))])
    _ = try await agent.post(
      "/api/v1/requests/\(done)/status", .object(["status": .string("completed"), "note": .string("Filled")]))
    let start = try #require(try await Self.at("created_at", one, town))
    #expect(try await Self.watch(town, at: start.addingTimeInterval(49 * 60)) == [.responseWarning: 1])
    #expect(try await Self.watch(town, at: start.addingTimeInterval(61 * 60)) == [.responseBreach: 1])
    #expect(try await Self.watch(town, at: start.addingTimeInterval(30 * 3600)) == [.resolutionBreach: 1])
  }

  @Test("a priority that leaves less time than is over is told of at once")
  func overAtOnce() async throws {
    let (town, admin) = try await Self.town()
    _ = try await admin.patch(
      "/api/v1/categories/pothole", .object(["targets": .object(["urgent": .object(["resolution": .integer(60)])])]))
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    try await Self.age(reference, 5, town)
    #expect(try await Self.watch(town).isEmpty)
    _ = try await admin.patch("/api/v1/requests/\(reference)", .object(["priority": .string("urgent")]))
    #expect(try await Self.watch(town) == [.resolutionBreach: 1])
    #expect(try await Self.watch(town).isEmpty)
  }

  @Test("two that look at the same time tell each thing once")
  func twice() async throws {
    let (town, _) = try await Self.town()
    for _ in 0..<5 { try await town.report([("category", .string("pothole"))]) }
    let late = Date.now.addingTimeInterval(11 * 3600)
    async let first = Self.watch(town, at: late)
    async let second = Self.watch(town, at: late)
    let sum = try await (first[.resolutionBreach] ?? 0) + (second[.resolutionBreach] ?? 0)
    #expect(sum == 5)
    let rows = try await town.database.read(
      "SELECT count(*) FROM request_events WHERE tenant_id = \(town.id) AND kind = 'escalation' AND after = 'resolution_breach'"
    )
    #expect(try rows.first?.get(0, as: Int.self) == 5)
  }

  @Test("the command takes another time for now, tells of one township, and says what it told")
  func command() async throws {
    let (town, _) = try await Self.town()
    let (reference, _) = try await town.report([("category", .string("pothole"))])
    let environment = ["DATABASE_WORKER_URL": town.installation.workerURL]
    let slug = String(town.host.prefix { $0 != "." })
    let at = RFC3339.format(Date.now.addingTimeInterval(20 * 3600))
    #expect(await Command.run(["deadlines", "--at", "tomorrow"], environment: environment) == 2)
    #expect(await Command.run(["deadlines", "--at", at, "--tenant", slug], environment: environment) == 0)
    let agent = try await town.somebody(.agent)
    let request = try await agent.get("/api/v1/requests/\(reference)")
    #expect(Self.date(request["respond_by"]) != nil && request["responded_at"]?.isNull == true)
    let kinds = try await agent.get("/api/v1/requests/\(reference)/history").items.map { $0["kind"]?.string }
    #expect(kinds.filter { $0 == "escalation" }.count == 2)
    #expect(try await agent.get("/staff/requests/\(reference)").text.contains("Answer due"))
    #expect(try await town.anonymous.get("/api/v1/requests/\(reference)")["respond_by"] == nil)
  }

  @Test("who is limited to other categories is not told; nobody left, the administrators are")
  func limits() async throws {
    let (town, admin) = try await Self.town()
    let manager = try await town.somebody(.manager)
    _ = try await town.database.write(
      """
      INSERT INTO person_categories (tenant_id, person_id, category_id)
      SELECT tenant_id, \(manager.personID), id FROM categories WHERE tenant_id = \(town.id) AND slug = 'street-light'
      """)
    _ = try await town.report([("category", .string("pothole"))])
    _ = try await Self.watch(town, at: Date.now.addingTimeInterval(20 * 3600))
    let told = try await town.database.read(
      "SELECT DISTINCT person_id FROM deadline_alerts WHERE tenant_id = \(town.id)")
    #expect(try told.map { try $0.get(0, as: Int.self) } == [admin.personID])
  }

  @Test("the settings of warnings are kept by administrators, by API and page")
  func settings() async throws {
    let town = try await Township()
    let admin = try await town.somebody(.administrator)
    let path = "/api/v1/settings/deadlines"
    #expect(try await admin.get(path)["warning_percent"]?.integer == 80)
    let changed = try await admin.patch(path, .object(["warning_percent": .integer(50)]))
    #expect(changed["warning_percent"]?.integer == 50 && changed["escalation_role"]?.string == "manager")
    let wrong = try await admin.patch(
      path, .object(["warning_percent": .integer(100), "escalation_role": .string("citizen")]))
    #expect(wrong.fields == ["warning_percent": "out_of_range", "escalation_role": "unknown_option"])
    #expect(try await town.somebody(.manager).patch(path, .object(["warning_percent": .integer(1)])).status == 403)
    let browser = try await town.browser(.administrator)
    let refused = try await browser.post("/admin/deadlines", [("warning_percent", ""), ("escalation_role", "agent")])
    #expect(refused.status == 422 && refused.text.contains("#field-warning_percent"))
    #expect(
      try await browser.post("/admin/deadlines", [("warning_percent", "60"), ("escalation_role", "agent")]).status
        == 303)
    #expect(try await admin.get(path)["escalation_role"]?.string == "agent")
    #expect(try await browser.get("/admin/deadlines").text.contains("value=\"60\""))
  }

  @Test("what is due soon can be asked for")
  func soon() async throws {
    let (town, _) = try await Self.town()
    let agent = try await town.somebody(.agent)
    let (near, _) = try await town.report([("category", .string("pothole"))])
    _ = try await town.report()
    let found = try await agent.get("/api/v1/requests?due_within=24").items.map { $0["reference"]?.string }
    #expect(found == [near])
    #expect(try await agent.get("/api/v1/requests?due_within=100").items.count == 2)
    #expect(try await agent.get("/api/v1/requests?due_within=0").code == "invalid_parameter")
    let queue = try await agent.get("/staff?due_within=24").text
    #expect(queue.contains(near) && queue.contains("badge due-soon"))
    #expect(try await !agent.get("/staff?overdue=true").text.contains("badge due-soon"))
  }

  @Test("a change that nobody settled is settled by the worker")
  func leftovers() async throws {
    let (town, _) = try await Self.town()
    let (reference, _) = try await town.report()
    _ = try await town.database.write(
      """
      UPDATE requests SET category_id = (SELECT id FROM categories WHERE tenant_id = \(town.id) AND slug = 'pothole')
       WHERE tenant_id = \(town.id)
      """)
    _ = try await Self.watch(town)
    let created = try #require(try await Self.at("created_at", reference, town))
    let due = try #require(try await Self.at("expected_by", reference, town))
    #expect(abs(due.timeIntervalSince(created) - 36_000) < 0.001)
  }

  @Test("calendars are kept by administrators, by API and page; what cannot be is refused beside its field")
  func calendars() async throws {
    let town = try await Township()
    let (admin, agent) = (try await town.somebody(.administrator), try await town.somebody(.agent))
    #expect(try await agent.post("/api/v1/calendars", Self.office).status == 403)
    #expect(try await admin.post("/api/v1/calendars", Self.office)["slug"]?.string == "office")
    #expect(try await admin.post("/api/v1/calendars", Self.office)["slug"]?.string == "office-2")
    let wrong = try await admin.post(
      "/api/v1/calendars",
      .object([
        "name": .string(""), "hours": .object(["monday": .array([.string("9-5")])]),
        "holidays": .array([.string("2026-02-30")]),
      ]))
    #expect(
      wrong.fields == ["name": "required", "hours.monday": "invalid_format", "holidays": "invalid_format"],
      "\(wrong.text)")
    func refusal(_ spans: [String]) async throws -> [String: String] {
      try await admin.patch(
        "/api/v1/calendars/office", .object(["hours": .object(["monday": .array(spans.map(JSONValue.string))])])
      ).fields
    }
    #expect(try await refusal([]) == ["hours": "no_hours"])
    #expect(try await refusal(["17:00-09:00"]) == ["hours": "bad_span"])
    #expect(try await refusal(["09:00-12:00", "11:00-13:00"]) == ["hours": "overlapping_hours"])
    let seen = try await admin.get("/api/v1/calendars/office")
    #expect(seen["hours"]?["monday"]?.text == #"["09:00-17:00"]"# && seen["version"]?.integer == 1)
    let off = try await admin.with("If-Match", "\"1\"").patch(
      "/api/v1/calendars/office", .object(["active": .bool(false)]))
    #expect(off["active"]?.bool == false && off["version"]?.integer == 2)
    #expect(
      try await admin.with("If-Match", "\"1\"").patch("/api/v1/calendars/office", .object(["active": .bool(true)]))
        .status == 412)
    let refused = try await admin.patch("/api/v1/categories/pothole", .object(["calendar": .string("office")]))
    #expect(refused.fields == ["calendar": "unknown_calendar"])
    #expect(
      try await admin.patch(
        "/api/v1/categories/pothole", .object(["targets": .object(["low": .object(["resolution": .integer(0)])])])
      ).fields == ["targets.low.resolution": "out_of_range"])
    // Another township's is none.
    let other = try await Township().somebody(.administrator)
    #expect(try await other.get("/api/v1/calendars/office").status == 404)
    #expect(try await other.get("/api/v1/calendars").items.isEmpty)
    #expect(try await admin.get("/admin").text.contains("calendar office"))
  }

  @Test("the calendar's page keeps what was entered, says what is wrong, and shows what it would promise")
  func calendarPages() async throws {
    let town = try await Township()
    let admin = try await town.browser(.administrator)
    #expect(try await admin.get("/admin/calendars").text.contains("There is no calendar yet"))
    let fields = [
      ("name", "Yard <b>"), ("monday", "7:00-12:00, 13:00-16:30"), ("saturday", "22:00-06:00"),
      ("holidays", "2026-11-26\n01-01"), ("active", "true"),
    ]
    let wrong = try await admin.post("/admin/calendars/new", fields)
    #expect(
      wrong.status == 422 && wrong.text.contains("Yard &lt;b&gt;") && wrong.text.contains("7:00-12:00, 13:00-16:30"))
    #expect(wrong.text.contains("href=\"#field-monday\""))
    let right = try await admin.post("/admin/calendars/new", fields.filter { $0.0 != "saturday" })
    #expect(right.status == 303)
    let path = String(try #require(right.headers["Location"]).prefix { $0 != "?" })
    let page = try await admin.get(path)
    #expect(page.text.contains("A report made now would be due") && page.text.contains("07:00-12:00, 13:00-16:30"))
    #expect(page.text.contains("01-01") && !page.text.contains("Yard <b>"))
    #expect(try await admin.get("/admin/calendars").text.contains("Yard &lt;b&gt;"))
    let category = try await admin.post(
      "/admin/categories/pothole",
      [
        ("name", "Pothole"), ("default_priority", "medium"), ("active", "true"),
        ("calendar", String(path.split(separator: "/").last!)),
        ("high_first_response", "0.5"), ("high_resolution", "8"), ("low_resolution", "soon"),
      ])
    #expect(
      category.status == 422 && category.text.contains("#field-low_resolution")
        && category.text.contains("value=\"0.5\""))
    let saved = try await admin.post(
      "/admin/categories/pothole",
      [
        ("name", "Pothole"), ("default_priority", "medium"), ("active", "true"),
        ("calendar", String(path.split(separator: "/").last!)),
        ("high_first_response", "0.5"), ("high_resolution", "8"),
      ])
    #expect(saved.status == 303, "\(saved.text)")
    let shown = try await admin.get("/admin/categories/pothole").text
    #expect(shown.contains("value=\"0.5\"") && shown.contains("A report made now would be due"))
  }
}
