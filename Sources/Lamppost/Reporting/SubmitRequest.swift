import Civic
import Credentials
import FoundationEssentials
import HTTPServer
import JSON
import Localization
import PostgreSQL

/// Takes a report in: checks it against the township, stores it with its files' rows and jobs, all or nothing.
struct SubmitRequest: Sendable {
  let database: Database
  let secret: Secret
  let ruleBook: RuleBook

  /// What the reporter is told.
  struct Receipt: Sendable {
    /// The request object of the API, ready but for the tracking code.
    let body: [UInt8]
    let reference: String
    /// nil for somebody with an account.
    let trackingCode: TrackingCode?
    /// The answer of an earlier call with the same key: this call's files are superfluous.
    let isReplay: Bool
  }

  /// - Parameter language: the reporter's, for mail.
  func callAsFunction(
    _ report: NewRequest, files: [QuarantinedFile], claim: IdempotencyClaim?, language: Language = .english,
    as actor: Actor
  ) async throws -> Receipt {
    // What staff write down for a caller is the caller's report: who took it down stands in the history.
    let isForCaller = try Self.isForCaller(report, as: actor)
    let reporterID = report.isAnonymous || isForCaller ? nil : actor.person?.id
    let writerID = isForCaller ? actor.person?.id : reporterID
    let code: TrackingCode? =
      reporterID != nil
      ? nil : claim.map { .derived(from: $0, secret: secret) } ?? .random()
    return try await database.tenant(actor.tenant.id).write { transaction in
      if let claim, let earlier = try await claim.take(in: transaction) {
        return try Receipt(replaying: earlier, trackingCode: code)
      }
      if claim != nil, let code, let known = try await Self.request(of: code, actor.tenant, in: transaction) {
        return Receipt(body: known.body, reference: known.reference, trackingCode: code, isReplay: true)
      }
      let ground = try await Self.ground(for: report, of: actor.tenant, in: transaction)
      let category = ground.category
      try category.check(report.attributes)
      let rules = try await ruleBook.rules(of: actor.tenant.id, version: ground.routing.version, in: transaction)
      let routing = Routing(
        RouteReport.report(
          category.slug, ground.routing, priority: report.priority ?? category.defaultPriority,
          isAnonymous: report.isAnonymous,
          hasFiles: !files.isEmpty, title: report.title, description: report.description), by: rules)
      let (id, reference) = try await insert(
        report, ground, routing, reporterID: reporterID, by: actor, in: transaction)
      var statements = [SQL]()
      if let code {
        statements.append(
          """
          INSERT INTO tracking_codes (tenant_id, digest, request_id)
          VALUES (current_tenant(), \(code.digest.bytes), \(id))
          """)
      }
      if let contact = report.contact {
        statements.append(
          """
          INSERT INTO request_contacts (tenant_id, request_id, name, email, phone)
          VALUES (current_tenant(), \(id), \(contact.name), \(contact.email), \(contact.phone))
          """)
      }
      for file in files {
        statements += AttachmentRow.insertions(
          file, requestID: id, uploaderID: writerID, visibility: category.isPrivate ? .private : .public)
      }
      let follower = NotifyFollowers.insertion(
        id, personID: reporterID, email: report.contact?.email, language: language.rawValue)
      if let follower { statements.append(follower) }
      let event = RequestEvent(
        requestID: id, actorID: writerID, kind: .created, visibility: .public, after: Status.submitted.rawValue)
      statements.append(event.insertion)
      statements += RouteReport.statements(id, routing, tags: routing.tags)
      // The reporter reads the report back as its reporter, by account or by code.
      let reporter = Actor(
        tenant: actor.tenant, person: reporterID == nil ? nil : actor.person, trackedRequestID: id
      ).beyondLimits
      statements.append(FindRequest.query(reference, as: reporter))
      guard let row = try await transaction.queryAll(statements).last?.first else { throw Problem.notFound }
      let body = Self.body(try ServiceRequest(row), for: reporter)
      if let claim { try await transaction.execute(claim.keep(body)) }
      return Receipt(body: body, reference: reference.description, trackingCode: code, isReplay: false)
    }
  }

  /// Whether staff report in the name of somebody else: said, or seen by the contact that is not their own.
  /// - Throws: `forbidden` for who says so and may not.
  static func isForCaller(_ report: NewRequest, as actor: Actor) throws(Problem) -> Bool {
    if actor.may(.reportForOthers) { return report.isForCaller || report.contact != nil }
    if report.isForCaller { throw actor.person == nil ? Problem(.unauthenticated) : Problem(.forbidden) }
    return false
  }

