-- What a township makes of the workflow.
ALTER TABLE tenants
  -- By status: {"on_hold": {"off": true, "names": {"en": "Paused"}}}. What is not there is as usual.
  ADD COLUMN statuses jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(statuses) = 'object'),
  -- A completed request is closed when its reporter has said nothing for so many days; NULL never closes it.
  ADD COLUMN closes_after_days int CHECK (closes_after_days BETWEEN 1 AND 365);
GRANT UPDATE (statuses, closes_after_days) ON tenants TO lamppost_app;

-- Whether completing needs a photo of what was done.
ALTER TABLE categories ADD COLUMN requires_proof boolean NOT NULL DEFAULT false;

-- What waits for its reporter's word, by how long.
CREATE INDEX requests_completed ON requests (tenant_id, closed_at, id) WHERE status = 'completed';
