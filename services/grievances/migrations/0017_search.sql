-- Finding disputes by the fingerprints of their words. The operator @> is not leakproof, so under row security no index
-- could serve it; this function looks past the policies and applies what they say itself. What it gives is joined with
-- `disputes` again, where they hold.
-- The column is new and empty, so this reads the table once and is done.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX disputes_by_words ON disputes USING gin (words);

-- The newest in each of these prefixes (a community, street or district, or who filed), before a key.
CREATE FUNCTION disputes_with_words(
    asked integer [], prefixes text [], before_instant timestamptz, before_id uuid, at_most bigint
)
RETURNS TABLE (dispute_id uuid, registered_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place text;
BEGIN
    FOREACH place IN ARRAY prefixes LOOP
        CONTINUE WHEN NOT visible_area(place);
        -- Planned for these very words: frequent ones are soon met on the way back in time, rare ones by their index.
        RETURN QUERY EXECUTE format(
            'SELECT d.dispute_id, d.registered_at FROM disputes AS d
            WHERE d.words @> $1 AND d.%I = $2 AND (d.registered_at, d.dispute_id) < ($3, $4)
            ORDER BY d.registered_at DESC, d.dispute_id DESC LIMIT $5',
            CASE length(place) WHEN 12 THEN 'area' WHEN 9 THEN 'street' ELSE 'district' END
        ) USING asked, place, coalesce(before_instant, 'infinity'),
            coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), at_most;
    END LOOP;
END $$;
