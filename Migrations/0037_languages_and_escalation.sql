-- The language in which somebody is written to, as they chose it; NULL for the township's.
ALTER TABLE people ADD COLUMN language text CHECK (language ~ '^[a-z]{2}$');

-- Who hears of a category's missed targets; NULL for whoever the township names.
ALTER TABLE categories ADD COLUMN escalation_role text
  CHECK (escalation_role IN ('agent', 'crew', 'manager', 'administrator'));
