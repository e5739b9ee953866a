import Civic
import FoundationEssentials
import Localization
import PostgreSQL

/// Mails new links to the open reports of somebody who has lost theirs. Asked with an address or a reference that we
/// may not know: then it does nothing, and whoever asked cannot tell.
struct SendTrackingLinks: Sendable {
  let database: Database
  let correspondence: Correspondence?

  private static let mostReports = 20

  func callAsFunction(_ job: Job) async throws {
    let parts = job.subject.split(separator: " ").map(String.init)
    guard parts.count == 3 else { throw UnknownWord(column: "jobs.subject") }
    let tenant = database.tenant(job.tenantID)
    guard let correspondence, !MailPatience.isOver(job) else { return try await finish(job, tenant) }
    let rows = try await tenant.read(Self.query(LostLink.Subject(kind: parts[1], value: parts[2])))
    guard let address = try rows.first?.get(0, as: String.self) else { return try await finish(job, tenant) }
    let sender = try await correspondence.sender(tenant, id: job.tenantID)
    let t = correspondence.translator(parts[0], sender)
    var lines: [String] = []
    for row in rows {
      let code = TrackingCode.random()
      _ = try await tenant.write(code.insertion(for: try row.get(1)))
      let reference = Reference(stored: try row.get(2))?.description ?? ""
      let reported = t("reported on {date}", ["date": t.date(try row.get(4))])
      lines.append(
        "\(reference) · \(try row.get(3, as: String.self)), \(reported)\n\(sender.origin)\(Paths.trackPage(code.text))")
    }
    let letter = Letter(
      subject: t("Your links to your reports"),
      paragraphs: [
        t("Somebody, probably you, has asked for the links to the reports that were sent with this address."),
        lines.joined(separator: "\n\n"),
        t(
          "Whoever has a link can read the report and answer for you, so do not pass it on. Links that you have still work."
        ),
        t("If you did not ask for this, you need not do anything."), "--\n" + sender.name,
      ], id: "\(job.tenantID).links.\(job.id)")
    _ = try await correspondence.send(letter, to: address, from: sender, t)
    try await finish(job, tenant)
  }

  /// Open reports of guests alone: who has an account finds theirs there.
  private static func query(_ subject: LostLink.Subject) -> SQL {
    let which: SQL =
      switch subject {
      case .reference(let reference): "r.reference = \(reference)"
      case .address(let address): "lower(k.email) = \(address)"
      case .none: "false"
      }
    return """
      SELECT lower(k.email), r.id, r.reference, c.name, r.created_at
        FROM request_contacts k
        JOIN requests r ON r.tenant_id = k.tenant_id AND r.id = k.request_id
        JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
       WHERE \(which) AND k.email IS NOT NULL AND r.reporter_id IS NULL AND r.visibility <> 'removed'
         AND (r.closed_at IS NULL OR r.closed_at > now() - interval '30 days')
       ORDER BY r.created_at DESC LIMIT \(mostReports)
      """
  }

  private func finish(_ job: Job, _ tenant: Database) async throws {
    _ = try await tenant.write(JobQueue.completion(of: job))
  }
}

/// A lost link, as it is asked for.
struct LostLink: Sendable {
  enum Subject: Sendable {
    case reference(String)
    case address(String)
    case none

    init(kind: String, value: String) {
      switch kind {
      case "reference": self = .reference(value)
      case "address": self = .address(value)
      default: self = .none
      }
    }

    var words: String {
      switch self {
      case .reference(let reference): "reference \(reference)"
      case .address(let address): "address \(address)"
      case .none: "none -"
      }
    }
  }

  let database: Database

  /// The same work whether we know what was asked with or not: a job, whose outcome only the owner of the address sees.
  func callAsFunction(_ subject: Subject, language: Language, as actor: Actor) async throws {
    _ = try await database.tenant(actor.tenant.id).write(
      """
      INSERT INTO jobs (tenant_id, kind, subject)
      VALUES (current_tenant(), \(JobKind.sendTrackingLinks.rawValue), \(language.rawValue + " " + subject.words))
      ON CONFLICT DO NOTHING
      """)
  }
}
