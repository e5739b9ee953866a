-- What workers say of themselves: whether the scanner can scan. One row a worker, written every few seconds.
CREATE TABLE workers (
  name text PRIMARY KEY,
  -- ready, missing, stale or down
  scanner text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE workers ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON workers TO lamppost_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON workers TO lamppost_worker;

-- Readiness is asked without a township and told without one: three figures, no row.
CREATE FUNCTION worker_health(OUT queue_lag float8, OUT scanner text, OUT scanner_seen float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((SELECT extract(epoch FROM now() - min(run_at)) FROM jobs
                    WHERE run_at < now() AND (leased_until IS NULL OR leased_until < now())), 0)::float8,
         (SELECT w.scanner FROM workers w ORDER BY seen_at DESC LIMIT 1),
         (SELECT extract(epoch FROM now() - max(seen_at)) FROM workers)::float8
$$;
REVOKE EXECUTE ON FUNCTION worker_health() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION worker_health() TO lamppost_app;
