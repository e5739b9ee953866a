import FoundationEssentials
import PostgreSQL

/// The statements of a verification. Its owner sees every township: each names the one it is about.
enum VerificationQueries {
  /// What seals hold, spread out so that it can be looked up; gone with the transaction.
  static func preparation(_ tenantID: Int, _ since: Date) -> [SQL] {
    let seals: SQL = "audit_seals s WHERE s.tenant_id = \(tenantID) AND s.at >= \(since)"
    return [
      """
      CREATE TEMPORARY TABLE sealed_events ON COMMIT DROP AS
      SELECT u.id, u.hash FROM (SELECT * FROM \(seals)) s, unnest(s.events, s.event_hashes) u (id, hash)
      """,
      """
      CREATE TEMPORARY TABLE sealed_heads ON COMMIT DROP AS
      SELECT u.request_id, u.sequence, u.hash
        FROM (SELECT * FROM \(seals)) s, unnest(s.requests, s.sequences, s.request_hashes) u (request_id, sequence, hash)
      """,
      """
      CREATE TEMPORARY TABLE waiting ON COMMIT DROP AS
      SELECT DISTINCT request_id, audit_id FROM unsealed WHERE tenant_id = \(tenantID)
      """,
      """
      CREATE TEMPORARY TABLE erasures ON COMMIT DROP AS
      SELECT DISTINCT ON (1, 2) substring(e.subject FROM '^request ([0-9]{1,18})$')::bigint AS request_id,
             r.key::bigint AS row, decode(r.value, 'hex') AS rest
        FROM audit_events e, jsonb_each_text(e.after) r
       WHERE e.tenant_id = \(tenantID) AND e.kind = \(AuditEvent.Kind.erased.rawValue) AND r.key ~ '^[0-9]{1,18}$'
         AND r.value ~ '^[0-9a-f]{64}$'
       ORDER BY 1, 2, e.id DESC
      """,
      "CREATE TEMPORARY TABLE examined (request_id bigint PRIMARY KEY) ON COMMIT DROP",
      since == .distantPast
        ? "INSERT INTO examined SELECT DISTINCT request_id FROM request_events WHERE tenant_id = \(tenantID)"
        : """
        INSERT INTO examined SELECT request_id FROM sealed_heads UNION
        SELECT request_id FROM waiting WHERE request_id IS NOT NULL
        """,
      "CREATE INDEX ON sealed_events (id)", "CREATE INDEX ON sealed_heads (request_id, sequence)",
      "CREATE INDEX ON waiting (request_id)", "CREATE INDEX ON waiting (audit_id)",
      "CREATE INDEX ON erasures (row, request_id)",
      "ANALYZE sealed_events", "ANALYZE sealed_heads", "ANALYZE waiting", "ANALYZE erasures", "ANALYZE examined",
    ]
  }

  /// Number, time, hash of the one before, own hash, whether it fits, and the hash in words.
  static func seals(_ tenantID: Int, _ since: Date, after last: Int, limit: Int) -> SQL {
    """
    SELECT s.number, s.at, s.previous, s.hash,
           s.hash = sha256(coalesce(s.previous, ''::bytea)
             || convert_to(jsonb_build_array(s.tenant_id, s.number, extract(epoch FROM s.at))::text, 'UTF8')
             || array_send(s.events) || array_send(s.event_hashes) || array_send(s.requests)
             || array_send(s.sequences) || array_send(s.request_hashes)),
           encode(s.hash, 'hex')
      FROM audit_seals s WHERE s.tenant_id = \(tenantID) AND s.at >= \(since) AND s.number > \(last)
     ORDER BY s.number LIMIT \(limit)
    """
  }

  static func endOfAuditBatch(_ tenantID: Int, after last: Int, limit: Int) -> SQL {
    "SELECT id FROM audit_events WHERE tenant_id = \(tenantID) AND id > \(last) ORDER BY id OFFSET \(limit) LIMIT 1"
  }

