-- How much a township holds is read off what the map counts anyway, at its coarsest level, and not off every request.
CREATE OR REPLACE FUNCTION operator_townships(person bigint, word text, after text, one text, most bigint)
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
           c.all_of_them::bigint, c.open_ones,
           (SELECT count(*) FROM people p WHERE p.tenant_id = t.id AND p.role <> 'citizen' AND p.active)
      FROM (SELECT * FROM tenants c
             WHERE (one IS NULL OR c.slug = one) AND (after IS NULL OR c.slug > after)
               AND (word IS NULL OR strpos(lower(c.name), lower(word)) > 0 OR strpos(c.slug, lower(word)) > 0
                    OR EXISTS (SELECT 1 FROM tenant_hosts h WHERE h.tenant_id = c.id AND strpos(h.host, lower(word)) > 0))
             ORDER BY c.slug LIMIT most) t
     CROSS JOIN LATERAL (
       SELECT (SELECT coalesce(sum(m.count), 0) FROM map_counts m WHERE m.tenant_id = t.id AND m.level = 4)
            + (SELECT coalesce(sum(d.change), 0) FROM map_deltas d WHERE d.tenant_id = t.id) AS all_of_them,
              (SELECT count(*) FROM requests r WHERE r.tenant_id = t.id AND r.closed_at IS NULL) AS open_ones) c
     ORDER BY t.slug;
END $$;
