-- Fills an empty township with believable requests, by whole sets, as a superuser. psql variables: tenant, requests.
--
-- Places gather around 400 centres in a square of 20 km, of which the k-th is `bench_center(k)`: loads pick a centre and
-- a place near it by the same arithmetic. The first 458,752 references consist of the digits 0 to 7 alone, so that
-- pgbench, which knows no text, can make one from a number: see load.lua and recording.py for the same steps.
\set ON_ERROR_STOP on
-- Triggers work row by row; what they keep is made below by sets.
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
SET work_mem = '256MB';
SELECT setseed(0.311);

CREATE FUNCTION pg_temp.times_x(value int) RETURNS int LANGUAGE sql IMMUTABLE
  RETURN ((value << 1) # (CASE WHEN value & 16 <> 0 THEN 37 ELSE 0 END)) & 31;

CREATE FUNCTION pg_temp.symbol(value int) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', value + 1, 1);

-- The n-th reference (0 to 458,751) of octal digits whose check symbol is one too.
CREATE FUNCTION pg_temp.octal_reference(n int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  d int[] := ARRAY[1 + (n >> 16), n >> 13 & 7, n >> 10 & 7, n >> 7 & 7, n >> 4 & 7];
  sum int := 0;
BEGIN
  FOR i IN 1..5 LOOP sum := pg_temp.times_x(sum # d[i]); END LOOP;
  d := d || ((n >> 2 & 3) | (sum & 4));
  sum := pg_temp.times_x(sum # d[6]);
  d := d || ((n & 3) | (sum & 4));
  RETURN array_to_string(d || pg_temp.times_x(sum # d[7]), '');
END $$;

-- A reference that begins with a letter, from 30 bits.
CREATE FUNCTION pg_temp.lettered_reference(n int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  d int := 10 + n % 22;
  sum int := pg_temp.times_x(d);
  text text := pg_temp.symbol(d);
BEGIN
  FOR i IN 0..5 LOOP
    d := n >> (5 * i) & 31;
    sum := pg_temp.times_x(sum # d);
    text := text || pg_temp.symbol(d);
  END LOOP;
  RETURN text || pg_temp.symbol(sum);
END $$;

CREATE TABLE bench_words AS SELECT row_number() OVER () - 1 AS n, title, said FROM (VALUES
  ('Pothole', 'A deep pothole; cars swerve into the other lane to get around it.'),
  ('Street light out', 'The lamp has been dark for several nights and the crossing is hard to see.'),
  ('Missed trash pickup', 'Everything was at the curb before seven and nobody came by.'),
  ('Graffiti on the wall', 'Fresh paint along the whole side of the building, facing the playground.'),
  ('Fallen branch', 'A large branch came down in the storm and blocks half of the sidewalk.'),
  ('Broken sidewalk', 'The slabs have lifted and a neighbour tripped over them yesterday.'),
  ('Abandoned bicycle', 'Chained to the rack since spring, both wheels are gone.'),
  ('Illegal dumping', 'Two mattresses and a pile of construction waste behind the fence.'),
  ('Water leak', 'Water runs out of the ground beside the hydrant and freezes at night.'),
  ('Traffic signal stuck', 'Red in every direction, people have begun to drive through.'),
  ('Rat sighting', 'Several rats around the bins in the alley every evening.'),
  ('Noise at night', 'Loud music from the roof until three, for the third weekend in a row.'),
  ('Snow not cleared', 'The ramp at the corner is under a bank of ice, no wheelchair can pass.'),
  ('Damaged sign', 'The stop sign was hit and faces the wrong way now.'),
  ('Blocked drain', 'The street floods to the curb whenever it rains.'),
  ('Dead animal', 'On the shoulder just before the bridge.'),
  ('Parked on the crossing', 'The same van stands across the zebra crossing every morning.'),
  ('Tree needs pruning', 'The branches touch the power line in front of the school.'),
  ('Litter in the park', 'The bins by the pond overflow and the wind takes it all into the water.'),
  ('Bench broken', 'Two slats are missing and a nail sticks out.')) AS words (title, said);
CREATE TABLE bench_streets AS SELECT row_number() OVER () - 1 AS n, name FROM unnest(ARRAY[
  'Maple Street', 'Washington Street', 'Harbor Avenue', 'Beacon Street', 'Centre Street', 'Blue Hill Avenue',
  'Dorchester Avenue', 'Tremont Street', 'River Road', 'Mill Lane', 'Church Street', 'School Street', 'Park Drive',
  'Warren Street', 'Columbia Road', 'Hyde Park Avenue', 'Adams Street', 'Summer Street', 'Walnut Avenue',
  'Cedar Street', 'Franklin Square', 'Station Road', 'Lake View Terrace', 'Union Street']) AS name;

INSERT INTO departments (tenant_id, slug, name)
SELECT :tenant, 'department-' || n, 'Department ' || n FROM generate_series(1, 8) n;
INSERT INTO categories (tenant_id, slug, name, group_name, default_priority, department_id, resolution_hours)
SELECT :tenant, 'category-' || i, w.title || ' and the like', 'Group ' || i % 6, 1 + i % 4, d.id, 24 * (1 + i % 30)
  FROM generate_series(1, 40) i JOIN bench_words w ON w.n = i % 20
  JOIN departments d ON d.tenant_id = :tenant AND d.slug = 'department-' || (1 + i % 8);
INSERT INTO areas (tenant_id, layer, slug, name, boundary)
SELECT :tenant, 'wards', 'ward-' || (x * 5 + y + 1), 'Ward ' || (x * 5 + y + 1),
       ST_Multi(ST_MakeEnvelope(-71.20 + x * 0.05, 42.22 + y * 0.04, -71.15 + x * 0.05, 42.26 + y * 0.04, 4326))
  FROM generate_series(0, 4) x, generate_series(0, 4) y;

-- Indexes are made after the rows, each as it stood.
CREATE TABLE bench_indexes AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
 WHERE i.indrelid = 'requests'::regclass AND c.oid IS NULL;
SELECT format('DROP INDEX %s', name) FROM bench_indexes \gexec

WITH rows AS (
  SELECT i, 1 + (random() * 399)::int AS k, random() + random() + random() - 1.5 AS dx,
         random() + random() + random() - 1.5 AS dy, (random() * 19)::int AS w, (random() * 23)::int AS s,
         (random() * 39)::int AS c, random() AS fate, 1 + (random() * 3)::smallint AS priority,
         now() - random() * interval '3 years' AS created_at, 1 + (random() * 400)::int AS house
    FROM generate_series(1, :requests) i
), named AS (
  SELECT rows.*, w.title || ' near ' || house || ' ' || s.name AS title, w.said, house || ' ' || s.name AS address,
         cats.id AS category_id, cats.department_id, cats.resolution_hours,
         ST_SetSRID(ST_MakePoint(
           -71.195 + 0.24 * (k * 0.7548776662 - floor(k * 0.7548776662)) + dx * 0.017,
           42.225 + 0.18 * (k * 0.5698402910 - floor(k * 0.5698402910)) + dy * 0.0126), 4326)::geography AS place,
         CASE WHEN fate < 0.72 THEN 'closed' WHEN fate < 0.82 THEN 'completed' WHEN fate < 0.88 THEN 'submitted'
              WHEN fate < 0.92 THEN 'assigned' WHEN fate < 0.96 THEN 'in_progress' WHEN fate < 0.98 THEN 'rejected'
              ELSE 'duplicate' END AS status
    FROM rows JOIN bench_words w ON w.n = rows.w JOIN bench_streets s ON s.n = rows.s
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS n FROM categories WHERE tenant_id = :tenant) cats
      ON cats.n = rows.c
)
INSERT INTO requests (tenant_id, id, reference, title, description, category_id, status, priority, location,
                      public_location, address, visibility, anonymous, department_id, expected_by, created_at,
                      updated_at, closed_at, search_public)
OVERRIDING SYSTEM VALUE
SELECT :tenant, i,
       -- 165,379 shares no divisor with 458,752: neighbours in the table are no neighbours by reference.
       CASE WHEN i <= 458752 THEN pg_temp.octal_reference((i::bigint * 165379 % 458752)::int)
            ELSE pg_temp.lettered_reference((i::bigint * 387420489 % 1073741824)::int) END,
       title, said, category_id, status, priority, place, place, address,
       CASE WHEN fate > 0.99 AND i > 458752 THEN 'private' ELSE 'public' END, house % 3 = 0, department_id,
       created_at + make_interval(hours => resolution_hours), created_at, created_at + fate * interval '9 days',
       CASE WHEN status IN ('closed', 'completed', 'rejected', 'duplicate') THEN created_at + fate * interval '9 days' END,
       setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', said), 'B')
  FROM named;
SELECT setval(pg_get_serial_sequence('requests', 'id'), :requests);
SELECT definition FROM bench_indexes \gexec

INSERT INTO request_areas (tenant_id, area_id, created_at, request_id)
SELECT :tenant, a.id, r.created_at, r.id
  FROM requests r JOIN areas a ON a.tenant_id = :tenant AND ST_Covers(a.boundary, r.location::geometry);
INSERT INTO attachments (tenant_id, id, request_id, state, visibility, file_name, received_bytes, received_sha256,
                         media_type, stored_bytes, stored_sha256, width, height, thumbnail_bytes, judged_at)
SELECT :tenant, gen_random_uuid(), id, 'clean', 'public', 'photo.jpg', 2000000, sha256(id::text::bytea),
       'image/jpeg', 900000, sha256(id::text::bytea), 2560, 1920, 15000, now()
  FROM requests WHERE id % 5 = 0;
INSERT INTO tracking_codes (tenant_id, digest, request_id)
SELECT :tenant, sha256(('code ' || id)::bytea), id FROM requests;
INSERT INTO request_events (tenant_id, request_id, sequence, at, kind, visibility, after, salt, digest, hash)
SELECT :tenant, id, 1, created_at, 'created', 'public', 'submitted', sha256('salt'), sha256('digest'),
       sha256(id::text::bytea) FROM requests;
INSERT INTO map_deltas
SELECT :tenant, map_column(ST_X(public_location::geometry)), map_row(ST_Y(public_location::geometry)), status,
       category_id, priority, visibility = 'public', count(*)
  FROM requests GROUP BY 1, 2, 3, 4, 5, 6, 7;
SELECT set_config('app.tenant', :'tenant', false);
CALL fold_map_counts();
DROP TABLE bench_words, bench_streets, bench_indexes;

-- The peer reads and writes the same rows. It sets no tenant for the server to hold it to: its own filter does that,
-- which is less work than row-level security.
DO $$ BEGIN CREATE ROLE bench_peer LOGIN BYPASSRLS PASSWORD 'peer'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO bench_peer;
