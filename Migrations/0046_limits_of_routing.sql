-- Rules know what the person whom they name can see, so that nobody is given what lies beyond their limits: who is limited
-- anew makes the rules others.
CREATE FUNCTION routing_limits_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  changed int := CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
BEGIN
  UPDATE tenants SET routing_version = routing_version + 1 WHERE id = changed AND routing_version > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER routing_changed AFTER INSERT OR DELETE ON person_areas
  FOR EACH ROW EXECUTE FUNCTION routing_limits_changed();
CREATE TRIGGER routing_changed AFTER INSERT OR DELETE ON person_categories
  FOR EACH ROW EXECUTE FUNCTION routing_limits_changed();
