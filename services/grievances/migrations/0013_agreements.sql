-- How a written agreement comes to bind, what is to be performed by when, the committee's visits, the court's word
-- (人民调解法 Art. 29–33), and what the record of a session says beside its words (Art. 19, 20, 23).

-- `held_at` is when it began. `mediators`: the accounts of those who mediated. `guests`: how many of each kind came,
-- invited with the parties' consent (Art. 20) or listening to an open session; their names stand in the record alone.
ALTER TABLE sessions
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN place_sealed bytea,
    ADD COLUMN mediators text [] NOT NULL DEFAULT '{}',
    ADD COLUMN guests jsonb NOT NULL DEFAULT '{}';

-- `effective_on` is that of an agreement which bound as it was recorded; one that was drafted has its day in
-- agreement_ends. `steps_before`: how many steps but sessions the dispute had taken when it was drafted: with the next
-- one the mediation is another, or over, and the draft with it. Of all this only the bookkeeping changes: `version`, how
-- many facts were told of it, and what agreement_ends tells repeated for the steps that are in a hurry: `waits`, whether
-- it can still be signed, and `bound_at`, when it was recorded that a draft binds.
-- The version that runs beside this migration writes the day and never reads it.
-- squawk-ignore ban-drop-not-null
ALTER TABLE agreements ALTER COLUMN effective_on DROP NOT NULL;
ALTER TABLE agreements
    ADD COLUMN steps_before bigint,
    ADD COLUMN version bigint NOT NULL DEFAULT 0,
    ADD COLUMN waits boolean NOT NULL DEFAULT false,
    ADD COLUMN bound_at timestamptz;
ALTER TABLE agreements ADD CONSTRAINT agreements_bind_or_wait
    CHECK (effective_on IS NOT NULL OR (form = 'written' AND steps_before IS NOT NULL)) NOT VALID;

-- How somebody signed, where it was recorded alone: 签名、盖章、按指印.
ALTER TABLE agreement_signatures
    ADD COLUMN means text,
    ADD COLUMN recorded_by text,
    ADD COLUMN recorded_at timestamptz;
ALTER TABLE agreement_signatures ADD CONSTRAINT agreement_signatures_means
    CHECK (means IN ('signature', 'seal', 'fingerprint')) NOT VALID;

-- What became of a draft: it binds from the day of the last signature, or was withdrawn before.
CREATE TABLE agreement_ends (
    agreement_id uuid PRIMARY KEY REFERENCES agreements,
    outcome text NOT NULL CHECK (outcome IN ('in_effect', 'withdrawn')),
    effective_on date,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CHECK ((outcome = 'in_effect') = (effective_on IS NOT NULL))
);

-- What was promised, by whom and until which day (履行, Art. 31); sealed.
CREATE TABLE obligations (
    obligation_id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreements,
    number bigint NOT NULL CHECK (number BETWEEN 1 AND 50),
    owed_by text NOT NULL CHECK (owed_by IN ('applicant', 'respondent', 'both')),
    what_sealed bytea NOT NULL,
    due_on date NOT NULL,
    UNIQUE (agreement_id, number)
);
CREATE TABLE performances (
    obligation_id uuid PRIMARY KEY REFERENCES obligations,
    performed_on date NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- Both parties have asked the court for its confirmation 司法确认 (Art. 33), and what it said.
CREATE TABLE judicial_confirmations (
    agreement_id uuid PRIMARY KEY REFERENCES agreements,
    applied_on date NOT NULL,
    court text NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE TABLE judicial_decisions (
    agreement_id uuid PRIMARY KEY REFERENCES judicial_confirmations,
    outcome text NOT NULL CHECK (outcome IN ('confirmed', 'rejected')),
    decided_on date NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- The committee asks after what was agreed 回访 (Art. 31); the record is sealed. `area` repeats the dispute's.
CREATE TABLE visits (
    visit_id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES disputes,
    agreement_id uuid NOT NULL REFERENCES agreements,
    area text NOT NULL,
    held_on date NOT NULL,
    performed text NOT NULL CHECK (performed IN ('yes', 'partly', 'no')),
    record_sealed bytea NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX visits_of_dispute ON visits (dispute_id, held_on, visit_id);

-- All of it shows with its agreement or dispute, so every policy there holds here, and is written by who may take steps.
ALTER TABLE agreement_ends ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_ends FOR SELECT
    USING (EXISTS (SELECT FROM agreements AS a WHERE a.agreement_id = agreement_ends.agreement_id));
CREATE POLICY recorded ON agreement_ends FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = agreement_ends.agreement_id AND a.effective_on IS NULL
            AND visible_area(a.area) AND may_touch(a.dispute_id)
    ));
-- It binds from the day of the last signature, and not before all have signed (Art. 29).
CREATE POLICY signed_by_all ON agreement_ends AS RESTRICTIVE FOR INSERT
    WITH CHECK (outcome = 'withdrawn' OR effective_on = (
        SELECT max(s.signed_on) FROM agreement_signatures AS s
        WHERE s.agreement_id = agreement_ends.agreement_id
            AND s.signer IN ('applicant', 'respondent', 'mediator', 'committee')
        HAVING count(*) = 4
    ));
-- What was withdrawn is not signed any more.
DROP POLICY recorded ON agreement_signatures;
CREATE POLICY recorded ON agreement_signatures FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = agreement_signatures.agreement_id
            AND (a.waits OR a.effective_on IS NOT NULL)
            AND visible_area(a.area)
            AND a.filed_by <> current_setting('linli.actor', true)
    ));

