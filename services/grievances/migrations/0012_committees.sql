-- Mediation committees 人民调解委员会 and who mediates for them: their members and those they have hired (人民调解法 Art. 8, 9, 13).

-- Whether what serves a division serves one of the areas that the transaction sees: a street's committee serves all of
-- the street's communities, so who works in one of these sees it.
CREATE FUNCTION serves_seen_area(of_area text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM unnest(string_to_array(nullif(current_setting('linli.areas', true), ''), ',')) AS known (prefix)
    WHERE known.prefix ^@ regexp_replace(of_area, '(000000|000)$', '')
);

-- One current committee for each area; the next term ends the one before it. `term_ends_on` is the term's last day.
CREATE TABLE committees (
    committee_id uuid PRIMARY KEY,
    area text NOT NULL,
    formed_on date NOT NULL,
    term_ends_on date NOT NULL,
    ended_on date,
    formed_by text NOT NULL
);
CREATE UNIQUE INDEX committees_now ON committees (area) WHERE ended_on IS NULL;

-- Appointments, members' and hired ones'. Names are sealed. A day of birth is looked at when somebody is appointed and
-- not kept: who was of age stays so. `is_woman` is kept of members alone, for Art. 8; ethnicity is not asked at all.
CREATE TABLE mediators (
    appointment_id uuid PRIMARY KEY,
    committee_id uuid NOT NULL REFERENCES committees,
    area text NOT NULL,
    account_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('member', 'hired')),
    "position" text CHECK ("position" IN ('chair', 'vice_chair', 'member')),
    is_woman boolean,
    name_sealed bytea NOT NULL,
    since date NOT NULL,
    term_ends_on date NOT NULL,
    ended_on date,
    end_reason text CHECK (end_reason IN ('own_request', 'dismissed', 'term_ended')),
    version bigint NOT NULL,
    appointed_by text NOT NULL,
    CHECK ((kind = 'member') = ("position" IS NOT NULL AND is_woman IS NOT NULL)),
    CHECK ((ended_on IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX mediators_now ON mediators (account_id, committee_id) WHERE ended_on IS NULL;
CREATE INDEX mediators_of_area ON mediators (area) WHERE ended_on IS NULL;
CREATE INDEX mediators_of_committee ON mediators (committee_id);

-- Whether this account may be named as a mediator of a community on this day: by its committee or by one above it. It
-- asks past the policies, so that every case is judged alike, and is planned once a session: it stands on the way of a step.
CREATE FUNCTION is_mediator(account text, of_area text, on_day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM mediators AS m
    WHERE m.account_id = account AND m.ended_on IS NULL AND m.term_ends_on >= on_day
        AND of_area ^@ regexp_replace(m.area, '(000000|000)$', '')
);

-- Who had a case before whom, and why that changed (人民调解法 Art. 14, 19, 23). `version` is the dispute's after the
-- change. Accounts and codes only: there is no room for a name. It shows with its dispute.
CREATE TABLE mediator_changes (
    dispute_id uuid NOT NULL REFERENCES disputes,
    version bigint NOT NULL,
    from_id text NOT NULL,
    to_id text,
    reason_code text NOT NULL CHECK (
        reason_code IN (
            'named_by_committee', 'chosen_by_parties', 'party_refused_mediator',
            'near_relative', 'interest', 'challenged', 'unable'
        )
    ),
    on_behalf_of text CHECK (on_behalf_of IN ('applicant', 'respondent')),
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (dispute_id, version)
);

-- `recused_ids`: who had the case and was not impartial; such an account has no more part in it, by no office.
-- `on_behalf_of`: whose refusal or whose end of the mediation was recorded.
ALTER TABLE disputes
    ADD COLUMN recused_ids text [] NOT NULL DEFAULT '{}',
    ADD COLUMN on_behalf_of text;

ALTER TABLE committees ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON committees FOR SELECT USING (visible_area(area) OR serves_seen_area(area));
CREATE POLICY formed ON committees FOR INSERT WITH CHECK (visible_area(area));
CREATE POLICY ended ON committees FOR UPDATE USING (visible_area(area));

ALTER TABLE mediators ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON mediators FOR SELECT USING (
    visible_area(area) OR serves_seen_area(area) OR account_id = current_setting('linli.actor', true)
);
CREATE POLICY appointed ON mediators FOR INSERT WITH CHECK (visible_area(area));
CREATE POLICY not_ones_own_gift ON mediators AS RESTRICTIVE FOR INSERT
    WITH CHECK (account_id <> current_setting('linli.actor', true));
CREATE POLICY ended ON mediators FOR UPDATE USING (visible_area(area));
-- A mediator may ask to leave, and do nothing else about the own appointment.
CREATE POLICY left_it ON mediators FOR UPDATE
    USING (account_id = current_setting('linli.actor', true))
    WITH CHECK (account_id = current_setting('linli.actor', true) AND end_reason = 'own_request');

-- Every policy of the dispute holds here; and who filed may refuse a mediator, and name none.
ALTER TABLE mediator_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_its_dispute ON mediator_changes FOR SELECT
    USING (EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = mediator_changes.dispute_id));
CREATE POLICY recorded ON mediator_changes FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = mediator_changes.dispute_id));
CREATE POLICY not_in_the_own_cause ON mediator_changes AS RESTRICTIVE FOR INSERT
    WITH CHECK (
        may_touch(dispute_id)
        OR (reason_code = 'party_refused_mediator' AND on_behalf_of = 'applicant' AND to_id IS NULL)
    );

-- What was is not rewritten; an appointment and a committee can only end.
DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON committees, mediators, mediator_changes FROM %I', login);
    EXECUTE format('GRANT UPDATE (ended_on) ON committees TO %I', login);
    EXECUTE format('GRANT UPDATE (ended_on, end_reason, version) ON mediators TO %I', login);
    EXECUTE format('GRANT UPDATE (recused_ids, on_behalf_of) ON disputes TO %I', login);
END $$;
