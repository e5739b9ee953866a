-- Of an image that is made anew with parts painted black: their rectangles, four numbers each (left, top, width, height).
ALTER TABLE attachments ADD COLUMN blackened bigint[] NOT NULL DEFAULT '{}' CHECK (cardinality(blackened) % 4 = 0);
-- The original of such an image: only those who may destroy see it, and can destroy it.
ALTER TABLE attachments ADD COLUMN sealed boolean NOT NULL DEFAULT false CHECK (NOT sealed OR visibility = 'internal');

-- What stood in a text before words of it were blackened, where it was not to be destroyed.
CREATE TABLE sealed_texts (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  request_id bigint NOT NULL,
  -- 'title', 'description', 'address', or 'comment' and its number.
  field text NOT NULL,
  original text NOT NULL,
  sealed_by bigint,
  sealed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests,
  FOREIGN KEY (tenant_id, sealed_by) REFERENCES people
);
CREATE INDEX sealed_texts_request ON sealed_texts (tenant_id, request_id, id);
CALL isolate_by_tenant('sealed_texts', 'SELECT, INSERT, DELETE');
