-- Joint governance 五位一体: who acts for which body, the joint case that is put before the five, and the second lock
-- about the body complained of (信访工作条例 Art. 28): it sees and changes nothing of the dispute, whatever its role.

-- As 0009 has it, and a registered mediator of the committee is nobody's staff either.
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
    AND NOT EXISTS (
        SELECT FROM mediators AS m
        WHERE m.account_id = current_setting('linli.actor', true) AND m.ended_on IS NULL
            AND of_area ^@ regexp_replace(m.area, '(000000|000)$', '')
    )
);

-- Nobody who acts for the body complained of sees the case, unless as the one who filed it, nor takes a step on it. Where
-- no body is complained of, nothing is asked. A case's area and body never change: a new row need not be checked again.
CREATE POLICY hidden_from_the_body_complained_of ON disputes AS RESTRICTIVE FOR SELECT
    USING (
        respondent_body IS NULL
        OR filed_by = current_setting('linli.actor', true)
        OR NOT acts_for(area, respondent_body)
    );
CREATE POLICY not_by_the_body_complained_of ON disputes AS RESTRICTIVE FOR UPDATE
    USING (respondent_body IS NULL OR NOT acts_for(area, respondent_body)) WITH CHECK (true);
CREATE POLICY not_filed_by_the_body_complained_of ON disputes AS RESTRICTIVE FOR INSERT
    WITH CHECK (
        respondent_body IS NULL
        OR filed_by = current_setting('linli.actor', true)
        OR NOT acts_for(area, respondent_body)
    );

-- What hangs on a dispute. Signatures show, and are added, with their agreement.
CREATE POLICY hidden_from_the_body_complained_of ON dispute_parties AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_against(dispute_id));
CREATE POLICY not_by_the_body_complained_of ON dispute_parties AS RESTRICTIVE FOR UPDATE
    USING (NOT is_against(dispute_id)) WITH CHECK (true);
CREATE POLICY not_filed_by_the_body_complained_of ON dispute_parties AS RESTRICTIVE FOR INSERT
    WITH CHECK (filed_by = current_setting('linli.actor', true) OR NOT is_against(dispute_id));
CREATE POLICY hidden_from_the_body_complained_of ON sessions AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_against(dispute_id));
CREATE POLICY not_by_the_body_complained_of ON sessions AS RESTRICTIVE FOR INSERT WITH CHECK (may_touch(dispute_id));
CREATE POLICY hidden_from_the_body_complained_of ON agreements AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_against(dispute_id));
CREATE POLICY not_by_the_body_complained_of ON agreements AS RESTRICTIVE FOR INSERT WITH CHECK (may_touch(dispute_id));

-- Nor does it make forgotten what is due of the dispute. That something is due anybody may write: so does who files.
ALTER TABLE deadlines ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON deadlines USING (true);
CREATE POLICY not_settled_by_the_body_complained_of ON deadlines AS RESTRICTIVE FOR DELETE
    USING (thing <> 'dispute' OR NOT is_against(thing_id));
CREATE POLICY not_moved_by_the_body_complained_of ON deadlines AS RESTRICTIVE FOR UPDATE
    USING (thing <> 'dispute' OR NOT is_against(thing_id)) WITH CHECK (true);

-- Who acts for which body, the street or the district says, never the community about itself and nobody of oneself.
ALTER TABLE seats ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON seats FOR SELECT
    USING (visible_area(area) OR account_id = current_setting('linli.actor', true));
CREATE POLICY given_from_above ON seats FOR INSERT WITH CHECK (sees_from_above(area));
CREATE POLICY ended_from_above ON seats FOR UPDATE USING (sees_from_above(area));
CREATE POLICY not_ones_own_gift ON seats AS RESTRICTIVE FOR INSERT
    WITH CHECK (account_id <> current_setting('linli.actor', true));
CREATE POLICY not_ones_own_end ON seats AS RESTRICTIVE FOR UPDATE
    USING (account_id <> current_setting('linli.actor', true));

