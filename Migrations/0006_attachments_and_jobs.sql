CREATE TABLE attachments (
  tenant_id int NOT NULL,
  id uuid NOT NULL,
  request_id bigint NOT NULL,
  -- NULL for somebody without an account.
  uploader_id bigint,
  state text NOT NULL DEFAULT 'quarantined'
    CHECK (state IN ('quarantined', 'scanning', 'clean', 'infected', 'failed')),
  visibility text NOT NULL CHECK (visibility IN ('public', 'internal', 'private')),
  -- As the sender named it: shown to staff, never trusted.
  file_name text CHECK (length(file_name) <= 255),
  -- Of the bytes as received.
  received_bytes bigint NOT NULL,
  received_sha256 bytea NOT NULL,
  -- Facts of the clean file in the store.
  media_type text,
  stored_bytes bigint,
  stored_sha256 bytea,
  width int,
  height int,
  thumbnail_bytes int,
  -- Why it failed, from a closed list.
  reason text,
  -- For staff alone.
  signature text,
  -- Not now(): files of one report keep the order in which they were sent.
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  judged_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, uploader_id) REFERENCES people
);
CREATE INDEX attachments_request ON attachments (tenant_id, request_id, created_at);
CREATE INDEX attachments_waiting ON attachments (tenant_id, created_at) WHERE state IN ('quarantined', 'scanning');
CALL isolate_by_tenant('attachments', 'SELECT, INSERT, UPDATE');

CREATE TABLE jobs (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  -- What the job works on, e.g. an attachment's id. One waiting job a subject is enough: see the unique index.
  subject text NOT NULL,
  run_at timestamptz NOT NULL DEFAULT now(),
  -- Leases so far: tells one from another.
  attempts int NOT NULL DEFAULT 0,
  -- What went wrong with the subject itself. Waiting for signatures, a full disk or a worker that was restarted is not
  -- the file's fault and must not use up its chances.
  faults int NOT NULL DEFAULT 0,
  -- A lease, not a lock: a worker that dies lets it run out.
  leased_until timestamptz,
  -- Bland, for staff and doctor; never a body, a name or a path.
  last_error text,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX jobs_subject ON jobs (tenant_id, kind, subject);
CREATE INDEX jobs_due ON jobs (run_at);
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON jobs TO lamppost_app
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
-- The worker finds the jobs of every township, then sets the tenant for the one it runs.
CREATE POLICY worker ON jobs TO lamppost_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO lamppost_app, lamppost_worker;

CREATE FUNCTION jobs_notify() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY jobs;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_notify AFTER INSERT ON jobs FOR EACH STATEMENT EXECUTE FUNCTION jobs_notify();

-- What the worker may see before a tenant is set: that townships exist.
CREATE POLICY worker ON tenants TO lamppost_worker USING (true);

CREATE TABLE idempotency_keys (
  tenant_id int NOT NULL REFERENCES tenants,
  -- Digest of caller and key.
  key_digest bytea NOT NULL,
  content_digest bytea NOT NULL,
  -- The answer as JSON, less the tracking code, which the key gives again.
  response text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key_digest)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (tenant_id, created_at);
CALL isolate_by_tenant('idempotency_keys', 'SELECT, INSERT, UPDATE, DELETE');
