import Civic
import PostgreSQL

/// What goes along with a merge, and how it goes back.
enum MergedParts {
  /// How the history names the other request, in the duplicate's row and in the survivor's.
  static func into(_ survivor: Reference) -> String { "into \(survivor)" }
  static func from(_ duplicate: Reference) -> String { "from \(duplicate)" }

  /// Both rows are locked.
  static func moving(_ pair: MergePair, merge: Int) -> [SQL] {
    let (duplicate, survivor) = (pair.duplicate.facts, pair.survivor.facts)
    let (isOpen, survivorIsOpen) = (pair.isOpen, pair.sides.survivor.isOpen)
    // Reports that came in by another way than the form have their reporter's row of followers from here.
    return NotifyFollowers.reporters(of: duplicate.id) + [
      """
      WITH moved AS (
        UPDATE comments SET request_id = \(survivor.id)
         -- What staff have hidden would be shown again to other readers.
         WHERE request_id = \(duplicate.id) AND visibility = ANY(\(pair.moving)) AND NOT hidden RETURNING id),
      called AS (
        UPDATE comment_mentions SET request_id = \(survivor.id) WHERE comment_id IN (SELECT id FROM moved)),
      pointed_out AS (
        UPDATE abuse_reports SET request_id = \(survivor.id) WHERE comment_id IN (SELECT id FROM moved))
      \(noting("comment", merge)) FROM moved
      """,
      """
      WITH moved AS (
        UPDATE attachments SET request_id = \(survivor.id)
         WHERE request_id = \(duplicate.id) AND visibility = ANY(\(pair.moving)) RETURNING id),
      pointed_out AS (
        UPDATE abuse_reports SET request_id = \(survivor.id) WHERE attachment_id IN (SELECT id FROM moved))
      \(noting("attachment", merge)) FROM moved
      """,
      // Somebody who supports both is counted once, and nobody supports their own report. Where the public is not led from
      // one to the other, no list of somebody's own may lead them either.
      """
      WITH moved AS (
        UPDATE supporters s SET request_id = \(survivor.id)
         WHERE s.request_id = \(duplicate.id) AND (\(isOpen) OR s.person_id IS NULL)
           AND s.person_id IS DISTINCT FROM coalesce(\(survivor.reporterID)::bigint, 0)
           AND NOT EXISTS (SELECT 1 FROM supporters o
                            WHERE o.tenant_id = s.tenant_id AND o.request_id = \(survivor.id) AND o.person_id = s.person_id)
         RETURNING id)
      \(noting("supporter", merge)) FROM moved
      """,
      voice(duplicate, survivor, isNamed: survivorIsOpen, merge: merge),
      """
      WITH moved AS (
        INSERT INTO followers (tenant_id, request_id, person_id, email, language, confirmed_at, created_at, origin_id, unasked)
        SELECT tenant_id, \(survivor.id), person_id, email, language, confirmed_at, created_at, id, is_reporter OR unasked
          FROM followers WHERE request_id = \(duplicate.id) AND confirmed_at IS NOT NULL AND stopped_at IS NULL
           -- Who reported the one knows its place, and may hear of the other what everybody may.
           AND (\(isOpen) OR is_reporter AND \(survivorIsOpen))
        ON CONFLICT DO NOTHING RETURNING id)
      \(noting("follower", merge)) FROM moved
      """,
    ]
  }

  /// Whoever reported the duplicate has the survivor's problem too; without an account they are known by their report. Who
  /// is known by their address to have reported the survivor too, or to be counted there already, is not counted again.
  /// - Parameter isNamed: whether their account's own list may show the survivor.
  private static func voice(
    _ duplicate: RequestFacts, _ survivor: RequestFacts, isNamed: Bool, merge: Int
  ) -> SQL {
    if let reporter = duplicate.reporterID, reporter == survivor.reporterID { return "SELECT 1" }
    let person = isNamed ? duplicate.reporterID : nil
    return """
      WITH own AS (\(address(of: "r.id = \(duplicate.id)"))),
      twins AS (
        SELECT 0::bigint AS id, 0 AS place FROM own
         WHERE email IN (\(address(of: "r.id = \(survivor.id)")))
        UNION ALL
        SELECT coalesce(s.twin, s.id), 1 FROM supporters s
          JOIN people p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
         WHERE s.request_id = \(survivor.id) AND lower(p.email) IN (SELECT email FROM own)
        UNION ALL
        SELECT coalesce(s.twin, s.id), 2 FROM supporters s
          JOIN merged_parts v ON v.tenant_id = s.tenant_id AND v.kind = 'voice' AND v.part = s.id::text
          JOIN merges m ON m.tenant_id = v.tenant_id AND m.id = v.merge_id
         WHERE s.request_id = \(survivor.id)
           AND (\(address(of: "r.tenant_id = m.tenant_id AND r.id = m.duplicate_id"))) IN (SELECT email FROM own)),
      moved AS (
        INSERT INTO supporters (tenant_id, request_id, person_id, guest, twin)
        VALUES (current_tenant(), \(survivor.id), \(person)::bigint,
                CASE WHEN \(person)::bigint IS NULL
                     THEN sha256(convert_to('report ' || \(duplicate.id)::bigint, 'UTF8')) END,
                (SELECT id FROM twins ORDER BY place, id LIMIT 1))
        ON CONFLICT DO NOTHING RETURNING id)
      \(noting("voice", merge)) FROM moved
      """
  }

