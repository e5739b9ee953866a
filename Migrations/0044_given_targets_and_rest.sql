-- A target that came with the request from elsewhere, and the category and priority that it was promised for: whoever takes
-- the request out of them and puts it back gets it back.
ALTER TABLE requests
  ADD COLUMN given_by timestamptz,
  ADD COLUMN given_category_id int,
  ADD COLUMN given_priority smallint;
UPDATE requests r
   SET given_by = coalesce(r.promised_by, r.expected_by), given_category_id = r.category_id, given_priority = r.priority
 WHERE r.source_id IS NOT NULL AND r.expected_by IS NOT NULL AND r.closed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM request_events e
                    WHERE e.tenant_id = r.tenant_id AND e.request_id = r.id AND e.kind = 'edited');

-- The jobs of a township that is switched off wait until it is on again: they are not late.
CREATE OR REPLACE FUNCTION worker_health(OUT queue_lag float8, OUT scanner text, OUT scanner_seen float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((SELECT extract(epoch FROM now() - min(j.run_at)) FROM jobs j
                    WHERE j.run_at < now() AND (j.leased_until IS NULL OR j.leased_until < now())
                      AND NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = j.tenant_id AND t.deactivated_at IS NOT NULL)),
                  0)::float8,
         (SELECT w.scanner FROM workers w ORDER BY seen_at DESC LIMIT 1),
         (SELECT extract(epoch FROM now() - max(seen_at)) FROM workers)::float8
$$;
