import Civic
import Credentials
import FoundationEssentials
import JSON
import PostgreSQL

/// Whose data it is that is asked for: an address of mail, or the report that a tracking code opens.
enum DataSubject: Sendable {
  case email(String)
  case code(TrackingCode)

  /// - Parameter typed: an address or a tracking code.
  init?(_ typed: String) {
    if typed.looksLikeAnEmailAddress {
      self = .email(typed.lowercased())
    } else if let code = TrackingCode(typed) {
      self = .code(code)
    } else {
      return nil
    }
  }

  /// What tells in the audit log that two rows are about the same subject, and nobody who lacks the installation's secret
  /// which: an address could be guessed from a plain digest.
  func mark(_ tenant: Tenant, _ secret: Secret) -> String {
    let text =
      switch self {
      case .email(let email): email
      case .code(let code): code.text
      }
    let message = Array("\(tenant.id)\n\(text)".utf8)
    return Base64URL.encode(HMACSHA256.authenticate(message, key: secret.derive(label: "data request")))
  }
}

/// Everything that is kept of somebody who asks staff for it, with an account or without: to be handed over, or deleted.
///
/// Of the whole township: whoever is limited to a part of it cannot answer for all of it, and would learn of the rest.
struct DataRequests: Sendable {
  let database: Database
  let sessions: SessionStore
  let secret: Secret

  enum Action: String, CaseIterable, Sendable { case export, delete }

  /// What was found. Requests are those that were reported by the account, or with the address as contact.
  struct Found: Sendable {
    var people: [Int] = []
    var requests: [Int] = []
    var followers: [Int] = []
    var invitations: [Int] = []
    /// Accounts that are to have the address, once its owner has confirmed it.
    var awaitedBy: [Int] = []

    var counts: Counts {
      Counts(
        accounts: people.count, requests: requests.count, follows: followers.count, invitations: invitations.count,
        addressChanges: awaitedBy.count)
    }
  }

  /// How much there was of each.
  struct Counts: Sendable {
    let accounts: Int
    let requests: Int
    let follows: Int
    let invitations: Int
    let addressChanges: Int
    var isEmpty: Bool { accounts + requests + follows + invitations + addressChanges == 0 }

    func write(to json: inout JSONObjectWriter) {
      json.field("accounts", accounts)
      json.field("reports", requests)
      json.field("follows", follows)
      json.field("invitations", invitations)
      json.field("address_changes", addressChanges)
    }
  }

  /// - Throws: `forbidden`, also for who is limited to areas or categories. So do the others.
  func counts(_ subject: DataSubject, as actor: Actor) async throws -> Counts {
    try Self.authorize(actor)
    return try await database.tenant(actor.tenant.id).write { transaction in
      let counts = try await Self.find(subject, in: transaction).counts
      try await transaction.execute(event("find", subject, counts, as: actor))
      return counts
    }
  }

  /// - Returns: a JSON object of all of it.
  func export(_ subject: DataSubject, as actor: Actor) async throws -> [UInt8] {
    try Self.authorize(actor)
    return try await database.tenant(actor.tenant.id).write { transaction in
      let found = try await Self.find(subject, in: transaction)
      let rows = try await transaction.query(Self.export(found, of: subject))
      try await transaction.execute(event("export", subject, found.counts, as: actor))
      return Array((try rows.first?.get(0, as: String.self) ?? "{}").utf8)
    }
  }

