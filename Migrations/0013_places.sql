-- Streets are found by name, also by a misspelt one.
CREATE INDEX streets_name ON streets USING gin (tenant_id, name gin_trgm_ops);
CREATE INDEX streets_by_name ON streets (tenant_id, name);
