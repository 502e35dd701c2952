-- What was sent is history: the service's login adds to it and reads it, and changes nothing of it. Nor can it change an
-- unsent fact, only take it out once it is sent.
DO $$
DECLARE
    service text := current_setting('linli.service_role');
    month regclass;
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON event_log FROM %I', service);
    FOR month IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'event_log'::regclass LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', month, service);
    END LOOP;
    EXECUTE format('REVOKE UPDATE ON outbox FROM %I', service);
    REVOKE ALL ON FUNCTION ensure_event_log_partition(date) FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION ensure_event_log_partition(date) TO %I', service);
END $$;

-- The same function; its tables can be reached through event_log alone.
CREATE OR REPLACE FUNCTION ensure_event_log_partition(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    name text := 'event_log_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass('public.' || name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)',
            name, first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC'
        );
        EXECUTE format('REVOKE ALL ON %I FROM %I', name, session_user);
    END IF;
END $$;
