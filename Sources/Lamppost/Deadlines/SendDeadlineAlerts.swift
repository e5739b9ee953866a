import Civic
import FoundationEssentials
import Localization
import PostgreSQL

/// Mails one person what one look at the targets has found. Safe to run twice: what was sent is gone from the table, and a
/// mail that was sent though that was lost carries the same Message-ID again.
struct SendDeadlineAlerts: Sendable {
  let database: Database
  let correspondence: Correspondence?

  /// Requests that are named in a mail; of more it tells the number.
  static let named = 50

  func callAsFunction(_ job: Job) async throws {
    let parts = job.subject.split(separator: " ").map(String.init)
    guard parts.count == 2, let run = UUID(uuidString: parts[0]), let person = Int(parts[1]) else {
      throw UnknownWord(column: "jobs.subject")
    }
    let tenant = database.tenant(job.tenantID)
    if let correspondence, !MailPatience.isOver(job) {
      let rows = try await tenant.read(Self.query(run, person))
      if let first = rows.first {
        let address: String = try first.get(0)
        let sender = try await correspondence.sender(tenant, id: job.tenantID)
        let t = correspondence.translator(try first.get(6), sender)
        let letter = try Self.letter(try rows.map(Line.init), t, sender, id: "\(job.tenantID).alerts.\(run).\(person)")
        _ = try await correspondence.send(letter, to: address, from: sender, t)
      }
    }
    try await tenant.write { transaction in
      _ = try await transaction.queryAll([
        "DELETE FROM deadline_alerts WHERE run = \(run) AND person_id = \(person)", JobQueue.completion(of: job),
      ])
    }
  }

  private static func query(_ run: UUID, _ person: Int) -> SQL {
    """
    SELECT p.email, a.alert, r.reference, r.title, c.name,
           CASE WHEN a.alert LIKE 'response%' THEN r.respond_by ELSE r.expected_by END, \(Correspondence.language)
      FROM deadline_alerts a
      JOIN tenants t ON t.id = a.tenant_id
      JOIN people p ON p.tenant_id = a.tenant_id AND p.id = a.person_id AND p.active
      JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id AND r.visibility <> 'removed'
      JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
     WHERE a.run = \(run) AND a.person_id = \(person)
     ORDER BY 6, r.id
    """
  }

  private struct Line {
    let alert: DeadlineAlert
    let reference: Reference
    let title: String
    let category: String
    let target: Date?

    init(_ row: Row) throws {
      alert = try row.word(1)
      guard let reference = Reference(stored: try row.get(2)) else { throw UnknownWord(column: "requests.reference") }
      self.reference = reference
      title = try row.get(3)
      category = try row.get(4)
      target = try row.get(5)
    }
  }

  private static func letter(
    _ lines: [Line], _ t: Translator, _ sender: Correspondence.Sender, id: String
  ) throws -> Letter {
    var paragraphs: [String?] = []
    for alert in DeadlineAlert.allCases.reversed() {
      let own = lines.filter { $0.alert == alert }
      if own.isEmpty { continue }
      paragraphs.append(alert.heading(t))
      paragraphs += own.prefix(named).map { line in
        let target = line.target.map { t("Target: {date}", ["date": t.dateAndTime($0)]) } ?? ""
        return """
          \(line.reference) · \(line.category): \(line.title)
          \(target)
          \(sender.origin)\(Paths.staffRequest(line.reference))
          """
      }
      if own.count > named {
        paragraphs.append(t.plural("And {count} more.", "And {count} more.", own.count - named))
      }
    }
    let missed = lines.count { $0.alert.isBreach }
    let subject =
      missed > 0
      ? t.plural("{count} target was missed", "{count} targets were missed", missed)
      : t.plural("{count} target comes near", "{count} targets come near", lines.count)
    return Letter(subject: subject, paragraphs: paragraphs + ["--\n" + sender.name], id: id)
  }
}

extension DeadlineAlert {
  /// What has happened, in a sentence.
  func heading(_ t: Translator) -> String {
    switch self {
    case .responseWarning: t("An answer is due soon")
    case .responseBreach: t("Nobody has answered in time")
    case .resolutionWarning: t("The target date comes near")
    case .resolutionBreach: t("The target date was missed")
    }
  }
}
