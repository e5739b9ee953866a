-- How long a category's requests are kept after they were closed, in days; NULL for ever.
ALTER TABLE categories
  ADD COLUMN anonymize_after_days int CHECK (anonymize_after_days BETWEEN 1 AND 36500),
  ADD COLUMN delete_after_days int CHECK (delete_after_days BETWEEN 1 AND 36500);

-- When that was done. A deleted request keeps its number, its history without contents, and nothing else.
ALTER TABLE requests ADD COLUMN anonymized_at timestamptz, ADD COLUMN deleted_at timestamptz;
CREATE INDEX requests_retained ON requests (tenant_id, category_id, closed_at)
  WHERE closed_at IS NOT NULL AND deleted_at IS NULL;

-- Comments cannot be deleted, since history and mentions count them, but their words and authors can be taken away.
GRANT UPDATE (author_id) ON comments TO lamppost_app, lamppost_worker;

-- Takes the number of a person out of a request's history: who reported it can no longer be told. What stays of each row
-- is held by the audit log, as with erase_request_history.
CREATE FUNCTION erase_request_reporter(request bigint, person bigint, by_person bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  rests jsonb;
BEGIN
  WITH erased AS (
    UPDATE request_events e SET salt = NULL, actor_id = NULL, note = NULL
     WHERE e.tenant_id = current_tenant() AND e.request_id = request AND e.actor_id = person
    RETURNING e.sequence, request_event_rest(e) AS rest
  )
  SELECT jsonb_object_agg(sequence, encode(rest, 'hex')) INTO rests FROM erased;
  IF rests IS NULL THEN RETURN 0; END IF;
  INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
  VALUES (current_tenant(), by_person, 'erased', 'request ' || request, rests);
  RETURN (SELECT count(*) FROM jsonb_object_keys(rests));
END $$;
REVOKE EXECUTE ON FUNCTION erase_request_reporter(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_request_reporter(bigint, bigint, bigint) TO lamppost_app, lamppost_worker;
