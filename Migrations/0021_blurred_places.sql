-- Sensitive categories: the public is told the street block, never the place.
ALTER TABLE categories ADD COLUMN blurs_location boolean NOT NULL DEFAULT false;

-- Whether the public place is not the true one. A column, since the two points may happen to be equal, and an unknown
-- place may come with an address.
ALTER TABLE requests ADD COLUMN blurred boolean NOT NULL DEFAULT false;

-- The middle of the square of some 200 m that a point lies in: of the place nothing but its square can be learnt, by
-- whatever question and however often. See docs/decisions/0014.
CREATE FUNCTION street_block(place geography) RETURNS geography
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  -- 200 m from south to north, in degrees.
  height constant float8 := 0.0018;
  latitude float8 := (least(floor(ST_Y(place::geometry) / height), 49999) + 0.5) * height;
  -- Squares around the parallel in the row's middle.
  columns float8 := greatest(1, floor(360 / height * cosd(latitude)));
  number float8 := least(floor((ST_X(place::geometry) + 180) / 360 * columns), columns - 1);
BEGIN
  -- Six decimals are a tenth of a metre.
  RETURN ST_SetSRID(ST_MakePoint(
    round(((number + 0.5) * 360 / columns - 180)::numeric, 6), round(latitude::numeric, 6)), 4326)::geography;
END $$;

-- A private category's request is never public, and a blurring one's place neither, whoever says so.
CREATE OR REPLACE FUNCTION requests_privacy() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  category record;
BEGIN
  SELECT private, blurs_location INTO category
    FROM categories WHERE tenant_id = NEW.tenant_id AND id = NEW.category_id;
  IF NEW.visibility = 'public' AND category.private THEN
    NEW.visibility := 'private';
  END IF;
  NEW.blurred := coalesce(category.blurs_location, false);
  NEW.public_location := CASE WHEN NEW.blurred THEN street_block(NEW.location) ELSE NEW.location END;
  RETURN NEW;
END $$;
DROP TRIGGER requests_privacy ON requests;
CREATE TRIGGER requests_privacy BEFORE INSERT OR UPDATE OF visibility, category_id, location ON requests
  FOR EACH ROW EXECUTE FUNCTION requests_privacy();

-- An area holds a request for staff by its true place, for the public by its public one.
ALTER TABLE request_areas
  ADD COLUMN for_staff boolean NOT NULL DEFAULT true,
  ADD COLUMN for_public boolean NOT NULL DEFAULT true,
  ADD CHECK (for_staff OR for_public);

CREATE OR REPLACE FUNCTION requests_areas_added() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO request_areas (tenant_id, area_id, created_at, request_id, for_staff, for_public)
  SELECT a.tenant_id, a.id, n.created_at, n.id, true, NOT n.blurred OR ST_Covers(a.boundary, n.public_location::geometry)
    FROM added n JOIN areas a ON a.tenant_id = n.tenant_id AND ST_Covers(a.boundary, n.location::geometry)
   WHERE n.location IS NOT NULL;
  INSERT INTO request_areas (tenant_id, area_id, created_at, request_id, for_staff, for_public)
  SELECT a.tenant_id, a.id, n.created_at, n.id, false, true
    FROM added n JOIN areas a ON a.tenant_id = n.tenant_id AND ST_Covers(a.boundary, n.public_location::geometry)
   WHERE n.blurred AND n.location IS NOT NULL
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION requests_areas_moved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM request_areas WHERE tenant_id = NEW.tenant_id AND request_id = NEW.id;
  INSERT INTO request_areas (tenant_id, area_id, created_at, request_id, for_staff, for_public)
  SELECT tenant_id, id, NEW.created_at, NEW.id, ST_Covers(boundary, NEW.location::geometry),
         ST_Covers(boundary, NEW.public_location::geometry)
    FROM areas
   WHERE tenant_id = NEW.tenant_id
     AND (ST_Covers(boundary, NEW.location::geometry) OR ST_Covers(boundary, NEW.public_location::geometry));
  RETURN NULL;
END $$;
DROP TRIGGER requests_areas_moved ON requests;
-- Named columns are those of the statement: the category's change moves the public place by the trigger above.
CREATE TRIGGER requests_areas_moved AFTER UPDATE OF location, created_at, category_id, visibility ON requests
  FOR EACH ROW WHEN (
    OLD.location IS DISTINCT FROM NEW.location OR OLD.public_location IS DISTINCT FROM NEW.public_location
    OR OLD.created_at <> NEW.created_at)
  EXECUTE FUNCTION requests_areas_moved();
