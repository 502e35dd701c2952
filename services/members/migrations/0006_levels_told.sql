-- At which levels each resolution has a notice, and whose none of them is: for `linli verify`. Nobody but its reader sees
-- a notice, so an operator's own question to the table finds none, right or wrong.
CREATE FUNCTION levels_told() RETURNS TABLE (event_id uuid, levels text [])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.event_id, array_agg(n.level ORDER BY n.level) FROM notices AS n
    WHERE current_setting('linli.areas', true) = '*' GROUP BY n.event_id
$$;
REVOKE ALL ON FUNCTION levels_told() FROM public;

DO $$
BEGIN
    EXECUTE format('GRANT EXECUTE ON FUNCTION levels_told() TO %I', current_setting('linli.service_role'));
END $$;
