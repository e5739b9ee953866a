-- Who is asked to work here, until they accept. Accepted and withdrawn ones live on in the audit log.
CREATE TABLE invitations (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  email text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role text NOT NULL CHECK (role IN ('viewer', 'agent', 'crew', 'manager', 'administrator')),
  department_id int,
  -- What they will be limited to from their first moment on.
  area_ids int[] NOT NULL DEFAULT '{}',
  category_ids int[] NOT NULL DEFAULT '{}',
  language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2}$'),
  invited_by bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email),
  FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
  FOREIGN KEY (tenant_id, invited_by) REFERENCES people
);
CALL isolate_by_tenant('invitations', 'SELECT, INSERT, UPDATE, DELETE');

-- Only digests of links are kept: of the one that was shown, and of the one in the mail.
CREATE TABLE invitation_links (
  tenant_id int NOT NULL,
  digest bytea NOT NULL,
  invitation_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id, invitation_id) REFERENCES invitations ON DELETE CASCADE
);
CREATE INDEX invitation_links_invitation ON invitation_links (tenant_id, invitation_id);
CALL isolate_by_tenant('invitation_links', 'SELECT, INSERT, DELETE');
