-- Under row-level security an index condition may only use functions marked leakproof; without the mark a radius search
-- reads the whole table (2,000 times slower, measured). The mark says that a function tells nothing about its arguments
-- by its errors. That is not proven for these, but our SQL is fixed and typed: a caller chooses values, never expressions,
-- so they cannot be turned into an oracle. Needs a superuser; dropped by pg_dump and by extension updates, so `doctor`
-- and the plan tests watch it.
ALTER FUNCTION st_dwithin(geography, geography, float8, boolean) LEAKPROOF;
ALTER FUNCTION geography_overlaps(geography, geography) LEAKPROOF;
ALTER FUNCTION st_covers(geometry, geometry) LEAKPROOF;
ALTER FUNCTION st_intersects(geometry, geometry) LEAKPROOF;
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
ALTER FUNCTION st_intersects(geography, geography) LEAKPROOF;
ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;
ALTER FUNCTION word_similarity_op(text, text) LEAKPROOF;
ALTER FUNCTION word_similarity_commutator_op(text, text) LEAKPROOF;