CREATE POLICY counted ON agreements FOR UPDATE USING (visible_area(area));
CREATE POLICY counted_by_who_may ON agreements AS RESTRICTIVE FOR UPDATE
    USING (true) WITH CHECK (may_touch(dispute_id));

ALTER TABLE obligations ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON obligations FOR SELECT
    USING (EXISTS (SELECT FROM agreements AS a WHERE a.agreement_id = obligations.agreement_id));
-- Nobody adds a promise to what somebody has signed.
CREATE POLICY recorded ON obligations FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = obligations.agreement_id AND visible_area(a.area) AND may_touch(a.dispute_id)
            AND NOT EXISTS (SELECT FROM agreement_signatures AS s WHERE s.agreement_id = a.agreement_id)
    ));

ALTER TABLE performances ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON performances FOR SELECT
    USING (EXISTS (SELECT FROM obligations AS o WHERE o.obligation_id = performances.obligation_id));
CREATE POLICY recorded ON performances FOR INSERT
    WITH CHECK (EXISTS (
        SELECT
        FROM obligations AS o
        INNER JOIN agreements AS a ON a.agreement_id = o.agreement_id
        WHERE o.obligation_id = performances.obligation_id AND visible_area(a.area) AND may_touch(a.dispute_id)
            AND (a.effective_on IS NOT NULL OR EXISTS (
                SELECT FROM agreement_ends AS e WHERE e.agreement_id = a.agreement_id AND e.outcome = 'in_effect'
            ))
    ));

ALTER TABLE judicial_confirmations ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON judicial_confirmations FOR SELECT
    USING (EXISTS (SELECT FROM agreements AS a WHERE a.agreement_id = judicial_confirmations.agreement_id));
CREATE POLICY recorded ON judicial_confirmations FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = judicial_confirmations.agreement_id AND visible_area(a.area) AND may_touch(a.dispute_id)
            AND judicial_confirmations.applied_on >= coalesce(
                a.effective_on,
                (SELECT e.effective_on FROM agreement_ends AS e WHERE e.agreement_id = a.agreement_id)
            )
    ));

ALTER TABLE judicial_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON judicial_decisions FOR SELECT
    USING (EXISTS (SELECT FROM agreements AS a WHERE a.agreement_id = judicial_decisions.agreement_id));
CREATE POLICY recorded ON judicial_decisions FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = judicial_decisions.agreement_id AND visible_area(a.area) AND may_touch(a.dispute_id)
    ));

ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON visits FOR SELECT
    USING (EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = visits.dispute_id));
CREATE POLICY recorded ON visits FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = visits.agreement_id AND a.dispute_id = visits.dispute_id AND a.area = visits.area
            AND visible_area(a.area) AND may_touch(a.dispute_id)
    ));

-- Evidence stays as it was written.
DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format(
        'REVOKE UPDATE, DELETE ON agreement_ends, obligations, performances, judicial_confirmations,
            judicial_decisions, visits FROM %I', login
    );
    EXECUTE format('GRANT UPDATE (version, waits, bound_at) ON agreements TO %I', login);
END $$;
