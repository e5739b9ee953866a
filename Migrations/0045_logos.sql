-- A township's logos: each a stranger's file until it has been scanned and drawn anew, as attachments are. One of them, at
-- most, stands above the pages.
CREATE TABLE logos (
  tenant_id int NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  uploader_id bigint,
  state text NOT NULL DEFAULT 'quarantined'
    CHECK (state IN ('quarantined', 'scanning', 'clean', 'infected', 'failed')),
  -- As the sender named it: shown to administrators, never trusted.
  file_name text CHECK (length(file_name) <= 255),
  -- Of the bytes as received.
  received_bytes bigint NOT NULL,
  received_sha256 bytea NOT NULL,
  -- Facts of the clean file in the store; its address is made of the digest.
  media_type text,
  stored_bytes bigint,
  stored_sha256 bytea,
  width int,
  height int,
  -- Why it failed, from a closed list.
  reason text,
  signature text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  judged_at timestamptz,
  -- Whether it is put up as soon as it is found clean: unless somebody has chosen another one meanwhile.
  awaited boolean NOT NULL DEFAULT true,
  worn boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, uploader_id) REFERENCES people,
  CONSTRAINT logos_worn_clean CHECK (NOT worn OR state = 'clean')
);
CREATE UNIQUE INDEX logos_worn ON logos (tenant_id) WHERE worn;
CREATE INDEX logos_age ON logos (tenant_id, created_at);
CALL isolate_by_tenant('logos', 'SELECT, INSERT, UPDATE, DELETE');

-- Whether the name stands beside the logo: some logos hold it already.
ALTER TABLE tenants ADD COLUMN shows_name boolean NOT NULL DEFAULT true;
GRANT UPDATE (shows_name) ON tenants TO lamppost_app;
