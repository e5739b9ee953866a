-- Filters that people keep under a name, for themselves or for all staff.
CREATE TABLE saved_views (
  tenant_id int NOT NULL REFERENCES tenants,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  owner_id bigint NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  -- The list's filters by their names, as texts.
  filter jsonb NOT NULL CHECK (jsonb_typeof(filter) = 'object'),
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES people
);
CREATE INDEX saved_views_owner ON saved_views (tenant_id, owner_id);
CALL isolate_by_tenant('saved_views', 'SELECT, INSERT, DELETE');
