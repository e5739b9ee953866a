-- Many townships on one installation, kept by its operators.
ALTER TABLE tenants
  -- Of pages, for readers whose browser asks for none of ours.
  ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2}$'),
  -- Since when it is switched off: nothing of it is served, everything is kept. NULL while it is served.
  ADD COLUMN deactivated_at timestamptz,
  -- Of the band above each page and of what can be pressed; NULL for Lamppost's own. `#rrggbb`.
  ADD COLUMN brand_colour text CHECK (brand_colour ~ '^#[0-9a-f]{6}$'),
  ADD COLUMN accent_colour text CHECK (accent_colour ~ '^#[0-9a-f]{6}$'),
  -- One without a surface would refuse every report.
  ADD CONSTRAINT tenants_boundary_surface CHECK (NOT ST_IsEmpty(boundary::geometry));
-- The policy of the table leaves each township its own row.
GRANT UPDATE (brand_colour, accent_colour) ON tenants TO lamppost_app;

CREATE INDEX tenant_hosts_tenant ON tenant_hosts (tenant_id);
-- A name without its port, as browsers ask for it.
ALTER TABLE tenant_hosts ADD CONSTRAINT tenant_hosts_name
  CHECK (host ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' AND length(host) <= 253);

-- Who runs the installation is decided by who owns its database (`lamppost user create`), never through a page: whatever
-- goes wrong above, the application's role makes nobody an operator.
CREATE FUNCTION people_guard_operators() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF current_user IN ('lamppost_app', 'lamppost_worker') THEN
    RAISE insufficient_privilege USING MESSAGE = 'operators are made by the owner of the database';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_guard_new_operators BEFORE INSERT ON people
  FOR EACH ROW WHEN (NEW.role = 'operator') EXECUTE FUNCTION people_guard_operators();
CREATE TRIGGER people_guard_operators BEFORE UPDATE OF role ON people
  FOR EACH ROW WHEN (NEW.role = 'operator' AND OLD.role <> 'operator') EXECUTE FUNCTION people_guard_operators();

-- What an operator may do beyond their own township, and nothing besides: each function asks first whether the person is
-- an operator of the township that the transaction is in. They run with their owner's rights, since the application's role
-- sees one township at a time; their search path ends in pg_temp (see tenant_by_host).
CREATE FUNCTION require_operator(person bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM people p
                  WHERE p.tenant_id = current_tenant() AND p.id = person AND p.role = 'operator' AND p.active) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only operators may do this';
  END IF;
END $$;

-- Townships by slug. `word` is looked for in slug, name and hosts; `one` finds the one of that slug.
CREATE FUNCTION operator_townships(person bigint, word text, after text, one text, most bigint)
RETURNS TABLE (id int, slug text, name text, hosts text[], time_zone text, language text, search_language text,
               active boolean, created_at timestamptz, bounds text, requests bigint, open_requests bigint, staff bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM require_operator(person);
  RETURN QUERY
    SELECT t.id, t.slug, t.name, ARRAY(SELECT h.host FROM tenant_hosts h WHERE h.tenant_id = t.id ORDER BY h.host),
           t.time_zone, t.language, t.search_language::text, t.deactivated_at IS NULL, t.created_at,
           CASE WHEN t.boundary IS NOT NULL THEN concat_ws(',', ST_XMin(t.boundary::geometry), ST_YMin(t.boundary::geometry),
                  ST_XMax(t.boundary::geometry), ST_YMax(t.boundary::geometry)) END,
           c.all_of_them, c.open_ones,
           (SELECT count(*) FROM people p WHERE p.tenant_id = t.id AND p.role <> 'citizen' AND p.active)
      FROM (SELECT * FROM tenants c
             WHERE (one IS NULL OR c.slug = one) AND (after IS NULL OR c.slug > after)
               AND (word IS NULL OR strpos(lower(c.name), lower(word)) > 0 OR strpos(c.slug, lower(word)) > 0
                    OR EXISTS (SELECT 1 FROM tenant_hosts h WHERE h.tenant_id = c.id AND strpos(h.host, lower(word)) > 0))
             ORDER BY c.slug LIMIT most) t
     CROSS JOIN LATERAL (SELECT count(*) AS all_of_them, count(*) FILTER (WHERE r.closed_at IS NULL) AS open_ones
                           FROM requests r WHERE r.tenant_id = t.id) c
     ORDER BY t.slug;
END $$;

-- The union of Polygons and MultiPolygons in GeoJSON; NULL of none.
CREATE FUNCTION boundary_of(geometries text[]) RETURNS geography
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Union(ST_MakeValid(ST_Force2D(
           ST_SetSRID(ST_GeomFromGeoJSON(g), 4326))))), 3))::geography
    FROM unnest(geometries) AS g
