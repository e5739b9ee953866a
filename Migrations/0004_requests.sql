CREATE TABLE requests (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  -- Seven random symbols and a check symbol, without the hyphen.
  reference text NOT NULL CHECK (length(reference) = 8),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
  category_id int NOT NULL,
  status text NOT NULL DEFAULT 'submitted' CHECK (status IN (
    'submitted', 'under_review', 'assigned', 'in_progress', 'on_hold', 'completed', 'closed', 'rejected', 'duplicate',
    'withdrawn')),
  priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
  -- NULL is "unknown location", never a point.
  location geography(Point, 4326),
  -- What the public may query, sort, tile and export by: the same point, or a blurred one.
  public_location geography(Point, 4326),
  -- Radius of uncertainty as the device told it, in metres.
  accuracy real CHECK (accuracy >= 0),
  address text CHECK (length(address) <= 500),
  attributes jsonb NOT NULL DEFAULT '{}',
  visibility text NOT NULL CHECK (visibility IN ('public', 'private', 'hidden', 'removed')),
  reporter_id bigint,
  anonymous boolean NOT NULL DEFAULT false,
  assignee_id bigint,
  department_id int,
  expected_by timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  version int NOT NULL DEFAULT 1,
  -- Where an imported row came from: what makes a second import of the same file add nothing.
  source text,
  source_id text,
  -- Title A, description B, public updates C.
  search_public tsvector NOT NULL DEFAULT '',
  -- The same and internal comments; NULL as long as there are none, which is most requests for ever.
  search_staff tsvector,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, category_id) REFERENCES categories,
  FOREIGN KEY (tenant_id, reporter_id) REFERENCES people,
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES people,
  FOREIGN KEY (tenant_id, department_id) REFERENCES departments
);
CREATE UNIQUE INDEX requests_reference ON requests (tenant_id, reference);
CREATE UNIQUE INDEX requests_source ON requests (tenant_id, source, source_id) WHERE source IS NOT NULL;
CREATE INDEX requests_newest ON requests (tenant_id, created_at, id);
CREATE INDEX requests_updated ON requests (tenant_id, updated_at, id);
CREATE INDEX requests_by_status ON requests (tenant_id, status, created_at, id);
CREATE INDEX requests_by_category ON requests (tenant_id, category_id, created_at, id);
CREATE INDEX requests_by_priority ON requests (tenant_id, priority, created_at, id);
CREATE INDEX requests_due ON requests (tenant_id, expected_by, id)
  WHERE expected_by IS NOT NULL AND closed_at IS NULL;
CREATE INDEX requests_assignee ON requests (tenant_id, assignee_id, created_at, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX requests_department ON requests (tenant_id, department_id, created_at, id)
  WHERE department_id IS NOT NULL AND closed_at IS NULL;
CREATE INDEX requests_reporter ON requests (tenant_id, reporter_id, created_at, id) WHERE reporter_id IS NOT NULL;
CREATE INDEX requests_public_location ON requests USING gist (tenant_id, public_location);
CREATE INDEX requests_location ON requests USING gist (tenant_id, location);
CREATE INDEX requests_search_public ON requests USING gin (tenant_id, search_public);
CREATE INDEX requests_search_staff ON requests USING gin (tenant_id, search_staff) WHERE search_staff IS NOT NULL;
CREATE INDEX requests_title_trigrams ON requests USING gin (tenant_id, title gin_trgm_ops);
CALL isolate_by_tenant('requests', 'SELECT, INSERT, UPDATE');

-- Apart from the request, so that no query of requests can bring a contact detail along by accident.
CREATE TABLE request_contacts (
  tenant_id int NOT NULL,
  request_id bigint NOT NULL,
  name text CHECK (length(name) <= 200),
  email text CHECK (length(email) <= 254),
  phone text CHECK (length(phone) <= 50),
  PRIMARY KEY (tenant_id, request_id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests
);
CALL isolate_by_tenant('request_contacts', 'SELECT, INSERT, UPDATE, DELETE');

-- Only the digest of a tracking code is kept.
CREATE TABLE tracking_codes (
  tenant_id int NOT NULL,
  digest bytea NOT NULL,
  request_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests
);
CREATE INDEX tracking_codes_request ON tracking_codes (tenant_id, request_id);
CALL isolate_by_tenant('tracking_codes', 'SELECT, INSERT, DELETE');

-- Which areas a request lies in, one row a layer's area; kept by trigger, recomputed by a job when an area changes.
CREATE TABLE request_areas (
  tenant_id int NOT NULL,
  area_id int NOT NULL,
  -- Repeated from the request, so that an area's newest requests are one index range.
  created_at timestamptz NOT NULL,
  request_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, area_id, created_at, request_id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, area_id) REFERENCES areas ON DELETE CASCADE
);
CREATE INDEX request_areas_request ON request_areas (tenant_id, request_id);
CALL isolate_by_tenant('request_areas', 'SELECT, INSERT, DELETE');

CREATE TABLE comments (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  request_id bigint NOT NULL,
  -- NULL for the reporter who writes by tracking code.
  author_id bigint,
  visibility text NOT NULL CHECK (visibility IN ('public', 'internal', 'private')),
  body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, author_id) REFERENCES people
);
CREATE INDEX comments_request ON comments (tenant_id, request_id, id);
CALL isolate_by_tenant('comments', 'SELECT, INSERT');

