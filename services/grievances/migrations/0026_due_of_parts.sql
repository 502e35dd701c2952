-- What is due of a part of a dispute is due of the dispute: a missed signing, performance, joint answer or task that has
-- come up to the street or the district gives these a say in the case it belongs to.

-- To which dispute an agreement, obligation, joint case or joint task belongs; null for a dispute itself, and for what has
-- a way of its own. Asks past the policies.
CREATE FUNCTION dispute_behind(kind text, id uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE kind
        WHEN 'agreement' THEN RETURN (SELECT a.dispute_id FROM agreements AS a WHERE a.agreement_id = id);
        WHEN 'obligation' THEN RETURN (
            SELECT a.dispute_id
            FROM obligations AS o
            JOIN agreements AS a ON a.agreement_id = o.agreement_id
            WHERE o.obligation_id = id
        );
        WHEN 'joint_case' THEN RETURN (SELECT j.dispute_id FROM joint_cases AS j WHERE j.joint_case_id = id);
        WHEN 'joint_task' THEN RETURN (SELECT t.dispute_id FROM joint_tasks AS t WHERE t.task_id = id);
        ELSE RETURN NULL;
    END CASE;
END $$;

-- Null for what is due of a dispute itself, so that the steps of a case write nothing to the index.
ALTER TABLE deadlines ADD COLUMN dispute_id uuid;
UPDATE deadlines SET dispute_id = dispute_behind(thing, thing_id)
WHERE thing IN ('agreement', 'obligation', 'joint_case', 'joint_task');
-- The column is new and few rows have it: this reads the table once and is done.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deadlines_of_parts ON deadlines (dispute_id) WHERE dispute_id IS NOT NULL;

-- As 0022 and 0024 have it; `stage` is the highest of the dispute's own and of its parts'.
CREATE OR REPLACE FUNCTION circumstances_of(of_dispute uuid, of_area text, of_body text)
RETURNS TABLE (
    applicant_id text, respondent_id text, opposed_ids text [], independent_ids text [], joint_case_id uuid, stage bigint
)
LANGUAGE sql VOLATILE SECURITY DEFINER PARALLEL SAFE ROWS 1
BEGIN ATOMIC
SELECT
    (SELECT p.person_id FROM dispute_parties AS p WHERE p.dispute_id = of_dispute AND p.side = 'applicant'),
    (SELECT p.person_id FROM dispute_parties AS p WHERE p.dispute_id = of_dispute AND p.side = 'respondent'),
    ARRAY(
        SELECT s.account_id FROM seats AS s WHERE s.area = of_area AND s.body = of_body AND s.ended_on IS NULL
    ),
    ARRAY(
        SELECT s.account_id FROM seats AS s
        WHERE of_body = 'workstation' AND s.area = of_area AND s.body <> of_body AND s.ended_on IS NULL
        UNION ALL
        SELECT m.account_id FROM mediators AS m
        WHERE of_body = 'workstation' AND m.ended_on IS NULL
            AND of_area ^@ regexp_replace(m.area, '(000000|000)$', '')
    ),
    (SELECT j.joint_case_id FROM joint_cases AS j WHERE j.dispute_id = of_dispute AND j.state = 'open'),
    greatest(
        (SELECT max(e.stage) FROM deadlines AS e WHERE e.thing_id = of_dispute),
        (SELECT max(e.stage) FROM deadlines AS e WHERE e.dispute_id = of_dispute)
    );
END;

-- The same for who filed the linked one.
CREATE OR REPLACE FUNCTION primary_of(linked uuid)
RETURNS TABLE (
    state text, reason_code text, resolution text, closed_at timestamptz, stage bigint, rule text, due_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT
        p.state, p.reason_code, p.resolution, p.closed_at,
        greatest(
            (SELECT max(s.stage) FROM deadlines AS s WHERE s.thing_id = p.dispute_id),
            (SELECT max(s.stage) FROM deadlines AS s WHERE s.dispute_id = p.dispute_id)
        ),
        e.rule, e.due_at
    FROM disputes AS d
    JOIN disputes AS p ON p.dispute_id = d.linked_to
    LEFT JOIN deadlines AS e ON e.thing_id = p.dispute_id AND e.slot = 'state'
    WHERE d.dispute_id = linked AND is_own(d.dispute_id, d.filed_by)
$$;

-- The body complained of, and the accused, make nothing forgotten that is due of the dispute or of its parts. What that
-- body itself was asked for or has to do, it settles by answering and doing it.
CREATE FUNCTION may_settle(thing text, thing_id uuid, slot text, of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE thing
    WHEN 'dispute' THEN NOT is_against(thing_id)
    WHEN 'agreement' THEN NOT is_against(of_dispute)
    WHEN 'obligation' THEN NOT is_against(of_dispute)
    WHEN 'joint_case' THEN NOT is_against(of_dispute) OR is_complained_of(of_dispute, slot)
    WHEN 'joint_task' THEN NOT is_against(of_dispute) OR EXISTS (
        SELECT FROM joint_tasks AS t WHERE t.task_id = thing_id AND is_complained_of(of_dispute, t.body)
    )
    ELSE true
END;
ALTER POLICY not_settled_by_the_body_complained_of ON deadlines
    USING (may_settle(thing, thing_id, slot, dispute_id));
ALTER POLICY not_moved_by_the_body_complained_of ON deadlines
    USING (may_settle(thing, thing_id, slot, dispute_id));

-- Nobody orders what is to be done in the own cause, however high the office.
CREATE POLICY not_in_the_own_cause ON escalations AS RESTRICTIVE FOR UPDATE
    USING (
        CASE thing
            WHEN 'dispute' THEN may_touch(thing_id)
            WHEN 'referral' THEN NOT EXISTS (
                SELECT FROM referrals AS r
                WHERE r.referral_id = thing_id AND r.complainant_id = current_setting('linli.actor', true)
            )
            ELSE may_touch(dispute_behind(thing, thing_id))
        END
    );