-- A joint case is written anew for the bodies: it names neither who complains nor who mediates. `withheld`: keyed
-- fingerprints of the names and phones that no text of it may hold. `category` and `relation` are the dispute's.
CREATE TABLE joint_cases (
    joint_case_id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES disputes,
    area text NOT NULL,
    category text NOT NULL,
    relation text NOT NULL,
    body_complained_of text,
    question_sealed bytea NOT NULL,
    withheld bytea [] NOT NULL,
    convened_by text NOT NULL,
    convened_at timestamptz NOT NULL,
    answer_due_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'decided', 'ended')),
    version bigint NOT NULL
);
CREATE UNIQUE INDEX joint_cases_open ON joint_cases (dispute_id) WHERE state = 'open';
CREATE INDEX joint_cases_of_dispute ON joint_cases (dispute_id);
CREATE INDEX joint_cases_of_area ON joint_cases (area, convened_at, joint_case_id);

-- The answer of each body, once. `answered_by` is an account of it, or of the convener where the body has none.
CREATE TABLE joint_answers (
    joint_case_id uuid NOT NULL REFERENCES joint_cases,
    body text NOT NULL CHECK (
        body IN ('party_committee', 'workstation', 'residents_committee', 'owners_committee', 'property_office')
    ),
    dispute_id uuid NOT NULL REFERENCES disputes,
    area text NOT NULL,
    answer_sealed bytea NOT NULL,
    answered_by text NOT NULL,
    answered_at timestamptz NOT NULL,
    recorded_for_it boolean NOT NULL,
    PRIMARY KEY (joint_case_id, body)
);

CREATE TABLE joint_tasks (
    task_id uuid PRIMARY KEY,
    joint_case_id uuid NOT NULL REFERENCES joint_cases,
    dispute_id uuid NOT NULL REFERENCES disputes,
    area text NOT NULL,
    body text NOT NULL CHECK (
        body IN ('party_committee', 'workstation', 'residents_committee', 'owners_committee', 'property_office')
    ),
    what_sealed bytea NOT NULL,
    due_on date NOT NULL,
    given_by text NOT NULL,
    given_at timestamptz NOT NULL,
    record_sealed bytea,
    done_by text,
    done_at timestamptz
);
CREATE INDEX joint_tasks_of_case ON joint_tasks (joint_case_id, given_at);

