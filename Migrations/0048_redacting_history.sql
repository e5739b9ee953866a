-- Of an image that was made anew: the file that was sent, of which it is a part. A photo that proves what was done is
-- known by the history's row of that one.
ALTER TABLE attachments ADD COLUMN made_from uuid;

-- Whether a text is another one with marks in place of parts of it.
CREATE FUNCTION is_redaction(original text, redacted text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN original IS NULL OR redacted IS NULL THEN original IS NULL AND redacted IS NULL
         -- No bracket means anything to LIKE.
         ELSE original LIKE replace(
           replace(replace(replace(redacted, '\', '\\'), '%', '\%'), '_', '\_'), '[redacted]', '%') END
$$;

-- Takes parts of texts out of rows of a request's history; what stays of each row is held by the audit log, as with
-- erase_request_history. The roles may not change history: a text that is not the old one with marks in place of parts of
-- it is refused.
-- changes: [{"sequence": 3, "before": …, "after": …, "note": …}], the rows as they are to be.
-- by_person: who ordered it.
-- Returns how many rows lost something.
CREATE FUNCTION redact_request_history(request bigint, changes jsonb, by_person bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  rests jsonb;
BEGIN
  IF EXISTS (
    SELECT 1 FROM jsonb_to_recordset(changes) g (sequence int, before text, after text, note text)
      LEFT JOIN request_events e ON e.tenant_id = current_tenant() AND e.request_id = request
                                AND e.sequence = g.sequence
     WHERE e.sequence IS NULL OR NOT is_redaction(e.before, g.before) OR NOT is_redaction(e.after, g.after)
        OR NOT is_redaction(e.note, g.note))
  THEN RAISE EXCEPTION 'a text of request % that is more than blackened', request; END IF;
  WITH redacted AS (
    UPDATE request_events e SET salt = NULL, before = g.before, after = g.after, note = g.note
      FROM jsonb_to_recordset(changes) g (sequence int, before text, after text, note text)
     WHERE e.tenant_id = current_tenant() AND e.request_id = request AND e.sequence = g.sequence
    RETURNING e.sequence, request_event_rest(e) AS rest
  )
  SELECT jsonb_object_agg(sequence, encode(rest, 'hex')) INTO rests FROM redacted;
  IF rests IS NULL THEN RETURN 0; END IF;
  INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
  VALUES (current_tenant(), by_person, 'erased', 'request ' || request, rests);
  RETURN (SELECT count(*) FROM jsonb_object_keys(rests));
END $$;
REVOKE EXECUTE ON FUNCTION redact_request_history(bigint, jsonb, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redact_request_history(bigint, jsonb, bigint) TO lamppost_app;
