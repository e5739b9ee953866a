-- Rules by which new reports find their department, person, priority and tags without anybody's doing.
CREATE TABLE routing_rules (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  -- Rules are looked at in this order; equal ones in that of their numbers.
  position int NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  active boolean NOT NULL DEFAULT true,
  -- Whether no later rule is looked at once this one holds.
  stops boolean NOT NULL DEFAULT false,
  -- What a report must be like; an empty list, and NULL, ask nothing. By slugs, so that a rule whose area is gone can
  -- still say which it meant.
  categories text[] NOT NULL DEFAULT '{}',
  category_groups text[] NOT NULL DEFAULT '{}',
  areas text[] NOT NULL DEFAULT '{}',
  priorities smallint[] NOT NULL DEFAULT '{}',
  -- ISO 8601: 1 is Monday. Minutes since midnight on the township's clock.
  weekdays smallint[] NOT NULL DEFAULT '{}',
  from_minute smallint CHECK (from_minute BETWEEN 0 AND 1439),
  until_minute smallint CHECK (until_minute BETWEEN 0 AND 1440),
  anonymous boolean,
  has_files boolean,
  words text[] NOT NULL DEFAULT '{}',
  -- What becomes of it.
  department_id int,
  assignee_id bigint,
  priority smallint CHECK (priority BETWEEN 1 AND 4),
  tags text[] NOT NULL DEFAULT '{}',
  notify_role text,
  notify_person_id bigint,
  notify_email text CHECK (length(notify_email) <= 254),
  version int NOT NULL DEFAULT 1,
  -- Removed ones can be brought back; the history names them.
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES people,
  FOREIGN KEY (tenant_id, notify_person_id) REFERENCES people
);
CREATE INDEX routing_rules_order ON routing_rules (tenant_id, position, id) WHERE removed_at IS NULL;
CALL isolate_by_tenant('routing_rules', 'SELECT, INSERT, UPDATE');

-- Raised whenever the rules, or whom they may name, changed. A process keeps the rules with this number, and reads it
-- where it reads the category anyway: reports pay no round trip for rules, and none is judged by old ones. 0: never any.
ALTER TABLE tenants ADD COLUMN routing_version int NOT NULL DEFAULT 0;
GRANT UPDATE (routing_version) ON tenants TO lamppost_app, lamppost_worker;

CREATE FUNCTION routing_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tenants SET routing_version = routing_version + 1 WHERE id = NEW.tenant_id;
  RETURN NULL;
END $$;
CREATE TRIGGER routing_changed AFTER INSERT OR UPDATE ON routing_rules
  FOR EACH ROW EXECUTE FUNCTION routing_changed();
-- Who cannot take a request any more is named in vain.
CREATE TRIGGER routing_changed AFTER UPDATE OF active ON departments
  FOR EACH ROW WHEN (OLD.active <> NEW.active) EXECUTE FUNCTION routing_changed();
CREATE TRIGGER routing_changed AFTER UPDATE OF active, role ON people
  FOR EACH ROW WHEN (OLD.active <> NEW.active OR OLD.role <> NEW.role) EXECUTE FUNCTION routing_changed();

-- Words that staff put on a request, and rules; for staff alone.
ALTER TABLE requests ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
-- Most requests have none, and cost this index nothing.
CREATE INDEX requests_tags ON requests USING gin (tenant_id, tags) WHERE tags <> '{}';
-- As in 0008: without the mark an index under row-level security is not used.
ALTER FUNCTION pg_catalog.arraycontains(anyarray, anyarray) LEAKPROOF;