-- The dated decision with the way to appeal (信访工作条例 Art. 32, 35).
CREATE TABLE joint_decisions (
    joint_case_id uuid PRIMARY KEY REFERENCES joint_cases,
    dispute_id uuid NOT NULL REFERENCES disputes,
    area text NOT NULL,
    decided_on date NOT NULL,
    decision_sealed bytea NOT NULL,
    document_number text NOT NULL,
    appeal_body text NOT NULL,
    appeal_within_days bigint NOT NULL,
    appeal_how text NOT NULL,
    appeal_until date NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX joint_decisions_of_dispute ON joint_decisions (dispute_id, decided_at);

-- Whether the actor has a seat of any body in this community.
CREATE FUNCTION has_seat(of_area text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM seats AS s
    WHERE s.area = of_area AND s.account_id = current_setting('linli.actor', true) AND s.ended_on IS NULL
);

-- Whether the actor filed the dispute; whoever follows one case by its secret has filed no other (migration 0010).
CREATE FUNCTION is_filed_by_me(of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM disputes AS d
    WHERE d.dispute_id = of_dispute AND d.filed_by = current_setting('linli.actor', true)
        AND coalesce(of_dispute = nullif(current_setting('linli.case', true), '')::uuid, true)
);

-- Whether this body is the one that the dispute complains of.
CREATE FUNCTION is_complained_of(of_dispute uuid, of_body text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = of_dispute AND d.respondent_body = of_body);

-- Where a joint case stood before the statement that asks.
CREATE FUNCTION joint_state(of_joint_case uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN (SELECT j.state FROM joint_cases AS j WHERE j.joint_case_id = of_joint_case);

-- A joint case shows to the community and what lies above, to every seat, and to who filed the dispute; to the body
-- complained of as well, for it is heard. It hides from whom the dispute is about as a person.
ALTER TABLE joint_cases ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON joint_cases FOR SELECT
    USING (visible_area(area) OR has_seat(area) OR is_filed_by_me(dispute_id));
CREATE POLICY hidden_from_the_accused ON joint_cases AS RESTRICTIVE FOR SELECT
    USING (
        NOT is_party(dispute_id)
        OR is_filed_by_me(dispute_id)
        OR (body_complained_of IS NOT NULL AND acts_for(area, body_complained_of))
    );
CREATE POLICY convened ON joint_cases FOR INSERT WITH CHECK (visible_area(area) AND may_touch(dispute_id));
-- Everyone who takes part counts the version up; where the case stands, only who is in charge of the dispute changes.
-- Who filed may end it by ending the mediation.
CREATE POLICY taken_part_in ON joint_cases FOR UPDATE
    USING (visible_area(area) OR has_seat(area) OR is_filed_by_me(dispute_id))
    WITH CHECK (
        state = joint_state(joint_case_id)
        OR (visible_area(area) AND may_touch(dispute_id))
        OR (state = 'ended' AND is_filed_by_me(dispute_id))
    );

ALTER TABLE joint_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON joint_answers FOR SELECT
    USING (visible_area(area) OR has_seat(area) OR is_filed_by_me(dispute_id));
CREATE POLICY answered ON joint_answers FOR INSERT
    WITH CHECK (acts_for(area, body) OR (visible_area(area) AND may_touch(dispute_id)));
CREATE POLICY the_body_complained_of_sees_its_own ON joint_answers AS RESTRICTIVE FOR SELECT
    USING (NOT is_against(dispute_id) OR is_complained_of(dispute_id, body));
CREATE POLICY the_body_complained_of_speaks_for_itself ON joint_answers AS RESTRICTIVE FOR INSERT
    WITH CHECK (NOT is_against(dispute_id) OR is_complained_of(dispute_id, body));

ALTER TABLE joint_tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON joint_tasks FOR SELECT
    USING (visible_area(area) OR has_seat(area) OR is_filed_by_me(dispute_id));
CREATE POLICY given ON joint_tasks FOR INSERT WITH CHECK (visible_area(area) AND may_touch(dispute_id));
CREATE POLICY done ON joint_tasks FOR UPDATE
    USING (acts_for(area, body) OR (visible_area(area) AND may_touch(dispute_id)));
CREATE POLICY the_body_complained_of_sees_its_own ON joint_tasks AS RESTRICTIVE FOR SELECT
    USING (NOT is_against(dispute_id) OR is_complained_of(dispute_id, body));
CREATE POLICY the_body_complained_of_does_its_own ON joint_tasks AS RESTRICTIVE FOR UPDATE
    USING (NOT is_against(dispute_id) OR is_complained_of(dispute_id, body));

ALTER TABLE joint_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON joint_decisions FOR SELECT
    USING (visible_area(area) OR has_seat(area) OR is_filed_by_me(dispute_id));
CREATE POLICY decided ON joint_decisions FOR INSERT WITH CHECK (visible_area(area) AND may_touch(dispute_id));

-- What was said, given and decided stays as it was written.
DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format('REVOKE UPDATE ON seats, joint_cases, joint_answers, joint_tasks, joint_decisions FROM %I', login);
    EXECUTE format('REVOKE DELETE ON joint_cases, joint_answers, joint_tasks, joint_decisions FROM %I', login);
    EXECUTE format('GRANT UPDATE (ended_on) ON seats TO %I', login);
    EXECUTE format('GRANT UPDATE (state, version) ON joint_cases TO %I', login);
    EXECUTE format('GRANT UPDATE (record_sealed, done_by, done_at) ON joint_tasks TO %I', login);
END $$;
