import Civic
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
}

/// Everything that is kept of somebody who asks staff for it, with an account or without: to be handed over, or deleted.
struct DataRequests: Sendable {
  let database: Database
  let sessions: SessionStore

  enum Action: String, CaseIterable, Sendable { case export, delete }

  /// What was found. Requests are those that were reported by the account, or with the address as contact.
  struct Found: Sendable {
    let people: [Int]
    let requests: [Int]
    let followers: [Int]
    var isEmpty: Bool { people.isEmpty && requests.isEmpty && followers.isEmpty }
  }

  /// How much there was of each.
  struct Counts: Sendable {
    let accounts: Int
    let requests: Int
    let follows: Int
  }

  func counts(_ subject: DataSubject, as actor: Actor) async throws -> Counts {
    let found = try await database.withoutReplica.tenant(actor.tenant.id).write { transaction in
      try await Self.find(subject, in: transaction)
    }
    return Counts(accounts: found.people.count, requests: found.requests.count, follows: found.followers.count)
  }

  /// - Returns: a JSON object of all of it. The audit log says that it was handed out, not whose it was.
  func export(_ subject: DataSubject, as actor: Actor) async throws -> [UInt8] {
    guard actor.may(.destroy) else { throw Problem(.forbidden) }
    return try await database.tenant(actor.tenant.id).write { transaction in
      let found = try await Self.find(subject, in: transaction)
      let rows = try await transaction.query(Self.export(found))
      try await transaction.execute(AuditEvent(.exported, "data request", by: actor.person?.id).insertion)
      return Array((try rows.first?.get(0, as: String.self) ?? "{}").utf8)
    }
  }

  /// Deletes what tells who they are. Reports stay, since the lamp is still broken, without anybody's name.
  /// - Throws: `forbidden` where the address belongs to a colleague: accounts of staff are closed by whoever keeps them.
  func delete(_ subject: DataSubject, as actor: Actor) async throws -> Counts {
    guard actor.may(.destroy) else { throw Problem(.forbidden) }
    let found = try await database.tenant(actor.tenant.id).write { transaction in
      let found = try await Self.find(subject, in: transaction)
      let staff = try await transaction.query(
        "SELECT 1 FROM people WHERE id = ANY(\(found.people)) AND role <> 'citizen'")
      if !staff.isEmpty { throw Problem(.forbidden, "This is the address of a member of staff.") }
      for request in found.requests { try await Self.erase(request, in: transaction, by: actor) }
      for person in found.people {
        for statement in DeleteAccount.statements(person) { try await transaction.execute(statement) }
        _ = try await transaction.query(EraseHistory.ofPerson(person, by: actor.person?.id))
      }
      try await transaction.execute("DELETE FROM followers WHERE id = ANY(\(found.followers))")
      if case .email(let email) = subject {
        // Mails that wait for this address.
        try await transaction.execute(
          """
          DELETE FROM jobs WHERE tenant_id = current_tenant() AND kind = \(JobKind.sendTrackingLinks.rawValue)
             AND split_part(subject, ' ', 2) = 'address' AND split_part(subject, ' ', 3) = \(email)
          """)
      }
      return found
    }
    for person in found.people { try? await sessions.endAll(personID: person, tenant: actor.tenant) }
    return Counts(accounts: found.people.count, requests: found.requests.count, follows: found.followers.count)
  }

  private static func find(_ subject: DataSubject, in transaction: Transaction) async throws -> Found {
    func ids(_ query: SQL) async throws -> [Int] { try await transaction.query(query).map { try $0.get(0) } }
    switch subject {
    case .code(let code):
      return Found(people: [], requests: try await ids(code.query), followers: [])
    case .email(let email):
      let people = try await ids("SELECT id FROM people WHERE email = \(email) AND active")
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
      return Found(people: people, requests: requests, followers: followers)
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

  private static func export(_ found: Found) -> SQL {
    let reference: SQL = "left(r.reference, 4) || '-' || substr(r.reference, 5)"
    return """
      SELECT jsonb_build_object(
        'exported_at', now(),
        'accounts', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', p.id, 'name', p.name, 'email', p.email, 'created_at', p.created_at) ORDER BY p.id), '[]')
          FROM people p WHERE p.id = ANY(\(found.people))),
        'reports', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'title', r.title, 'description', r.description, 'status', r.status,
            'address', r.address, 'latitude', ST_Y(r.location::geometry), 'longitude', ST_X(r.location::geometry),
            'attributes', r.attributes, 'created_at', r.created_at, 'closed_at', r.closed_at,
            'contact', (SELECT jsonb_build_object('name', k.name, 'email', k.email, 'phone', k.phone)
                          FROM request_contacts k WHERE k.request_id = r.id),
            'private_thread', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'body', m.body, 'created_at', m.created_at) ORDER BY m.id), '[]')
              FROM comments m WHERE m.request_id = r.id AND m.visibility = 'private'),
            'files', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', a.id, 'file_name', a.file_name, 'state', a.state, 'created_at', a.created_at)
                ORDER BY a.created_at), '[]')
              FROM attachments a WHERE a.request_id = r.id AND a.visibility <> 'internal'))
            ORDER BY r.id), '[]') FROM requests r WHERE r.id = ANY(\(found.requests))),
        'comments', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'body', m.body, 'created_at', m.created_at) ORDER BY m.id), '[]')
          FROM comments m JOIN requests r ON r.id = m.request_id WHERE m.author_id = ANY(\(found.people))),
        'supports', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'created_at', s.created_at) ORDER BY s.created_at), '[]')
          FROM supporters s JOIN requests r ON r.id = s.request_id WHERE s.person_id = ANY(\(found.people))),
        'follows', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reference', \(reference), 'email', f.email, 'since', f.confirmed_at, 'language', f.language)
            ORDER BY f.id), '[]')
          FROM followers f JOIN requests r ON r.id = f.request_id WHERE f.id = ANY(\(found.followers))))::text
      """
  }
}
