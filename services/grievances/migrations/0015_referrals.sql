-- Referrals 信访转送交办 (信访工作条例 2022): what the community cannot settle, with the department in charge.

-- Who can be in charge: data. `area` is the street or district in which it is; the code goes out in facts.
CREATE TABLE departments (
    code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    level text NOT NULL CHECK (level IN ('street', 'district', 'city')),
    area text NOT NULL,
    in_use boolean NOT NULL DEFAULT true
);

-- Who acts for a department; a `head` 负责人 approves extensions (Art. 34). `area` repeats the department's.
CREATE TABLE department_seats (
    seat_id uuid PRIMARY KEY,
    code text NOT NULL REFERENCES departments,
    area text NOT NULL,
    account_id text NOT NULL,
    position text NOT NULL CHECK (position IN ('staff', 'head')),
    since date NOT NULL,
    ended_on date,
    recorded_by text NOT NULL
);
CREATE UNIQUE INDEX department_seats_now ON department_seats (code, account_id) WHERE ended_on IS NULL;
CREATE INDEX department_seats_of_account ON department_seats (account_id) WHERE ended_on IS NULL;

-- The last serial of each community and year; locked from the number to the commit, so that no number is lost.
CREATE TABLE referral_serials (
    area text NOT NULL,
    case_year bigint NOT NULL,
    last_serial bigint NOT NULL,
    PRIMARY KEY (area, case_year)
);

-- `complainant_id`: the account of who complains, where there is one. Complained of can be a person (`accused_id`), one
-- of the five bodies, or a department. `round`: handling, review 复查, rereview 复核. `due_rule`, `counted_from`, `due_at`:
-- what is due now. `is_bound`: the district decided that the department is in charge, which settles it (c).
CREATE TABLE referrals (
    referral_id uuid PRIMARY KEY,
    area text NOT NULL,
    case_year bigint NOT NULL,
    serial bigint NOT NULL,
    dispute_id uuid REFERENCES disputes,
    category text NOT NULL REFERENCES categories,
    relation text,
    matter_sealed bytea NOT NULL,
    name_sealed bytea NOT NULL,
    phone_sealed bytea,
    complainant_id text,
    accused_id text,
    body_complained_of text,
    department_complained_of text REFERENCES departments,
    requested_department text REFERENCES departments,
    filed_by text NOT NULL,
    registered_at timestamptz NOT NULL,
    state text NOT NULL,
    round text NOT NULL,
    version bigint NOT NULL,
    department_code text REFERENCES departments,
    handler_id text,
    answering_level text,
    due_rule text,
    counted_from timestamptz,
    due_at timestamptz,
    objection_due_at timestamptz,
    is_extended boolean NOT NULL DEFAULT false,
    is_bound boolean NOT NULL DEFAULT false,
    outcome text,
    reason_code text,
    closed_at timestamptz,
    UNIQUE (area, case_year, serial)
);
CREATE INDEX referrals_newest ON referrals (registered_at, referral_id);
CREATE INDEX referrals_of_community ON referrals (area, registered_at, referral_id);
CREATE INDEX referrals_of_dispute ON referrals (dispute_id);
CREATE INDEX referrals_of_complainant ON referrals (complainant_id, registered_at, referral_id);

-- Which department has had it from when until when; the open one has it now.
CREATE TABLE referral_handovers (
    referral_id uuid NOT NULL REFERENCES referrals,
    number bigint NOT NULL,
    department_code text NOT NULL REFERENCES departments,
    handed_over_at timestamptz NOT NULL,
    returned_at timestamptz,
    PRIMARY KEY (referral_id, number)
);
CREATE UNIQUE INDEX referral_handovers_now ON referral_handovers (referral_id) WHERE returned_at IS NULL;
CREATE INDEX referral_handovers_of_department ON referral_handovers (department_code) WHERE returned_at IS NULL;

