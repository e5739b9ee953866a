-- Who was called by @ in an internal comment.
CREATE TABLE comment_mentions (
  tenant_id int NOT NULL,
  comment_id bigint NOT NULL,
  person_id bigint NOT NULL,
  request_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, comment_id, person_id),
  FOREIGN KEY (tenant_id, comment_id) REFERENCES comments,
  FOREIGN KEY (tenant_id, person_id) REFERENCES people,
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests
);
-- The mentions of one person, newest first; and whether a request holds any of them.
CREATE INDEX comment_mentions_person ON comment_mentions (tenant_id, person_id, comment_id);
CREATE INDEX comment_mentions_request ON comment_mentions (tenant_id, request_id, person_id);
CALL isolate_by_tenant('comment_mentions', 'SELECT, INSERT');

-- What staff write often. {reference} and {title} are filled in when it is used.
CREATE TABLE reply_templates (
  tenant_id int NOT NULL REFERENCES tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
  visibility text NOT NULL CHECK (visibility IN ('public', 'internal', 'private')),
  PRIMARY KEY (tenant_id, id)
);
CALL isolate_by_tenant('reply_templates', 'SELECT, INSERT, UPDATE, DELETE');
