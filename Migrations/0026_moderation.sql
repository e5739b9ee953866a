-- What anybody has pointed out as abuse, and what staff decided. Nothing is kept of who pointed it out but their account.
CREATE TABLE abuse_reports (
  tenant_id int NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  request_id bigint NOT NULL,
  -- The comment or the file that it is about; else the request itself.
  comment_id bigint,
  attachment_id uuid,
  reason text NOT NULL CHECK (reason IN ('personal', 'offensive', 'spam', 'wrong', 'other')),
  text text CHECK (length(text) BETWEEN 1 AND 1000),
  person_id bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  decision text CHECK (decision IN ('dismissed', 'hidden', 'removed')),
  decided_by bigint,
  decided_at timestamptz,
  note text CHECK (length(note) <= 1000),
  PRIMARY KEY (tenant_id, id),
  CHECK (num_nonnulls(comment_id, attachment_id) <= 1),
  CHECK ((decision IS NULL) = (decided_at IS NULL)),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, comment_id) REFERENCES comments,
  FOREIGN KEY (tenant_id, attachment_id) REFERENCES attachments,
  FOREIGN KEY (tenant_id, person_id) REFERENCES people,
  FOREIGN KEY (tenant_id, decided_by) REFERENCES people
);
CREATE INDEX abuse_reports_open ON abuse_reports (tenant_id, created_at) WHERE decision IS NULL;
CREATE INDEX abuse_reports_decided ON abuse_reports (tenant_id, decided_at) WHERE decision IS NOT NULL;
CREATE INDEX abuse_reports_request ON abuse_reports (tenant_id, request_id);
CALL isolate_by_tenant('abuse_reports', 'SELECT, INSERT, UPDATE, DELETE');

-- Hidden by staff: a comment's visibility is then 'internal' and a file's 'private', so that every query that leaves
-- the public what is public needs to know nothing of it. The mark tells what to put back.
ALTER TABLE comments ADD COLUMN hidden boolean NOT NULL DEFAULT false;
ALTER TABLE attachments ADD COLUMN hidden boolean NOT NULL DEFAULT false;
GRANT UPDATE (visibility, hidden, body) ON comments TO lamppost_app, lamppost_worker;

-- What is hidden or reworded is no longer found by its old words.
CREATE TRIGGER comments_searched_anew AFTER UPDATE OF body, visibility ON comments
  FOR EACH ROW WHEN (OLD.body <> NEW.body OR OLD.visibility <> NEW.visibility) EXECUTE FUNCTION comments_search();