  /// By which the reporter of a report is known, with an account or without: two reports of one address are of one person.
  private static func address(of request: SQL) -> SQL {
    """
    SELECT lower(coalesce(p.email, c.email)) AS email FROM requests r
      LEFT JOIN people p ON p.tenant_id = r.tenant_id AND p.id = r.reporter_id
      LEFT JOIN request_contacts c ON c.tenant_id = r.tenant_id AND c.request_id = r.id WHERE \(request)
    """
  }

  private static func noting(_ kind: String, _ merge: Int) -> SQL {
    """
    INSERT INTO merged_parts (tenant_id, merge_id, kind, part)
    SELECT current_tenant(), \(merge), \(kind), id::text
    """
  }

  /// What the merge moved goes back from wherever later merges took it; what has been removed since stays away.
  /// - Parameters:
  ///   - duplicate: where it belongs.
  ///   - chain: the survivor, and those that it was merged into itself; all rows are locked.
  static func returning(_ merge: Int, to duplicate: Int, from chain: [Int]) -> [SQL] {
    func parts(_ kind: String) -> SQL {
      "(SELECT p.part FROM merged_parts p WHERE p.merge_id = \(merge) AND p.kind = \(kind))"
    }
    return [
      """
      UPDATE abuse_reports SET request_id = \(duplicate) WHERE request_id = ANY(\(chain))
         AND (comment_id::text IN \(parts("comment")) OR attachment_id::text IN \(parts("attachment")))
      """,
      """
      UPDATE comment_mentions SET request_id = \(duplicate)
       WHERE request_id = ANY(\(chain)) AND comment_id::text IN \(parts("comment"))
      """,
      """
      UPDATE comments SET request_id = \(duplicate) WHERE request_id = ANY(\(chain)) AND id::text IN \(parts("comment"))
      """,
      """
      UPDATE attachments SET request_id = \(duplicate)
       WHERE request_id = ANY(\(chain)) AND id::text IN \(parts("attachment"))
      """,
      """
      UPDATE supporters s SET request_id = \(duplicate)
       WHERE s.request_id = ANY(\(chain)) AND s.id::text IN \(parts("supporter"))
         AND NOT EXISTS (SELECT 1 FROM supporters o
                          WHERE o.tenant_id = s.tenant_id AND o.request_id = \(duplicate) AND o.person_id = s.person_id)
      """,
      "DELETE FROM supporters WHERE request_id = ANY(\(chain)) AND id::text IN \(parts("voice"))",
      // Who has followed the survivor since of their own will goes on to.
      "DELETE FROM followers WHERE origin_id IS NOT NULL AND id::text IN \(parts("follower"))",
    ]
  }

  /// How much there is of each kind: what would go along, and what would stay.
  static func counts(_ pair: MergePair) -> SQL {
    let (duplicate, survivor) = (pair.duplicate.facts, pair.survivor.facts)
    return """
      SELECT (SELECT count(*) FROM comments WHERE request_id = \(duplicate.id) AND visibility = ANY(\(pair.moving))
                 AND NOT hidden),
             (SELECT count(*) FROM attachments WHERE request_id = \(duplicate.id) AND visibility = ANY(\(pair.moving))),
             (SELECT count(*) FROM supporters WHERE request_id = \(duplicate.id)),
             (SELECT count(*) FROM followers f WHERE f.request_id = \(duplicate.id) AND f.confirmed_at IS NOT NULL
                 AND f.stopped_at IS NULL AND NOT EXISTS (SELECT 1 FROM followers o
                   WHERE o.tenant_id = f.tenant_id AND o.request_id = \(survivor.id)
                     AND (o.person_id = f.person_id OR o.email = f.email))),
             (SELECT count(*) FROM comments WHERE request_id = \(duplicate.id)
                 AND (visibility <> ALL(\(pair.moving)) OR hidden)),
             (SELECT count(*) FROM attachments WHERE request_id = \(duplicate.id) AND visibility <> ALL(\(pair.moving)))
      """
  }
}
