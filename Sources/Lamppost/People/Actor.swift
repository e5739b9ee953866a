import Civic
import Localization
import PostgreSQL

/// Who calls. Every permission and every visibility is asked of this value, so that a forgotten check finds nothing.
struct Actor: Sendable {
  /// Somebody with an account.
  struct Person: Sendable, Equatable {
    let id: Int
    let name: String
    let email: String
    /// What they may act as: a citizen as long as a second factor is missing that the township asks of their role.
    private(set) var role: Role
    /// In which they are written to; nil for the township's.
    var language: Language?
    /// The departments they belong to, by number.
    var departmentIDs: [Int] = []
    var limits = StaffLimits.none
    /// The role of their account, where it is held back.
    private(set) var heldRole: Role?

    /// What their account says they are.
    var accountRole: Role { heldRole ?? role }

    /// Whether they have to set up a second factor before their role is theirs to use.
    var lacksSecondFactor: Bool { heldRole != nil }

    /// The same person, held to what the township asks of their role.
    func held(to tenant: Tenant, hasSecondFactor: Bool) -> Person {
      if hasSecondFactor || !tenant.secondFactorRoles.contains(role) { return self }
      var person = self
      (person.heldRole, person.role) = (role, .citizen)
      return person
    }
  }

  let tenant: Tenant
  let person: Person?
  /// The request whose tracking code came with the call.
  let trackedRequestID: Int?

  init(tenant: Tenant, person: Person? = nil, trackedRequestID: Int? = nil) {
    self.tenant = tenant
    self.person = person
    self.trackedRequestID = trackedRequestID
  }

  /// Nobody, in no township: finds nothing anywhere.
  static let nowhere = Actor(tenant: .none)

  /// Whether a permission reaches the whole township.
  func may(_ permission: Permission) -> Bool {
    person.map { permission.scope(for: $0.role) == .all } ?? false
  }

  /// Whether a permission reaches this request.
  func may(_ permission: Permission, on request: RequestFacts) -> Bool {
    guard let person else { return false }
    switch permission.scope(for: person.role) {
    case .none: return false
    case .all: return true
    case .assigned:
      return request.assigneeID == person.id
        || request.departmentID.map(person.departmentIDs.contains) ?? false
    }
  }

  func require(_ permission: Permission, on request: RequestFacts) throws(Problem) {
    if may(permission, on: request) { return }
    throw person == nil ? Problem(.unauthenticated) : Problem(.forbidden)
  }

  /// Whether the caller reported this request: by account, or by its tracking code.
  func reported(_ request: RequestFacts) -> Bool {
    if let tracked = trackedRequestID, tracked == request.id { return true }
    return person != nil && request.reporterID == person?.id
  }

  var seesInternal: Bool { may(.readInternal) }

  /// The reporter's account, where the caller may not know who reported: their name is a contact detail.
  func hiddenReporterID(of request: RequestFacts) -> Int? {
    may(.readContacts, on: request) || reported(request) ? nil : request.reporterID
  }

  /// The condition on `requests r` that the caller reported it: by account, or by its tracking code.
  var reportedRequests: SQL { reportedRequests(as: "r") }

  /// The same of requests under another name.
  func reportedRequests(as name: SQL) -> SQL {
    let byCode: SQL? = trackedRequestID.map { "\(name).id = \($0)" }
    let byAccount: SQL? = person.map { "coalesce(\(name).reporter_id = \($0.id), false)" }
    let ways = [byCode, byAccount].compactMap(\.self)
    return ways.isEmpty ? "false" : "(\(ways.joined(separator: " OR ")))"
  }

  /// The condition on `requests r` that leaves what this caller may know of.
  var visibleRequests: SQL {
    if seesInternal {
      return isLimited ? "(r.visibility <> 'removed' AND \(withinLimits))" : "r.visibility <> 'removed'"
    }
    if person == nil && trackedRequestID == nil { return "r.visibility = 'public'" }
    return "(r.visibility = 'public' OR \(reportedRequests) AND r.visibility <> 'removed')"
  }

  /// The place of `requests r` that this caller may see, search and sort by.
  var visibleLocation: SQL { seesInternal ? "r.location" : "r.public_location" }

  /// The condition on `request_areas ra` that its area holds the request by the place that this caller may search by.
  var visibleAreas: SQL { seesInternal ? "ra.for_staff" : "ra.for_public" }

  /// The same for showing the areas of `requests r`: its reporter knows the true place.
  var shownAreas: SQL {
    if seesInternal { return "ra.for_staff" }
    if person == nil && trackedRequestID == nil { return "ra.for_public" }
    return "CASE WHEN \(reportedRequests) THEN ra.for_staff ELSE ra.for_public END"
  }

  /// The condition on `attachments a` of `requests r`: the reporter knows of all their files, the public of public ones.
  /// - Parameter onlyClean: whether the public is told only of files it can see. Whoever has a file's own address was
  ///   given it, and may hear that it is still being scanned.
  func visibleAttachments(onlyClean: Bool) -> SQL {
    if seesInternal { return "NOT a.sealed" }
    let toAll: SQL =
      onlyClean
      ? "(a.visibility = 'public' AND a.state = 'clean' AND NOT a.sealed)"
      : "(a.visibility = 'public' AND NOT a.sealed)"
    if person == nil && trackedRequestID == nil { return toAll }
    return "CASE WHEN \(reportedRequests) THEN a.visibility <> 'internal' AND NOT a.sealed ELSE \(toAll) END"
  }

  /// Which comments and history rows this caller may read.
  func visibleEntries(reported: Bool) -> Set<Visibility> {
    if seesInternal { return [.public, .internal, .private] }
    return reported ? [.public, .private] : [.public]
  }
}

/// Who may read a comment, a history row or a file.
enum Visibility: String, CaseIterable, Sendable {
  case `public`, `internal`, `private`
}

/// What the rules about one request need to know of it.
struct RequestFacts: Sendable {
  let id: Int
  let status: Status
  let version: Int
  let reporterID: Int?
  let assigneeID: Int?
  let departmentID: Int?
}
