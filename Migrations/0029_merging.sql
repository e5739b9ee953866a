-- Reports of one problem that were made one: which, by whom, and what the duplicate was before.
CREATE TABLE merges (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  duplicate_id bigint NOT NULL,
  survivor_id bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor_id bigint NOT NULL,
  status text NOT NULL,
  closed_at timestamptz,
  -- A merge that was taken back stays as a row.
  undone_at timestamptz,
  undone_by bigint,
  PRIMARY KEY (tenant_id, id),
  CHECK (duplicate_id <> survivor_id),
  FOREIGN KEY (tenant_id, duplicate_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, survivor_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, actor_id) REFERENCES people,
  FOREIGN KEY (tenant_id, undone_by) REFERENCES people
);
CREATE UNIQUE INDEX merges_open ON merges (tenant_id, duplicate_id) WHERE undone_at IS NULL;
CREATE INDEX merges_duplicate ON merges (tenant_id, duplicate_id);
CREATE INDEX merges_survivor ON merges (tenant_id, survivor_id);
CALL isolate_by_tenant('merges', 'SELECT, INSERT, UPDATE, DELETE');

-- What a merge moved to the survivor, or made there: 'comment', 'attachment', 'supporter' moved; 'voice' (the duplicate's
-- reporter as a supporter) and 'follower' were made. Taking it back moves and removes these, and nothing else.
CREATE TABLE merged_parts (
  tenant_id int NOT NULL,
  merge_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('comment', 'attachment', 'supporter', 'voice', 'follower')),
  -- Its id.
  part text NOT NULL,
  PRIMARY KEY (tenant_id, merge_id, kind, part),
  FOREIGN KEY (tenant_id, merge_id) REFERENCES merges ON DELETE CASCADE
);
CREATE INDEX merged_parts_part ON merged_parts (tenant_id, kind, part);
CALL isolate_by_tenant('merged_parts', 'SELECT, INSERT, DELETE');

-- Where a duplicate is taken care of.
ALTER TABLE requests ADD COLUMN duplicate_of bigint CHECK (duplicate_of <> id);
ALTER TABLE requests ADD FOREIGN KEY (tenant_id, duplicate_of) REFERENCES requests;
CREATE INDEX requests_duplicates ON requests (tenant_id, duplicate_of) WHERE duplicate_of IS NOT NULL;

ALTER TABLE supporters ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX supporters_id ON supporters (tenant_id, id);

ALTER TABLE followers
  -- The row of the duplicate that this one was made from: who stops there stops here.
  ADD COLUMN origin_id bigint,
  -- An address that a reporter typed in, whose owner has not been asked.
  ADD COLUMN unasked boolean NOT NULL DEFAULT false,
  ADD FOREIGN KEY (tenant_id, origin_id) REFERENCES followers ON DELETE CASCADE;
CREATE INDEX followers_origin ON followers (tenant_id, origin_id) WHERE origin_id IS NOT NULL;

GRANT UPDATE (request_id) ON supporters, comments, comment_mentions TO lamppost_app, lamppost_worker;
