import Civic
import FoundationEssentials
import Localization
import PostgreSQL

/// Finds out who is told that a rule held for a request, and makes each of them a job of their own.
struct NotifyRouted: Sendable {
  let database: Database
  let sendsMail: Bool

  func callAsFunction(_ job: Job) async throws {
    let (request, rule) = try NotifyFollowers.subject(of: job)
    try await database.tenant(job.tenantID).write { transaction in
      if sendsMail {
        try await transaction.execute(
          """
          INSERT INTO jobs (tenant_id, kind, subject)
          SELECT rules.tenant_id, \(JobKind.sendRouted.rawValue), \("\(request):\(rule):") || recipient
            FROM routing_rules rules, LATERAL (
              SELECT 'person ' || p.id FROM people p
               WHERE p.tenant_id = rules.tenant_id AND (p.id = rules.notify_person_id OR p.role = rules.notify_role)
                 AND \(SendRouted.isTold(request))
               UNION SELECT 'address' WHERE rules.notify_email IS NOT NULL
            ) AS recipients (recipient)
           WHERE rules.id = \(rule)
          ON CONFLICT DO NOTHING
          """)
      }
      try await transaction.execute(JobQueue.completion(of: job))
    }
  }
}

/// Mails one recipient that a rule held for a request. A mail that was sent though its job's end was lost carries the same
/// Message-ID again.
struct SendRouted: Sendable {
  let database: Database
  let correspondence: Correspondence?

  func callAsFunction(_ job: Job) async throws {
    let parts = job.subject.split(separator: ":")
    guard parts.count == 3, let request = Int(parts[0]), let rule = Int(parts[1]) else {
      throw UnknownWord(column: "jobs.subject")
    }
    let tenant = database.tenant(job.tenantID)
    let person = parts[2].split(separator: " ").last.flatMap { Int($0) }
    if let correspondence, !MailPatience.isOver(job),
      let row = try await tenant.read(Self.query(request, rule, person: person)).first
    {
      let sender = try await correspondence.sender(tenant, id: job.tenantID)
      let t = correspondence.translator(try row.get(8), sender)
      let letter = try Self.letter(row, sender, t, id: "\(job.tenantID).\(request).rule.\(rule).\(person ?? 0)")
      _ = try await correspondence.send(letter, to: try row.get(0), from: sender, t)
    }
    _ = try await tenant.write(JobQueue.completion(of: job))
  }

  /// The condition on `people p` that they may read a request as staff do: what lies beyond somebody's limits is told them
  /// no more by mail than on the screen, whoever wrote the rule.
  static func isTold(_ request: Int) -> SQL {
    "p.active AND p.role <> \(Role.citizen.rawValue) AND \(ListStaff.covering(requestID: request))"
  }

  /// - Parameter person: nil for the rule's own address, whose owner may be anybody: it is told nothing of what is not
  ///   public but that it is there.
  private static func query(_ request: Int, _ rule: Int, person: Int?) -> SQL {
    let address: SQL = person == nil ? "rules.notify_email" : "p.email"
    let title: SQL = person == nil ? "CASE WHEN r.visibility = 'public' THEN r.title END" : "r.title"
    let place: SQL =
      person == nil ? "CASE WHEN r.visibility = 'public' AND \(ServiceRequest.isExact) THEN r.address END" : "r.address"
    return """
      SELECT \(address), rules.name, r.reference, \(title), c.name, r.priority, \(place), r.created_at,
             \(Correspondence.language)
        FROM requests r
        JOIN tenants t ON t.id = r.tenant_id
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
        JOIN routing_rules rules ON rules.tenant_id = r.tenant_id AND rules.id = \(rule)
        LEFT JOIN people p ON p.tenant_id = r.tenant_id AND p.id = \(person) AND \(isTold(request))
       WHERE r.id = \(request) AND r.visibility <> 'removed' AND \(address) IS NOT NULL
      """
  }

  private static func letter(
    _ row: Row, _ sender: Correspondence.Sender, _ t: Translator, id: String
  ) throws -> Letter {
    guard let reference = Reference(stored: try row.get(2)) else { throw UnknownWord(column: "requests.reference") }
    let category: String = try row.get(4)
    let priority = Priority(rawValue: try row.get(5)) ?? .medium
    return Letter(
      subject: t("New report {reference}: {category}", ["reference": reference.description, "category": category]),
      paragraphs: [
        try row.get(3, as: String?.self),
        [
          "\(t("Category")): \(category)", "\(t("Priority")): \(priority.title(t))",
          try row.get(6, as: String?.self).map { "\(t("Address")): \($0)" },
          "\(t("Reported")): \(t.dateAndTime(try row.get(7)))",
        ].compactMap(\.self).joined(separator: "\n"),
        t("Open it here:"), sender.origin + Paths.staffRequest(reference),
        "--\n" + t("You get this mail because of the rule “{name}”.", ["name": try row.get(1)]) + "\n" + sender.name,
      ], id: id)
  }
}
