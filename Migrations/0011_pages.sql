-- What the pages say of a township.
ALTER TABLE tenants
  -- Told where somebody might be in danger.
  ADD COLUMN emergency_number text NOT NULL DEFAULT '911' CHECK (length(emergency_number) BETWEEN 1 AND 30),
  -- Where questions about privacy and accessibility go; NULL where none is given.
  ADD COLUMN contact_email text CHECK (length(contact_email) BETWEEN 3 AND 254);

ALTER TABLE categories
  -- Shown to the reporter once the category is chosen.
  ADD COLUMN notice text NOT NULL DEFAULT '',
  -- Where it is not empty the category takes no reports: the form says this instead, e.g. to call 911.
  ADD COLUMN stop_message text NOT NULL DEFAULT '',
  -- Other words that people look for it by, separated by spaces.
  ADD COLUMN keywords text NOT NULL DEFAULT '',
  -- A single character or pictograph before its name.
  ADD COLUMN icon text NOT NULL DEFAULT '' CHECK (length(icon) <= 8);
