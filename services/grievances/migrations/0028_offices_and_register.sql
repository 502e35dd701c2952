-- A mediator of the register is nobody's staff where the workstation is complained of. Its staff must not be able to make
-- that of itself: who holds an office of a community is entered as its mediator by the street or the district alone.

-- `from_above`: whether street or district entered it; what was entered before nobody has vouched for.
ALTER TABLE committees ADD COLUMN from_above boolean NOT NULL DEFAULT false;
ALTER TABLE mediators ADD COLUMN from_above boolean NOT NULL DEFAULT false;
CREATE POLICY said_as_it_is ON committees AS RESTRICTIVE FOR INSERT WITH CHECK (NOT from_above OR sees_from_above(area));
CREATE POLICY said_as_it_is ON mediators AS RESTRICTIVE FOR INSERT WITH CHECK (NOT from_above OR sees_from_above(area));

-- Whether the account is known to hold an office of the community: it has a seat in its workstation, or has kept the
-- register there with no right from above. Which offices a token brings, only the handlers see.
CREATE FUNCTION holds_office(account text, of_area text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM seats AS s
    WHERE s.account_id = account AND s.area = of_area AND s.body = 'workstation' AND s.ended_on IS NULL
)
OR EXISTS (SELECT FROM mediators AS m WHERE m.area = of_area AND m.appointed_by = account AND NOT m.from_above)
OR EXISTS (SELECT FROM committees AS c WHERE c.area = of_area AND c.formed_by = account AND NOT c.from_above);

CREATE POLICY offices_are_entered_from_above ON mediators AS RESTRICTIVE FOR INSERT
    WITH CHECK (sees_from_above(area) OR NOT holds_office(account_id, area));

-- Whether a mediator of the register is nobody's staff: entered from above, or known to hold no office of the community.
CREATE FUNCTION is_free_mediator(account text, of_area text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM mediators AS m
    WHERE m.account_id = account AND m.ended_on IS NULL
        AND of_area ^@ regexp_replace(m.area, '(000000|000)$', '')
        AND (m.from_above OR NOT holds_office(account, of_area))
);

-- As 0014 has it, with that.
CREATE OR REPLACE FUNCTION acts_for(of_area text, of_body text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM seats AS s
    WHERE s.area = of_area AND s.body = of_body AND s.account_id = current_setting('linli.actor', true)
        AND s.ended_on IS NULL
) OR (
    of_body = 'workstation' AND visible_area(of_area) AND NOT sees_from_above(of_area)
    AND NOT EXISTS (
        SELECT FROM seats AS s
        WHERE s.area = of_area AND s.account_id = current_setting('linli.actor', true) AND s.ended_on IS NULL
    )
    AND NOT is_free_mediator(current_setting('linli.actor', true), of_area)
);

-- Who is nobody's staff where the workstation is complained of: `independent_ids` whatever else they are, by a seat of
-- another body or entered from above; `registered_ids` unless they hold an office of the community, which their tokens say.
CREATE FUNCTION independents_of(of_area text, of_body text)
RETURNS TABLE (independent_ids text [], registered_ids text [])
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 1
BEGIN ATOMIC
SELECT
    ARRAY(
        SELECT s.account_id FROM seats AS s
        WHERE of_body = 'workstation' AND s.area = of_area AND s.body <> of_body AND s.ended_on IS NULL
        UNION ALL
        SELECT m.account_id FROM mediators AS m
        WHERE of_body = 'workstation' AND m.ended_on IS NULL AND m.from_above
            AND of_area ^@ regexp_replace(m.area, '(000000|000)$', '')
    ),
    ARRAY(
        SELECT m.account_id FROM mediators AS m
        WHERE of_body = 'workstation' AND m.ended_on IS NULL AND NOT m.from_above
            AND of_area ^@ regexp_replace(m.area, '(000000|000)$', '') AND NOT holds_office(m.account_id, of_area)
    );
END;

-- As 0026 has it, with both.
-- squawk-ignore ban-drop-function
DROP FUNCTION circumstances_of(uuid, text, text);
CREATE FUNCTION circumstances_of(of_dispute uuid, of_area text, of_body text)
RETURNS TABLE (
    applicant_id text, respondent_id text, opposed_ids text [], independent_ids text [], registered_ids text [],
    joint_case_id uuid, stage bigint
)
LANGUAGE sql VOLATILE SECURITY DEFINER PARALLEL SAFE ROWS 1
BEGIN ATOMIC
SELECT
    (SELECT p.person_id FROM dispute_parties AS p WHERE p.dispute_id = of_dispute AND p.side = 'applicant'),
    (SELECT p.person_id FROM dispute_parties AS p WHERE p.dispute_id = of_dispute AND p.side = 'respondent'),
    ARRAY(
        SELECT s.account_id FROM seats AS s WHERE s.area = of_area AND s.body = of_body AND s.ended_on IS NULL
    ),
    (SELECT i.independent_ids FROM independents_of(of_area, of_body) AS i WHERE of_body = 'workstation'),
    (SELECT i.registered_ids FROM independents_of(of_area, of_body) AS i WHERE of_body = 'workstation'),
    (SELECT j.joint_case_id FROM joint_cases AS j WHERE j.dispute_id = of_dispute AND j.state = 'open'),
    greatest(
        (SELECT max(e.stage) FROM deadlines AS e WHERE e.thing_id = of_dispute),
        (SELECT max(e.stage) FROM deadlines AS e WHERE e.dispute_id = of_dispute)
    );
END;
