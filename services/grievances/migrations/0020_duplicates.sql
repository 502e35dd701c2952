-- transactional: false
-- Cases that may tell the same story, and those that are worked on together. Without a transaction, so that nobody who
-- files waits for an index; an index whose building was interrupted is built anew by the next try.

-- By the phone of who applies, newest first: the ids of cases count up with time. It replaces the index that held the
-- other side's phone as well, so a filing writes one entry less.
DROP INDEX CONCURRENTLY IF EXISTS dispute_parties_of_applicant;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS dispute_parties_of_applicant ON dispute_parties (phone_index, dispute_id)
WHERE side = 'applicant';
DROP INDEX CONCURRENTLY IF EXISTS dispute_parties_by_phone;

-- What speaks for it that others of the same community tell what this one tells: open ones, or filed since then. It looks
-- past the policies, at no more than `in_area` and `by_phone` of the newest, so that it costs the same however many there
-- are; what it gives is looked up in `disputes` again, where they hold. `days`: how far apart in time one matter is told.
-- Its plans are made once: each statement goes by an index whatever it is asked for.
CREATE OR REPLACE FUNCTION look_alikes(
    of_dispute uuid, since timestamptz, days bigint, in_area bigint, by_phone bigint
)
RETURNS TABLE (dispute_id uuid, same_applicant boolean, same_respondent boolean, same_matter boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    own record;
    apart interval := make_interval(days => days::integer);
    looked_at uuid [];
BEGIN
    SELECT
        d.area, d.category, d.registered_at, u.path, a.phone_index AS applicant_phone,
        r.phone_index AS respondent_phone, r.person_id AS respondent_account
    INTO STRICT own
    FROM disputes AS d
    JOIN dispute_parties AS a ON a.dispute_id = d.dispute_id AND a.side = 'applicant'
    JOIN dispute_parties AS r ON r.dispute_id = d.dispute_id AND r.side = 'respondent'
    LEFT JOIN grid_units AS u ON u.grid_unit_id = d.grid_unit_id AND u.kind <> 'community'
    WHERE d.dispute_id = of_dispute;
    looked_at := ARRAY(
        SELECT p.dispute_id
        FROM dispute_parties AS p
        WHERE p.side = 'applicant' AND p.phone_index = own.applicant_phone AND p.dispute_id <> of_dispute
        ORDER BY p.dispute_id DESC
        LIMIT by_phone
    );
    IF in_area > 0 THEN
        looked_at := looked_at || ARRAY(
            SELECT d.dispute_id
            FROM disputes AS d
            WHERE d.area = own.area AND d.registered_at >= since AND d.dispute_id <> of_dispute
            ORDER BY d.registered_at DESC, d.dispute_id DESC
            LIMIT in_area
        );
    END IF;
    IF in_area > 0 AND own.registered_at < since THEN
        looked_at := looked_at || ARRAY(
            SELECT d.dispute_id
            FROM disputes AS d
            WHERE d.area = own.area AND d.dispute_id <> of_dispute
                AND d.registered_at BETWEEN own.registered_at - apart AND own.registered_at + apart
            ORDER BY d.registered_at DESC, d.dispute_id DESC
            LIMIT in_area
        );
    END IF;
    IF cardinality(looked_at) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.dispute_id, c.same_applicant, c.same_respondent, c.same_matter
    FROM (
        SELECT
            d.dispute_id,
            coalesce(a.phone_index = own.applicant_phone, false) AS same_applicant,
            coalesce(r.phone_index = own.respondent_phone, false)
            OR coalesce(r.person_id = own.respondent_account, false) AS same_respondent,
            d.category = own.category
            AND d.registered_at BETWEEN own.registered_at - apart AND own.registered_at + apart
            AND coalesce(u.path = own.path OR u.path ^@ (own.path || '/') OR own.path ^@ (u.path || '/'), false)
                AS same_matter
        FROM disputes AS d
        JOIN dispute_parties AS a ON a.dispute_id = d.dispute_id AND a.side = 'applicant'
        JOIN dispute_parties AS r ON r.dispute_id = d.dispute_id AND r.side = 'respondent'
        LEFT JOIN grid_units AS u ON u.grid_unit_id = d.grid_unit_id AND u.kind <> 'community'
        WHERE d.dispute_id = ANY (looked_at) AND d.area = own.area
            AND (d.closed_as IS NULL OR d.registered_at >= since)
    ) AS c
    WHERE c.same_applicant OR c.same_respondent OR c.same_matter;
END $$;

-- Whether other cases are worked on with this one; asks past the policies, which may hide one of them from who asks.
CREATE OR REPLACE FUNCTION is_primary(of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM disputes AS d WHERE d.linked_to = of_dispute)
$$;
