-- Who is told by mail what happens to a request: its reporter, where they left an address, and whoever follows it.
CREATE TABLE followers (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  request_id bigint NOT NULL,
  -- An account, or a guest's address.
  person_id bigint,
  email text CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  is_reporter boolean NOT NULL DEFAULT false,
  -- Of the pages when they began to follow.
  language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2}$'),
  -- In the links of their mails: who has it can confirm and stop the mails, no more.
  token bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
  -- NULL until a guest has answered the first mail: nobody is made to follow by somebody else.
  confirmed_at timestamptz,
  -- Reporters who want no more mail; others are removed.
  stopped_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK (num_nonnulls(person_id, email) = 1),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, person_id) REFERENCES people
);
CREATE UNIQUE INDEX followers_person ON followers (tenant_id, request_id, person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX followers_email ON followers (tenant_id, request_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX followers_token ON followers (tenant_id, token);
CREATE INDEX followers_of ON followers (tenant_id, person_id, created_at) WHERE person_id IS NOT NULL;
CALL isolate_by_tenant('followers', 'SELECT, INSERT, UPDATE, DELETE');

-- Which event was mailed to whom: a job that runs twice sends once.
CREATE TABLE sent_mails (
  tenant_id int NOT NULL,
  follower_id bigint NOT NULL,
  sequence int NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, follower_id, sequence),
  FOREIGN KEY (tenant_id, follower_id) REFERENCES followers ON DELETE CASCADE
);
CALL isolate_by_tenant('sent_mails', 'SELECT, INSERT');

-- For whoever has lost the link to a report and knows the address they left.
CREATE INDEX request_contacts_email ON request_contacts (tenant_id, lower(email)) WHERE email IS NOT NULL;

-- By trigger, so that no change can forget it; in the change's own transaction, so that a mail tells only of what was
-- kept. What is internal has no job at all. An anonymous report, which has nobody to tell, costs three index look-ups.
CREATE FUNCTION request_events_tell() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM requests WHERE tenant_id = NEW.tenant_id AND id = NEW.request_id AND reporter_id IS NOT NULL)
     OR EXISTS (SELECT 1 FROM request_contacts
                 WHERE tenant_id = NEW.tenant_id AND request_id = NEW.request_id AND email IS NOT NULL)
     OR EXISTS (SELECT 1 FROM followers
                 WHERE tenant_id = NEW.tenant_id AND request_id = NEW.request_id AND confirmed_at IS NOT NULL) THEN
    INSERT INTO jobs (tenant_id, kind, subject, run_at)
    VALUES (NEW.tenant_id, 'notify_followers', NEW.request_id || ':' || NEW.sequence,
            -- A change of status can be taken back for half a minute.
            now() + CASE WHEN NEW.kind = 'status' THEN interval '31 seconds' ELSE interval '0' END)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
-- What is entered later than it happened is no news.
CREATE TRIGGER request_events_tell AFTER INSERT ON request_events
  FOR EACH ROW WHEN (
    NEW.visibility <> 'internal'
    AND NEW.kind IN ('created', 'status', 'comment', 'message', 'confirmation', 'withdrawn')
    AND NEW.at > now() - interval '1 hour')
  EXECUTE FUNCTION request_events_tell();
