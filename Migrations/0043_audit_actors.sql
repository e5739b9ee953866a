-- Who sets a password stands in its row: the use case says so for its transaction.
CREATE OR REPLACE FUNCTION people_audit_password() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_events (tenant_id, actor_id, kind, subject)
  VALUES (NEW.tenant_id, nullif(current_setting('app.actor', true), '')::bigint, 'password_changed', 'person ' || NEW.id);
  RETURN NULL;
END $$;

-- Since when a program is signed in.
ALTER TABLE refresh_families ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
