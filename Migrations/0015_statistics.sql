-- The dashboard's figures, each from an index alone: what is open, and what was closed when.
CREATE INDEX requests_open ON requests (tenant_id, category_id)
  INCLUDE (id, created_at, expected_by, assignee_id, department_id) WHERE closed_at IS NULL AND visibility <> 'removed';
CREATE INDEX requests_closed ON requests (tenant_id, closed_at)
  INCLUDE (id, created_at, expected_by, category_id, status) WHERE closed_at IS NOT NULL AND visibility <> 'removed';
CREATE INDEX requests_opened ON requests (tenant_id, created_at)
  INCLUDE (id, category_id) WHERE visibility <> 'removed';
