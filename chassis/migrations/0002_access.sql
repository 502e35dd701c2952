-- Whether the transaction's own eyes (chassis.database.Access) may see something of this division.
-- Denied by default: a connection that has said nothing about itself sees nothing.
CREATE FUNCTION visible_area(area text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        current_setting('linli.areas', true) = '*'
        OR area ^@ ANY (string_to_array(nullif(current_setting('linli.areas', true), ''), ',')),
        false
    )
$$;
