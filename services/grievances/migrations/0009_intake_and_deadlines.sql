-- What a case needs beyond its life: how it came in, whom it complains of, what is due when.

-- Who stands against whom: data, as the categories are. The word goes out in facts.
CREATE TABLE relations (
    relation text PRIMARY KEY CHECK (relation ~ '^[a-z_]{1,40}$'),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    position bigint NOT NULL,
    in_use boolean NOT NULL DEFAULT true
);
INSERT INTO relations (relation, name_zh, name_en, position) VALUES
    ('owner_government', '业主与政府', 'Owner and government', 1),
    ('owner_property', '业主与物业', 'Owner and property company', 2),
    ('property_government', '物业与政府', 'Property company and government', 3),
    ('owner_owner', '业主与业主', 'Owner and owner', 4);

-- `basis`: application 申请 or own_initiative 主动调解 (人民调解法 Art. 17). `respondent_body`: which of the five bodies is
-- complained of. `counted_from`: the instant from which the present due time runs. `resolution`: agreement or decision.
-- `words`: keyed fingerprints of what was told, for searching (never the words themselves).
ALTER TABLE disputes
    ADD COLUMN channel text NOT NULL DEFAULT 'resident',
    ADD COLUMN basis text NOT NULL DEFAULT 'application',
    ADD COLUMN ticket_kind text,
    ADD COLUMN respondent_body text,
    ADD COLUMN secret_hash bytea,
    ADD COLUMN words integer [],
    ADD COLUMN linked_to uuid,
    ADD COLUMN chosen_by text,
    ADD COLUMN resolution text,
    ADD COLUMN counted_from timestamptz,
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN satisfaction bigint;
ALTER TABLE disputes ADD CONSTRAINT disputes_linked_to FOREIGN KEY (linked_to) REFERENCES disputes NOT VALID;
ALTER TABLE disputes ADD CONSTRAINT disputes_satisfaction CHECK (satisfaction BETWEEN 1 AND 5) NOT VALID;
ALTER TABLE disputes ALTER COLUMN closed_as SET EXPRESSION AS (
    CASE WHEN state IN ('resolved', 'refused', 'terminated', 'linked') THEN state END
);

-- Who acts for which of the five bodies 五位一体 in a community. The body complained of has no say, whatever its role.
CREATE TABLE seats (
    seat_id uuid PRIMARY KEY,
    area text NOT NULL,
    body text NOT NULL CHECK (
        body IN ('party_committee', 'workstation', 'residents_committee', 'owners_committee', 'property_office')
    ),
    account_id text NOT NULL,
    since date NOT NULL,
    ended_on date,
    recorded_by text NOT NULL
);
CREATE UNIQUE INDEX seats_now ON seats (area, body, account_id) WHERE ended_on IS NULL;

-- How long each thing may take: data. `law_maximum` is what the law allows at most; without one the amount is the
-- district's own choice. A duty that is missed goes up to the street and the district after so many days more; a right
-- only lapses.
CREATE TABLE deadline_rules (
    rule text PRIMARY KEY,
    amount bigint,
    unit text NOT NULL CHECK (unit IN ('days', 'working_days')),
    is_duty boolean NOT NULL,
    near_hours bigint NOT NULL,
    street_after_days bigint NOT NULL,
    district_after_days bigint NOT NULL,
    law_maximum bigint,
    source text NOT NULL
);
INSERT INTO deadline_rules VALUES
    ('dispute.acceptance', 5, 'working_days', true, 24, 3, 7, NULL, '(c)'),
    ('dispute.assignment', 3, 'working_days', true, 24, 3, 7, NULL, '(c)'),
    ('dispute.mediation', 30, 'days', true, 120, 5, 10, NULL, '(c) 深圳 30 天'),
    ('hotline.enquiry', 1, 'working_days', true, 4, 1, 2, NULL, '(c) 12345'),
    ('hotline.ordinary', 5, 'working_days', true, 24, 2, 5, NULL, '(c) 12345'),
    ('hotline.complex', 15, 'working_days', true, 48, 3, 7, NULL, '(c) 12345'),
    ('note.handling', 15, 'days', true, 48, 5, 10, NULL, '(c)'),
    ('agreement.signing', 15, 'days', true, 72, 5, 10, NULL, '(c)'),
    ('agreement.performance', NULL, 'days', true, 72, 5, 10, NULL, '人民调解法 Art. 31'),
    ('agreement.judicial_confirmation', 30, 'days', false, 168, 0, 0, 30, '人民调解法 Art. 33'),
    ('joint.answer', 10, 'days', true, 48, 3, 7, NULL, '(c)'),
    ('joint.task', NULL, 'days', true, 48, 3, 7, NULL, '(c)'),
    ('referral.sorting', 15, 'days', true, 72, 3, 7, 15, '信访工作条例 Art. 22'),
    ('referral.notice', 15, 'days', true, 72, 3, 7, 15, '信访工作条例 Art. 23'),
    ('referral.objection', 5, 'working_days', false, 24, 0, 0, 5, '信访工作条例 Art. 23'),
    ('referral.handling', 60, 'days', true, 240, 5, 10, 60, '信访工作条例 Art. 34'),
    ('referral.extension', 30, 'days', true, 120, 5, 10, 30, '信访工作条例 Art. 34'),
    ('referral.review_request', 30, 'days', false, 168, 0, 0, 30, '信访工作条例 Art. 35'),
    ('referral.review', 30, 'days', true, 120, 5, 10, 30, '信访工作条例 Art. 35'),
    ('referral.rereview_request', 30, 'days', false, 168, 0, 0, 30, '信访工作条例 Art. 36'),
    ('referral.rereview', 30, 'days', true, 120, 5, 10, 30, '信访工作条例 Art. 36');

