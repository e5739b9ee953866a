-- Operators ask the first administrator of a township, of whose people they are none.
ALTER TABLE invitations
  ALTER COLUMN invited_by DROP NOT NULL,
  -- The operator who asked, and the township that they belong to.
  ADD COLUMN operator_tenant_id int,
  ADD COLUMN operator_id bigint,
  ADD CONSTRAINT invitations_one_asks CHECK (
    num_nonnulls(invited_by, operator_id) = 1 AND (operator_id IS NULL) = (operator_tenant_id IS NULL)),
  ADD CONSTRAINT invitations_of_operators CHECK (operator_id IS NULL OR role = 'administrator');

-- Whether an invitation of the township that the transaction is in comes from somebody who is an operator still: the
-- application's role sees one township at a time. It runs with its owner's rights; its search path ends in pg_temp (see
-- tenant_by_host).
CREATE FUNCTION operator_still_asks(asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM invitations i
      JOIN people p ON p.tenant_id = i.operator_tenant_id AND p.id = i.operator_id AND p.role = 'operator' AND p.active
     WHERE i.tenant_id = current_tenant() AND i.id = asked)
$$;
REVOKE EXECUTE ON FUNCTION operator_still_asks(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_still_asks(bigint) TO lamppost_app, lamppost_worker;
