CREATE TABLE tenants (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- Dictionary of full-text search, e.g. 'english'.
  search_language regconfig NOT NULL DEFAULT 'english',
  -- IANA name; wall-clock times of imports and working hours are read in it.
  time_zone text NOT NULL DEFAULT 'UTC',
  -- Reports outside are refused with `outside_area`; NULL means no limit.
  boundary geography(MultiPolygon, 4326),
  refuses_outside boolean NOT NULL DEFAULT true,
  -- Whether a new report is public at once or only after a look by staff.
  publishes_at_once boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenants USING (id = nullif(current_setting('app.tenant', true), '')::int);
GRANT SELECT ON tenants TO lamppost_app, lamppost_worker;

CREATE TABLE tenant_hosts (
  host text PRIMARY KEY CHECK (host = lower(host)),
  tenant_id int NOT NULL REFERENCES tenants
);
ALTER TABLE tenant_hosts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenant_hosts USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
GRANT SELECT ON tenant_hosts TO lamppost_app, lamppost_worker;

-- The one question that is asked before a tenant is known. A township that is alone on its installation answers to
-- every host name.
-- A function that runs with its owner's rights looks for names in temporary schemas last: otherwise whoever may run SQL
-- as the application could put a table of the same name in its way.
CREATE FUNCTION tenant_by_host(name text) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(
    (SELECT tenant_id FROM tenant_hosts WHERE host = lower(name)),
    (SELECT min(id) FROM tenants HAVING count(*) = 1))
$$;
REVOKE EXECUTE ON FUNCTION tenant_by_host(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_by_host(text) TO lamppost_app, lamppost_worker;

CREATE TABLE departments (
  tenant_id int NOT NULL REFERENCES tenants,
  id int GENERATED ALWAYS AS IDENTITY,
  slug text NOT NULL,
  name text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slug)
);
CALL isolate_by_tenant('departments', 'SELECT, INSERT, UPDATE');

CREATE TABLE people (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
  name text NOT NULL CHECK (length(name) <= 200),
  -- argon2id in PHC form; NULL for somebody who cannot sign in by password.
  password_hash text,
  role text NOT NULL CHECK (role IN ('citizen', 'viewer', 'agent', 'crew', 'manager', 'administrator', 'operator')),
  department_id int,
  -- Raised to end every session and token at once.
  epoch int NOT NULL DEFAULT 1,
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email),
  FOREIGN KEY (tenant_id, department_id) REFERENCES departments
);
CALL isolate_by_tenant('people', 'SELECT, INSERT, UPDATE');

-- A sign-in by token and everything refreshed from it. Its row is what refreshing and revoking lock, so that a token
-- that is being made at that moment ends with its family. The epoch is the person's at sign-in: a raised one ends it.
CREATE TABLE refresh_families (
  tenant_id int NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  person_id bigint NOT NULL,
  epoch int NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people
);
CALL isolate_by_tenant('refresh_families', 'SELECT, INSERT, UPDATE, DELETE');

-- One row a token; a second use of one ends the family.
CREATE TABLE refresh_tokens (
  tenant_id int NOT NULL,
  digest bytea NOT NULL,
  family uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id, family) REFERENCES refresh_families ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (tenant_id, family);
CALL isolate_by_tenant('refresh_tokens', 'SELECT, INSERT, UPDATE, DELETE');