-- A private category's request is never public, whoever says so.
CREATE FUNCTION requests_privacy() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.visibility = 'public'
     AND (SELECT private FROM categories WHERE tenant_id = NEW.tenant_id AND id = NEW.category_id) THEN
    NEW.visibility := 'private';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER requests_privacy BEFORE INSERT OR UPDATE OF visibility, category_id ON requests
  FOR EACH ROW EXECUTE FUNCTION requests_privacy();

-- Search vectors. A comment is rare beside a read, so its trigger rewrites the request's vectors whole.
CREATE FUNCTION requests_search() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  language regconfig := (SELECT search_language FROM tenants WHERE id = NEW.tenant_id);
  updates text := '';
  internal text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- A vector holds at most a megabyte: of very many and very long comments the first ones are searched.
    SELECT coalesce(left(string_agg(body, ' ' ORDER BY id) FILTER (WHERE visibility = 'public'), 100000), ''),
           left(string_agg(body, ' ' ORDER BY id) FILTER (WHERE visibility = 'internal'), 100000)
      INTO updates, internal
      FROM comments WHERE tenant_id = NEW.tenant_id AND request_id = NEW.id;
  END IF;
  NEW.search_public := setweight(to_tsvector(language, NEW.title), 'A');
  IF NEW.description <> '' THEN
    NEW.search_public := NEW.search_public || setweight(to_tsvector(language, NEW.description), 'B');
  END IF;
  IF updates <> '' THEN
    NEW.search_public := NEW.search_public || setweight(to_tsvector(language, updates), 'C');
  END IF;
  NEW.search_staff := NEW.search_public || setweight(to_tsvector(language, internal), 'D');
  RETURN NEW;
END $$;
CREATE TRIGGER requests_search BEFORE INSERT OR UPDATE OF title, description, search_public ON requests
  FOR EACH ROW EXECUTE FUNCTION requests_search();

CREATE FUNCTION comments_search() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- Naming the column fires the request's own trigger, which alone knows how the vectors are made.
  UPDATE requests SET search_public = search_public WHERE tenant_id = NEW.tenant_id AND id = NEW.request_id;
  RETURN NULL;
END $$;
CREATE TRIGGER comments_search AFTER INSERT ON comments
  FOR EACH ROW WHEN (NEW.visibility IN ('public', 'internal')) EXECUTE FUNCTION comments_search();

-- Area membership at write time.
CREATE FUNCTION requests_areas_added() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO request_areas (tenant_id, area_id, created_at, request_id)
  SELECT a.tenant_id, a.id, n.created_at, n.id
    FROM added n JOIN areas a ON a.tenant_id = n.tenant_id AND ST_Covers(a.boundary, n.location::geometry)
   WHERE n.location IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER requests_areas_added AFTER INSERT ON requests REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION requests_areas_added();

CREATE FUNCTION requests_areas_moved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM request_areas WHERE tenant_id = NEW.tenant_id AND request_id = NEW.id;
  INSERT INTO request_areas (tenant_id, area_id, created_at, request_id)
  SELECT tenant_id, id, NEW.created_at, NEW.id
    FROM areas WHERE tenant_id = NEW.tenant_id AND ST_Covers(boundary, NEW.location::geometry);
  RETURN NULL;
END $$;
CREATE TRIGGER requests_areas_moved AFTER UPDATE OF location, created_at ON requests
  FOR EACH ROW WHEN (OLD.location IS DISTINCT FROM NEW.location OR OLD.created_at <> NEW.created_at)
  EXECUTE FUNCTION requests_areas_moved();