  /// Rows of the audit log with which something is wrong, and how many were looked at, as number 0.
  static func auditRows(_ tenantID: Int, _ since: Date, after last: Int, through end: Int) -> SQL {
    """
    WITH looked AS MATERIALIZED (
      SELECT e.id,
        CASE
        WHEN e.salt IS NOT NULL AND e.digest <> sha256(e.salt || convert_to(jsonb_build_array(
               e.actor_id, e.kind, e.subject, e.before, e.after, e.note)::text, 'UTF8')) THEN 'contentsChanged'
        WHEN e.hash <> sha256(e.digest || convert_to(jsonb_build_array(
               e.tenant_id, e.id, extract(epoch FROM e.at))::text, 'UTF8'))
          THEN CASE WHEN s.hash <> e.hash AND EXISTS (SELECT 1 FROM sealed_events o WHERE o.hash = e.hash)
               THEN 'moved' ELSE 'frameChanged' END
        WHEN s.hash <> e.hash THEN 'rewritten'
        WHEN e.salt IS NULL AND r.rest IS NULL THEN 'erasedWithoutRecord'
        WHEN e.salt IS NULL AND r.rest <> sha256(convert_to(jsonb_build_array(
               e.actor_id, e.kind, e.subject, e.before, e.after, e.note)::text, 'UTF8')) THEN 'changedAfterErasure'
        WHEN s.id IS NULL AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.audit_id = e.id) THEN 'notSealed' END
        AS damage
        FROM audit_events e LEFT JOIN sealed_events s ON s.id = e.id
        LEFT JOIN erasures r ON r.row = e.id AND r.request_id IS NULL
       WHERE e.tenant_id = \(tenantID) AND e.id > \(last) AND e.id <= \(end)
         AND (e.at >= \(since) OR s.id IS NOT NULL)
    )
    SELECT 0::bigint, count(*), NULL FROM looked
    UNION ALL (SELECT id, 0, damage FROM looked WHERE damage IS NOT NULL ORDER BY id LIMIT \(VerifyHistory.damageLimit))
    """
  }

  static func missingAuditRows(_ tenantID: Int, limit: Int) -> SQL {
    """
    SELECT DISTINCT k.id FROM (SELECT id FROM sealed_events UNION ALL SELECT audit_id FROM waiting) k
     WHERE k.id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.tenant_id = \(tenantID) AND e.id = k.id)
     ORDER BY 1 LIMIT \(limit)
    """
  }

  static func endOfBatch(after last: Int, limit: Int) -> SQL {
    "SELECT request_id FROM examined WHERE request_id > \(last) ORDER BY request_id OFFSET \(limit) LIMIT 1"
  }

  private static func batch(_ tenantID: Int, _ last: Int, _ end: Int) -> SQL {
    """
    request_events e JOIN examined x ON x.request_id = e.request_id
     WHERE e.tenant_id = \(tenantID) AND e.request_id > \(last) AND e.request_id <= \(end)
       AND x.request_id > \(last) AND x.request_id <= \(end)
    """
  }

  static func count(_ tenantID: Int, after last: Int, through end: Int) -> SQL {
    "SELECT count(*), count(DISTINCT e.request_id) FROM \(batch(tenantID, last, end))"
  }

