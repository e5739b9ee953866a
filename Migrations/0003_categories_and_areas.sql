CREATE TABLE categories (
  tenant_id int NOT NULL REFERENCES tenants,
  id int GENERATED ALWAYS AS IDENTITY,
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  name text NOT NULL,
  group_name text,
  description text NOT NULL DEFAULT '',
  default_priority smallint NOT NULL DEFAULT 2 CHECK (default_priority BETWEEN 1 AND 4),
  department_id int,
  -- Extra questions: [{key, label, type, required, options?, min?, max?, max_length?}]
  attributes jsonb NOT NULL DEFAULT '[]',
  -- A private category's requests are never public.
  private boolean NOT NULL DEFAULT false,
  -- Hours from report to resolution; NULL where the township promises no date.
  resolution_hours int CHECK (resolution_hours > 0),
  sort int NOT NULL DEFAULT 0,
  active boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slug),
  FOREIGN KEY (tenant_id, department_id) REFERENCES departments
);
CALL isolate_by_tenant('categories', 'SELECT, INSERT, UPDATE');

CREATE TABLE areas (
  tenant_id int NOT NULL REFERENCES tenants,
  id int GENERATED ALWAYS AS IDENTITY,
  layer text NOT NULL CHECK (layer ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  name text NOT NULL,
  boundary geometry(MultiPolygon, 4326) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, layer, slug)
);
CREATE INDEX areas_boundary ON areas USING gist (tenant_id, boundary);
CALL isolate_by_tenant('areas', 'SELECT, INSERT, UPDATE, DELETE');
