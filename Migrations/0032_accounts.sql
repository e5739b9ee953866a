-- The links of mails about an account: to a new password, and to a changed address. Only their digests are kept. A link
-- is of one epoch of the account: a new password ends the links of the old one.
CREATE TABLE account_links (
  tenant_id int NOT NULL,
  digest bytea NOT NULL,
  person_id bigint NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('password', 'address')),
  -- The address that is to be the account's.
  email text CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  epoch int NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, digest),
  CHECK ((purpose = 'address') = (email IS NOT NULL)),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people
);
CREATE INDEX account_links_person ON account_links (tenant_id, person_id);
CALL isolate_by_tenant('account_links', 'SELECT, INSERT, DELETE');

-- Second factors: one authenticator app for an account. The secret is sealed with a key that the database does not have.
CREATE TABLE second_factors (
  tenant_id int NOT NULL,
  person_id bigint NOT NULL,
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- NULL until a first code has shown that the app has the secret; it counts from then on.
  confirmed_at timestamptz,
  -- The step of time of the last code that was taken: a code is good once.
  last_step bigint,
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people
);
CALL isolate_by_tenant('second_factors', 'SELECT, INSERT, UPDATE, DELETE');

-- For whoever has lost their telephone: each is good once. Random enough for a plain digest.
CREATE TABLE recovery_codes (
  tenant_id int NOT NULL,
  person_id bigint NOT NULL,
  digest bytea NOT NULL,
  PRIMARY KEY (tenant_id, person_id, digest),
  FOREIGN KEY (tenant_id, person_id) REFERENCES second_factors ON DELETE CASCADE
);
CALL isolate_by_tenant('recovery_codes', 'SELECT, INSERT, DELETE');

-- Roles that have to have one.
ALTER TABLE tenants ADD COLUMN second_factor_roles text[] NOT NULL DEFAULT '{}'
  CHECK (second_factor_roles <@ ARRAY['viewer', 'agent', 'crew', 'manager', 'administrator', 'operator']);
GRANT UPDATE (second_factor_roles) ON tenants TO lamppost_app;
