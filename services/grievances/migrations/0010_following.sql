-- Following a case 案件查询 without an account: by its number and a secret, of which only a keyed hash is kept.

-- Opens the eyes of whoever filed, for one case alone, in exchange for its number and the hash of its secret; for
-- anything else it gives no row, whether the number or the secret was wrong. What is compared is a keyed hash, so the
-- time it takes tells nothing of the secret.
CREATE FUNCTION follow_case(of_area text, of_year bigint, of_serial bigint, hash bytea)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    followed record;
BEGIN
    SELECT d.dispute_id, d.filed_by INTO followed
    FROM disputes AS d
    WHERE d.area = of_area AND d.case_year = of_year AND d.serial = of_serial AND d.secret_hash = hash;
    PERFORM set_config('linli.actor', followed.filed_by, true), set_config('linli.areas', '', true),
        set_config('linli.case', followed.dispute_id::text, true)
    WHERE followed.dispute_id IS NOT NULL;
    RETURN followed.dispute_id;
END $$;

-- While a case is followed, nothing else of whoever filed it is there. Read once for each query, not for each row.
CREATE POLICY only_the_followed_case ON disputes AS RESTRICTIVE
    USING (coalesce(dispute_id = (SELECT nullif(current_setting('linli.case', true), '')::uuid), true));
CREATE POLICY only_the_followed_case ON dispute_parties AS RESTRICTIVE
    USING (coalesce(dispute_id = (SELECT nullif(current_setting('linli.case', true), '')::uuid), true));
CREATE POLICY only_the_followed_case ON sessions AS RESTRICTIVE
    USING (coalesce(dispute_id = (SELECT nullif(current_setting('linli.case', true), '')::uuid), true));
CREATE POLICY only_the_followed_case ON agreements AS RESTRICTIVE
    USING (coalesce(dispute_id = (SELECT nullif(current_setting('linli.case', true), '')::uuid), true));

-- What was done with a case and when, in the words of its facts: one row a version. By whom, the audit knows. It shows
-- with its dispute, so every policy there holds here.
CREATE TABLE dispute_steps (
    dispute_id uuid NOT NULL REFERENCES disputes,
    version bigint NOT NULL,
    step text NOT NULL,
    taken_at timestamptz NOT NULL,
    reason_code text,
    PRIMARY KEY (dispute_id, version)
);
ALTER TABLE dispute_steps ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_its_dispute ON dispute_steps
    USING (EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = dispute_steps.dispute_id));

-- Every secret that was given instead of a lost one, and by whom: who follows the case sees that it happened.
CREATE TABLE case_secrets_renewed (
    dispute_id uuid NOT NULL REFERENCES disputes,
    renewed_at timestamptz NOT NULL,
    renewed_by text NOT NULL,
    PRIMARY KEY (dispute_id, renewed_at)
);
ALTER TABLE case_secrets_renewed ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_its_dispute ON case_secrets_renewed
    USING (EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = case_secrets_renewed.dispute_id));

-- What complainant and workers write to a case, sealed. `area` and `filed_by` repeat the dispute's. `author_id` is null
-- where the secret was all that the author showed. A worker's internal note is for those who work where it lies.
CREATE TABLE comments (
    comment_id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES disputes,
    area text NOT NULL,
    filed_by text NOT NULL,
    author text NOT NULL CHECK (author IN ('complainant', 'worker')),
    author_id text,
    visible_to_complainant boolean NOT NULL,
    written_at timestamptz NOT NULL,
    text_sealed bytea NOT NULL,
    CHECK (author = 'worker' OR visible_to_complainant),
    CHECK (author = 'complainant' OR author_id IS NOT NULL)
);
CREATE INDEX comments_of_dispute ON comments (dispute_id, written_at, comment_id);

ALTER TABLE comments ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON comments FOR SELECT
    USING (
        (visible_to_complainant OR (visible_area(area) AND filed_by <> current_setting('linli.actor', true)))
        AND EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = comments.dispute_id)
    );
CREATE POLICY written ON comments FOR INSERT
    WITH CHECK (
        CASE author
            WHEN 'complainant' THEN filed_by = current_setting('linli.actor', true)
            ELSE visible_area(area) AND filed_by <> current_setting('linli.actor', true)
        END
        AND EXISTS (
            SELECT FROM disputes AS d
            WHERE d.dispute_id = comments.dispute_id AND d.area = comments.area AND d.filed_by = comments.filed_by
        )
    );

-- Whoever filed a linked case may say that the end of the other one was none for him or her.
ALTER POLICY not_in_the_own_cause ON disputes
    WITH CHECK (
        (filed_by <> current_setting('linli.actor', true) AND NOT is_party(dispute_id))
        OR (state = 'refused' AND reason_code = 'party_refused')
        OR (state = 'terminated' AND reason_code = 'party_ended')
        OR (state = 'resolved' AND confirmed_at IS NOT NULL)
        OR (state IN ('accepted', 'registered') AND reason_code = 'not_confirmed')
        OR (state = 'accepted' AND reason_code = 'party_refused_mediator' AND mediator_id IS NULL)
    );

-- How the case stands that is worked on for this one as well, and what of it is due next, for who filed this one: no
-- number, nothing of its content.
CREATE FUNCTION primary_of(linked uuid)
RETURNS TABLE (
    state text, reason_code text, resolution text, closed_at timestamptz, stage bigint, rule text, due_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT
        p.state, p.reason_code, p.resolution, p.closed_at,
        (SELECT max(s.stage) FROM deadlines AS s WHERE s.thing_id = p.dispute_id), e.rule, e.due_at
    FROM disputes AS d
    JOIN disputes AS p ON p.dispute_id = d.linked_to
    LEFT JOIN deadlines AS e ON e.thing_id = p.dispute_id AND e.slot = 'state'
    WHERE d.dispute_id = linked AND d.filed_by = current_setting('linli.actor', true)
$$;

DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format('GRANT UPDATE (secret_hash) ON disputes TO %I', login);
    EXECUTE format('REVOKE UPDATE, DELETE ON dispute_steps, case_secrets_renewed, comments FROM %I', login);
END $$;