  /// Rows with which something is wrong: request, reference, sequence number, that of the row before, whether digest,
  /// hash and link fit, what is known of its erasure, and whether no seal knows it.
  static func rows(_ tenantID: Int, after last: Int, through end: Int) -> SQL {
    """
    WITH looked AS (
      SELECT e.request_id, e.sequence, e.kind, e.visibility, e.before, e.after, e.note, e.salt IS NULL AS bare,
             coalesce(lag(e.sequence) OVER chain, 0) AS before_it,
             e.salt IS NULL OR e.digest = sha256(e.salt || convert_to(jsonb_build_array(
               e.actor_id, e.kind, e.visibility, e.before, e.after, e.note)::text, 'UTF8')) AS fits_digest,
             e.hash = sha256(coalesce(e.previous, ''::bytea) || e.digest || convert_to(jsonb_build_array(
               e.tenant_id, e.request_id, e.sequence, extract(epoch FROM e.at))::text, 'UTF8')) AS fits_hash,
             e.previous IS NOT DISTINCT FROM lag(e.hash) OVER chain AS fits_link,
             lead(e.sequence) OVER chain IS NULL AS is_last
        FROM \(batch(tenantID, last, end)) WINDOW chain AS (PARTITION BY e.request_id ORDER BY e.sequence)
    ), judged AS (
      SELECT l.*,
             CASE WHEN NOT l.bare THEN NULL WHEN r.rest IS NULL THEN 'missing'
                  WHEN r.rest <> sha256(convert_to(jsonb_build_array(
                    l.kind, l.visibility, l.before, l.after, l.note)::text, 'UTF8')) THEN 'other' END
               AS erasure,
             l.is_last AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.request_id = l.request_id)
               AND NOT EXISTS (
                 SELECT 1 FROM sealed_heads h WHERE h.request_id = l.request_id AND h.sequence >= l.sequence)
               AS is_unsealed
        FROM looked l LEFT JOIN erasures r ON l.bare AND r.request_id = l.request_id AND r.row = l.sequence
    )
    SELECT j.request_id, left(q.reference, 4) || '-' || substr(q.reference, 5), j.sequence, j.before_it, j.fits_digest,
           j.fits_hash, j.fits_link, j.erasure, j.is_unsealed
      FROM judged j LEFT JOIN requests q ON q.tenant_id = \(tenantID) AND q.id = j.request_id
     WHERE NOT (j.fits_digest AND j.fits_hash AND j.fits_link AND j.sequence = j.before_it + 1)
        OR j.erasure IS NOT NULL OR j.is_unsealed
     ORDER BY j.request_id, j.sequence LIMIT \(VerifyHistory.damageLimit)
    """
  }

  /// Requests that a seal, a note for the next seal or, where everything is looked at, their own row knows of.
  static func missingChains(_ tenantID: Int, isPartial: Bool, limit: Int) -> SQL {
    let own: SQL = isPartial ? "SELECT NULL::bigint" : "SELECT id FROM requests WHERE tenant_id = \(tenantID)"
    return """
      SELECT k.id, left(q.reference, 4) || '-' || substr(q.reference, 5)
        FROM (SELECT request_id AS id FROM sealed_heads UNION SELECT request_id FROM waiting UNION \(own)) k
        LEFT JOIN requests q ON q.tenant_id = \(tenantID) AND q.id = k.id
       WHERE k.id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM request_events e WHERE e.tenant_id = \(tenantID) AND e.request_id = k.id)
       ORDER BY 1 LIMIT \(limit)
      """
  }

  /// Sealed rows that are gone from the end of a history which has others, or that carry another hash now: request,
  /// reference, the sealed number, and the last that is there.
  static func heads(_ tenantID: Int, limit: Int) -> SQL {
    """
    SELECT h.request_id, left(q.reference, 4) || '-' || substr(q.reference, 5), h.sequence, last.sequence
      FROM (SELECT s.request_id, s.sequence, s.hash,
                   row_number() OVER (PARTITION BY s.request_id ORDER BY s.sequence DESC) = 1 AS is_last
              FROM sealed_heads s
              LEFT JOIN request_events e
                ON e.tenant_id = \(tenantID) AND e.request_id = s.request_id AND e.sequence = s.sequence
             WHERE s.sequence IS NOT NULL AND e.hash IS DISTINCT FROM s.hash) h
      CROSS JOIN LATERAL (
        SELECT max(e.sequence)::bigint AS sequence FROM request_events e
         WHERE e.tenant_id = \(tenantID) AND e.request_id = h.request_id) last
      LEFT JOIN requests q ON q.tenant_id = \(tenantID) AND q.id = h.request_id
     WHERE last.sequence IS NOT NULL
       -- Of a cut end one is told, the longest; rows between others were found with their neighbours.
       AND CASE WHEN h.sequence > last.sequence THEN h.is_last ELSE EXISTS (
             SELECT 1 FROM request_events e
              WHERE e.tenant_id = \(tenantID) AND e.request_id = h.request_id AND e.sequence = h.sequence) END
     ORDER BY 1, 3 LIMIT \(limit)
    """
  }
}
