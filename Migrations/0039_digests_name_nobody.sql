-- What remains of a row of a request's history after an erasure stands in the audit log as a digest, without a salt, since
-- whoever verifies it has nothing but the row. It was made of the actor's number too. The number of a reporter is erased
-- one step after the words (erase_request_reporter), and the digest of the first step stayed: hashing 1, 2, 3… told who
-- had reported. What is digested names nobody any more.
CREATE OR REPLACE FUNCTION request_event_rest(event request_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(jsonb_build_array(
    event.kind, event.visibility, event.before, event.after, event.note)::text, 'UTF8'))
$$;

-- The digests that stand already are of the old kind and tell as much. Each row of kind 'erased' that holds such is
-- written anew, as what it would be today, by the same people; the old one loses its contents, as any row does that is
-- erased, and a row of its own says so. Nothing of that breaks a seal: what is sealed are hashes, which stay.
-- A row that does not fit its old digest was tampered with. It keeps a digest that fits nothing, so that it is still found.
CREATE TEMPORARY TABLE old_records ON COMMIT DROP AS
SELECT e.tenant_id, e.id, e.actor_id, e.subject, substring(e.subject FROM 9)::bigint AS request_id, e.after
  FROM audit_events e
 WHERE e.kind = 'erased' AND e.subject ~ '^request [0-9]{1,18}$' AND jsonb_typeof(e.after) = 'object'
   -- A record that was tampered with stays as it is, to be found.
   AND e.salt IS NOT NULL AND e.digest = audit_event_digest(e);

INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
SELECT o.tenant_id, o.actor_id, 'erased', o.subject, jsonb_object_agg(r.key, CASE
         -- Of several records of one row the last counts; it alone fits.
         WHEN e.salt IS NOT NULL OR r.value <> encode(sha256(convert_to(jsonb_build_array(
                e.actor_id, e.kind, e.visibility, e.before, e.after, e.note)::text, 'UTF8')), 'hex')
           THEN repeat('0', 64)
         ELSE encode(request_event_rest(e), 'hex') END)
  FROM old_records o CROSS JOIN jsonb_each_text(o.after) r
  JOIN request_events e ON e.tenant_id = o.tenant_id AND e.request_id = o.request_id AND e.sequence = r.key::int
 WHERE r.key ~ '^[0-9]{1,9}$'
 GROUP BY o.tenant_id, o.id, o.actor_id, o.subject
 ORDER BY o.id;

WITH erased AS (
  UPDATE audit_events e SET salt = NULL, after = NULL
    FROM old_records o WHERE e.tenant_id = o.tenant_id AND e.id = o.id
  RETURNING e.tenant_id, e.id, audit_event_rest(e) AS rest
)
INSERT INTO audit_events (tenant_id, kind, subject, after)
SELECT tenant_id, 'erased', 'audit', jsonb_object_agg(id, encode(rest, 'hex')) FROM erased GROUP BY tenant_id;
