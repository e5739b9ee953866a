-- When the township works. Its time zone is the township's.
CREATE TABLE calendars (
  tenant_id int NOT NULL REFERENCES tenants,
  id int GENERATED ALWAYS AS IDENTITY,
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  -- Seven lists from Sunday on, each of [from, to] in minutes after midnight.
  hours jsonb NOT NULL CHECK (jsonb_typeof(hours) = 'array' AND jsonb_array_length(hours) = 7),
  -- Days off: 2026-11-26, or 01-01 for each year's.
  holidays text[] NOT NULL DEFAULT '{}',
  active boolean NOT NULL DEFAULT true,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slug)
);
CALL isolate_by_tenant('calendars', 'SELECT, INSERT, UPDATE');

-- Minutes of the calendar by priority: {"high": {"first_response": 30, "resolution": 480}}. Without a calendar every hour
-- counts. Where a priority has no resolution here, resolution_hours holds, which always counts every hour.
ALTER TABLE categories
  ADD calendar_id int,
  ADD targets jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(targets) = 'object'),
  ADD FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars;

ALTER TABLE tenants
  -- Percent of a target's time after which those who work on it are warned.
  ADD warning_percent smallint NOT NULL DEFAULT 80 CHECK (warning_percent BETWEEN 1 AND 99),
  -- Who hears of a target that was missed.
  ADD escalation_role text NOT NULL DEFAULT 'manager'
    CHECK (escalation_role IN ('agent', 'crew', 'manager', 'administrator', 'operator'));
GRANT UPDATE (warning_percent, escalation_role) ON tenants TO lamppost_app;

ALTER TABLE requests
  ADD respond_by timestamptz,
  -- When staff did the first thing that the reporter hears of; a mere look is none.
  ADD first_responded_at timestamptz,
  ADD held_since timestamptz,
  -- When the clock stood still: on hold, or ended until it was reopened.
  ADD stops tstzmultirange NOT NULL DEFAULT '{}',
  -- The target as it was before any stop moved it; NULL while none has.
  ADD promised_by timestamptz,
  -- When next to look whether somebody is to be warned; NULL for never.
  ADD watch_at timestamptz,
  -- What was told of the targets that hold.
  ADD alerted text[] NOT NULL DEFAULT '{}',
  -- What has happened that the targets do not know of yet.
  ADD unsettled text CHECK (unsettled IN ('stops', 'priority', 'category'));
CREATE INDEX requests_watched ON requests (tenant_id, watch_at)
  WHERE watch_at IS NOT NULL AND closed_at IS NULL AND held_since IS NULL;
CREATE INDEX requests_unsettled ON requests (tenant_id, id) WHERE unsettled IS NOT NULL;
CREATE INDEX requests_answered ON requests (tenant_id, first_responded_at)
  INCLUDE (id, category_id, department_id, respond_by)
  WHERE first_responded_at IS NOT NULL AND respond_by IS NOT NULL AND visibility <> 'removed';
-- The figures ask whether the clock stands, and of departments.
DROP INDEX requests_open;
CREATE INDEX requests_open ON requests (tenant_id, category_id)
  INCLUDE (id, created_at, expected_by, assignee_id, department_id, held_since)
  WHERE closed_at IS NULL AND visibility <> 'removed';
DROP INDEX requests_closed;
CREATE INDEX requests_closed ON requests (tenant_id, closed_at)
  INCLUDE (id, created_at, expected_by, category_id, department_id, status)
  WHERE closed_at IS NOT NULL AND visibility <> 'removed';

-- What there is to tell one person, in one mail a run. Gone when it is sent.
CREATE TABLE deadline_alerts (
  tenant_id int NOT NULL REFERENCES tenants,
  run uuid NOT NULL,
  person_id bigint NOT NULL,
  request_id bigint NOT NULL,
  alert text NOT NULL,
  PRIMARY KEY (tenant_id, run, person_id, request_id, alert),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people,
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests
);
CALL isolate_by_tenant('deadline_alerts', 'SELECT, INSERT, DELETE');

-- What came in from elsewhere has a target, and nobody has looked at it yet.
CREATE FUNCTION requests_promised() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.unsettled := 'stops';
  RETURN NEW;
END $$;
CREATE TRIGGER requests_promised BEFORE INSERT ON requests FOR EACH ROW
  WHEN (NEW.expected_by > now() AND NEW.closed_at IS NULL AND NEW.watch_at IS NULL)
  EXECUTE FUNCTION requests_promised();

-- Notes when the clock stands, whoever changes the status. What follows for the targets is reckoned by the program, which
-- knows calendars: at once by the use case, else soon by the worker.
CREATE FUNCTION requests_clock() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  -- Since when it stood.
  since timestamptz := CASE WHEN OLD.status = 'on_hold' THEN OLD.held_since ELSE OLD.closed_at END;
  until timestamptz := least(now(), coalesce(NEW.closed_at, now()));
  -- What was taken back at once, as one may for half a minute, is no stop.
  moment CONSTANT interval := '1 minute';
  last tstzrange;
BEGIN
  IF NEW.status <> OLD.status OR NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
    IF since IS NOT NULL AND until - since >= moment THEN
      NEW.stops := NEW.stops + tstzmultirange(tstzrange(since, until));
    END IF;
    NEW.held_since := NULL;
    IF NEW.status = 'on_hold' THEN
      NEW.held_since := CASE WHEN OLD.status = 'on_hold' THEN OLD.held_since ELSE now() END;
      SELECT s INTO last FROM unnest(NEW.stops) s ORDER BY s DESC LIMIT 1;
      IF upper(last) > now() - moment THEN
        NEW.held_since := lower(last);
        NEW.stops := NEW.stops - tstzmultirange(last);
      END IF;
    ELSIF NEW.closed_at IS NOT NULL THEN
      NEW.stops := NEW.stops - tstzmultirange(tstzrange(NEW.closed_at, NULL));
    END IF;
    IF NEW.stops <> OLD.stops THEN
      NEW.unsettled := coalesce(NEW.unsettled, 'stops');
    END IF;
    IF NEW.first_responded_at IS NULL AND NEW.status NOT IN ('submitted', 'under_review', 'withdrawn') THEN
      NEW.first_responded_at := now();
    END IF;
  END IF;
  IF NEW.category_id <> OLD.category_id THEN
    NEW.unsettled := 'category';
  ELSIF NEW.priority <> OLD.priority AND NEW.unsettled IS DISTINCT FROM 'category' THEN
    NEW.unsettled := 'priority';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER requests_clock BEFORE UPDATE OF status, closed_at, category_id, priority ON requests
  FOR EACH ROW EXECUTE FUNCTION requests_clock();

-- A word of staff to the reporter is an answer.
CREATE FUNCTION comments_answer() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE requests r SET first_responded_at = NEW.created_at
   WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.request_id AND r.first_responded_at IS NULL
     AND r.reporter_id IS DISTINCT FROM NEW.author_id
     AND EXISTS (SELECT 1 FROM people p
                  WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.author_id AND p.role <> 'citizen');
  RETURN NULL;
END $$;
CREATE TRIGGER comments_answer AFTER INSERT ON comments
  FOR EACH ROW WHEN (NEW.visibility IN ('public', 'private') AND NEW.author_id IS NOT NULL)
  EXECUTE FUNCTION comments_answer();