-- Every step with its reason, sealed; one a version. `named_id`: the handler, successor or approver that it names.
CREATE TABLE referral_steps (
    referral_id uuid NOT NULL REFERENCES referrals,
    version bigint NOT NULL,
    step text NOT NULL,
    taken_at timestamptz NOT NULL,
    taken_by text NOT NULL,
    department_code text,
    round text NOT NULL,
    due_at timestamptz,
    named_id text,
    reason_code text,
    words_sealed bytea,
    PRIMARY KEY (referral_id, version)
);

-- The written answer of each round (Art. 32, 35, 36), sealed.
CREATE TABLE referral_answers (
    referral_id uuid NOT NULL REFERENCES referrals,
    round text NOT NULL,
    answering_level text NOT NULL,
    department_code text NOT NULL,
    answer_sealed bytea NOT NULL,
    document_number text NOT NULL,
    answered_on date NOT NULL,
    received_on date NOT NULL,
    appeal_until date,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (referral_id, round)
);

-- Whether the actor acts for this department.
CREATE FUNCTION acts_for_department(of_code text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM department_seats AS s
    WHERE s.code = of_code AND s.account_id = current_setting('linli.actor', true) AND s.ended_on IS NULL
);

-- Whether the actor acts for the department that has this referral now; a department that gave it back sees it no more.
CREATE FUNCTION holds_referral(of_referral uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM referral_handovers AS h
    WHERE h.referral_id = of_referral AND h.returned_at IS NULL AND acts_for_department(h.department_code)
);

