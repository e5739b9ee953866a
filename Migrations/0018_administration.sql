-- Who changed what the township offers, and when. Rows that nobody updates.
CREATE TABLE administration_events (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  actor_id bigint NOT NULL,
  -- 'settings', or 'category' and its slug.
  subject text NOT NULL,
  -- The fields that changed, with what they held before and after.
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, actor_id) REFERENCES people
);
CALL isolate_by_tenant('administration_events', 'SELECT, INSERT');

-- The policy of the table leaves each township its own row.
GRANT UPDATE (emergency_number, contact_email, publishes_at_once) ON tenants TO lamppost_app;
