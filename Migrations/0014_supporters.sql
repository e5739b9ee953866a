-- Who else has the problem of a request: accounts, and guests by a digest of what their browser keeps, another for every
-- request. No network address.
CREATE TABLE supporters (
  tenant_id int NOT NULL,
  request_id bigint NOT NULL,
  person_id bigint,
  guest bytea CHECK (length(guest) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(person_id, guest) = 1),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, person_id) REFERENCES people
);
CREATE UNIQUE INDEX supporters_person ON supporters (tenant_id, request_id, person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX supporters_guest ON supporters (tenant_id, request_id, guest) WHERE guest IS NOT NULL;
CREATE INDEX supporters_of ON supporters (tenant_id, person_id) WHERE person_id IS NOT NULL;
CALL isolate_by_tenant('supporters', 'SELECT, INSERT, DELETE');

-- Their number, kept beside the request: lists show it.
ALTER TABLE requests ADD COLUMN supporters int NOT NULL DEFAULT 0 CHECK (supporters >= 0);
