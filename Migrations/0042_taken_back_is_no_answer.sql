-- What was taken back at once was no answer: nobody was told of it.
CREATE OR REPLACE FUNCTION requests_clock() RETURNS trigger
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
    ELSIF NEW.status IN ('submitted', 'under_review') AND OLD.status NOT IN ('submitted', 'under_review')
          AND OLD.first_responded_at > now() - moment AND NOT EXISTS (
            SELECT 1 FROM comments c JOIN people p ON p.tenant_id = c.tenant_id AND p.id = c.author_id
             WHERE c.tenant_id = NEW.tenant_id AND c.request_id = NEW.id AND c.visibility <> 'internal'
               AND p.role <> 'citizen' AND c.author_id IS DISTINCT FROM NEW.reporter_id) THEN
      NEW.first_responded_at := NULL;
      NEW.unsettled := coalesce(NEW.unsettled, 'stops');
    END IF;
  END IF;
  IF NEW.category_id <> OLD.category_id THEN
    NEW.unsettled := 'category';
  ELSIF NEW.priority <> OLD.priority AND NEW.unsettled IS DISTINCT FROM 'category' THEN
    NEW.unsettled := 'priority';
  END IF;
  RETURN NEW;
END $$;