$$;

-- Until now a single township answered to every host. Where it has no name of its own it keeps the one that its operator
-- came by, so that making a second one shuts nobody out.
CREATE FUNCTION operator_create_township(
  person bigint, own_host text, new_slug text, new_name text, new_hosts text[], new_time_zone text, new_language text,
  new_search_language text, geometries text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  new_id int;
BEGIN
  PERFORM require_operator(person);
  INSERT INTO tenant_hosts (host, tenant_id) SELECT own_host, current_tenant()
   WHERE NOT EXISTS (SELECT 1 FROM tenant_hosts h WHERE h.tenant_id = current_tenant());
  INSERT INTO tenants (slug, name, time_zone, language, search_language, boundary)
  VALUES (new_slug, new_name, new_time_zone, new_language, new_search_language::regconfig, boundary_of(geometries))
  RETURNING id INTO new_id;
  INSERT INTO tenant_hosts (host, tenant_id) SELECT host, new_id FROM unnest(new_hosts) AS host;
  RETURN new_id;
END $$;

-- What is NULL stays. Returns the township as it was and as it is, for the record of changes.
CREATE FUNCTION operator_change_township(
  person bigint, of_slug text, new_name text, new_hosts text[], new_time_zone text, new_language text,
  new_search_language text, sets_boundary boolean, geometries text[], new_active boolean)
RETURNS TABLE (id int, before text, after text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  old tenants;
  old_hosts text[];
  fresh tenants;
  fresh_hosts text[];
BEGIN
  PERFORM require_operator(person);
  SELECT * INTO old FROM tenants t WHERE t.slug = of_slug FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  old_hosts := ARRAY(SELECT h.host FROM tenant_hosts h WHERE h.tenant_id = old.id ORDER BY h.host);
  IF new_hosts IS NOT NULL THEN
    DELETE FROM tenant_hosts h WHERE h.tenant_id = old.id AND h.host <> ALL (new_hosts);
    INSERT INTO tenant_hosts (host, tenant_id)
    SELECT n.host, old.id FROM unnest(new_hosts) AS n (host) WHERE n.host <> ALL (old_hosts);
  END IF;
  UPDATE tenants t SET
    name = coalesce(new_name, t.name), time_zone = coalesce(new_time_zone, t.time_zone),
    language = coalesce(new_language, t.language),
    search_language = coalesce(new_search_language::regconfig, t.search_language),
    boundary = CASE WHEN sets_boundary THEN boundary_of(geometries) ELSE t.boundary END,
    deactivated_at = CASE WHEN new_active IS NULL THEN t.deactivated_at WHEN new_active THEN NULL
                          ELSE coalesce(t.deactivated_at, now()) END
   WHERE t.id = old.id RETURNING * INTO fresh;
  fresh_hosts := ARRAY(SELECT h.host FROM tenant_hosts h WHERE h.tenant_id = old.id ORDER BY h.host);
  RETURN QUERY SELECT old.id, township_record(old, old_hosts), township_record(fresh, fresh_hosts);
END $$;

CREATE FUNCTION township_record(township tenants, hosts text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT jsonb_build_object(
    'name', township.name, 'hosts', to_jsonb(hosts), 'time_zone', township.time_zone, 'language', township.language,
    'search_language', township.search_language::text, 'active', township.deactivated_at IS NULL,
    'boundary', md5(coalesce(ST_AsBinary(township.boundary)::text, '')))::text
$$;

REVOKE EXECUTE ON FUNCTION require_operator(bigint), township_record(tenants, text[]), boundary_of(text[]),
  operator_townships(bigint, text, text, text, bigint),
  operator_create_township(bigint, text, text, text, text[], text, text, text, text[]),
  operator_change_township(bigint, text, text, text[], text, text, text, boolean, text[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_townships(bigint, text, text, text, bigint),
  operator_create_township(bigint, text, text, text, text[], text, text, text, text[]),
  operator_change_township(bigint, text, text, text[], text, text, text, boolean, text[], boolean) TO lamppost_app;
