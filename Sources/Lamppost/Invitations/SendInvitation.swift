import Civic
import Localization
import PostgreSQL

/// Mails an invitation, with a link of its own: the one that was shown is kept as its digest alone.
struct SendInvitation: Sendable {
  let database: Database
  let correspondence: Correspondence?

  func callAsFunction(_ job: Job) async throws {
    guard let id = Int(job.subject) else { throw UnknownWord(column: "jobs.subject") }
    let tenant = database.tenant(job.tenantID)
    if let correspondence, !MailPatience.isOver(job) {
      let rows = try await tenant.read(
        """
        SELECT i.email, i.name, i.role, i.language, i.expires_at, p.name
          FROM invitations i
          LEFT JOIN people p ON p.tenant_id = i.tenant_id AND p.id = i.invited_by AND p.active
         WHERE i.id = \(id) AND i.expires_at > now()
           AND (p.id IS NOT NULL OR i.operator_id IS NOT NULL AND operator_still_asks(i.id))
        """)
      if let row = rows.first {
        let token = InvitationToken.generate()
        _ = try await tenant.write(token.insertion(for: id))
        let sender = try await correspondence.sender(tenant, id: job.tenantID)
        let t = correspondence.translator(try row.get(3), sender)
        let role: Role = try row.word(2)
        let letter = Letter(
          subject: t("Work with us in {township}", ["township": sender.name]),
          paragraphs: [
            t("Hello {name},", ["name": try row.get(1)]),
            Self.request(from: try row.get(5), role, sender, t),
            t("Open this page to choose a password:"), sender.origin + Paths.invitePage(token.pathComponent),
            t(
              "The link is good once, until {date}. Do not pass it on: whoever opens it works in your name.",
              ["date": t.weekdayAndDate(try row.get(4))]),
            t("If this is not meant for you, you need not do anything."), "--\n" + sender.name,
          ], id: "\(job.tenantID).invitation.\(job.id)")
        _ = try await correspondence.send(letter, to: try row.get(0), from: sender, t)
      }
    }
    _ = try await tenant.write(JobQueue.completion(of: job))
  }

  /// - Parameter inviter: nil for the operator of the installation, whom nobody of the township need know.
  private static func request(
    from inviter: String?, _ role: Role, _ sender: Correspondence.Sender, _ t: Translator
  ) -> String {
    guard let inviter else {
      return t(
        "Lamppost is ready for {township}, and you are asked to keep it ({role}).",
        ["township": sender.name, "role": role.title(t)])
    }
    return t(
      "{inviter} asks you to work on the reports of {township} ({role}).",
      ["inviter": inviter, "township": sender.name, "role": role.title(t)])
  }
}