-- Whether the actor is who is complained of, or acts for the body or the department that is (Art. 28, 30, 46).
CREATE FUNCTION is_accused_in(in_area text, body text, department text, person text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN coalesce(
    person = current_setting('linli.actor', true)
    OR (body IS NOT NULL AND acts_for(in_area, body))
    OR (department IS NOT NULL AND acts_for_department(department)),
    false
);

-- The same of a referral, past its policies.
CREATE FUNCTION is_referral_against(of_referral uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM referrals AS r
    WHERE r.referral_id = of_referral
        AND is_accused_in(r.area, r.body_complained_of, r.department_complained_of, r.accused_id)
);

-- Departments and their seats name nobody but accounts; the district keeps them.
ALTER TABLE departments ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON departments FOR SELECT USING (true);
CREATE POLICY kept ON departments FOR INSERT WITH CHECK (visible_area(area));
CREATE POLICY changed ON departments FOR UPDATE USING (visible_area(area));
ALTER TABLE department_seats ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON department_seats FOR SELECT USING (true);
CREATE POLICY kept ON department_seats FOR INSERT WITH CHECK (visible_area(area));
CREATE POLICY changed ON department_seats FOR UPDATE USING (visible_area(area));
-- Nobody gives a seat to himself or herself, nor ends an own one to see what is hidden from the department.
CREATE POLICY not_ones_own_gift ON department_seats AS RESTRICTIVE FOR INSERT
    WITH CHECK (account_id <> current_setting('linli.actor', true));
CREATE POLICY not_ones_own_end ON department_seats AS RESTRICTIVE FOR UPDATE
    USING (account_id <> current_setting('linli.actor', true));

-- Whether this is the case that is followed by its number and secret (migration 0010), whoever has filed it.
CREATE FUNCTION is_followed(of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(of_dispute = nullif(current_setting('linli.case', true), '')::uuid, false);

ALTER TABLE referrals ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON referrals FOR SELECT USING (
    visible_area(area)
    OR filed_by = current_setting('linli.actor', true)
    OR complainant_id = current_setting('linli.actor', true)
    OR holds_referral(referral_id)
    OR is_followed(dispute_id)
);
CREATE POLICY only_the_followed_case ON referrals AS RESTRICTIVE
    USING (nullif(current_setting('linli.case', true), '') IS NULL OR is_followed(dispute_id));
CREATE POLICY hidden_from_the_accused ON referrals AS RESTRICTIVE FOR SELECT USING (
    is_followed(dispute_id)
    OR filed_by = current_setting('linli.actor', true)
    OR complainant_id = current_setting('linli.actor', true)
    OR NOT is_accused_in(area, body_complained_of, department_complained_of, accused_id)
);
CREATE POLICY filed ON referrals FOR INSERT
    WITH CHECK (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY worked_on ON referrals FOR UPDATE USING (
    visible_area(area)
    OR filed_by = current_setting('linli.actor', true)
    OR complainant_id = current_setting('linli.actor', true)
    OR holds_referral(referral_id)
);
-- Who complains asks for a review or withdraws, and takes no other step; who is complained of takes none.
CREATE POLICY not_in_the_own_cause ON referrals AS RESTRICTIVE FOR UPDATE USING (
    complainant_id = current_setting('linli.actor', true)
    OR NOT is_accused_in(area, body_complained_of, department_complained_of, accused_id)
) WITH CHECK (
    complainant_id IS DISTINCT FROM current_setting('linli.actor', true)
    OR state = 'contested' OR outcome = 'withdrawn'
);
-- Who only filed it for another asks for a review at most: an office that reaches the place does the rest.
CREATE POLICY not_by_who_only_filed ON referrals AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (
    state = 'contested' OR outcome = 'withdrawn' OR visible_area(area) OR holds_referral(referral_id)
);

-- What hangs on a referral shows with it; a department goes on to know what it gave back and when, not what it was.
ALTER TABLE referral_handovers ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON referral_handovers FOR SELECT USING (
    EXISTS (SELECT FROM referrals AS r WHERE r.referral_id = referral_handovers.referral_id)
    OR (acts_for_department(department_code) AND NOT is_referral_against(referral_id))
);
CREATE POLICY recorded ON referral_handovers FOR INSERT WITH CHECK (EXISTS (
    SELECT FROM referrals AS r WHERE r.referral_id = referral_handovers.referral_id AND visible_area(r.area)
));
CREATE POLICY returned ON referral_handovers FOR UPDATE
    USING (acts_for_department(department_code) AND NOT is_referral_against(referral_id));

ALTER TABLE referral_steps ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON referral_steps FOR SELECT
    USING (EXISTS (SELECT FROM referrals AS r WHERE r.referral_id = referral_steps.referral_id));
CREATE POLICY recorded ON referral_steps FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM referrals AS r WHERE r.referral_id = referral_steps.referral_id));

ALTER TABLE referral_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON referral_answers FOR SELECT
    USING (EXISTS (SELECT FROM referrals AS r WHERE r.referral_id = referral_answers.referral_id));
CREATE POLICY recorded ON referral_answers FOR INSERT WITH CHECK (EXISTS (
    SELECT FROM referrals AS r
    WHERE r.referral_id = referral_answers.referral_id
        AND (visible_area(r.area) OR holds_referral(r.referral_id))
        AND r.complainant_id IS DISTINCT FROM current_setting('linli.actor', true)
        AND NOT is_accused_in(r.area, r.body_complained_of, r.department_complained_of, r.accused_id)
));

-- What was referred is never removed, what was said and done stays as it was written, and a step writes what steps may.
DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format(
        'REVOKE UPDATE, DELETE ON departments, department_seats, referrals, referral_handovers, referral_steps,
            referral_answers FROM %I', login
    );
    EXECUTE format('REVOKE DELETE ON referral_serials FROM %I', login);
    EXECUTE format('GRANT UPDATE (in_use) ON departments TO %I', login);
    EXECUTE format('GRANT UPDATE (ended_on) ON department_seats TO %I', login);
    EXECUTE format('GRANT UPDATE (returned_at) ON referral_handovers TO %I', login);
    EXECUTE format(
        'GRANT UPDATE (state, round, version, department_code, handler_id, answering_level, due_rule, counted_from,
            due_at, objection_due_at, is_extended, is_bound, outcome, reason_code, closed_at) ON referrals TO %I', login
    );
END $$;
