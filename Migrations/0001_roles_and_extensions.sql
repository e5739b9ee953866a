-- Roles are shared by every database of a cluster, so each is made only where it is missing.
-- Neither can log in until `lamppost migrate` gives it the password that stands in its connection URL.
DO $$
BEGIN
  BEGIN
    CREATE ROLE lamppost_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END;
  BEGIN
    CREATE ROLE lamppost_worker NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END;
END $$;

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lamppost_app, lamppost_worker;
-- Neither role has a use for temporary objects, which could stand in the way of functions that run with their owner's
-- rights.
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;

-- The township of the statement or transaction that runs; NULL when none was set, so that every policy then matches
-- nothing. After a local setting ends its value is the empty string, hence nullif.
CREATE FUNCTION current_tenant() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant', true), '')::int;

-- Puts a table under its tenant's policy, for the owner too, and grants the named rights to both roles.
CREATE PROCEDURE isolate_by_tenant(target regclass, rights text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY tenant ON %s USING (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::int)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::int)', target);
  EXECUTE format('GRANT %s ON %s TO lamppost_app, lamppost_worker', rights, target);
END $$;