  /// The report that a derived code belongs to: the key itself is forgotten after a day, but a phone that was offline for
  /// longer and sends again must be told of its report, not make a second one.
  private static func request(
    of code: TrackingCode, _ tenant: Tenant, in transaction: Transaction
  ) async throws -> (body: [UInt8], reference: String)? {
    let rows = try await transaction.query(
      """
      SELECT t.request_id, r.reference FROM tracking_codes t
        JOIN requests r ON r.tenant_id = t.tenant_id AND r.id = t.request_id WHERE t.digest = \(code.digest.bytes)
      """)
    guard let row = rows.first, let reference = Reference(try row.get(1, as: String.self)) else { return nil }
    let reporter = Actor(tenant: tenant, trackedRequestID: try row.get(0))
    guard let found = try await transaction.query(FindRequest.query(reference, as: reporter)).first else { return nil }
    return (body(try ServiceRequest(found), for: reporter), reference.description)
  }

  /// What a report meets in its township.
  struct Ground: Sendable {
    let category: Category
    let routing: RoutingGround
    let terms: ServiceTerms
    /// The transaction's time, from which targets are counted.
    let now: Date
  }

  /// The category, whether the place lies in the township, what rules of routing need and what is promised, in one question.
  static func ground(
    for report: NewRequest, of tenant: Tenant, in transaction: Transaction
  ) async throws -> Ground {
    let inside: SQL =
      if let location = report.location {
        "t.boundary IS NULL OR NOT t.refuses_outside OR ST_Covers(t.boundary, \(location.sql))"
      } else {
        "true"
      }
    let rows = try await transaction.query(
      """
      SELECT \(Category.columns), \(inside), \(RoutingGround.columns(at: report.location?.sql)), \(ServiceTerms.columns),
             now()
        FROM categories c JOIN tenants t ON t.id = c.tenant_id WHERE c.slug = \(report.category) AND c.active
      """)
    guard let row = rows.first else {
      throw Problem.field("category", .unknownCategory, "There is no category \"\(report.category)\".")
    }
    guard try row.get(Category.columnCount) else {
      throw Problem.field("location", .outsideArea, "The location lies outside of the township.")
    }
    let category = try Category(row)
    try category.requireOpen()
    let terms = Category.columnCount + 1 + RoutingGround.columnCount
    return Ground(
      category: category, routing: try RoutingGround(row, from: Category.columnCount + 1),
      terms: try ServiceTerms(row, from: terms, zone: tenant.timeZone),
      now: try row.get(terms + ServiceTerms.columnCount))
  }

  private func insert(
    _ report: NewRequest, _ ground: Ground, _ routing: Routing, reporterID: Int?, by actor: Actor,
    in transaction: Transaction
  ) async throws -> (id: Int, Reference) {
    let category = ground.category
    let visibility = category.isPrivate || !actor.tenant.publishesAtOnce ? "private" : "public"
    let location: SQL = report.location?.sql ?? "NULL::geography"
    var attributes = JSONWriter()
    attributes.value(JSONValue.object(report.attributes))
    let priority = routing.priority ?? report.priority ?? category.defaultPriority
    let deadlines = ground.terms.deadlines(for: priority, madeAt: ground.now)
    // 35 random bits can meet ones that are taken; another draw settles it.
    for _ in 0..<5 {
      let reference = Reference(bits: UInt64.random(in: 0...UInt64.max))
      let rows = try await transaction.query(
        """
        INSERT INTO requests (tenant_id, reference, title, description, category_id, priority, location,
                              accuracy, address, attributes, visibility, reporter_id, anonymous,
                              department_id, assignee_id, tags, respond_by, expected_by, watch_at)
        VALUES (current_tenant(), \(reference.stored), \(report.title), \(report.description), \(category.id),
                \(priority.rawValue), \(location),
                \(report.location?.accuracy)::real, \(report.address),
                \(String(decoding: attributes.bytes, as: UTF8.self))::jsonb, \(visibility), \(reporterID),
                \(report.isAnonymous), \(routing.department ?? category.departmentID), \(routing.assignee),
                \(routing.tags), \(deadlines.dates.respondBy), \(deadlines.dates.expectedBy), \(deadlines.watchAt))
        ON CONFLICT (tenant_id, reference) DO NOTHING RETURNING id
        """)
      if let id = try rows.first?.get(0, as: Int.self) { return (id, reference) }
    }
    throw Problem(.conflict)
  }

  private static func body(_ request: ServiceRequest, for reporter: Actor) -> [UInt8] {
    var json = JSONWriter()
    json.object { request.write(to: &$0, for: reporter) }
    return json.bytes
  }
}

extension SubmitRequest.Receipt {
  init(replaying earlier: String, trackingCode: TrackingCode?) throws {
    body = Array(earlier.utf8)
    reference = try JSONValue.parse(body)["reference"]?.string ?? ""
    self.trackingCode = trackingCode
    isReplay = true
  }

  /// The answer: the request object and, for somebody without an account, the code that opens it.
  var response: Response {
    var bytes = body
    if let trackingCode {
      bytes.removeLast()
      bytes += Array(#","tracking_code":"\#(trackingCode.text)"}"#.utf8)
    }
    var response = Response(.created, contentType: "application/json", bytes: bytes)
    response.headers["Location"] = "/api/v1/requests/" + reference
    return response
  }
}
