import Civic
import FoundationEssentials
import PostgreSQL

/// Mails one event to one person. Safe to run twice: what was sent is marked, and a mail that was sent though its mark
/// was lost carries the same Message-ID again.
struct SendNotification: Sendable {
  let database: Database
  let correspondence: Correspondence?

  func callAsFunction(_ job: Job) async throws {
    let (follower, sequence) = try NotifyFollowers.subject(of: job)
    let tenant = database.tenant(job.tenantID)
    guard let correspondence, !MailPatience.isOver(job),
      let row = try await tenant.read(Self.query(follower, sequence)).first
    else { return try await finish(job, tenant) }
    let news = try News(row)
    guard news.audience != .nobody, news.audience == .followers || news.isReporter,
      news.isReporter || news.requestVisibility == "public"
    else { return try await finish(job, tenant) }
    let sender = try await correspondence.sender(tenant, id: job.tenantID)
    let t = correspondence.translator(news.language, sender)
    let link = try await link(to: news, sender, tenant)
    let id = "\(job.tenantID).\(follower).\(sequence)"
    let letter = news.letter(t, link: link, stop: sender.origin + Paths.followPage(news.token), id: id)
    if try await correspondence.send(letter, to: news.address, from: sender, t) {
      try await finish(
        job, tenant,
        """
        INSERT INTO sent_mails (tenant_id, follower_id, sequence) VALUES (current_tenant(), \(follower), \(sequence))
        ON CONFLICT DO NOTHING
        """)
    } else {
      try await finish(job, tenant)
    }
  }

  private static func query(_ follower: Int, _ sequence: Int) -> SQL {
    """
    SELECT \(News.columns)
      FROM followers f
      JOIN requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
      JOIN categories c ON c.tenant_id = r.tenant_id AND c.id = r.category_id
      JOIN request_events e ON e.tenant_id = f.tenant_id AND e.request_id = f.request_id AND e.sequence = \(sequence)
      LEFT JOIN people p ON p.tenant_id = f.tenant_id AND p.id = f.person_id AND p.active
      -- The comment that the event tells of was written by the same transaction, whose time both carry.
      LEFT JOIN LATERAL (
        SELECT m.body FROM comments m
         WHERE m.tenant_id = e.tenant_id AND m.request_id = e.request_id AND m.created_at = e.at
           AND m.visibility = e.visibility AND m.author_id IS NOT DISTINCT FROM e.actor_id
         ORDER BY m.id LIMIT 1) m ON e.kind IN ('comment', 'message')
     WHERE f.id = \(follower) AND f.confirmed_at IS NOT NULL AND f.stopped_at IS NULL AND e.visibility <> 'internal'
       AND r.visibility <> 'removed' AND (f.person_id IS NULL OR p.id IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM sent_mails s
                        WHERE s.tenant_id = f.tenant_id AND s.follower_id = f.id AND s.sequence = e.sequence)
    """
  }

  /// Where this person reads the report. A guest who reported is given a tracking code of this mail's own, since only
  /// the digests of earlier ones are kept; those stay good.
  private func link(to news: News, _ sender: Correspondence.Sender, _ tenant: Database) async throws -> String {
    guard news.isReporter, news.isGuest else { return sender.origin + Paths.requestPage(news.reference) }
    let code = TrackingCode.random()
    _ = try await tenant.write(code.insertion(for: news.requestID))
    return sender.origin + Paths.trackPage(code.text)
  }

  private func finish(_ job: Job, _ tenant: Database, _ mark: SQL? = nil) async throws {
    try await tenant.write { transaction in
      if let mark { try await transaction.execute(mark) }
      try await transaction.execute(JobQueue.completion(of: job))
    }
  }
}

extension TrackingCode {
  func insertion(for requestID: Int) -> SQL {
    """
    INSERT INTO tracking_codes (tenant_id, digest, request_id)
    VALUES (current_tenant(), \(digest.bytes), \(requestID))
    """
  }
}
