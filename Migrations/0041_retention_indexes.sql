-- What is to be made anonymous is found without walking past what was: those rows stay where no time to delete them is set.
CREATE INDEX requests_named ON requests (tenant_id, category_id, closed_at)
  WHERE closed_at IS NOT NULL AND anonymized_at IS NULL AND deleted_at IS NULL;
