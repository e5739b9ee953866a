-- What open screens are told of leaves from the history's rows. A reader that goes on from where it was needs an order
-- of commits: with the transaction's number beside each row, "everything of transactions that ended before this
-- snapshot" is one number, and a row that commits late is never skipped (its number is not below any such snapshot's).
-- No NOTIFY: its lock is held until the commit is on disk, so that writers would commit one after the other.
ALTER TABLE request_events ADD COLUMN xact xid8;
ALTER TABLE request_events ALTER COLUMN xact SET DEFAULT pg_current_xact_id();
-- Imports are no news.
CREATE INDEX request_events_news ON request_events (tenant_id, xact) WHERE kind <> 'imported' AND xact IS NOT NULL;
-- Files that came out of the scan lately.
CREATE INDEX attachments_judged ON attachments (tenant_id, judged_at) WHERE judged_at IS NOT NULL;