  /// Deletes what tells who they are. Reports stay, since the lamp is still broken, without anybody's name.
  /// - Throws: `forbidden` where the address belongs to a colleague: accounts of staff are closed by whoever keeps them.
  func delete(_ subject: DataSubject, as actor: Actor) async throws -> Counts {
    try Self.authorize(actor)
    let orderedBy = actor.person?.id
    let found = try await database.tenant(actor.tenant.id).write { transaction in
      let found = try await Self.find(subject, in: transaction)
      let people = try await transaction.query(
        "SELECT id, role = 'citizen', active FROM people WHERE id = ANY(\(found.people)) ORDER BY id FOR UPDATE"
      ).map { try $0.decode(Int.self, Bool.self, Bool.self) }
      if people.contains(where: { _, isCitizen, isActive in !isCitizen && isActive }) {
        throw Problem(.forbidden, "This is the address of a member of staff.")
      }
      for request in found.requests { try await Self.erase(request, in: transaction, by: actor) }
      for (person, isCitizen, _) in people {
        for statement in DeleteAccount.statements(person, by: orderedBy) { try await transaction.execute(statement) }
        // What somebody wrote as staff is the township's.
        if isCitizen { _ = try await transaction.query(EraseHistory.ofPerson(person, by: orderedBy)) }
      }
      try await transaction.execute("DELETE FROM followers WHERE id = ANY(\(found.followers))")
      try await transaction.execute("DELETE FROM invitations WHERE id = ANY(\(found.invitations))")
      if case .email(let email) = subject {
        try await transaction.execute("DELETE FROM account_links WHERE email = \(email)")
        // Mails that wait for this address.
        let mails = [JobKind.sendTrackingLinks, .sendAccountMail].map(\.rawValue)
        try await transaction.execute(
          """
          DELETE FROM jobs WHERE tenant_id = current_tenant() AND kind = ANY(\(mails))
             AND split_part(subject, ' ', -1) = \(email)
          """)
      }
      try await transaction.execute(event("delete", subject, found.counts, as: actor))
      return found
    }
    for person in found.people { try? await sessions.endAll(personID: person, tenant: actor.tenant) }
    return found.counts
  }

  private static func authorize(_ actor: Actor) throws(Problem) {
    guard actor.may(.destroy) else { throw Problem(.forbidden) }
    if actor.isLimited {
      throw Problem(.forbidden, "Who is limited to areas or categories cannot answer for the whole township.")
    }
  }

  /// The row of the audit log: who looked or did it, and how much there was.
  private func event(_ action: String, _ subject: DataSubject, _ counts: Counts, as actor: Actor) -> SQL {
    var json = JSONWriter()
    json.object { object in
      object.field("action", action)
      object.field("mark", subject.mark(actor.tenant, secret))
      counts.write(to: &object)
    }
    return AuditEvent(
      action == Action.export.rawValue ? .exported : .dataRequest, "data request", by: actor.person?.id,
      after: String(decoding: json.bytes, as: UTF8.self)
    ).insertion
  }

  private static func find(_ subject: DataSubject, in transaction: Transaction) async throws -> Found {
    func ids(_ query: SQL) async throws -> [Int] { try await transaction.query(query).map { try $0.get(0) } }
    switch subject {
    case .code(let code): return Found(requests: try await ids(code.query))
    case .email(let email):
      // Deactivated ones too: what is kept of them is kept.
      let people = try await ids("SELECT id FROM people WHERE email = \(email)")
      let requests = try await ids(
        """
        SELECT request_id FROM request_contacts WHERE lower(email) = \(email)
        UNION SELECT id FROM requests WHERE reporter_id = ANY(\(people)) ORDER BY 1
        """)
      let followers = try await ids(
        // Their own reports are found above.
        """
        SELECT id FROM followers
         WHERE (email = \(email) OR person_id = ANY(\(people))) AND NOT (is_reporter AND request_id = ANY(\(requests)))
         ORDER BY 1
        """)
      return Found(
        people: people, requests: requests, followers: followers,
        invitations: try await ids("SELECT id FROM invitations WHERE email = \(email)"),
        awaitedBy: try await ids("SELECT DISTINCT person_id FROM account_links WHERE email = \(email)"))
    }
  }

  /// The request's row is locked first, as by every change of it.
  private static func erase(_ id: Int, in transaction: Transaction, by actor: Actor) async throws {
    let rows = try await transaction.query("SELECT reporter_id FROM requests WHERE id = \(id) FOR UPDATE")
    guard let reporter = try rows.first?.get(0, as: Int?.self) else {
      return try await statements(id, nil, in: transaction, by: actor)
    }
    try await statements(id, reporter, in: transaction, by: actor)
  }

  private static func statements(
    _ id: Int, _ reporter: Int?, in transaction: Transaction, by actor: Actor
  ) async throws {
    _ = try await transaction.queryAll(AnonymizeRequest.statements(id, reporterID: reporter, by: actor.person?.id))
    try await transaction.execute(
      RequestEvent(
        requestID: id, actorID: actor.person?.id, kind: .moderated, visibility: .internal, before: "request",
        after: "erased"
      ).insertion)
  }
}
