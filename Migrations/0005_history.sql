-- History is rows that nobody updates: the roles may insert and read, no more.
-- Each row carries the hash of the one before it of the same request. What is hashed is a salted digest of the
-- contents, so that contents and salt can be erased for privacy while the chain still verifies.
CREATE TABLE request_events (
  tenant_id int NOT NULL,
  request_id bigint NOT NULL,
  sequence int NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  -- NULL for somebody without an account.
  actor_id bigint,
  -- e.g. 'created', 'status', 'assignment', 'comment', 'attachment', 'edited', 'withdrawn', 'imported'
  kind text NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('public', 'internal', 'private')),
  before text,
  after text,
  note text,
  salt bytea,
  digest bytea NOT NULL,
  previous bytea,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, request_id, sequence),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests
);
CALL isolate_by_tenant('request_events', 'SELECT, INSERT');

CREATE FUNCTION request_event_digest(event request_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  -- jsonb_build_array is an unambiguous framing: no two different rows give the same text.
  SELECT sha256(event.salt || convert_to(jsonb_build_array(
    event.actor_id, event.kind, event.visibility, event.before, event.after, event.note)::text, 'UTF8'))
$$;

CREATE FUNCTION request_event_hash(event request_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(coalesce(event.previous, ''::bytea) || event.digest || convert_to(jsonb_build_array(
    event.tenant_id, event.request_id, event.sequence, extract(epoch FROM event.at))::text, 'UTF8'))
$$;

-- The use case has locked the request's row before, so two writers to one request queue there, and writers to
-- different requests never meet.
CREATE FUNCTION request_events_chain() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  last request_events;
BEGIN
  SELECT * INTO last FROM request_events
    WHERE tenant_id = NEW.tenant_id AND request_id = NEW.request_id ORDER BY sequence DESC LIMIT 1;
  NEW.sequence := coalesce(last.sequence, 0) + 1;
  NEW.previous := last.hash;
  NEW.salt := uuid_send(gen_random_uuid());
  NEW.digest := request_event_digest(NEW);
  NEW.hash := request_event_hash(NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER request_events_chain BEFORE INSERT ON request_events
  FOR EACH ROW EXECUTE FUNCTION request_events_chain();