-- The State Council's table of days off and weekend days worked: data, one year at a time.
CREATE TABLE holidays (
    day date PRIMARY KEY,
    is_working boolean NOT NULL,
    name text NOT NULL
);
CREATE TABLE holiday_years (
    year bigint PRIMARY KEY,
    source text NOT NULL
);

-- What is due, and what the timer has told of it. Names no person and nothing of a case's content, so every login of the
-- service reads it; a list of it is always joined with what is due. `slot`: several things can be due of one at a time.
-- `stage`: 0 waiting, 1 near told, 2 missed told, 3 the street has it, 4 the district has it. `next_at`: when the timer
-- looks again; null when it has nothing left to tell. Every step of every case writes here: a reference to the rule
-- would have all of them lock the same few rows of deadline_rules, and nobody looks a deadline up by its own id.
CREATE TABLE deadlines (
    thing_id uuid NOT NULL,
    slot text NOT NULL,
    thing text NOT NULL,
    deadline_id uuid NOT NULL,
    rule text NOT NULL,
    area text NOT NULL,
    category text,
    relation text,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    stage bigint NOT NULL DEFAULT 0,
    next_at timestamptz,
    PRIMARY KEY (thing_id, slot)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX deadlines_next ON deadlines (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deadlines_of_area ON deadlines (area, due_at);

-- A step writes what a step may change; where a case lies, who filed it, its number and what was told stay.
-- And who filed or is a party may say only what the law leaves to a party: that it refuses (人民调解法 Art. 17), ends
-- mediation or refuses the mediator (Art. 23), confirms that it is resolved, or says that it is not.
DROP POLICY not_in_the_own_cause ON disputes;
CREATE POLICY not_in_the_own_cause ON disputes AS RESTRICTIVE FOR UPDATE
    USING (true) WITH CHECK (
        (filed_by <> current_setting('linli.actor', true) AND NOT is_party(dispute_id))
        OR (state = 'refused' AND reason_code = 'party_refused')
        OR (state = 'terminated' AND reason_code = 'party_ended')
        OR (state = 'resolved' AND confirmed_at IS NOT NULL)
        OR (state = 'accepted' AND reason_code = 'not_confirmed')
        OR (state = 'accepted' AND reason_code = 'party_refused_mediator' AND mediator_id IS NULL)
    );
CREATE POLICY said_by_who_filed ON disputes FOR UPDATE
    USING (filed_by = current_setting('linli.actor', true))
    WITH CHECK (filed_by = current_setting('linli.actor', true));

DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format('REVOKE UPDATE ON disputes FROM %I', login);
    EXECUTE format(
        'GRANT UPDATE (state, version, session_count, mediator_id, reason_code, agreement_form, closed_at, linked_to,
            chosen_by, resolution, counted_from, confirmed_at, satisfaction) ON disputes TO %I', login
    );
    EXECUTE format('REVOKE DELETE ON relations, seats, deadline_rules, holiday_years FROM %I', login);
END $$;

-- Who acts for the body complained of, for the policies of every table about a dispute (migration 0014 puts them on those
-- above). They ask past the policies of what they read, and cost nothing where no body is complained of.
CREATE INDEX seats_of_account ON seats (account_id) WHERE ended_on IS NULL;

-- Whether the transaction's eyes reach this community from the street or higher, not from the community itself.
CREATE FUNCTION sees_from_above(of_area text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    current_setting('linli.areas', true) = '*'
    OR EXISTS (
        SELECT FROM unnest(string_to_array(nullif(current_setting('linli.areas', true), ''), ',')) AS known (prefix)
        WHERE length(known.prefix) < 12 AND of_area ^@ known.prefix
    ),
    false
);

-- Whether the actor acts for this body of this community: by a seat in it. Who works in the community, has no seat of
-- another body and is not sent from above is its workstation's own staff.
CREATE FUNCTION acts_for(of_area text, of_body text) RETURNS boolean
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
);

-- Whether the dispute is about the actor: it complains of a body that the actor acts for, or, filed by another, of the
-- actor. What hangs on such a dispute is neither seen nor touched: NOT is_against(dispute_id).
CREATE FUNCTION is_against(of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM disputes AS d
    WHERE d.dispute_id = of_dispute
        AND (
            (d.respondent_body IS NOT NULL AND acts_for(d.area, d.respondent_body))
            OR (d.filed_by <> current_setting('linli.actor', true) AND is_party(of_dispute))
        )
);

-- Whether the actor may take a step by office: it is not about the actor, who neither filed it nor is a party to it.
CREATE FUNCTION may_touch(of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN NOT EXISTS (
    SELECT FROM disputes AS d
    WHERE d.dispute_id = of_dispute
        AND (
            d.filed_by = current_setting('linli.actor', true)
            OR is_party(of_dispute)
            OR (d.respondent_body IS NOT NULL AND acts_for(d.area, d.respondent_body))
        )
);
