-- A new password stands in the audit log whoever sets it: at the settings, by a mail, by an administrator. A password
-- that is only hashed anew ends no session and is none.
CREATE FUNCTION people_audit_password() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_events (tenant_id, kind, subject) VALUES (NEW.tenant_id, 'password_changed', 'person ' || NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER people_audit_password AFTER UPDATE OF password_hash ON people
  FOR EACH ROW WHEN (NEW.password_hash <> OLD.password_hash AND NEW.epoch <> OLD.epoch)
  EXECUTE FUNCTION people_audit_password();
