-- What happened in a township beside the history of its requests: who signed in, who took data out, who changed what
-- the township offers and what people may do. Rows that nobody updates. How they are sealed, and why no writer waits for
-- another: docs/decisions/0017.
-- No foreign keys: the row of the township or of an administrator would be locked by everybody who signs in, and what
-- happened stays when its people go.
CREATE TABLE audit_events (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  -- NULL for somebody without an account, for a job and for the command line.
  actor_id bigint,
  -- e.g. 'signed_in', 'exported', 'changed'
  kind text NOT NULL,
  -- What it is about: a word, or a word and which one: 'settings', 'category pothole', 'person 12'.
  subject text COLLATE "C" NOT NULL,
  -- The fields that changed, with what they held before and after.
  before jsonb,
  after jsonb,
  note text,
  -- As in request_events: contents and salt can be erased, the digest stays.
  salt bytea,
  digest bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_events_at ON audit_events (tenant_id, at, id);
CREATE INDEX audit_events_actor ON audit_events (tenant_id, actor_id, at, id);
CREATE INDEX audit_events_kind ON audit_events (tenant_id, kind, at, id);
CREATE INDEX audit_events_subject ON audit_events (tenant_id, subject, at, id);
CALL isolate_by_tenant('audit_events', 'SELECT, INSERT');

CREATE FUNCTION audit_event_digest(event audit_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(event.salt || convert_to(jsonb_build_array(
    event.actor_id, event.kind, event.subject, event.before, event.after, event.note)::text, 'UTF8'))
$$;

CREATE FUNCTION audit_event_hash(event audit_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(event.digest || convert_to(jsonb_build_array(
    event.tenant_id, event.id, extract(epoch FROM event.at))::text, 'UTF8'))
$$;

CREATE FUNCTION audit_events_sign() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.salt := uuid_send(gen_random_uuid());
  NEW.digest := audit_event_digest(NEW);
  NEW.hash := audit_event_hash(NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER audit_events_sign BEFORE INSERT ON audit_events
  FOR EACH ROW EXECUTE FUNCTION audit_events_sign();

-- What the next seal is to hold: rows of the audit log, and requests whose history grew. Writers only insert.
CREATE TABLE unsealed (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  request_id bigint,
  audit_id bigint,
  PRIMARY KEY (tenant_id, id),
  CHECK (num_nonnulls(request_id, audit_id) = 1)
);
CALL isolate_by_tenant('unsealed', 'SELECT, INSERT');
GRANT DELETE ON unsealed TO lamppost_worker;

CREATE FUNCTION audit_events_await_seal() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unsealed (tenant_id, audit_id) SELECT tenant_id, id FROM added;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_events_await_seal AFTER INSERT ON audit_events REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION audit_events_await_seal();

CREATE FUNCTION request_events_await_seal() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unsealed (tenant_id, request_id) SELECT DISTINCT tenant_id, request_id FROM added;
  RETURN NULL;
END $$;
CREATE TRIGGER request_events_await_seal AFTER INSERT ON request_events REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION request_events_await_seal();

-- One seal holds the hashes of the audit log's new rows and of the last row of each request whose history grew, and the
-- hash of the seal before it.
CREATE TABLE audit_seals (
  tenant_id int NOT NULL,
  number int NOT NULL CHECK (number > 0),
  at timestamptz NOT NULL DEFAULT now(),
  -- Beside each other: which rows, and their hashes; NULL for a row that was gone before it could be sealed.
  events bigint[] NOT NULL,
  event_hashes bytea[] NOT NULL,
  requests bigint[] NOT NULL,
  sequences int[] NOT NULL,
  request_hashes bytea[] NOT NULL,
  previous bytea,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, number)
);
CALL isolate_by_tenant('audit_seals', 'SELECT');
GRANT INSERT ON audit_seals TO lamppost_worker;

CREATE FUNCTION audit_seal_hash(seal audit_seals) RETURNS bytea
LANGUAGE sql STABLE AS $$
  -- The binary form of an array carries its length and its NULLs: no two different seals give the same bytes.
  SELECT sha256(coalesce(seal.previous, ''::bytea)
    || convert_to(jsonb_build_array(seal.tenant_id, seal.number, extract(epoch FROM seal.at))::text, 'UTF8')
    || array_send(seal.events) || array_send(seal.event_hashes) || array_send(seal.requests)
    || array_send(seal.sequences) || array_send(seal.request_hashes))
$$;

-- Seals up to `most` of what waits, oldest first. An empty seal tells that nothing happened: one is made where the last
-- is older than half a day.
-- Returns how many entries were sealed; 0 also while another worker seals this township.
CREATE FUNCTION seal_history(most int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  last audit_seals;
  seal audit_seals;
  taken int;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('seal_history'), current_tenant()) THEN RETURN 0; END IF;
  SELECT * INTO last FROM audit_seals WHERE tenant_id = current_tenant() ORDER BY number DESC LIMIT 1;
  WITH gone AS (
    DELETE FROM unsealed u WHERE u.tenant_id = current_tenant() AND u.id IN (
      SELECT w.id FROM unsealed w WHERE w.tenant_id = current_tenant() ORDER BY w.id LIMIT most)
    RETURNING u.request_id, u.audit_id
  ), logged AS (
    SELECT g.audit_id AS id, e.hash FROM gone g
      LEFT JOIN audit_events e ON e.tenant_id = current_tenant() AND e.id = g.audit_id
     WHERE g.audit_id IS NOT NULL
  ), heads AS (
    SELECT g.request_id AS id, h.sequence, h.hash
      FROM (SELECT DISTINCT request_id FROM gone WHERE request_id IS NOT NULL) g
      LEFT JOIN LATERAL (
        SELECT e.sequence, e.hash FROM request_events e
         WHERE e.tenant_id = current_tenant() AND e.request_id = g.request_id ORDER BY e.sequence DESC LIMIT 1) h
        ON true
  )
  SELECT (SELECT count(*) FROM gone),
         (SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM logged),
         (SELECT coalesce(array_agg(hash ORDER BY id), '{}') FROM logged),
         (SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM heads),
         (SELECT coalesce(array_agg(sequence ORDER BY id), '{}') FROM heads),
         (SELECT coalesce(array_agg(hash ORDER BY id), '{}') FROM heads)
    INTO taken, seal.events, seal.event_hashes, seal.requests, seal.sequences, seal.request_hashes;
  IF taken = 0 AND last.at > now() - interval '12 hours' THEN RETURN 0; END IF;
  seal.tenant_id := current_tenant();
  seal.number := coalesce(last.number, 0) + 1;
  seal.at := now();
  seal.previous := last.hash;
  seal.hash := audit_seal_hash(seal);
  INSERT INTO audit_seals SELECT seal.*;
  RETURN taken;
END $$;
REVOKE EXECUTE ON FUNCTION seal_history(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_history(int) TO lamppost_worker;

-- Erasing. The roles may not change history, so these run with their owner's rights, and can do one thing only: take
-- contents and salt away from rows of the township that is set. What stays in such a row is held by the audit log from
-- then on: its digest stands in a row of kind 'erased', without which nobody is believed that a row was erased.
CREATE INDEX request_events_actor ON request_events (tenant_id, actor_id) WHERE actor_id IS NOT NULL;

CREATE FUNCTION request_event_rest(event request_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(jsonb_build_array(
    event.actor_id, event.kind, event.visibility, event.before, event.after, event.note)::text, 'UTF8'))
$$;

CREATE FUNCTION audit_event_rest(event audit_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(jsonb_build_array(
    event.actor_id, event.kind, event.subject, event.before, event.after, event.note)::text, 'UTF8'))
$$;

-- Takes the note away, and the values before and after unless they are words of ours (statuses, numbers of people and
-- departments) that name nobody.
-- which: sequence numbers; NULL for the whole history of the request.
-- by_person: who ordered it; NULL for a job.
-- Returns how many rows lost something.
CREATE FUNCTION erase_request_history(request bigint, which int[], by_person bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  rests jsonb;
BEGIN
  WITH erased AS (
    UPDATE request_events e
       SET salt = NULL, note = NULL,
           before = CASE WHEN keeps.words THEN e.before END, after = CASE WHEN keeps.words THEN e.after END
      FROM (SELECT x.sequence, x.kind IN ('created', 'status', 'withdrawn', 'confirmation', 'assignment', 'attachment')
                   AS words
              FROM request_events x
             WHERE x.tenant_id = current_tenant() AND x.request_id = request) keeps
     WHERE e.tenant_id = current_tenant() AND e.request_id = request AND e.sequence = keeps.sequence
       AND (which IS NULL OR e.sequence = ANY(which))
       AND (e.note IS NOT NULL OR NOT keeps.words AND num_nonnulls(e.before, e.after) > 0)
    RETURNING e.sequence, request_event_rest(e) AS rest
  )
  SELECT jsonb_object_agg(sequence, encode(rest, 'hex')) INTO rests FROM erased;
  IF rests IS NULL THEN RETURN 0; END IF;
  INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
  VALUES (current_tenant(), by_person, 'erased', 'request ' || request, rests);
  RETURN (SELECT count(*) FROM jsonb_object_keys(rests));
END $$;

-- Takes before, after and note away from the audit log's rows about a subject, e.g. 'person 12'.
CREATE FUNCTION erase_audit_of(about text, by_person bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  rests jsonb;
BEGIN
  WITH erased AS (
    UPDATE audit_events e SET salt = NULL, note = NULL, before = NULL, after = NULL
     WHERE e.tenant_id = current_tenant() AND e.subject = about COLLATE "C" AND e.kind <> 'erased'
       AND num_nonnulls(e.note, e.before, e.after) > 0
    RETURNING e.id, audit_event_rest(e) AS rest
  )
  SELECT jsonb_object_agg(id, encode(rest, 'hex')) INTO rests FROM erased;
  IF rests IS NULL THEN RETURN 0; END IF;
  INSERT INTO audit_events (tenant_id, actor_id, kind, subject, after)
  VALUES (current_tenant(), by_person, 'erased', 'audit', rests);
  RETURN (SELECT count(*) FROM jsonb_object_keys(rests));
END $$;

-- Takes away what a person wrote into the history of any request, and what the audit log holds about them.
CREATE FUNCTION erase_person_from_history(person bigint, by_person bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  count int := 0;
  written record; -- A request, and the rows of its history that the person wrote.
BEGIN
  FOR written IN
    SELECT e.request_id, array_agg(e.sequence) AS sequences FROM request_events e
     WHERE e.tenant_id = current_tenant() AND e.actor_id = person GROUP BY 1 ORDER BY 1
  LOOP
    count := count + erase_request_history(written.request_id, written.sequences, by_person);
  END LOOP;
  RETURN count + erase_audit_of('person ' || person, by_person);
END $$;
REVOKE EXECUTE ON FUNCTION erase_request_history(bigint, int[], bigint), erase_audit_of(text, bigint),
  erase_person_from_history(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_request_history(bigint, int[], bigint), erase_audit_of(text, bigint),
  erase_person_from_history(bigint, bigint) TO lamppost_app, lamppost_worker;

-- What was kept of changes to settings so far.
INSERT INTO audit_events (tenant_id, id, at, actor_id, kind, subject, before, after) OVERRIDING SYSTEM VALUE
SELECT tenant_id, id, at, actor_id, 'changed', subject, before, after FROM administration_events ORDER BY id;
SELECT setval(pg_get_serial_sequence('audit_events', 'id'), coalesce(max(id), 0) + 1, false) FROM audit_events;
DROP TABLE administration_events;
-- The histories that stand already are sealed with the first seals.
INSERT INTO unsealed (tenant_id, request_id) SELECT DISTINCT tenant_id, request_id FROM request_events;
