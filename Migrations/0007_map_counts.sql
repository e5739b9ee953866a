-- Counts per small square of the map, so that a view costs the same over a thousand requests and over ten million.
-- Squares are those of web map tiles; level 18 is some 110 m wide at the latitude of Boston.
-- Writers only insert deltas, so that none waits for another; a job folds them into the counts.
CREATE FUNCTION map_column(longitude float8) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(floor((longitude + 180) / 360 * 262144), 262143)::int;

CREATE FUNCTION map_row(latitude float8) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- The projection ends at 85.0511 degrees.
RETURN greatest(0, least(262143, floor(
  (1 - asinh(tand(greatest(-85.0511, least(85.0511, latitude)))) / pi()) / 2 * 262144)))::int;

CREATE TABLE map_deltas (
  tenant_id int NOT NULL,
  x int NOT NULL,
  y int NOT NULL,
  status text NOT NULL,
  category_id int NOT NULL,
  priority smallint NOT NULL,
  public boolean NOT NULL,
  change int NOT NULL
);
CREATE INDEX map_deltas_tenant ON map_deltas (tenant_id);
CALL isolate_by_tenant('map_deltas', 'SELECT, INSERT, DELETE');
-- Which townships have deltas is one question to the worker, however many townships there are.
CREATE POLICY worker ON map_deltas FOR SELECT TO lamppost_worker USING (true);

CREATE TABLE map_counts (
  tenant_id int NOT NULL,
  level smallint NOT NULL,
  x int NOT NULL,
  y int NOT NULL,
  status text NOT NULL,
  category_id int NOT NULL,
  priority smallint NOT NULL,
  public boolean NOT NULL,
  count int NOT NULL,
  PRIMARY KEY (tenant_id, level, x, y, status, category_id, priority, public)
);
-- Finds what a fold brought to nothing without reading the table.
CREATE INDEX map_counts_empty ON map_counts (tenant_id) WHERE count = 0;
CALL isolate_by_tenant('map_counts', 'SELECT, INSERT, UPDATE, DELETE');

CREATE FUNCTION requests_counted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO map_deltas
    SELECT tenant_id, map_column(ST_X(public_location::geometry)), map_row(ST_Y(public_location::geometry)),
           status, category_id, priority, visibility = 'public', count(*)
      FROM added WHERE public_location IS NOT NULL AND visibility <> 'removed' GROUP BY 1, 2, 3, 4, 5, 6, 7;
  ELSE
    INSERT INTO map_deltas
    SELECT tenant_id, map_column(ST_X(public_location::geometry)), map_row(ST_Y(public_location::geometry)),
           status, category_id, priority, visibility = 'public', sum(change)
      FROM (SELECT *, 1 AS change FROM added UNION ALL SELECT *, -1 FROM removed) both_sides
     WHERE public_location IS NOT NULL AND visibility <> 'removed'
     GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(change) <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER requests_counted_insert AFTER INSERT ON requests REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION requests_counted();
CREATE TRIGGER requests_counted_update AFTER UPDATE ON requests REFERENCING NEW TABLE AS added OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION requests_counted();

-- Every second level is kept: a map zoomed in between shows the finer of its neighbours.
CREATE PROCEDURE fold_map_counts()
LANGUAGE sql AS $$
  WITH taken AS (
    DELETE FROM map_deltas WHERE tenant_id = current_tenant() RETURNING *
  )
  INSERT INTO map_counts
  SELECT tenant_id, level, x >> (18 - level), y >> (18 - level), status, category_id, priority, public, sum(change)
    FROM taken CROSS JOIN unnest(ARRAY[4, 6, 8, 10, 12, 14, 16, 18]) AS level
   GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(change) <> 0
  -- In one order, so that two folds never wait for each other in a circle.
   ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
  ON CONFLICT (tenant_id, level, x, y, status, category_id, priority, public)
    DO UPDATE SET count = map_counts.count + excluded.count;
  DELETE FROM map_counts WHERE tenant_id = current_tenant() AND count = 0;
$$;
GRANT EXECUTE ON PROCEDURE fold_map_counts() TO lamppost_worker;
