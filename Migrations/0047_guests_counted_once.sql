-- Who supports two reports that are later made one is one voice, with an account or without.
ALTER TABLE supporters
  -- A guest's token, sealed by the application under a number that is drawn for each row: the database alone can compare no
  -- two of them. NULL for those from before, and for accounts that were deleted.
  ADD COLUMN sealed bytea CHECK (length(sealed) = 48),
  -- Who it is, where a merge found out: the id of another row of the same person, or 0 for the reporter of the request that
  -- it came to, who is not counted. Rows of one person are counted once.
  ADD COLUMN twin bigint;
GRANT UPDATE (twin) ON supporters TO lamppost_app, lamppost_worker;
