-- Named street lines: the base map that an installation can draw without asking anybody.
CREATE TABLE streets (
  tenant_id int NOT NULL REFERENCES tenants,
  id int GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL CHECK (length(name) <= 200),
  -- As OpenStreetMap's `highway`: primary, secondary, residential, …
  kind text NOT NULL CHECK (length(kind) <= 50),
  line geometry(LineString, 4326) NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX streets_line ON streets USING gist (tenant_id, line);
CALL isolate_by_tenant('streets', 'SELECT, INSERT, UPDATE, DELETE');
