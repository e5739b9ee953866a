import Civic
import PostgreSQL

/// Asks the owner of an address whether they want to follow. Says nothing that a stranger could have written: whoever
/// typed the address in may not be its owner.
struct ConfirmFollower: Sendable {
  let database: Database
  let correspondence: Correspondence?

  func callAsFunction(_ job: Job) async throws {
    guard let id = Int(job.subject) else { throw UnknownWord(column: "jobs.subject") }
    let tenant = database.tenant(job.tenantID)
    if let correspondence, !MailPatience.isOver(job) {
      let rows = try await tenant.read(
        """
        SELECT f.email, f.language, f.token, r.reference, c.name
          FROM followers f
          JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
          JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
         WHERE f.id = \(id) AND f.email IS NOT NULL AND f.confirmed_at IS NULL AND r.visibility <> 'removed'
        """)
      if let row = rows.first {
        let sender = try await correspondence.sender(tenant, id: job.tenantID)
        let t = correspondence.translator(try row.get(1), sender)
        let link = sender.origin + Paths.followPage(FollowToken(bytes: try row.get(2)))
        let reference = Reference(stored: try row.get(3))?.description ?? ""
        let letter = Letter(
          subject: t("Do you want to follow report {reference}?", ["reference": reference]),
          paragraphs: [
            t(
              "Somebody, probably you, wants mails to this address about report {reference} ({category}).",
              ["reference": reference, "category": try row.get(4)]),
            t("To agree, open this page and press the button:"), link,
            t("If it was not you, you need not do anything: no more mails will come."), "--\n" + sender.name,
          ], id: "\(job.tenantID).follow.\(job.id)")
        _ = try await correspondence.send(letter, to: try row.get(0), from: sender, t)
      }
    }
    _ = try await tenant.write(JobQueue.completion(of: job))
  }
}
