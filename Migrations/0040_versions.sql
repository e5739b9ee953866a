-- People, departments, templates and settings carry a version: who changes an older one is told. Triggers raise it, so
-- that no way of changing them can forget to.
ALTER TABLE people ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE departments ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE reply_templates ADD COLUMN version int NOT NULL DEFAULT 1;
-- Of what administrators set: settings, workflow and deadlines together.
ALTER TABLE tenants ADD COLUMN version int NOT NULL DEFAULT 1;

CREATE FUNCTION raise_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;

CREATE TRIGGER people_raise_version BEFORE UPDATE OF name, email, role, active ON people
  FOR EACH ROW WHEN ((OLD.name, OLD.email, OLD.role, OLD.active) IS DISTINCT FROM (NEW.name, NEW.email, NEW.role, NEW.active))
  EXECUTE FUNCTION raise_version();
CREATE TRIGGER departments_raise_version BEFORE UPDATE OF name, active ON departments
  FOR EACH ROW WHEN ((OLD.name, OLD.active) IS DISTINCT FROM (NEW.name, NEW.active)) EXECUTE FUNCTION raise_version();
CREATE TRIGGER reply_templates_raise_version BEFORE UPDATE OF name, body, visibility ON reply_templates
  FOR EACH ROW WHEN ((OLD.name, OLD.body, OLD.visibility) IS DISTINCT FROM (NEW.name, NEW.body, NEW.visibility))
  EXECUTE FUNCTION raise_version();
CREATE TRIGGER tenants_raise_version
  BEFORE UPDATE OF emergency_number, contact_email, publishes_at_once, second_factor_roles, statuses, closes_after_days,
    warning_percent, escalation_role ON tenants
  FOR EACH ROW WHEN (
    (OLD.emergency_number, OLD.contact_email, OLD.publishes_at_once, OLD.second_factor_roles, OLD.statuses,
      OLD.closes_after_days, OLD.warning_percent, OLD.escalation_role) IS DISTINCT FROM
    (NEW.emergency_number, NEW.contact_email, NEW.publishes_at_once, NEW.second_factor_roles, NEW.statuses,
      NEW.closes_after_days, NEW.warning_percent, NEW.escalation_role))
  EXECUTE FUNCTION raise_version();

-- What somebody belongs and is limited to is part of what they are.
CREATE FUNCTION people_raise_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE people SET version = version + 1
   WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND id = coalesce(NEW.person_id, OLD.person_id);
  RETURN NULL;
END $$;
CREATE TRIGGER department_members_raise_version AFTER INSERT OR DELETE ON department_members
  FOR EACH ROW EXECUTE FUNCTION people_raise_version();
CREATE TRIGGER person_areas_raise_version AFTER INSERT OR DELETE ON person_areas
  FOR EACH ROW EXECUTE FUNCTION people_raise_version();
CREATE TRIGGER person_categories_raise_version AFTER INSERT OR DELETE ON person_categories
  FOR EACH ROW EXECUTE FUNCTION people_raise_version();
